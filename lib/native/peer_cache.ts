import { hostnameOf, portOf } from "./kernel/sockaddr.ts";
import { NAME_WORDS, NativePeer, PEER_WORDS } from "./kernel/native_peer.ts";
import type { Zones } from "./kernel/zones.ts";

/**
 * Peers kept; a power of two. A peer may stand at either of two places, and is found as long as no two others have come there: of
 * 400 that ask all the time 1 in 200 has to be made anew again and again, where it was 1 in 20 with one place for each.
 */
const PLACES = 8192;
/** Words for the key of each place: one line of the processor's cache. The last one says how many are in use. */
const PLACE_WORDS = 16;

/**
 * The peers that sent lately, so that who asks again costs no text. Whoever sends from ever new addresses gets as far as
 * making us build that text for each datagram, as the plain path always does; the table does not grow.
 */
export class PeerCache {
  readonly #zones: Zones;
  readonly #peers: (NativePeer | undefined)[] = new Array<NativePeer | undefined>(PLACES).fill(undefined);
  /** What they are known by. */
  readonly #keys = new Uint32Array(PLACES * PLACE_WORDS);
  /** By address alone: a client asks each question from another port, and keeps its text. */
  readonly #neighbours: (NativePeer | undefined)[] = new Array<NativePeer | undefined>(PLACES).fill(undefined);

  /** `zones` names the links of link-local peers. */
  constructor(zones: Zones) {
    this.#zones = zones;
  }

  /**
   * The peer that `key` stands for, of `PEER_WORDS`: the same object as before, or a new one.
   *
   * @param count So many words are looked at, behind which all are zero: two of most peers.
   */
  find(key: Uint32Array<ArrayBuffer>, count: number = PEER_WORDS): NativePeer {
    // hot path
    const place = hash(key, 0, count) & ~1;
    if (this.#isAt(place, key, count)) return this.#peers[place]!;
    return this.#isAt(place + 1, key, count) ? this.#peers[place + 1]! : this.#put(key, count, place);
  }

  #isAt(place: number, key: Uint32Array<ArrayBuffer>, count: number): boolean {
    // hot path
    const at = place * PLACE_WORDS;
    const keys = this.#keys;
    if (keys[at + PLACE_WORDS - 1] !== count) return false;
    for (let i = 0; i < count; i++) if (keys[at + i] !== key[i]) return false;
    return true;
  }

  #put(key: Uint32Array<ArrayBuffer>, count: number, place: number): NativePeer {
    const at = place * PLACE_WORDS;
    // Of the two that stand here, the one that came first goes.
    this.#keys.copyWithin(at + PLACE_WORDS, at, at + PLACE_WORDS);
    this.#peers[place + 1] = this.#peers[place];
    this.#keys.set(key, at);
    this.#keys[at + PLACE_WORDS - 1] = count;
    return this.#peers[place] = this.#make(key);
  }

  #make(key: Uint32Array<ArrayBuffer>): NativePeer {
    const place = hash(key, 1, NAME_WORDS);
    const neighbour = this.#neighbours[place];
    const isKnown = neighbour !== undefined && isSameAddress(neighbour.words, key);
    const hostname = isKnown ? neighbour.hostname : hostnameOf(key, this.#zones);
    // Of a family that UDP does not have. RFC 768: port 0 says that no reply is wanted.
    if (hostname === null) return new NativePeer("0.0.0.0", 0, key.slice());
    const peer = new NativePeer(hostname, portOf(key[0]!), key.slice());
    this.#neighbours[place] = peer;
    return peer;
  }
}

/** Mixes the words of `key` from `start` to `end` into a place (the multiplier is FNV's; who collides only evicts). */
function hash(key: Uint32Array, start: number, end: number): number {
  // hot path
  let mixed = 0;
  for (let i = start; i < end; i++) mixed = Math.imul(mixed ^ key[i]!, 0x01000193);
  mixed ^= mixed >>> 15;
  return (mixed ^ (mixed >>> 22)) & (PLACES - 1);
}

/** Whether all is the same but the port. */
function isSameAddress(a: Uint32Array, b: Uint32Array): boolean {
  for (let i = 1; i < NAME_WORDS; i++) if (a[i] !== b[i]) return false;
  return true;
}
