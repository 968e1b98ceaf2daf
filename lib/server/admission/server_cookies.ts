import { concat } from "@std/bytes/concat";
import { equals } from "@std/bytes/equals";
import type { WallClock } from "../../base/runtime.ts";
import { sipHash24 } from "../../base/random/siphash.ts";

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

/** How long a key makes cookies. Who has guessed one has it for no longer. */
const KEY_LIFE_SECONDS = 24 * 60 * 60;

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
 * Each day has its key, derived from a secret that ends with the process (RFC 9018 §5): a client then simply gets a new
 * cookie. As a cookie says when it was made, nothing has to be kept, and all who have the secret know each other's cookies.
 */
export class ServerCookies {
  readonly #keyOfDay: (day: number) => Key;
  readonly #wallClock: WallClock;
  #lastDay = -1;
  #lastKey: Key = new Uint8Array();

  /** `keyOfDay` gives the key, 16 octets, of a day since 1970; cookies tell the time of `wallClock`. */
  constructor({ keyOfDay, wallClock }: { keyOfDay: (day: number) => Uint8Array<ArrayBuffer>; wallClock: WallClock }) {
    this.#keyOfDay = keyOfDay;
    this.#wallClock = wallClock;
  }

  /**
   * Judges the data of a COOKIE option.
   *
   * @param cookie A client cookie, alone or with a server cookie, as `isCookieLength` accepts it.
   * @param clientIp 4 or 16 octets.
   */
  judge(cookie: Uint8Array<ArrayBuffer>, clientIp: Uint8Array): CookieVerdict {
    const nowSeconds = this.#wallClock.epochSeconds();
    const ageSeconds = ageOf(cookie, nowSeconds);
    const isValid = ageSeconds !== null && this.#isOurs(cookie, clientIp);
    if (isValid && ageSeconds <= RENEWAL_SECONDS) return { isValid, reply: cookie.slice() };
    return { isValid, reply: this.#make(cookie.subarray(0, CLIENT_COOKIE_OCTETS), clientIp, nowSeconds) };
  }

  #isOurs(cookie: Uint8Array, clientIp: Uint8Array): boolean {
    const hashed = cookie.subarray(0, CLIENT_COOKIE_OCTETS + HASHED_OCTETS);
    // Comparing octet by octet tells by its time how many were right. Over a network that drowns in noise, and a hash
    // guessed for one second of one client is of no use in the next.
    return equals(this.#hash(hashed, clientIp), cookie.subarray(hashed.length));
  }

  #make(clientCookie: Uint8Array, clientIp: Uint8Array, nowSeconds: number): Uint8Array<ArrayBuffer> {
    const hashed = new Uint8Array(CLIENT_COOKIE_OCTETS + HASHED_OCTETS);
    hashed.set(clientCookie);
    hashed[CLIENT_COOKIE_OCTETS] = VERSION;
    new DataView(hashed.buffer).setUint32(CLIENT_COOKIE_OCTETS + 4, nowSeconds);
    return concat([hashed, this.#hash(hashed, clientIp)]);
  }

  /** RFC 9018 §4.4: "Hash = ( Client Cookie | Version | Reserved | Timestamp | Client-IP, Server Secret )" */
  #hash(hashed: Uint8Array, clientIp: Uint8Array): Uint8Array<ArrayBuffer> {
    const day = Math.floor(madeAt(hashed) / KEY_LIFE_SECONDS);
    if (day !== this.#lastDay) this.#lastKey = this.#keyOfDay(day);
    this.#lastDay = day;
    return sipHash24(this.#lastKey, concat([hashed, clientIp]));
  }
}

/** The key of the hash. */
type Key = Uint8Array<ArrayBuffer>;

/** How old the server cookie says it is; `null` when it is of another kind, too old, or ahead of our time. */
function ageOf(cookie: Uint8Array, nowSeconds: number): number | null {
  const server = cookie.subarray(CLIENT_COOKIE_OCTETS);
  if (server.length !== SERVER_COOKIE_OCTETS || server[0] !== VERSION) return null;
  // RFC 9018 §4.3: serial number arithmetic (RFC 1982), as 32 bits of seconds end in 2106.
  const ageSeconds = (nowSeconds - madeAt(cookie)) | 0;
  return ageSeconds < AGE_SECONDS.min || ageSeconds > AGE_SECONDS.max ? null : ageSeconds;
}

/** When the server cookie says that it was made: the lower 32 bits of the seconds since 1970. */
function madeAt(cookie: Uint8Array): number {
  return new DataView(cookie.buffer, cookie.byteOffset + CLIENT_COOKIE_OCTETS).getUint32(4);
}

/** RFC 7873 §5.2.2: a COOKIE option holds 8 octets, or 16 to 40. */
export function isCookieLength(octets: number): boolean {
  return octets === CLIENT_COOKIE_OCTETS || (octets >= 16 && octets <= 40);
}
