import { Deadline } from "../../base/time/deadline_queue.ts";
import type { Services } from "../../observe/services.ts";
import type { AskOwner } from "../ask_owner.ts";
import type { Request, RequestOwner } from "../request.ts";
import type { Upstream } from "../upstream.ts";
import type { LateListener } from "./listening.ts";
import type { RaceGroup } from "./race_group.ts";

/** What a race is made from. */
export interface RaceOptions extends Pick<Services, "clock" | "deadlines"> {
  /** What is asked. */
  readonly request: Request;
  /** In the order in which they are asked; at least one. */
  readonly order: readonly Upstream[];
  /** How many are asked at once at the start. */
  readonly startCount: number;
  /** Their group. */
  readonly group: RaceGroup;
  /** Given what comes behind the deadline, if there is anybody. */
  readonly lateListener: LateListener | null;
}

/** A race that goes on with what has been begun. */
export type Successor = RequestOwner & AskOwner<Upstream> & Deadline;

/**
 * What a race goes on with that begins in the middle: the first upstream has been asked, and has not said anything yet. As a
 * deadline it waits for the end of `waitMs`; the race waits in its place then.
 */
export abstract class BegunRace extends Deadline {
  /** What is asked; the race becomes its owner. */
  readonly request: Request;
  /** See `RaceOptions`. */
  order: readonly Upstream[] = NOBODY;
  /** See `RaceGroup`: when it was asked. */
  restartCount = 0;
  /** When it was asked. */
  startMs = 0;
  /** How long it is waited for. */
  waitMs = 0;
  /** When the next one is asked, whatever that costs. */
  patienceEndMs = 0;
  /** Who goes on with it, once a race does. */
  successor: Successor | null = null;

  /** Asks `request`. */
  constructor(request: Request) {
    super();
    this.request = request;
  }
}

const NOBODY: readonly Upstream[] = [];
