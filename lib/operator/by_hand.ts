import type { LogLevel } from "../observe/log.ts";
import type { LeftOut } from "../upstream/health/absence.ts";

/** What the operator has changed by hand, until the next start. Plain data: it goes to other processes as a whole. */
export interface ByHand {
  /** Upstreams that are not asked for a while. */
  readonly leftOut: readonly LeftOut[];
  /** How much is logged, until the next reload; `null` for what the configuration says. */
  readonly logLevel: LogLevel | null;
}

/** Nothing. */
export const NOTHING_BY_HAND: ByHand = { leftOut: [], logLevel: null };
