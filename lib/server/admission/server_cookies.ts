import type { WallClock } from "../../base/runtime.ts";
import { putSipHash24 } from "../../base/random/siphash.ts";
import { putUint32, uint32At } from "../../wire/octets.ts";

/** RFC 7873 §4.1: "The Client Cookie MUST be 8 bytes". */
export const CLIENT_COOKIE_OCTETS = 8;
/** RFC 9018 §4.1. Version 1, three reserved octets, four of time, eight of hash. */
const SERVER_COOKIE_OCTETS = 16;
const VERSION = 1;
/** Of a whole cookie, what the hash covers beside the client's address, and what stands before the hash. */
const HASHED_OCTETS = CLIENT_COOKIE_OCTETS + 8;
/** Where the version is, and the time. */
const VERSION_OFFSET: number = CLIENT_COOKIE_OCTETS;
const TIME_OFFSET = CLIENT_COOKIE_OCTETS + 4;
const ADDRESS_OCTETS_MAX = 16;
/** RFC 9018 §4.3: "The DNS server SHOULD allow cookies within a 1-hour period in the past and a 5-minute period into the future". */
const AGE_SECONDS = { min: -5 * 60, max: 60 * 60 };
/** RFC 9018 §4.3: "it is RECOMMENDED to generate a new Server Cookie" for one that is older. */
const RENEWAL_SECONDS = 30 * 60;

/** How long a key makes cookies. Who has guessed one has it for no longer. */
const KEY_LIFE_SECONDS = 24 * 60 * 60;

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
  /** The COOKIE option of the reply to the query that was judged last: the client's cookie and ours. */
  readonly reply: Uint8Array<ArrayBuffer> = new Uint8Array(CLIENT_COOKIE_OCTETS + SERVER_COOKIE_OCTETS);
  readonly #hashed = new Uint8Array(HASHED_OCTETS + ADDRESS_OCTETS_MAX);

  /** `keyOfDay` gives the key, 16 octets, of a day since 1970; cookies tell the time of `wallClock`. */
  constructor({ keyOfDay, wallClock }: { keyOfDay: (day: number) => Uint8Array<ArrayBuffer>; wallClock: WallClock }) {
    this.#keyOfDay = keyOfDay;
    this.#wallClock = wallClock;
  }

  /**
   * Judges the data of a COOKIE option. Returns whether the client has a server cookie of ours: then it really is where its
   * packets say it is. What the reply's option has to say stands in `reply` then.
   *
   * @param wire The message that it is in, from `offset` on.
   * @param octets How many there are: a client cookie, alone or with a server cookie, as `isCookieLength` accepts it.
   * @param clientIp 4 or 16 octets.
   */
  judge(wire: Uint8Array, offset: number, octets: number, clientIp: Uint8Array): boolean {
    // hot path
    const { reply } = this;
    const nowSeconds = this.#wallClock.epochSeconds();
    const isWhole = octets === CLIENT_COOKIE_OCTETS + SERVER_COOKIE_OCTETS;
    for (let i = isWhole ? HASHED_OCTETS : CLIENT_COOKIE_OCTETS; i-- > 0;) reply[i] = wire[offset + i]!;
    const isInTime = isWhole && isInTimeAt(reply, nowSeconds);
    const isValid = isInTime && this.#isOurs(wire, offset, clientIp);
    if (!isValid || ageOf(reply, nowSeconds) > RENEWAL_SECONDS) this.#make(nowSeconds, clientIp);
    return isValid;
  }

  #isOurs(wire: Uint8Array, offset: number, clientIp: Uint8Array): boolean {
    // hot path
    const { reply } = this;
    this.#putHash(clientIp);
    // Comparing octet by octet tells by its time how many were right. Over a network that drowns in noise, and a hash
    // guessed for one second of one client is of no use in the next.
    for (let i = HASHED_OCTETS; i < reply.length; i++) if (reply[i] !== wire[offset + i]) return false;
    return true;
  }

  #make(nowSeconds: number, clientIp: Uint8Array): void {
    // hot path
    const { reply } = this;
    reply[VERSION_OFFSET] = VERSION;
    reply.fill(0, VERSION_OFFSET + 1, TIME_OFFSET);
    putUint32(reply, TIME_OFFSET, nowSeconds);
    this.#putHash(clientIp);
  }

  /** RFC 9018 §4.4: "Hash = ( Client Cookie | Version | Reserved | Timestamp | Client-IP, Server Secret )" */
  #putHash(clientIp: Uint8Array): void {
    // hot path
    const hashed = this.#hashed;
    for (let i = 0; i < HASHED_OCTETS; i++) hashed[i] = this.reply[i]!;
    for (let i = 0; i < clientIp.length; i++) hashed[HASHED_OCTETS + i] = clientIp[i]!;
    const day = Math.floor(uint32At(hashed, TIME_OFFSET) / KEY_LIFE_SECONDS);
    if (day !== this.#lastDay) this.#lastKey = this.#keyOfDay(day);
    this.#lastDay = day;
    putSipHash24(this.reply, HASHED_OCTETS, this.#lastKey, hashed, HASHED_OCTETS + clientIp.length);
  }
}

/** The key of the hash. */
type Key = Uint8Array<ArrayBuffer>;

/** How old the server cookie says it is, by serial number arithmetic (RFC 9018 §4.3, RFC 1982): 32 bits of seconds end in 2106. */
function ageOf(cookie: Uint8Array, nowSeconds: number): number {
  // hot path
  return (nowSeconds - uint32At(cookie, TIME_OFFSET)) | 0;
}

/** Whether a server cookie is of our kind, neither too old nor ahead of our time. */
function isInTimeAt(cookie: Uint8Array, nowSeconds: number): boolean {
  // hot path
  const ageSeconds = ageOf(cookie, nowSeconds);
  return cookie[VERSION_OFFSET] === VERSION && ageSeconds >= AGE_SECONDS.min && ageSeconds <= AGE_SECONDS.max;
}

/** RFC 7873 §5.2.2: a COOKIE option holds 8 octets, or 16 to 40. */
export function isCookieLength(octets: number): boolean {
  return octets === CLIENT_COOKIE_OCTETS || (octets >= 16 && octets <= 40);
}
