import type { Random } from "../../base/random/random.ts";

/** In which order upstreams are asked. */
export const STRATEGIES = ["sequential", "round-robin", "random", "fastest", "parallel"] as const;

/** See `STRATEGIES`. */
export type Strategy = typeof STRATEGIES[number];

/** What a strategy looks at. */
export interface Candidate {
  /** Whether the breaker lets ordinary queries through. */
  readonly isUp: boolean;
  /** SRTT in milliseconds; 0 when never measured, so that a new upstream is tried early. */
  readonly smoothedMs: number;
}

/**
 * The candidates in the order in which one question asks them: those that are up as the strategy wants them, then the
 * others in order of preference. When all are down the best is asked anyway: it may be the network that is back.
 *
 * @param candidates In the operator's order of preference.
 * @param turn Number of the question, counted from 0; for `round-robin`.
 */
export function orderCandidates<T extends Candidate>(
  candidates: readonly T[],
  { strategy, turn, random }: { strategy: Strategy; turn: number; random: Random },
): readonly T[] {
  // The usual case, and one that nothing has to be made for.
  const areInOrder = isInOrder(candidates.length, strategy) || strategy === "parallel";
  if (areInOrder && areUp(candidates)) return candidates;
  const up = candidates.filter((candidate) => candidate.isUp);
  const down = candidates.filter((candidate) => !candidate.isUp);
  switch (strategy) {
    case "sequential":
    case "parallel":
      return [...up, ...down];
    case "round-robin":
      return [...rotate(up, up.length === 0 ? 0 : turn % up.length), ...down];
    case "random":
      return [...shuffle(up, random), ...down];
    case "fastest":
      return [...up.toSorted((a, b) => a.smoothedMs - b.smoothedMs), ...down];
  }
}

/** Whether one is asked after the other as they stand, as long as all of them are up. */
export function isInOrder(count: number, strategy: Strategy): boolean {
  // hot path
  return count === 1 || strategy === "sequential";
}

function areUp(candidates: readonly Candidate[]): boolean {
  // hot path
  for (let i = 0; i < candidates.length; i++) if (!candidates[i]!.isUp) return false;
  return true;
}

function rotate<T>(list: readonly T[], by: number): T[] {
  return [...list.slice(by), ...list.slice(0, by)];
}

/** Fisher–Yates. */
function shuffle<T>(list: readonly T[], random: Random): T[] {
  const shuffled = [...list];
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
  }
  return shuffled;
}
