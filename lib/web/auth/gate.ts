import type { SocketAddress } from "../../base/net/address.ts";
import type { Digests } from "../../base/random/digests.ts";
import type { WallClock } from "../../base/runtime.ts";
import { cookieIn, type Login, readCookie } from "./cookies.ts";
import { isOwnHost } from "./own_hosts.ts";
import { findToken, type Token } from "./tokens.ts";

/** Methods that change nothing (RFC 9110 §9.2.1). */
const SAFE_METHODS: readonly string[] = ["GET", "HEAD"];

/** How requests are checked. */
export interface GateOptions {
  /** Where it listens. */
  readonly address: Pick<SocketAddress, "hostname">;
  /** Further names that it may be asked by. */
  readonly names: readonly string[];
  /** Whether it speaks TLS itself. */
  readonly isSecure: boolean;
  /** Whether a proxy stands in front of it, which may speak TLS for it. */
  readonly isBehindProxy: boolean;
  /** What logins are called. */
  readonly cookieName: string;
  /** Who may use it. */
  readonly tokens: () => readonly Token[];
  /** What logins end by. */
  readonly wallClock: WallClock;
  /** What tokens are compared by. */
  readonly digests: Digests;
}

/** A request that goes no further. */
export interface Refused {
  /** Tells it from the others. */
  readonly kind: "refused";
  /** 401, 403, 415 or 421. */
  readonly status: number;
  /** Why, for who sees the answer. */
  readonly detail: string;
}

/** What is found out about a request. */
export type Verdict =
  | Refused
  /** It comes by an own name and from an own page, or from no page. Nobody says who it is. */
  | { readonly kind: "stranger" }
  /** The same, by who has a token. */
  | { readonly kind: "known"; readonly token: Token; readonly login: Login | null };

/** Decides about each request before anything else looks at it. */
export class Gate {
  readonly #options: GateOptions;

  /** See {@linkcode GateOptions}. */
  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** What to do with it. */
  check(request: Request): Verdict {
    const { headers } = request;
    const refusal = this.#refusalOfHost(request) ?? this.#refusalOfPage(request);
    if (refusal !== null) return refusal;
    const authorization = headers.get("authorization");
    if (authorization !== null) return this.#byToken(authorization);
    const { cookieName, tokens, wallClock, digests } = this.#options;
    const cookie = cookieIn(headers.get("cookie"), cookieName);
    const login = cookie === null ? null : readCookie(cookie, tokens(), wallClock.epochSeconds(), digests);
    if (login === null) return { kind: "stranger" };
    return this.#refusalOfCookie(request) ?? { kind: "known", token: login.token, login };
  }

  /** The scheme and host that pages of ours have, as browsers say it (RFC 6454 §6.2). */
  isOwnOrigin(request: Request, origin: string): boolean {
    const { isSecure, isBehindProxy } = this.#options;
    const host = hostOf(request).toLowerCase();
    const schemes = isBehindProxy ? ["http:", "https:"] : [isSecure ? "https:" : "http:"];
    return schemes.some((scheme) => origin === `${scheme}//${host}`);
  }

  #refusalOfHost(request: Request): Refused | null {
    const said = request.headers.get("host");
    // What the request line of HTTP/1.1 says counts more than the field (RFC 9112 §3.2.2), and may differ from it.
    // The server makes the URL of what the field says, which need not be a host at all.
    const hosts = [URL.parse(request.url)?.host ?? "", ...said === null ? [] : [said]];
    if (hosts.every((host) => isOwnHost(host, this.#options))) return null;
    const detail = "This is no name of this server; admin.hosts has the names that it may be asked by";
    return { kind: "refused", status: 421, detail };
  }

  /** What a browser says about the page that asks. Programs say nothing of it. */
  #refusalOfPage(request: Request): Refused | null {
    const origin = request.headers.get("origin");
    if (origin === null || this.isOwnOrigin(request, origin)) return null;
    return { kind: "refused", status: 403, detail: "Another page may not ask" };
  }

  #byToken(authorization: string): Verdict {
    const { tokens, digests } = this.#options;
    const [, text] = /^Bearer +([^ ]+) *$/i.exec(authorization) ?? [];
    const token = text === undefined ? null : findToken(tokens(), text, digests);
    if (token !== null) return { kind: "known", token, login: null };
    return { kind: "refused", status: 401, detail: "There is no such token" };
  }

  /**
   * A browser sends a cookie with whatever page asks: those of another port of the same host, too, for `SameSite=Strict` looks at
   * the host alone. Browsers say which page it is (Sec-Fetch-Site) where the way is encrypted or the host is this machine; behind a
   * proxy it may be neither.
   */
  #refusalOfCookie({ method, headers }: Request): Refused | null {
    const site = headers.get("sec-fetch-site");
    const isOwnSite = site === null ? this.#options.isBehindProxy : site === "same-origin" || site === "none";
    if (!isOwnSite) {
      return { kind: "refused", status: 403, detail: "Another page may not ask; a program sends a token" };
    }
    if (SAFE_METHODS.includes(method)) return null;
    if (headers.get("origin") === null) {
      return { kind: "refused", status: 403, detail: "It is not said which page asks" };
    }
    return null;
  }
}

/** The host that a request is for, with its port where it is not the usual one. */
function hostOf(request: Request): string {
  return request.headers.get("host") ?? new URL(request.url).host;
}
