import { decodeHuffman } from "./huffman.ts";
import { DynamicTable, ENTRY_OCTETS } from "./dynamic_table.ts";

/** What the other side may have remembered, as long as we say nothing else (RFC 9113 §6.5.2). */
const TABLE_OCTETS = 4096;
/** Numbers beyond that count nothing that there is. */
const NUMBER_MAX = 1 << 24;

/** What came is not HPACK. Nothing that comes on the connection afterwards can be read (RFC 9113 §4.3). */
export class HpackError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "HpackError";
}

/** Where strings are decoded, of all connections: one after the other. */
let scratch = new Uint8Array(0);

/** Reads the header blocks of one connection, in the order in which they come (RFC 7541). */
export class HpackDecoder {
  readonly #table = new DynamicTable(TABLE_OCTETS);
  readonly #fieldOctetsMax: number;
  #octets: Uint8Array = new Uint8Array();
  #at = 0;
  #end = 0;
  #room = 0;

  /** Of a block with more than `fieldOctetsMax` octets of fields, as RFC 9113 §6.5.2 counts them, only the beginning is given. */
  constructor(fieldOctetsMax: number) {
    this.#fieldOctetsMax = fieldOctetsMax;
    if (scratch.length < fieldOctetsMax) scratch = new Uint8Array(fieldOctetsMax);
  }

  /** Another number when blocks have changed what later ones mean. */
  get version(): number {
    return this.#table.version;
  }

  /**
   * Reads a whole block. Puts names and values behind `fields`, by turns. Returns whether they are all: whether there was room.
   *
   * @throws {HpackError} when it cannot be read.
   */
  decode(octets: Uint8Array, start: number, end: number, fields: string[]): boolean {
    this.#octets = octets;
    this.#at = start;
    this.#end = end;
    this.#room = this.#fieldOctetsMax;
    let mayResize = true;
    while (this.#at < end) {
      const first = octets[this.#at]!;
      if ((first & 0xe0) === 0x20) {
        // RFC 7541 §4.2: at the beginning of a block alone.
        const octetsMax = this.#number(5);
        if (!mayResize || octetsMax > TABLE_OCTETS) throw new HpackError("a table of the wrong size");
        this.#table.resize(octetsMax);
        continue;
      }
      mayResize = false;
      if (first >= 0x80) this.#indexed(fields);
      else this.#literal(first, fields);
    }
    return this.#room >= 0;
  }

  #indexed(fields: string[]): void {
    const index = this.#number(7);
    const value = index === 0 ? undefined : this.#table.value(index);
    if (value === undefined) throw new HpackError("a field that there is not");
    this.#put(this.#table.name(index)!, value, fields);
  }

  #literal(first: number, fields: string[]): void {
    const isRemembered = first >= 0x40;
    const index = this.#number(isRemembered ? 6 : 4);
    const name = index === 0 ? this.#string() : this.#table.name(index);
    if (name === undefined) throw new HpackError("a name that there is not");
    const value = this.#string();
    if (isRemembered) this.#table.add(name, value);
    this.#put(name, value, fields);
  }

  /** What has no room is read all the same: what it does to the table counts. */
  #put(name: string, value: string, fields: string[]): void {
    this.#room -= name.length + value.length + ENTRY_OCTETS;
    if (this.#room >= 0) fields.push(name, value);
  }

  /** RFC 7541 §5.1. */
  #number(prefixBits: number): number {
    const prefix = (1 << prefixBits) - 1;
    let value = this.#octet() & prefix;
    if (value < prefix) return value;
    for (let shift = 0;; shift += 7) {
      const octet = this.#octet();
      value += (octet & 0x7f) * 2 ** shift;
      if (value > NUMBER_MAX || shift > 28) throw new HpackError("a number that is too large");
      if (octet < 0x80) return value;
    }
  }

  /** RFC 7541 §5.2. */
  #string(): string {
    const isHuffman = (this.#octets[this.#at] ?? 0) >= 0x80;
    const length = this.#number(7);
    const start = this.#at;
    const end = start + length;
    if (end > this.#end) throw new HpackError("a string that does not end");
    this.#at = end;
    if (!isHuffman) return textOf(this.#octets, start, end);
    const room = scratch.subarray(0, this.#fieldOctetsMax);
    const decoded = decodeHuffman(this.#octets, start, end, room);
    if (decoded === -1) throw new HpackError("a string that is in no code, or too long");
    return textOf(room, 0, decoded);
  }

  #octet(): number {
    if (this.#at === this.#end) throw new HpackError("a field that does not end");
    return this.#octets[this.#at++]!;
  }
}

/** Fields are octets (RFC 9110 §5.5). */
function textOf(octets: Uint8Array, start: number, end: number): string {
  // What stands in one call's arguments has a limit, far above it.
  const run = 4096;
  let text = "";
  for (let at = start; at < end; at += run) {
    text += String.fromCharCode.apply(null, octets.subarray(at, Math.min(end, at + run)) as unknown as number[]);
  }
  return text;
}
