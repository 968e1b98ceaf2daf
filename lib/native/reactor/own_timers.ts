import type { Timers } from "../../base/runtime.ts";

/** One that runs. */
interface Timer {
  readonly dueMs: number;
  callback: (() => void) | null;
  /** What cancels it where it was moved to. */
  cancel: (() => void) | null;
}

/**
 * Timers of who waits for the sockets by himself: how long he may wait is what they say. There are few, one per component; so
 * they stand in a row, the next one last.
 */
export class OwnTimers implements Timers {
  readonly #nowMs: () => number;
  readonly #timers: Timer[] = [];
  /** Where they are from now on. */
  #elsewhere: Timers | null = null;

  /**
   * None yet.
   *
   * @param nowMs The time that they go by.
   */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** When the next one is due; `Infinity` when there is none. */
  get nextMs(): number {
    // hot path
    const { length } = this.#timers;
    return length === 0 ? Infinity : this.#timers[length - 1]!.dueMs;
  }

  /** See `Timers`. */
  start(delayMs: number, callback: () => void): () => void {
    if (this.#elsewhere !== null) return this.#elsewhere.start(delayMs, callback);
    const timer: Timer = { dueMs: this.#nowMs() + Math.max(0, delayMs), callback, cancel: null };
    const timers = this.#timers;
    let place = timers.length;
    // Of those for one moment the first that was started comes first.
    while (place > 0 && timers[place - 1]!.dueMs <= timer.dueMs) place--;
    timers.splice(place, 0, timer);
    return () => this.#cancel(timer);
  }

  /** Calls those that are due at `nowMs`, and none that these start. Returns whether there were any. */
  expire(nowMs: number, call: (callback: () => void) => void): boolean {
    // hot path
    if (this.nextMs > nowMs) return false;
    const due: Timer[] = [];
    while (this.nextMs <= nowMs) due.push(this.#timers.pop()!);
    for (const timer of due) {
      const { callback } = timer;
      timer.callback = null;
      if (callback !== null) call(callback);
    }
    return true;
  }

  /** Lets `timers` have them all, and those that are started later. */
  moveTo(timers: Timers): void {
    this.#elsewhere = timers;
    const nowMs = this.#nowMs();
    for (const timer of this.#timers.splice(0).reverse()) {
      const callback = timer.callback!;
      timer.cancel = timers.start(Math.max(0, timer.dueMs - nowMs), callback);
    }
  }

  #cancel(timer: Timer): void {
    timer.callback = null;
    timer.cancel?.();
    const place = this.#timers.indexOf(timer);
    if (place !== -1) this.#timers.splice(place, 1);
  }
}
