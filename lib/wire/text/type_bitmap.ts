import type { Reader } from "../reader.ts";
import { NXT_OCTETS_MAX, WINDOW_OCTETS_MAX } from "../rdata/type_bitmap_form.ts";
import { WireFormatError } from "../wire_format_error.ts";
import type { Writer } from "../writer.ts";

/** RFC 4034 §4.1.2: a window holds the types that share their upper octet. */
const WINDOW_TYPES = 256;

/**
 * Reads the windows of a type bitmap up to the end (RFC 4034 §4.1.2). Returns the types in ascending order.
 *
 * @throws {WireFormatError} for windows out of order, empty, too long, or ending with a zero octet.
 */
export function readTypeBitmap(reader: Reader): number[] {
  const types: number[] = [];
  let previousWindow = -1;
  while (reader.remaining > 0) {
    const window = reader.uint8();
    if (window <= previousWindow) throw new WireFormatError(`Window ${window} of the type bitmap is out of order`);
    previousWindow = window;
    for (const bit of readBits(reader.take(reader.uint8()), WINDOW_OCTETS_MAX)) types.push(window * WINDOW_TYPES + bit);
  }
  return types;
}

/** Writes the windows of `types`, which may come in any order. */
export function writeTypeBitmap(writer: Writer, types: readonly number[]): void {
  for (let window = 0; window < WINDOW_TYPES; window++) {
    const bits = types.filter((type) => type >> 8 === window).map((type) => type & 0xff);
    if (bits.length === 0) continue;
    const octets = toBits(bits);
    writer.uint8(window);
    writer.uint8(octets.length);
    writer.octets(octets);
  }
}

/**
 * Reads the bitmap of NXT up to the end (RFC 2535 §5.2).
 *
 * @throws {WireFormatError} when it is empty, too long, of the other format or ends with a zero octet.
 */
export function readNxtBitmap(reader: Reader): number[] {
  const types = readBits(reader.take(reader.remaining), NXT_OCTETS_MAX);
  if (types[0] === 0) throw new WireFormatError("Bitmap of NXT has a format of its own");
  return types;
}

/** Writes the bitmap of NXT. Types that it cannot hold make it too long for {@linkcode readNxtBitmap}. */
export function writeNxtBitmap(writer: Writer, types: readonly number[]): void {
  writer.octets(toBits(types));
}

/** The numbers of the bits that are set; bit 0 is the first octet's highest. */
function readBits(octets: Uint8Array, octetsMax: number): number[] {
  // RFC 4034 §4.1.2: "Trailing zero octets in the bitmap MUST be omitted."
  if (octets.length > octetsMax || (octets.at(-1) ?? 0) === 0) {
    throw new WireFormatError(`Type bitmap must have 1–${octetsMax} octets, the last one not zero`);
  }
  const bits: number[] = [];
  for (let bit = 0; bit < 8 * octets.length; bit++) {
    if ((octets[bit >> 3]! & (0x80 >> (bit & 7))) !== 0) bits.push(bit);
  }
  return bits;
}

function toBits(bits: readonly number[]): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(bits.length === 0 ? 0 : (Math.max(...bits) >> 3) + 1);
  for (const bit of bits) octets[bit >> 3]! |= 0x80 >> (bit & 7);
  return octets;
}
