import { RdataFormatError } from "./rdata_format_error.ts";

/** RFC 4648 §7, in the lower case that RFC 5155 writes. */
const BASE32HEX_DIGITS = "0123456789abcdefghijklmnopqrstuv";

/**
 * The octets of a hexadecimal text (RFC 4648 §8).
 *
 * @throws {RdataFormatError} when it is none, or ends within an octet.
 */
export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(text)) throw new RdataFormatError(`"${text}" is not hexadecimal of whole octets`);
  return Uint8Array.fromHex(text);
}

/**
 * The octets of a base64 text (RFC 4648 §4), padded.
 *
 * @throws {RdataFormatError} when it is none.
 */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.fromBase64(text, { lastChunkHandling: "strict" });
  } catch (cause) {
    throw new RdataFormatError(`"${text}" is not base64`, { cause });
  }
}

/** Base 32 with the extended hex alphabet, without padding (RFC 5155 §3.3). */
export function toBase32hex(octets: Uint8Array): string {
  let text = "";
  let pending = 0;
  let pendingBits = 0;
  for (const octet of octets) {
    pending = (pending << 8) | octet;
    pendingBits += 8;
    while (pendingBits >= 5) {
      pendingBits -= 5;
      text += BASE32HEX_DIGITS[pending >> pendingBits];
      pending &= (1 << pendingBits) - 1;
    }
  }
  return pendingBits === 0 ? text : text + BASE32HEX_DIGITS[pending << (5 - pendingBits)];
}

/**
 * Reads what {@linkcode toBase32hex} writes, letter case ignored.
 *
 * @throws {RdataFormatError} for another character, or a length that no whole number of octets has.
 */
export function fromBase32hex(text: string): Uint8Array<ArrayBuffer> {
  const octets: number[] = [];
  let pending = 0;
  let pendingBits = 0;
  for (const character of text.toLowerCase()) {
    const digit = BASE32HEX_DIGITS.indexOf(character);
    if (digit === -1) throw new RdataFormatError(`"${text}" is not base32hex`);
    pending = (pending << 5) | digit;
    pendingBits += 5;
    if (pendingBits >= 8) {
      pendingBits -= 8;
      octets.push(pending >> pendingBits);
      pending &= (1 << pendingBits) - 1;
    }
  }
  // Bits that no octet holds must be few and zero: else two texts would mean the same.
  if (pendingBits >= 5 || pending !== 0) throw new RdataFormatError(`"${text}" is not base32hex of whole octets`);
  return Uint8Array.from(octets);
}
