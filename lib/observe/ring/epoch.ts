import type { Clock, WallClock } from "../../base/runtime.ts";

/** What the two clocks may be apart because they were not read at the same moment, or one is nudged: not worth another offset. */
const SLACK_MS = 50;

/**
 * What is to be added to the program's clock to have the time of day. It changes when the clock is set, and after the machine has
 * slept: then what is told of earlier moments moves, and the order of things does not.
 */
export class Epoch {
  readonly #clock: Clock;
  readonly #wallClock: WallClock;
  #offsetMs = -Infinity;

  /** Goes by these two. */
  constructor({ clock, wallClock }: { readonly clock: Clock; readonly wallClock: WallClock }) {
    this.#clock = clock;
    this.#wallClock = wallClock;
  }

  /** In milliseconds. */
  get offsetMs(): number {
    const wallMs = this.#wallClock.epochMs?.() ?? this.#wallClock.epochSeconds() * 1000;
    const offsetMs = wallMs - this.#clock.nowMs();
    const slackMs = this.#wallClock.epochMs === undefined ? 1000 + SLACK_MS : SLACK_MS;
    if (Math.abs(offsetMs - this.#offsetMs) > slackMs) this.#offsetMs = offsetMs;
    return this.#offsetMs;
  }
}
