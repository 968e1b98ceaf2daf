/** While there is work: for timers that are not ours, and whatever else nobody has told of. */
const BUSY_MS = 100;
/** When nothing has come for so long, what the last work has left is done: promises that nobody has told of, say. */
const QUIET_MS = 10;
/** Who had something to do often has more: what follows from it comes in further turns. */
const LINGER_MS = [0, 0, 1, 5] as const;
/** The longest wait. Timers of Deno's own are late by so much at most, and a program without work wakes up so often. */
const IDLE_MS = 1000;

/**
 * When Deno has its next turn. A turn costs 18 to 45 µs, so not after each of ours; and it must not wait for long, for what it
 * has to do is not always seen from outside: what its queue has is, and so is what somebody says that he has left to promises.
 */
export class GuestTurns {
  #takenAtMs = -Infinity;
  /** Whether there was work since. */
  #hasWorked = false;
  /** Whether nothing came in the last wait. */
  #isQuiet = false;
  #isLeft = false;
  #isOwed = false;
  /** Further turns to come, from the end of `LINGER_MS`. */
  #lingers: number = LINGER_MS.length;

  /** How long may be waited at `nowMs`, when a timer is due at `timerMs`. In whole milliseconds, rounded up. */
  waitMs(nowMs: number, timerMs: number): number {
    // hot path
    if (this.#isLeft) return 0;
    let untilMs = Math.min(timerMs, this.#dueMs());
    if (this.#hasWorked) untilMs = Math.min(untilMs, nowMs + QUIET_MS);
    return untilMs <= nowMs ? 0 : Math.min(IDLE_MS, Math.ceil(untilMs - nowMs));
  }

  /** The wait and what followed from it are over. */
  worked(hasWorked: boolean): void {
    // hot path
    if (hasWorked) this.#hasWorked = true;
    this.#isQuiet = !hasWorked;
  }

  /** Something was left to promises: a turn at once, and further ones. */
  leave(): void {
    // hot path
    this.#isLeft = true;
  }

  /** Timers were called, which promises often wait for: a turn at once. */
  owe(): void {
    // hot path
    this.#isOwed = true;
  }

  /** Whether it is to have a turn now, its queue apart. */
  isDue(nowMs: number): boolean {
    // hot path
    return this.#isLeft || this.#isOwed || (this.#isQuiet && this.#hasWorked) || nowMs >= this.#dueMs();
  }

  /** It has had one. `wasAwaited`: because its queue had something. */
  taken(nowMs: number, wasAwaited: boolean): void {
    const mayHaveMore = wasAwaited || this.#isLeft;
    this.#takenAtMs = nowMs;
    this.#hasWorked = this.#isLeft = this.#isOwed = false;
    this.#lingers = mayHaveMore ? 0 : Math.min(LINGER_MS.length, this.#lingers + 1);
  }

  #dueMs(): number {
    // hot path
    if (this.#lingers < LINGER_MS.length) return this.#takenAtMs + LINGER_MS[this.#lingers]!;
    return this.#takenAtMs + (this.#hasWorked ? BUSY_MS : IDLE_MS);
  }
}
