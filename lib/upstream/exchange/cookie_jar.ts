import type { Random } from "../../base/random/random.ts";
import { findOptions } from "../../wire/edns/find_options.ts";
import { EDNS_OPTION } from "../../wire/iana.ts";
import type { Response } from "../../response/response.ts";

/** RFC 7873 §4: a client cookie has 8 octets, a server cookie 8 to 32. */
const CLIENT_OCTETS = 8;
const SERVER_OCTETS_MIN = 8;
const SERVER_OCTETS_MAX = 32;

/**
 * The DNS cookies exchanged with one upstream (RFC 7873): ours, which it has to repeat, and the one that it gave us.
 * Whoever cannot read our queries has to guess 64 bits more to forge a reply.
 */
export class CookieJar {
  readonly #random: Random;
  readonly #clientCookie = new Uint8Array(CLIENT_OCTETS);
  #option: Uint8Array<ArrayBuffer> = new Uint8Array(0);

  /** Draws a client cookie until `renew`: stable for one upstream, different for each (RFC 7873 §5.1). */
  constructor(random: Random) {
    this.#random = random;
    this.renew();
  }

  /** Draws another client cookie and forgets the server's: our address may have changed (RFC 9018 §3). */
  renew(): void {
    for (let i = 0; i < CLIENT_OCTETS; i++) this.#clientCookie[i] = this.#random.below(256);
    this.#option = this.#clientCookie.slice();
  }

  /** The data of the COOKIE option in the next query; not to be changed. */
  get option(): Uint8Array<ArrayBuffer> {
    return this.#option;
  }

  /** Whether the server has given a cookie of its own. */
  get knowsServerCookie(): boolean {
    return this.#option.length > CLIENT_OCTETS;
  }

  /**
   * Whether a reply is not known to be forged. RFC 7873 §5.3: "If the client cookie is not as expected, the response is
   * to be discarded." A reply without a cookie proves nothing: most servers know none; see `isMissingFrom`. Keeps the
   * server's cookie.
   */
  isGenuine({ octets, scan }: Response): boolean {
    const [cookie] = findOptions(octets, scan, EDNS_OPTION.COOKIE);
    if (cookie === undefined) return true;
    if (cookie.length < CLIENT_OCTETS) return false;
    for (let i = 0; i < CLIENT_OCTETS; i++) if (cookie[i] !== this.#clientCookie[i]) return false;
    const serverOctets = cookie.length - CLIENT_OCTETS;
    if (serverOctets >= SERVER_OCTETS_MIN && serverOctets <= SERVER_OCTETS_MAX) {
      this.#option = cookie.slice();
    }
    return true;
  }

  /**
   * Whether a response to a query that had our cookie has none although its server gave one before. Whoever forges a reply
   * would leave the cookie out rather than guess it. Asked for once: the server may really have stopped giving cookies,
   * so from now on they are not missed, until it gives one again.
   */
  isMissingFrom({ octets, scan }: Response): boolean {
    if (!this.knowsServerCookie) return false;
    if (findOptions(octets, scan, EDNS_OPTION.COOKIE).length > 0) return false;
    this.#option = this.#clientCookie.slice();
    return true;
  }
}
