import { isSameAddress, type SocketAddress } from "../../base/net/address.ts";

/** How many are remembered: a copy follows its original within milliseconds, and one socket gets few replies in those. */
const REMEMBERED_COUNT = 64;

/** The last IDs under which replies were accepted, to tell the copy of an honest reply from a forger's guess. */
export class AnsweredIds {
  readonly #ids = new Uint16Array(REMEMBERED_COUNT);
  readonly #peers: SocketAddress[] = [];
  #count = 0;

  /** A reply with this ID has been accepted from `peer`. */
  add(id: number, peer: SocketAddress): void {
    const place = this.#count++ % REMEMBERED_COUNT;
    this.#ids[place] = id;
    this.#peers[place] = peer;
  }

  /** Whether a reply with this ID has been accepted from `peer` not long ago. */
  has(id: number, peer: SocketAddress): boolean {
    return this.#peers.some((answerer, place) => this.#ids[place] === id && isSameAddress(answerer, peer));
  }
}
