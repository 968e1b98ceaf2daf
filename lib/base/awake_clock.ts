import type { Clock, Timers } from "./runtime.ts";

/** How often, in time awake, it is looked whether the machine has slept. */
const CHECK_EVERY_MS = 1000;
/** The machine's uptime comes in whole seconds: a difference below two may be no more than rounding. */
const SLEEP_MIN_MS = 2000;

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
 * A clock that goes on while the machine sleeps, so that what was remembered before is as old as it is. Does not follow
 * the time of day: setting that ages nothing.
 */
export class AwakeClock implements Clock {
  readonly #options: AwakeClockOptions;
  readonly #startMs: number;
  readonly #startUptimeSeconds: number | null;
  #sleptMs = 0;
  #checkAtMs: number;

  /** See {@linkcode AwakeClockOptions}. */
  constructor(options: AwakeClockOptions) {
    this.#options = options;
    this.#startMs = options.clock.nowMs();
    this.#startUptimeSeconds = options.uptimeSeconds();
    this.#checkAtMs = this.#startUptimeSeconds === null ? Infinity : this.#startMs + CHECK_EVERY_MS;
  }

  /** See `Clock`. */
  nowMs(): number {
    // hot path
    const awakeMs = this.#options.clock.nowMs();
    if (awakeMs >= this.#checkAtMs) this.#check(awakeMs);
    return awakeMs + this.#sleptMs;
  }

  #check(awakeMs: number): void {
    const { uptimeSeconds, timers, onResume } = this.#options;
    this.#checkAtMs = awakeMs + CHECK_EVERY_MS;
    const uptime = uptimeSeconds();
    if (uptime === null || this.#startUptimeSeconds === null) return;
    const sleptMs = (uptime - this.#startUptimeSeconds) * 1000 - (awakeMs - this.#startMs) - this.#sleptMs;
    if (sleptMs < SLEEP_MIN_MS) return;
    this.#sleptMs += sleptMs;
    // Whoever reads the clock does not expect that anything else happens.
    timers.start(0, () => onResume(sleptMs));
  }
}
