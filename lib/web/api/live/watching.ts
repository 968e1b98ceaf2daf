import type { Clock, Timers } from "../../../base/runtime.ts";
import type { ObservationRecord } from "../../../observe/observation.ts";
import type { Sink } from "../../../telemetry/drain.ts";
import type { SeriesAnswer, TopAnswer, TopKind } from "../answers.ts";
import type { RecentQueries } from "./recent_queries.ts";

/** When nobody has asked for so long, nothing is written down any more. */
export const LINGER_MS = 60_000;

/** Who takes what it needs of each observation. */
export interface Taker {
  /** See `Sink`. */
  take(record: ObservationRecord): void;
}

/** What there was most of. */
export interface TopLists extends Taker {
  /** The most of a window. */
  top(by: TopKind, windowSeconds: number, limit: number): Omit<TopAnswer, "by">;
}

/** How many there were, over time. */
export interface Series extends Taker {
  /** The last `windowSeconds`, as far as they are known. */
  read(windowSeconds: number): SeriesAnswer;
}

/** What is remembered of queries while somebody looks. */
export interface Watched {
  /** The last of them. */
  readonly recent: RecentQueries;
  /** What there was most of. */
  readonly top: TopLists;
  /** How many there were. */
  readonly series: Series;
  /** Since when, on the program's clock. */
  readonly sinceMs: number;
}

/** What watching is made from. */
export interface WatchingOptions {
  /** Makes what remembers. */
  readonly make: () => Omit<Watched, "sinceMs">;
  /** Hands observations to a sink from now on. Returns what ends it. */
  readonly attach: (sink: Sink) => () => void;
  /** Another text when what may be remembered is something else: then what was remembered is forgotten. */
  readonly version: () => string;
  /** What the time is read from. */
  readonly clock: Clock;
  /** What pauses are made with. */
  readonly timers: Timers;
}

/** Remembers queries as long as somebody may ask for them: then it costs something, else nothing. */
export class Watching {
  readonly #options: WatchingOptions;
  #watched: Watched | null = null;
  #version = "";
  #detach = () => {};
  #holdCount = 0;
  #cancelLinger = () => {};

  /** See {@linkcode WatchingOptions}. */
  constructor(options: WatchingOptions) {
    this.#options = options;
  }

  /** Somebody may ask at any time, until what is returned is called. */
  hold(): () => void {
    this.#holdCount++;
    this.#begin();
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#holdCount--;
      this.#linger();
    };
  }

  /** Somebody asks now. */
  look(): Watched {
    const watched = this.#begin();
    this.#linger();
    return watched;
  }

  /** What is remembered; `null` while nobody looks. */
  get current(): Watched | null {
    return this.#watched;
  }

  /** Forgets all of it. */
  stop(): void {
    this.#cancelLinger();
    this.#detach();
    this.#detach = () => {};
    this.#watched = null;
  }

  #begin(): Watched {
    const { make, attach, clock, version } = this.#options;
    const now = version();
    if (this.#watched !== null && now === this.#version) return this.#watched;
    this.#detach();
    this.#version = now;
    const watched = this.#watched = { ...make(), sinceMs: clock.nowMs() };
    const { recent, top, series } = watched;
    const take = (record: ObservationRecord) => {
      // hot path
      recent.take(record);
      top.take(record);
      series.take(record);
    };
    this.#detach = attach({ name: "page", take });
    return watched;
  }

  #linger(): void {
    this.#cancelLinger();
    this.#cancelLinger = () => {};
    if (this.#holdCount > 0) return;
    this.#cancelLinger = this.#options.timers.start(LINGER_MS, () => this.stop());
  }
}
