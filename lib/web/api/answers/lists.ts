/** `GET lists`: lists of names, and what can be paused. */
export interface ListsAnswer {
  /** Those that are read or fetched. */
  readonly lists: readonly ListAnswer[];
  /** Blocking that is left off. */
  readonly pauses: readonly PauseAnswer[];
  /** Names of client groups, for pauses. */
  readonly clients: readonly string[];
  /** Names of all lists, for pauses; `*` stands for what blocks all names. */
  readonly names: readonly string[];
}

/** A list. */
export interface ListAnswer {
  /** What others refer to it by. */
  readonly name: string;
  /** Names in it. */
  readonly names: number;
  /** Lines in it. */
  readonly lines: number;
  /** Lines that say nothing that can be used. */
  readonly bad: number;
  /** The first of those: where it stands, what is wrong. */
  readonly firstBad: readonly { readonly line: number; readonly text: string; readonly why: string }[];
  /** Where it comes from. */
  readonly sources: readonly ListSourceAnswer[];
}

/** Where a list comes from. */
export interface ListSourceAnswer {
  /** A URL or a path, without what may be secret. */
  readonly what: string;
  /** How old the text is; `null` when there is none. */
  readonly ageSeconds: number | null;
  /** Whether it is fetched at this moment. */
  readonly isBeingUpdated: boolean;
  /** Until it is fetched again; `null` for what is watched. */
  readonly nextSeconds: number | null;
  /** Why there is no newer text; `null` when nothing is wrong. */
  readonly error: string | null;
}

/** `POST lists/refresh`; the answer is a `ListsAnswer`. */
export interface RefreshBody {
  /** The name of one; all without it. */
  readonly list?: string;
}

/** Blocking that is left off. */
export interface PauseAnswer {
  /** How long it still lasts; `null` until it is resumed. */
  readonly leftSeconds: number | null;
  /** Client groups; `null` for all. */
  readonly clients: readonly string[] | null;
  /** Lists; `null` for all. */
  readonly lists: readonly string[] | null;
}

/** `POST policy/pause` (all of it) and `policy/resume` (without `seconds`); the answer is a `PausesAnswer`. */
export interface PauseBody {
  /** How long; until it is resumed without it. */
  readonly seconds?: number;
  /** Client groups; all without it. */
  readonly clients?: readonly string[];
  /** Lists; all without it. */
  readonly lists?: readonly string[];
}

/** What is paused in the end. */
export interface PausesAnswer {
  /** All that last. */
  readonly pauses: readonly PauseAnswer[];
  /** How many have been ended. */
  readonly resumed: number;
}
