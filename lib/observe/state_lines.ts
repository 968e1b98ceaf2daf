import { Alarm, type DeadlineQueue } from "../base/time/deadline_queue.ts";
import type { Clock } from "../base/runtime.ts";

const INTERVAL_MS = 60_000;

/** What state lines are made from. */
export interface StateLinesOptions {
  /** What the time is read from. */
  readonly clock: Clock;
  /** Where the next line waits for its time. */
  readonly deadlines: DeadlineQueue;
  /** Tells the state as it is, and how often it has changed since it was told last. */
  readonly tell: (changeCount: number) => void;
}

/**
 * Tells the operator of a state that changes: a trouble and its end at once, and who changes again and again once a minute,
 * with the state of that moment. Where `LineAMinute` would leave it at the trouble, the last line here is always true.
 */
export class StateLines {
  readonly #clock: Clock;
  readonly #deadlines: DeadlineQueue;
  readonly #tell: (changeCount: number) => void;
  readonly #due = new Alarm(() => this.#tellNow());
  #changeCount = 0;
  #isClosed = false;
  /** When the lines that were written would have been, had they come a minute apart. */
  #paidUntilMs = -Infinity;

  /** See {@linkcode StateLinesOptions}. */
  constructor({ clock, deadlines, tell }: StateLinesOptions) {
    this.#clock = clock;
    this.#deadlines = deadlines;
    this.#tell = tell;
  }

  /** The state has changed. */
  changed(): void {
    if (this.#isClosed || this.#changeCount++ > 0) return;
    // Two at once, then one a minute.
    const dueMs = this.#paidUntilMs - INTERVAL_MS;
    if (this.#clock.nowMs() >= dueMs) this.#tellNow();
    else this.#deadlines.schedule(this.#due, dueMs);
  }

  /** Tells nothing more, not even what waits for its time: nobody is concerned any more. */
  close(): void {
    this.#isClosed = true;
    this.#deadlines.cancel(this.#due);
  }

  #tellNow(): void {
    const changeCount = this.#changeCount;
    this.#changeCount = 0;
    this.#paidUntilMs = Math.max(this.#paidUntilMs, this.#clock.nowMs()) + INTERVAL_MS;
    this.#tell(changeCount);
  }
}
