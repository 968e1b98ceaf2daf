/** An upstream could not be made to answer. The message names the upstream and says what happened. */
export class UpstreamError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name: string = "UpstreamError";
  /** INFO-CODE of the extended DNS error that tells a client (RFC 8914). */
  readonly infoCode: number;

  /** See the fields; `options.cause` is what the operating system said. */
  constructor(message: string, infoCode: number, options?: ErrorOptions) {
    super(message, options);
    this.infoCode = infoCode;
  }
}

/**
 * What comes in over UDP may be forged: a socket was given up because wrong replies came in on it by the dozen, or a reply
 * lacks the cookie that its server knows.
 */
export class ForgeryError extends UpstreamError {
  /** The class's name, also in a minified program. */
  override readonly name: string = "ForgeryError";
}

/** A reply lacks the cookie that its server knows. */
export class MissingCookieError extends ForgeryError {
  /** The class's name, also in a minified program. */
  override readonly name = "MissingCookieError";
}
