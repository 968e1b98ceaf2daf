import type { WallClock } from "../runtime.ts";

/** Milliseconds since 1970-01-01 UTC, as exact as the clock is. */
export function epochMs(wallClock: WallClock): number {
  return wallClock.epochMs?.() ?? 1000 * wallClock.epochSeconds();
}
