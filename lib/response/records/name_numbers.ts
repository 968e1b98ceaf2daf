import { HEADER_OCTETS } from "../../wire/header.ts";
import { foldOctet } from "../../wire/name.ts";
import { labelAt } from "../../wire/name_at.ts";
import { octetsText } from "../../wire/octets.ts";

/** The number of the root. */
export const ROOT_NUMBER = 0;

/** Where the labels of a name stand that have no number yet. Used anew for each name, which has 127 at most. */
const unknown = new Uint16Array(128);

/**
 * Gives the names of a message numbers, the same for the same name, letter case ignored. A name is the number of its first
 * label and of the name behind that, and each place in the message is looked at once, whichever pointers lead there. So all
 * the names of 64 KiB take no more steps than there are octets, where to read each takes twenty times that.
 *
 * Maps look texts up by a hash that nobody can predict, so names made to collide do not.
 */
export class NameNumbers {
  /** Labels looked at. */
  steps = 0;
  readonly #octets: Uint8Array;
  /** The octets in lower case. Lengths of labels are below "A". */
  readonly #text: string;
  /** By the number of the rest and a label with its length. */
  readonly #numbers = new Map<string, number>();
  /** By number, that of the name without its first label. */
  readonly #parents: number[] = [ROOT_NUMBER];
  /** By number, the octets that the name takes in full. */
  readonly #lengths: number[] = [1];
  /** By offset, the number of the name that begins there and 1; 0 where none has been seen. */
  readonly #seen: Uint16Array;

  /** Of the names in `octets`, a readable message. */
  constructor(octets: Uint8Array) {
    this.#octets = octets;
    this.#text = octetsText(lowerCased(octets));
    this.#seen = new Uint16Array(octets.length);
  }

  /** The number of the readable name at `offset`. */
  numberAt(offset: number): number {
    let count = 0;
    let label = labelAt(this.#octets, offset);
    while (this.#octets[label] !== 0 && this.#seen[label] === 0) {
      unknown[count++] = label;
      label = labelAt(this.#octets, label + 1 + this.#octets[label]!);
    }
    this.steps += count + 1;
    let number = this.#octets[label] === 0 ? ROOT_NUMBER : this.#seen[label]! - 1;
    while (count > 0) {
      const start = unknown[--count]!;
      number = this.#below(number, start);
      this.#seen[start] = number + 1;
    }
    return number;
  }

  /** The name without its first label. */
  parentOf(number: number): number {
    return this.#parents[number]!;
  }

  /** What a name takes in full, in octets. */
  octetsOf(number: number): number {
    return this.#lengths[number]!;
  }

  /** Whether a name is `zone` or lies below it. */
  isWithin(number: number, zone: number): boolean {
    // Whatever lies below has a higher number.
    while (number > zone) number = this.#parents[number]!;
    return number === zone;
  }

  /**
   * The name that hosts a service: two labels up from one whose first two labels begin with "_", as in `_25._tcp.mail.example`;
   * the name itself if they do not.
   *
   * @param offset Where the name stands.
   */
  hostOfService(offset: number): number {
    const number = this.numberAt(offset);
    const first = labelAt(this.#octets, offset);
    if (this.#octets[first] === 0) return number;
    const second = labelAt(this.#octets, first + 1 + this.#octets[first]!);
    const isService = this.#octets[first + 1] === UNDERSCORE && this.#octets[second] !== 0 &&
      this.#octets[second + 1] === UNDERSCORE;
    return isService ? this.parentOf(this.parentOf(number)) : number;
  }

  /** The name that has the label at `start` before `rest`. */
  #below(rest: number, start: number): number {
    const octets = 1 + this.#octets[start]!;
    const key = String.fromCharCode(rest) + this.#text.slice(start, start + octets);
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#parents.length;
      this.#numbers.set(key, number);
      this.#parents.push(rest);
      this.#lengths.push(this.#lengths[rest]! + octets);
    }
    return number;
  }
}

const UNDERSCORE = 0x5f;

function lowerCased(octets: Uint8Array): Uint8Array {
  const folded = octets.slice();
  for (let i = HEADER_OCTETS; i < folded.length; i++) folded[i] = foldOctet(folded[i]!);
  return folded;
}
