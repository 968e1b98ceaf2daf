import type { Response } from "../response/response.ts";
import { EDE } from "../wire/iana.ts";

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

/** Something would have to be sent for a request whose deadline has passed. */
export class TooLateError extends UpstreamError {
  /** The class's name, also in a minified program. */
  override readonly name = "TooLateError";

  /** `upstream` is the name of the server that would be asked. */
  constructor(upstream: string) {
    super(`Too late to ask ${upstream}`, EDE.NO_REACHABLE_AUTHORITY);
  }
}

/**
 * A reply is truncated, and TCP has not brought the whole of it: the upstream's failure, though what fitted may be better
 * than nothing.
 */
export class TruncationError extends UpstreamError {
  /** The class's name, also in a minified program. */
  override readonly name = "TruncationError";
  /** What fitted. */
  readonly truncated: Response;

  /** `cause` is what has become of the query over TCP. */
  constructor(truncated: Response, cause: UpstreamError) {
    super(cause.message, cause.infoCode, { cause });
    this.truncated = truncated;
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
  /** Whether it says that the query was not understood: then the server may not have seen our cookie either. */
  readonly isRejection: boolean;

  /** `upstream` is the server's name. */
  constructor(upstream: string, { isRejection }: { isRejection: boolean }) {
    super(`A reply in the name of ${upstream} has no cookie`, EDE.OTHER);
    this.isRejection = isRejection;
  }
}

/** What is wrong with a reply that is truncated although it came whole; `server` tells from whom and how. */
export function truncatedWhole(server: string): UpstreamError {
  return new UpstreamError(`Reply from ${server} is truncated`, EDE.NETWORK_ERROR);
}

/** Whether nothing has come in time, where something might have. */
export function isSilence(error: unknown): boolean {
  return error instanceof UpstreamError && error.infoCode === EDE.NO_REACHABLE_AUTHORITY;
}
