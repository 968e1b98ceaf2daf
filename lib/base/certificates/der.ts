/** Octets that are no DER (X.690), or not what was expected at this place. */
export class DerError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "DerError";
}

/** One value of DER: what it is, and where it stands. */
export interface DerValue {
  /** Class, form and number in one octet, such as `DER.sequence`. */
  readonly tag: number;
  /** What it consists of. */
  readonly content: Uint8Array;
  /** The same with tag and length. */
  readonly whole: Uint8Array;
}

/** Tags of values (X.690 §8.1.2), as far as certificates have them. */
export const DER = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  nothing: 0x05,
  objectId: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Set in the tags of values that consist of other ones. */
const CONSTRUCTED = 0x20;

/** Deeper than a certificate can sensibly be. */
const DEPTH_MAX = 32;

/** Longer lengths than 2^24 are no certificate's. */
const LENGTH_OCTETS_MAX = 3;

/** Takes values from octets, one after the other. Each has exactly one form that is accepted, as DER wants it. */
export class DerReader {
  readonly #octets: Uint8Array;
  #at = 0;

  /** `octets` stay as they are; what is taken are views of them. */
  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  /** Whether everything has been taken. */
  get isAtEnd(): boolean {
    return this.#at === this.#octets.length;
  }

  /** Whether the next value has this tag. */
  isNext(tag: number): boolean {
    return this.#octets[this.#at] === tag;
  }

  /**
   * Takes the next value.
   *
   * @param tag What it has to be; anything without it.
   * @throws {DerError} when there is none, or another one.
   */
  take(tag: number | null = null): DerValue {
    const start = this.#at;
    const found = this.#octet();
    if (tag !== null && found !== tag) throw new DerError(`Tag ${tag} was expected, and ${found} found`);
    // Numbers of tags above 30 go on in further octets. No certificate has such.
    if ((found & 0x1f) === 0x1f) throw new DerError("A tag is too long");
    const length = this.#length();
    const contentStart = this.#at;
    if (length > this.#octets.length - contentStart) throw new DerError("A value goes beyond the end");
    this.#at += length;
    const content = this.#octets.subarray(contentStart, this.#at);
    return { tag: found, content, whole: this.#octets.subarray(start, this.#at) };
  }

  /** Takes the next value if it has this tag, else nothing. */
  takeIf(tag: number): DerValue | null {
    return this.isNext(tag) ? this.take(tag) : null;
  }

  /**
   * Makes sure of the end.
   *
   * @throws {DerError} unless everything has been taken.
   */
  end(): void {
    if (!this.isAtEnd) throw new DerError("Something stands behind the end");
  }

  #length(): number {
    const first = this.#octet();
    if (first < 0x80) return first;
    const count = first & 0x7f;
    if (count === 0 || count > LENGTH_OCTETS_MAX) throw new DerError("A length is of no use");
    let length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + this.#octet();
    // X.690 §10.1: in as few octets as possible.
    if (length < (count === 1 ? 0x80 : 256 ** (count - 1))) throw new DerError("A length is longer than it need be");
    return length;
  }

  #octet(): number {
    const octet = this.#octets[this.#at];
    if (octet === undefined) throw new DerError("The end has come too early");
    this.#at++;
    return octet;
  }
}

/** Whether octets are exactly one value of DER, and all within it are, too. */
export function isDer(octets: Uint8Array, depth = 0): boolean {
  try {
    const reader = new DerReader(octets);
    const { tag, content } = reader.take();
    reader.end();
    return (tag & CONSTRUCTED) === 0 || areDer(content, depth + 1);
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return false;
  }
}

function areDer(octets: Uint8Array, depth: number): boolean {
  if (depth > DEPTH_MAX) return false;
  const reader = new DerReader(octets);
  while (!reader.isAtEnd) {
    const { tag, content } = reader.take();
    if ((tag & CONSTRUCTED) !== 0 && !areDer(content, depth + 1)) return false;
  }
  return true;
}

/** Writes one value of DER. */
export function derOf(tag: number, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const lengthOctets: number[] = [];
  for (let rest = length; rest > 0; rest >>>= 8) lengthOctets.unshift(rest & 0xff);
  const header = length < 0x80 ? [tag, length] : [tag, 0x80 | lengthOctets.length, ...lengthOctets];
  const whole = new Uint8Array(header.length + length);
  whole.set(header);
  let at = header.length;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Writes the name of an object (X.690 §8.19), such as `2.5.29.17`. */
export function objectId(text: string): Uint8Array<ArrayBuffer> {
  const [first, second, ...rest] = text.split(".").map(Number);
  const octets = [first! * 40 + second!].concat(rest).flatMap((arc) => {
    const groups = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift(0x80 | (left & 0x7f));
    return groups;
  });
  return derOf(DER.objectId, Uint8Array.from(octets));
}
