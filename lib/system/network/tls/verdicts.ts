/** More than there are servers, by far; what is forgotten is refused. */
const VERDICTS_MAX = 1024;

/**
 * What was found of certificates in full handshakes. Those of a session that is taken up again are not looked at (Deno 2.9.5 says of
 * them that they are good, also when they were not, and when the session is one of a listener that asks for none): what counts is
 * what was found when they were.
 */
export class Verdicts {
  /** The latest last. */
  readonly #found = new Map<string, string | null>();

  /** The certificates were looked at: why they are not good, `null` when they are. */
  note(digest: string, error: string | null): void {
    this.#found.delete(digest);
    this.#found.set(digest, error);
    if (this.#found.size > VERDICTS_MAX) this.#found.delete(this.#found.keys().next().value!);
  }

  /** What was found; `undefined` when they were never looked at. */
  of(digest: string): string | null | undefined {
    return this.#found.get(digest);
  }
}
