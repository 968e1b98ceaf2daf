import { FLAG, FRAME, FRAME_HEADER_OCTETS } from "./frame.ts";
import type { OctetsOut } from "./octets_out.ts";

/** Puts the header of a frame, and room for its payload; returns where in `out.octets` that is to be written. */
export function putFrame(out: OctetsOut, type: number, flags: number, streamId: number, payloadOctets: number): number {
  const at = out.reserve(FRAME_HEADER_OCTETS + payloadOctets);
  const { octets } = out;
  octets[at] = payloadOctets >>> 16;
  octets[at + 1] = payloadOctets >>> 8;
  octets[at + 2] = payloadOctets;
  octets[at + 3] = type;
  octets[at + 4] = flags;
  putNumber(octets, at + 5, streamId);
  return at + FRAME_HEADER_OCTETS;
}

/** Writes 32 bits. */
export function putNumber(octets: Uint8Array, at: number, value: number): void {
  octets[at] = value >>> 24;
  octets[at + 1] = value >>> 16;
  octets[at + 2] = value >>> 8;
  octets[at + 3] = value;
}

/** A frame whose payload is one number: RST_STREAM, WINDOW_UPDATE. */
export function putNumberFrame(out: OctetsOut, type: number, streamId: number, value: number): void {
  const at = putFrame(out, type, 0, streamId, 4);
  putNumber(out.octets, at, value);
}

/** What we set: numbers of settings and values by turns (RFC 9113 §6.5). */
export function putSettings(out: OctetsOut, settings: readonly number[]): void {
  let at = putFrame(out, FRAME.SETTINGS, 0, 0, settings.length * 3);
  for (let i = 0; i < settings.length; i += 2, at += 6) {
    out.octets[at] = 0;
    out.octets[at + 1] = settings[i]!;
    putNumber(out.octets, at + 2, settings[i + 1]!);
  }
}

/** The last stream that something was done about, and why no more is (RFC 9113 §6.8). */
export function putGoaway(out: OctetsOut, lastStreamId: number, code: number): void {
  const at = putFrame(out, FRAME.GOAWAY, 0, 0, 8);
  putNumber(out.octets, at, lastStreamId);
  putNumber(out.octets, at + 4, code);
}

/** Says that a table has no room (RFC 7541 §6.3). */
const NO_TABLE = 0x20;

/**
 * A whole header block in one frame; blocks of ours are short.
 *
 * @param contentLength Said behind the block, as a field; -1 for nothing.
 * @param saysTableSize See `PeerSettings.takeTableSize`.
 */
export function putHeaders(
  out: OctetsOut,
  streamId: number,
  block: Uint8Array,
  contentLength: number,
  isEnd: boolean,
  saysTableSize: boolean,
): void {
  const digits = contentLength === -1 ? 0 : digitsOf(contentLength);
  // content-length is number 28 of the static table: a literal that is not remembered (RFC 7541 §6.2.2).
  const lengthOctets = digits === 0 ? 0 : 3 + digits;
  const flags = FLAG.END_HEADERS | (isEnd ? FLAG.END_STREAM : 0);
  const sizeOctets = saysTableSize ? 1 : 0;
  const start = putFrame(out, FRAME.HEADERS, flags, streamId, sizeOctets + block.length + lengthOctets);
  const { octets } = out;
  if (saysTableSize) octets[start] = NO_TABLE;
  const at = start + sizeOctets;
  octets.set(block, at);
  if (digits === 0) return;
  let place = at + block.length;
  octets[place++] = 0x0f;
  octets[place++] = 28 - 0x0f;
  octets[place] = digits;
  for (let i = digits, rest = contentLength; i > 0; i--, rest = Math.floor(rest / 10)) {
    octets[place + i] = 48 + rest % 10;
  }
}

function digitsOf(value: number): number {
  let digits = 1;
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) digits++;
  return digits;
}
