/**
 * What a question's name is looked up by, made once by a {@linkcode QuestionHash} when it is first asked for. Belongs to a
 * query and is used again with it. All numbers are signed and have 32 bits: V8 keeps them in the object itself.
 */
export class NameKey {
  /** The hash that has made it; `null` before. Another one makes it anew. */
  madeBy: object | null = null;
  /** The state of the hash when it has taken in the whole name. */
  v0 = 0;
  /** See `v0`. */
  v1 = 0;
  /** See `v0`. */
  v2 = 0;
  /** See `v0`. */
  v3 = 0;
  /** Octets that were taken in. */
  octets = 0;
  /** Tells last labels (top-level names) apart, most of the time: the same for the same label in any case of its letters. */
  topLabel = 0;

  /** The name has changed. */
  forget(): void {
    // hot path
    this.madeBy = null;
  }
}
