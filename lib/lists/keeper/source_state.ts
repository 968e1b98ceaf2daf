import type { WallClock } from "../../base/runtime.ts";
import type { Random } from "../../base/random/random.ts";
import { type Failures, isGivenUp, refreshPauseMs, retryPauseMs } from "./refresh_plan.ts";

/** When a source is looked at next, and how that went before. Times are seconds since 1970-01-01 UTC: refreshes go on over restarts. */
export class SourceState {
  readonly #wallClock: WallClock;
  readonly #random: Random;
  #dueSeconds: number;
  #pauseSeconds = 0;
  #failures: Failures | null = null;
  #complaint: string | null = null;
  /** Whether somebody waits for what comes of it. */
  #isAsked = false;

  /** One that is due at once. */
  constructor(wallClock: WallClock, random: Random) {
    this.#wallClock = wallClock;
    this.#random = random;
    this.#dueSeconds = wallClock.epochSeconds();
  }

  /** Why there is no newer text, told once; `null` when nothing is wrong. */
  get complaint(): string | null {
    return this.#complaint;
  }

  /** Whether it was good last time, and nobody waits for a newer one. */
  get isWell(): boolean {
    return this.#failures === null && this.#complaint === null && this.waitSeconds > 0;
  }

  /** How long until it is looked at; `Infinity` for never by the clock. */
  get waitSeconds(): number {
    const nowSeconds = this.#wallClock.epochSeconds();
    // The clock was set back: nothing waits for longer than it was meant to.
    this.#dueSeconds = Math.min(this.#dueSeconds, nowSeconds + this.#pauseSeconds);
    return Math.max(0, this.#dueSeconds - nowSeconds);
  }

  /** Somebody wants to know how it is now: it is looked at as soon as there is time, as if nothing had failed. */
  makeDue(): void {
    this.#isAsked = true;
    this.#failures = null;
    this.#waitFor(0);
  }

  /**
   * What is asked of it, or how, is something else now: a failure says nothing any more, and it is looked at as soon as there is
   * time, unless its server wants to be left alone. Nothing changes where nothing has failed.
   */
  reconsider(): void {
    if (this.#failures !== null && this.#failures.retryAfterMs === null) this.makeDue();
  }

  /** It is good, as of `checkedSeconds`, and is looked at again after `refreshMs` or so; `Infinity` for never. */
  succeeded(checkedSeconds: number, refreshMs: number): void {
    this.#failures = null;
    this.#complaint = null;
    this.#isAsked = false;
    const pauseMs = refreshPauseMs(refreshMs, this.#random);
    this.#pauseSeconds = pauseMs / 1000;
    this.#dueSeconds = checkedSeconds + this.#pauseSeconds;
  }

  /**
   * There is no newer text, and `reason` says why. Returns whether that is to be told: somebody has asked, or another try does not
   * follow soon; and it is not what was told before.
   */
  failed(reason: string, how: Omit<Failures, "count">, refreshMs: number): boolean {
    const failures = this.#failures = { ...how, count: (this.#failures?.count ?? 0) + 1 };
    this.#waitFor(retryPauseMs(failures, refreshMs, this.#random));
    const isTold = this.#isAsked || isGivenUp(failures);
    this.#isAsked = false;
    if (!isTold) return false;
    const isNews = this.#complaint === null || kindOf(reason) !== kindOf(this.#complaint);
    this.#complaint = reason;
    return isNews;
  }

  #waitFor(pauseMs: number): void {
    this.#pauseSeconds = pauseMs / 1000;
    this.#dueSeconds = this.#wallClock.epochSeconds() + this.#pauseSeconds;
  }
}

/** What is wrong, without how much: a server that sends something else each time is told of once. */
function kindOf(reason: string): string {
  return reason.replace(/ \(.*/s, "").replace(/[\d.]+/g, "0");
}
