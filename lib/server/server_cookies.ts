import { concat } from "@std/bytes/concat";
import { equals } from "@std/bytes/equals";
import type { Clock, RandomSource, WallClock } from "../base/runtime.ts";
import { sipHash24, SIPHASH_KEY_OCTETS } from "../base/siphash.ts";

/** RFC 7873 §4.1: "The Client Cookie MUST be 8 bytes". */
export const CLIENT_COOKIE_OCTETS = 8;
/** RFC 9018 §4.1. Version 1, three reserved octets, four of time, eight of hash. */
const SERVER_COOKIE_OCTETS = 16;
const VERSION = 1;
/** Of the server cookie, what the hash covers. */
const HASHED_OCTETS = 8;
/** RFC 9018 §4.3: "The DNS server SHOULD allow cookies within a 1-hour period in the past and a 5-minute period into the future". */
const AGE_SECONDS = { min: -5 * 60, max: 60 * 60 };
/** RFC 9018 §4.3: "it is RECOMMENDED to generate a new Server Cookie" for one that is older. */
const RENEWAL_SECONDS = 30 * 60;

/** How long a secret makes cookies. Who has guessed or stolen one has it for no longer. */
const SECRET_LIFE_MS = 24 * 60 * 60 * 1000;
/** How long a secret that makes no more cookies still proves them: as long as the last of them is valid. */
const OLD_SECRET_LIFE_MS = (AGE_SECONDS.max - AGE_SECONDS.min) * 1000;

/** What a server makes of a client's COOKIE option. */
export interface CookieVerdict {
  /** Whether the client has a server cookie of ours: then it really is where its packets say it is. */
  readonly isValid: boolean;
  /** The COOKIE option of the reply: the client's cookie and ours. */
  readonly reply: Uint8Array<ArrayBuffer>;
}

/**
 * Gives clients cookies that only who receives at an address can bring back from it, and knows its own again without
 * keeping any (RFC 7873 §5.2, RFC 9018 §4).
 *
 * The secret is changed daily; cookies that the one before made hold to their end (RFC 9018 §5). With the process the
 * secrets end: a client then simply gets a new cookie.
 */
export class ServerCookies {
  readonly #random: RandomSource;
  readonly #clock: Clock;
  readonly #wallClock: WallClock;
  #secret: Secret;
  #oldSecret: Secret | null = null;
  #changedAtMs: number;

  /** Draws secrets from `random` and changes them by `clock`; cookies tell the time of `wallClock`. */
  constructor({ random, clock, wallClock }: { random: RandomSource; clock: Clock; wallClock: WallClock }) {
    this.#random = random;
    this.#clock = clock;
    this.#wallClock = wallClock;
    this.#secret = drawSecret(random);
    this.#changedAtMs = clock.nowMs();
  }

  /**
   * Judges the data of a COOKIE option.
   *
   * @param cookie A client cookie, alone or with a server cookie, as `isCookieLength` accepts it.
   * @param clientIp 4 or 16 octets.
   */
  judge(cookie: Uint8Array<ArrayBuffer>, clientIp: Uint8Array): CookieVerdict {
    this.#changeSecret();
    const nowSeconds = this.#wallClock.epochSeconds();
    const ageSeconds = ageOf(cookie, nowSeconds);
    const isCurrent = ageSeconds !== null && isMadeWith(this.#secret, cookie, clientIp);
    if (isCurrent && ageSeconds <= RENEWAL_SECONDS) return { isValid: true, reply: cookie.slice() };
    const isValid = isCurrent ||
      (ageSeconds !== null && this.#oldSecret !== null && isMadeWith(this.#oldSecret, cookie, clientIp));
    return { isValid, reply: this.#make(cookie.subarray(0, CLIENT_COOKIE_OCTETS), clientIp, nowSeconds) };
  }

  /** A query is the occasion: while nobody asks, no secret is used. */
  #changeSecret(): void {
    const ageMs = this.#clock.nowMs() - this.#changedAtMs;
    if (ageMs >= OLD_SECRET_LIFE_MS) this.#oldSecret = null;
    if (ageMs < SECRET_LIFE_MS) return;
    this.#oldSecret = this.#secret;
    this.#secret = drawSecret(this.#random);
    this.#changedAtMs = this.#clock.nowMs();
  }

  #make(clientCookie: Uint8Array, clientIp: Uint8Array, nowSeconds: number): Uint8Array<ArrayBuffer> {
    const hashed = new Uint8Array(CLIENT_COOKIE_OCTETS + HASHED_OCTETS);
    hashed.set(clientCookie);
    hashed[CLIENT_COOKIE_OCTETS] = VERSION;
    new DataView(hashed.buffer).setUint32(CLIENT_COOKIE_OCTETS + 4, nowSeconds);
    return concat([hashed, hashOf(this.#secret, hashed, clientIp)]);
  }
}

/** The key of the hash. */
type Secret = Uint8Array<ArrayBuffer>;

function drawSecret(random: RandomSource): Secret {
  const secret = new Uint8Array(SIPHASH_KEY_OCTETS);
  random.fill(secret);
  return secret;
}

/** How old the server cookie says it is; `null` when it is of another kind, too old, or ahead of our time. */
function ageOf(cookie: Uint8Array, nowSeconds: number): number | null {
  const server = cookie.subarray(CLIENT_COOKIE_OCTETS);
  if (server.length !== SERVER_COOKIE_OCTETS || server[0] !== VERSION) return null;
  const madeAt = new DataView(server.buffer, server.byteOffset).getUint32(4);
  // RFC 9018 §4.3: serial number arithmetic (RFC 1982), as 32 bits of seconds end in 2106.
  const ageSeconds = (nowSeconds - madeAt) | 0;
  return ageSeconds < AGE_SECONDS.min || ageSeconds > AGE_SECONDS.max ? null : ageSeconds;
}

function isMadeWith(secret: Secret, cookie: Uint8Array, clientIp: Uint8Array): boolean {
  const hashedOctets = CLIENT_COOKIE_OCTETS + HASHED_OCTETS;
  // Comparing octet by octet tells by its time how many were right. Over a network that drowns in noise, and a hash
  // guessed for one second of one client is of no use in the next.
  return equals(hashOf(secret, cookie.subarray(0, hashedOctets), clientIp), cookie.subarray(hashedOctets));
}

/** RFC 9018 §4.4: "Hash = ( Client Cookie | Version | Reserved | Timestamp | Client-IP, Server Secret )" */
function hashOf(secret: Secret, hashed: Uint8Array, clientIp: Uint8Array): Uint8Array<ArrayBuffer> {
  return sipHash24(secret, concat([hashed, clientIp]));
}

/** RFC 7873 §5.2.2: a COOKIE option holds 8 octets, or 16 to 40. */
export function isCookieLength(octets: number): boolean {
  return octets === CLIENT_COOKIE_OCTETS || (octets >= 16 && octets <= 40);
}
