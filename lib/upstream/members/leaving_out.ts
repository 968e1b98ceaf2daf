import type { WallClock } from "../../base/runtime.ts";
import type { Log } from "../../observe/log.ts";
import type { LeftOut } from "../health/absence.ts";
import type { Upstream } from "../upstream.ts";

/** What it takes to leave upstreams out. */
export interface LeavingOutOptions {
  /** What the ends are told by: other processes have the same. */
  readonly wallClock: WallClock;
  /** Where the operator reads. */
  readonly log: Log;
}

/** Whom the operator leaves out by hand, those included that come later. */
export class LeavingOut {
  readonly #options: LeavingOutOptions;
  #leftOut: readonly LeftOut[] = [];

  /** See {@linkcode LeavingOutOptions}. */
  constructor(options: LeavingOutOptions) {
    this.#options = options;
  }

  /** These from now on, and no others, of those that are there. */
  use(leftOut: readonly LeftOut[], upstreams: readonly Upstream[]): void {
    this.#leftOut = leftOut;
    for (const upstream of upstreams) this.apply(upstream);
  }

  /** Tells one whether it is among them. */
  apply({ name, absence }: Pick<Upstream, "name" | "absence">): void {
    const { wallClock, log } = this.#options;
    const { untilSeconds = 0 } = this.#leftOut.find(({ upstream }) => upstream === name) ?? {};
    const seconds = untilSeconds - wallClock.epochSeconds();
    if (!absence.leaveOut(1000 * seconds)) return;
    if (seconds > 0) log.warn(`upstream ${name} is left out by hand for ${seconds} s`);
    else log.info(`upstream ${name} is not left out any more`);
  }
}
