import { parseIp } from "../base/net/ip.ts";
import { isSameRun, LABEL_OCTETS_MAX, NAME_OCTETS_MAX } from "../wire/name.ts";
import type { AddressSource } from "./address_source.ts";
import type { BadLines } from "./bad_lines.ts";
import { mayHaveName } from "./reverse_name.ts";

/** So many lines are read in one go: some milliseconds. */
const LINES_OF_A_TURN = 1000;
/** The longest text of an address, `ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255`. */
const ADDRESS_TEXT_MAX = 45;

const LINE_FEED = 0x0a;
const SHARP = 0x23;
const DOT = 0x2e;
const ZERO = 0x30;
const PERCENT = 0x25;

/** Octets of names: letters, digits, `-` and `_`. What else may stand in a label is none that a hosts file means. */
const IS_NAME_OCTET: Uint8Array<ArrayBuffer> = Uint8Array.from({ length: 256 }, (_, octet) => {
  return /[A-Za-z0-9_-]/.test(String.fromCharCode(octet)) ? 1 : 0;
});

/** The name that 127.0.0.1 and ::1 have anyway (RFC 6761 §6.3). */
const LOCALHOST = Uint8Array.from("\x09localhost\0", (character) => character.charCodeAt(0));

/**
 * Reads a hosts file (hosts(5)): an address in each line, its name, and other names of it. What is behind `#` is left out, and so
 * are lines that say nothing else. Octet by octet: 100,000 lines are 100,000 texts less to make.
 *
 * A generator: whoever serves meanwhile goes on with it in a turn of its own.
 */
export function* readHosts(octets: Uint8Array, into: AddressSource, bad: BadLines): Generator<void> {
  const line = new Line(octets);
  for (let number = 1; line.next(); number++) {
    if (!readLine(line, into)) bad.add(number);
    if (number % LINES_OF_A_TURN === 0) yield;
  }
}

/** Whether the line says something that can be used, or nothing at all. */
function readLine(line: Line, into: AddressSource): boolean {
  if (!line.nextWord()) return true;
  const address = line.address();
  if (address === null) return false;
  // The first name is the one that the address has.
  let isPointed = mayHaveName(address);
  let isGood = line.nextWord();
  for (let isWord = isGood; isWord; isWord = line.nextWord()) {
    const length = line.name();
    if (length === 0) isGood = false;
    else if (!line.isLocalhost(length)) {
      if (!into.add(line.nameOctets, 0, length, address, isPointed)) isGood = false;
      isPointed = false;
    }
  }
  return isGood;
}

/** One line after the other, and its words. */
class Line {
  readonly #octets: Uint8Array;
  /** Where the line ends: at its comment, or its end. */
  #end = 0;
  #nextLine: number;
  #wordStart = 0;
  #wordEnd = 0;
  /** The name that was read last, in wire format. */
  readonly nameOctets: Uint8Array<ArrayBuffer> = new Uint8Array(NAME_OCTETS_MAX);
  /** The address that was read last, and where: in lists of names each line has the same. */
  #address: Uint8Array<ArrayBuffer> | null = null;
  #addressStart = 0;
  #addressEnd = 0;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
    const hasByteOrderMark = octets[0] === 0xef && octets[1] === 0xbb && octets[2] === 0xbf;
    this.#nextLine = hasByteOrderMark ? 3 : 0;
  }

  next(): boolean {
    const octets = this.#octets;
    const start = this.#nextLine;
    if (start >= octets.length) return false;
    let end = start;
    while (end < octets.length && octets[end] !== LINE_FEED && octets[end] !== SHARP) end++;
    this.#end = end;
    while (end < octets.length && octets[end] !== LINE_FEED) end++;
    this.#nextLine = end + 1;
    this.#wordEnd = start;
    return true;
  }

  nextWord(): boolean {
    const octets = this.#octets;
    let at = this.#wordEnd;
    while (at < this.#end && isBlank(octets[at]!)) at++;
    this.#wordStart = at;
    while (at < this.#end && !isBlank(octets[at]!)) at++;
    this.#wordEnd = at;
    return at > this.#wordStart;
  }

  /** The word as an address; `null` if it is none. One on a link means nothing without it. */
  address(): Uint8Array<ArrayBuffer> | null {
    const length = this.#wordEnd - this.#wordStart;
    if (length > ADDRESS_TEXT_MAX) return null;
    if (!this.#isSameAddress(length)) {
      this.#address = this.#ipv4() ?? this.#otherAddress();
      this.#addressStart = this.#wordStart;
      this.#addressEnd = this.#wordEnd;
    }
    return this.#address;
  }

  /** An IPv4 address as nearly all are: half a microsecond less than by way of a text. Others are left to `parseIp`. */
  #ipv4(): Uint8Array<ArrayBuffer> | null {
    const octets = this.#octets;
    let address = 0;
    let dots = 0;
    let number = -1;
    for (let at = this.#wordStart; at < this.#wordEnd; at++) {
      const octet = octets[at]!;
      if (octet === DOT) {
        if (number === -1 || ++dots > 3) return null;
        address = (address << 8) | number;
        number = -1;
      } else {
        const digit = octet - ZERO;
        // No leading zeros: see `parseIp`.
        if (digit < 0 || digit > 9 || number === 0) return null;
        number = number === -1 ? digit : 10 * number + digit;
        if (number > 255) return null;
      }
    }
    if (dots !== 3 || number === -1) return null;
    return Uint8Array.of(address >>> 16, address >>> 8, address, number);
  }

  #otherAddress(): Uint8Array<ArrayBuffer> | null {
    const word = this.#octets.subarray(this.#wordStart, this.#wordEnd);
    return word.includes(PERCENT) ? null : parseIp(String.fromCharCode(...word));
  }

  #isSameAddress(length: number): boolean {
    if (length !== this.#addressEnd - this.#addressStart) return false;
    for (let i = 0; i < length; i++) {
      if (this.#octets[this.#wordStart + i] !== this.#octets[this.#addressStart + i]) return false;
    }
    return true;
  }

  /** Makes a name of the word. Returns its octets; 0 if it is none. */
  name(): number {
    const octets = this.#octets;
    const name = this.nameOctets;
    let end = this.#wordEnd;
    if (octets[end - 1] === DOT) end--;
    // A length octet in front and the root's behind.
    if (end - this.#wordStart + 2 > NAME_OCTETS_MAX) return 0;
    let label = 0;
    let to = 1;
    for (let at = this.#wordStart; at < end; at++) {
      const octet = octets[at]!;
      if (octet === DOT) {
        if (!endLabel(name, label, to)) return 0;
        label = to++;
      } else if (IS_NAME_OCTET[octet] === 0) return 0;
      else name[to++] = octet;
    }
    if (!endLabel(name, label, to)) return 0;
    name[to++] = 0;
    return to;
  }

  isLocalhost(length: number): boolean {
    return length === LOCALHOST.length && isSameRun(this.nameOctets, 0, LOCALHOST, 0, length);
  }
}

function endLabel(name: Uint8Array, label: number, end: number): boolean {
  const length = end - label - 1;
  name[label] = length;
  return length > 0 && length <= LABEL_OCTETS_MAX;
}

/** Space, tabulator, carriage return. */
function isBlank(octet: number): boolean {
  return octet === 0x20 || octet === 0x09 || octet === 0x0d;
}
