import type { SocketAddress } from "../base/net/address.ts";
import { familyOf, putPort, sockaddrOf } from "./kernel/sockaddr.ts";
import type { Zones } from "./kernel/zones.ts";

/** Addresses kept; when there are more, all are read anew. */
const ADDRESSES_MAX = 1024;

/** The `sockaddr`s of addresses that are known by their text: upstreams, and clients whom Deno has heard. */
export class AddressBook {
  readonly #zones: Zones;
  readonly #words = new Map<string, Uint32Array<ArrayBuffer>>();

  /** `zones` finds the links of link-local addresses. */
  constructor(zones: Zones) {
    this.#zones = zones;
  }

  /** Reads all addresses anew: an interface that comes back has another number. */
  forget(): void {
    this.#words.clear();
  }

  /**
   * The `sockaddr` of `address` for a socket of `family`, good until the next call; `null` when a socket of that family
   * cannot reach it.
   */
  find(address: SocketAddress, family: number): Uint32Array<ArrayBuffer> | null {
    // hot path
    const words = this.#words.get(address.hostname);
    if (words === undefined || familyOf(words[0]!) !== family) return this.#add(address, family);
    putPort(words, family, address.port);
    return words;
  }

  #add(address: SocketAddress, family: number): Uint32Array<ArrayBuffer> | null {
    const words = sockaddrOf(address, family, this.#zones);
    if (words === null) return null;
    if (this.#words.size >= ADDRESSES_MAX) this.#words.clear();
    this.#words.set(address.hostname, words);
    return words;
  }
}
