import type { ProblemDetails } from "./answers.ts";

/** What the statuses that are given mean in words (RFC 9110 §15, RFC 6585). */
const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  408: "Request Timeout",
  409: "Conflict",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  421: "Misdirected Request",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/** A request that is not answered as it was meant. The message says why, for who has sent it. */
export class ApiError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "ApiError";
  /** The HTTP status. */
  readonly status: number;
  /** Fields that go with the status. */
  readonly headers: Readonly<Record<string, string>>;

  /** See the properties. */
  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** An error as it is told (RFC 9457 §3). */
export function problemDetails(status: number, detail: string): ProblemDetails {
  return { type: "about:blank", title: TITLES[status] ?? "Error", status, detail };
}
