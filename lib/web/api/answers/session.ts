import type { Scope } from "../../auth/tokens.ts";

export type { Scope };

/** `GET session`: as whom the API is used. */
export interface SessionAnswer {
  /** The name that the token has in its file; `socket` for who may connect to the admin socket. */
  readonly name: string;
  /** What that allows. */
  readonly scope: Scope;
  /** When a login by cookie ends; `null` for one that does not. */
  readonly endsAtMs: number | null;
}

/** `POST login`: what the page sends once, and gets a cookie for. The answer is a `SessionAnswer`. */
export interface LoginBody {
  /** As `dns-forwarder token` prints it. */
  readonly token: string;
}

/** Every error (RFC 9457), `application/problem+json`. */
export interface ProblemDetails {
  /** `about:blank`: the status says which kind it is. */
  readonly type: string;
  /** The status in words. */
  readonly title: string;
  /** The HTTP status. */
  readonly status: number;
  /** What is wrong, and what to do. */
  readonly detail: string;
}
