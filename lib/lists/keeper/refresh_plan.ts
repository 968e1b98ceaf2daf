import type { Random } from "../../base/random/random.ts";

/** Tries in a row before a failure is one; each a little later than the one before. */
export const TRIES = 3;
const TRY_AGAIN_MS = [10_000, 60_000] as const;
/** What has failed for good is tried again after this, and twice as much each time, up to the usual pause. */
const FAILED_MS = 15 * 60_000;
/** Many programs fetch the same list: not all at once. */
const JITTER = 0.1;
const STEPS = 65_536;
/** A server that wants to be left alone for longer is not waited for in silence. */
const SOON_MS = 5 * 60_000;

/** A pause after which a text that is good is looked at again. */
export function refreshPauseMs(refreshMs: number, random: Random): number {
  return jittered(refreshMs, random);
}

/** How a source has failed. */
export interface Failures {
  /** How often in a row; 1 and up. */
  readonly count: number;
  /** Whether another try soon would be in vain. */
  readonly isFinal: boolean;
  /** What the server wants to be left alone for; `null` when it has not said. */
  readonly retryAfterMs: number | null;
}

/** Whether a failure is worth telling: no try follows soon. */
export function isGivenUp({ count, isFinal, retryAfterMs }: Failures): boolean {
  return isFinal || count >= TRIES || (retryAfterMs ?? 0) > SOON_MS;
}

/** A pause after which a source that has failed is tried again. */
export function retryPauseMs(failures: Failures, refreshMs: number, random: Random): number {
  const { count, isFinal, retryAfterMs } = failures;
  const soonMs = isFinal ? undefined : TRY_AGAIN_MS[count - 1];
  // Those that come in a row count as one.
  const round = Math.max(0, count - (isFinal ? 1 : TRIES));
  const pauseMs = soonMs ?? Math.min(refreshMs, FAILED_MS * 2 ** Math.min(round, 16));
  return Math.max(jittered(pauseMs, random), retryAfterMs ?? 0);
}

function jittered(ms: number, random: Random): number {
  return ms * (1 - JITTER + 2 * JITTER * (random.below(STEPS) / STEPS));
}
