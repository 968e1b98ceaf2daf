/** Thrown when the program's own reasoning is wrong. Never caused by input: input gets a `WireFormatError` or a status. */
export class BrokenInvariantError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "BrokenInvariantError";
}

/**
 * States a fact that the surrounding code relies on. Stays on in production: one query is answered with SERVFAIL and
 * the fault is logged, instead of a wrong answer going out.
 *
 * @throws {BrokenInvariantError} when `condition` is false.
 */
export function assert(condition: boolean, fact: string): asserts condition {
  if (!condition) throw new BrokenInvariantError(`Broken invariant: ${fact}`);
}
