/**
 * How long a lesson holds. Then it is put to the test again: a downgrade that is learned for good outlives its reason.
 */
const LESSON_MS = 15 * 60_000;
/** How often an upstream must be caught minding letter case before it is believed to: once could be a forger. */
const CASE_PROOFS = 2;

/** What an upstream has been found not to cope with. */
export class Lessons {
  #noEdnsUntilMs = -Infinity;
  #keepCaseUntilMs = -Infinity;
  #caseProofs = 0;

  /** Whether queries may carry an OPT record. */
  knowsEdns(nowMs: number): boolean {
    return nowMs >= this.#noEdnsUntilMs;
  }

  /** Whether the letter case of names may be changed. */
  ignoresCase(nowMs: number): boolean {
    return nowMs >= this.#keepCaseUntilMs;
  }

  /** A query was rejected with an OPT record and answered without (RFC 6891 §7). */
  rejectsEdns(nowMs: number): void {
    this.#noEdnsUntilMs = nowMs + LESSON_MS;
  }

  /** A name was not echoed as it was sent, or was known in the asker's spelling alone. */
  mindsCase(nowMs: number): void {
    this.#caseProofs++;
    if (this.#caseProofs < CASE_PROOFS) return;
    this.#caseProofs = 0;
    this.#keepCaseUntilMs = nowMs + LESSON_MS;
  }
}
