/** RFC 9520 §3.2: "Resolvers MUST cache resolution failures for at least 1 second." */
const FIRST_MS = 1_000;
/** A client should not notice for long that something works again; RFC 9520 §3.2 allows five minutes. */
const LONGEST_MS = 30_000;

/**
 * For how long a failure is kept: twice as long each time that the question fails again (RFC 9520 §3.2).
 *
 * @param streak Failures in a row, this one included: 1 or more.
 */
export function failureLifetimeMs(streak: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** (streak - 1));
}
