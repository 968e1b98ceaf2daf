import type { Clock, Timers } from "../runtime.ts";

/** How often, in time awake, it is looked whether the machine has slept. */
const CHECK_EVERY_MS = 1000;
/** The machine's uptime comes in whole seconds: a difference below two may be no more than rounding. */
const SLEEP_MIN_MS = 2000;
/** What rounding may hide: rather too long a sleep than an answer that is older than it may be. */
const ROUNDING_MS = 1000;

/** What the clock is made from. */
export interface AwakeClockOptions {
  /** Stands still while the machine sleeps, as the monotonic clocks of Linux and macOS do. */
  readonly clock: Clock;
  /** See `Runtime.uptimeSeconds`. */
  readonly uptimeSeconds: () => number | null;
  /** What `onResume` is called with. */
  readonly timers: Timers;
  /** Told, soon after, how long the machine has slept. */
  readonly onResume: (sleptMs: number) => void;
}

/**
 * A clock that goes on while the machine sleeps, so that what was remembered before is as old as it is, or up to two
 * seconds older for each sleep; one of less than three seconds may go unnoticed. Does not follow the time of day: setting
 * that ages nothing.
 */
export class AwakeClock implements Clock {
  /**
   * The same without the sleeps, for what waits: a deadline is not nearer because the machine has slept, and a query that
   * was asked just before is to be answered.
   */
  readonly waking: Clock = { nowMs: () => this.#awakeMs() };
  readonly #options: AwakeClockOptions;
  #sleptMs = 0;
  /** When it was looked last, and what the uptime was then; `null` when that is not to be had. */
  #checkedAtMs: number;
  #uptimeSeconds: number | null;

  /** See {@linkcode AwakeClockOptions}. */
  constructor(options: AwakeClockOptions) {
    this.#options = options;
    this.#checkedAtMs = options.clock.nowMs();
    this.#uptimeSeconds = options.uptimeSeconds();
  }

  /** See `Clock`. */
  nowMs(): number {
    // hot path
    const awakeMs = this.#awakeMs();
    return awakeMs + this.#sleptMs;
  }

  /** How long the machine has slept since the start, in milliseconds: so much the clock is ahead of `waking`. */
  get sleptMs(): number {
    return this.#sleptMs;
  }

  #awakeMs(): number {
    // hot path
    const awakeMs = this.#options.clock.nowMs();
    if (awakeMs - this.#checkedAtMs >= CHECK_EVERY_MS) this.#check(awakeMs);
    return awakeMs;
  }

  #check(awakeMs: number): void {
    const { uptimeSeconds, timers, onResume } = this.#options;
    const awakeSinceMs = awakeMs - this.#checkedAtMs;
    const uptimeBefore = this.#uptimeSeconds;
    this.#checkedAtMs = awakeMs;
    this.#uptimeSeconds = uptimeSeconds();
    if (this.#uptimeSeconds === null || uptimeBefore === null) return;
    const missingMs = (this.#uptimeSeconds - uptimeBefore) * 1000 - awakeSinceMs;
    if (missingMs < SLEEP_MIN_MS) return;
    const sleptMs = missingMs + ROUNDING_MS;
    this.#sleptMs += sleptMs;
    // Whoever reads the clock does not expect that anything else happens.
    timers.start(0, () => onResume(sleptMs));
  }
}
