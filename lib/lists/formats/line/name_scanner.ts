import { LABEL_OCTETS_MAX, NAME_OCTETS_MAX } from "../../../wire/name.ts";
import { OCTET } from "./octets.ts";

/**
 * Octets of names in lists, in lower case: letters, digits, `-`, `_`, and the dot; 0 for all others, which end a name. What
 * else may stand in a label is in no list that is right.
 */
const NAME_OCTETS: Uint8Array<ArrayBuffer> = Uint8Array.from({ length: 256 }, (_, octet) => {
  const character = String.fromCharCode(octet);
  return /[A-Za-z0-9._-]/.test(character) ? character.toLowerCase().charCodeAt(0) : 0;
});

/** Reads names out of text into wire format, in lower case. One octet after the other, once, into octets that are used again. */
export class NameScanner {
  /** The name that was read last, at `[0 … length)`. */
  readonly scratch: Uint8Array<ArrayBuffer> = new Uint8Array(NAME_OCTETS_MAX + 1);
  /** Its octets with the root's; 0 if it is none. */
  length = 0;
  /** Its labels, the root's not counted. */
  labels = 0;
  /** Where its last label begins. */
  #lastLabel = 0;
  /** Where in the line it was read, and where that has ended; -1 when it is of none. */
  #from = -1;
  #to = -1;

  /**
   * Reads the name that begins at `from`; whatever is no part of a name ends it, and there must be such an octet. One dot may
   * stand behind it.
   *
   * @returns Where the octet stands that has ended it.
   */
  scan(octets: Uint8Array, from: number): number {
    // hot path
    const { scratch } = this;
    let at = from;
    let labels = 0;
    let label = 0;
    let to = 1;
    let isGood = true;
    for (;;) {
      const octet = NAME_OCTETS[octets[at]!]!;
      if (octet === OCTET.dot) {
        const length = to - label - 1;
        // No label is empty, but for one dot alone, the root.
        if (length === 0 || length > LABEL_OCTETS_MAX) isGood = false;
        scratch[label] = length;
        this.#lastLabel = label;
        labels++;
        label = to++;
      } else if (octet === 0) {
        break;
      } else {
        scratch[to++] = octet;
      }
      at++;
      // What is longer is not kept. So many octets are no name, and are walked over.
      if (to > NAME_OCTETS_MAX) {
        isGood = false;
        to = NAME_OCTETS_MAX;
      }
    }
    const length = to - label - 1;
    if (length > 0) {
      if (length > LABEL_OCTETS_MAX) isGood = false;
      scratch[label] = length;
      this.#lastLabel = label;
      labels++;
      scratch[to++] = 0;
    } else {
      // Behind a dot at the end, the root's octet stands in the place of the next label's length.
      scratch[label] = 0;
    }
    this.labels = labels;
    this.length = isGood && labels > 0 && to <= NAME_OCTETS_MAX ? to : 0;
    this.#from = from;
    this.#to = at;
    return at;
  }

  /** The same for a line in which that name may have been read already: who looks what a line is does not read it twice. */
  scanOnce(octets: Uint8Array, at: number): number {
    // hot path
    return at === this.#from ? this.#to : this.scan(octets, at);
  }

  /** Another line begins. */
  forget(): void {
    // hot path
    this.#from = -1;
  }

  /** Takes a name in wire format, at `octets[0 … length)`; what stands in the place of the root's octet does not matter. */
  set(octets: ArrayLike<number>, length: number): void {
    // hot path
    const { scratch } = this;
    this.#from = -1;
    for (let i = 0; i < length - 1; i++) scratch[i] = octets[i]!;
    this.length = length;
    this.labels = 0;
    for (let at = 0; at < length - 1; at += 1 + scratch[at]!) {
      this.#lastLabel = at;
      this.labels++;
    }
    if (length > 0) scratch[length - 1] = 0;
  }

  /** Whether its last label has nothing but digits, as addresses have: no domain has one (RFC 3696 §2). */
  endsInDigits(): boolean {
    // hot path
    const { scratch } = this;
    const start = this.#lastLabel + 1;
    const end = start + scratch[this.#lastLabel]!;
    for (let at = start; at < end; at++) {
      const octet = scratch[at]!;
      if (octet < OCTET.zero || octet > OCTET.nine) return false;
    }
    return true;
  }
}
