import type { Digests } from "../../base/random/digests.ts";
import type { Clock, WallClock } from "../../base/runtime.ts";
import { LineAMinute } from "../../observe/line_a_minute.ts";
import type { Log } from "../../observe/log.ts";
import { cookieValue, type Login, LOGIN_SECONDS, setCookie } from "./cookies.ts";
import { LoginThrottle } from "./login_throttle.ts";
import { findToken, type Token } from "./tokens.ts";

/** What logins are made from. */
export interface LoginsOptions {
  /** Who may log in. */
  readonly tokens: () => readonly Token[];
  /** What logins are called. */
  readonly cookieName: string;
  /** What pauses behind failures are measured by. */
  readonly clock: Clock;
  /** What logins end by. */
  readonly wallClock: WallClock;
  /** What tokens are compared by. */
  readonly digests: Digests;
  /** Where the operator reads. */
  readonly log: Log;
}

/** What has come of a try. */
export type LoginOutcome =
  | { readonly kind: "in"; readonly login: Login; readonly cookie: string }
  | { readonly kind: "wrong" }
  /** It is not looked at: too early behind a failure. */
  | { readonly kind: "wait"; readonly seconds: number };

/** Logins of people, who send their token once. */
export class Logins {
  readonly #options: LoginsOptions;
  readonly #throttle: LoginThrottle;
  readonly #failures: LineAMinute;
  #count = 0;

  /** See {@linkcode LoginsOptions}. */
  constructor(options: LoginsOptions) {
    this.#options = options;
    this.#throttle = new LoginThrottle(options.clock);
    this.#failures = new LineAMinute(options.clock, (line) => options.log.warn(line));
  }

  /** How many there were. */
  get counts(): { readonly succeeded: number; readonly failed: number } {
    return { succeeded: this.#count, failed: this.#throttle.failureCount };
  }

  /** Somebody at an address sends what he takes for a token. */
  begin(text: string, address: string, isSecure: boolean): LoginOutcome {
    const { tokens, cookieName, wallClock, digests, log } = this.#options;
    const waitMs = this.#throttle.waitMs(address);
    if (waitMs > 0) {
      this.#throttle.turnedAway();
      return { kind: "wait", seconds: Math.ceil(waitMs / 1000) };
    }
    const token = findToken(tokens(), text, digests);
    if (token === null) {
      this.#throttle.failed(address);
      const { failureCount } = this.#throttle;
      this.#failures.note((count) => {
        return `a login to the page has failed, from ${address}; ${count} were looked at, of ${failureCount} since the start`;
      });
      return { kind: "wrong" };
    }
    this.#throttle.succeeded(address);
    this.#count++;
    log.info(`the token ${token.name} has logged in to the page, from ${address}`);
    const login = { token, endsAtSeconds: wallClock.epochSeconds() + LOGIN_SECONDS };
    return { kind: "in", login, cookie: setCookie(cookieName, cookieValue(login, digests), isSecure) };
  }

  /** The field that ends a login on the side of the browser. */
  end(isSecure: boolean): string {
    return setCookie(this.#options.cookieName, "", isSecure);
  }
}
