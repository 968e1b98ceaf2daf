/** A source that could not be fetched. The message says why, without its URL: that may have secrets in it. */
export class FetchError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "FetchError";
  /** So long the server wants to be left alone; `null` when it has not said. */
  readonly retryAfterMs: number | null;
  /** Whether the same would come of another try soon. */
  readonly isFinal: boolean;

  /** See the fields. */
  constructor(
    message: string,
    { retryAfterMs = null, isFinal = false, cause }: Partial<Pick<FetchError, "retryAfterMs" | "isFinal" | "cause">> =
      {},
  ) {
    super(message, { cause });
    this.retryAfterMs = retryAfterMs;
    this.isFinal = isFinal;
  }
}
