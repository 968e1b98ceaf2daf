import { EDNS_OPTION, TYPE } from "../iana.ts";
import type { ResourceRecord } from "../message.ts";
import { ROOT } from "../name.ts";
import { putUint16 } from "../octets.ts";
import { Reader } from "../reader.ts";
import { Writer } from "../writer.ts";

/** What we advertise and never exceed over UDP: fits the IPv6 minimum MTU of 1280 octets (RFC 9715, DNS Flag Day 2020). */
export const UDP_PAYLOAD_OCTETS = 1232;
/** What every client takes over UDP (RFC 1035 §4.2.1); RFC 6891 §6.2.3: smaller advertised sizes count as this. */
export const PLAIN_UDP_OCTETS = 512;
/** An OPT record without options: root owner, TYPE, CLASS, TTL, RDLENGTH. */
export const BARE_OPT_OCTETS = 11;
/** Code and length before the data of an option (RFC 6891 §6.1.2). */
export const OPTION_HEADER_OCTETS = 4;
/** The version of EDNS that we speak. */
export const EDNS_VERSION = 0;
/** RFC 6891 §6.1.4, RFC 3225: DNSSEC OK, in the low half of the TTL field. */
export const DO_FLAG = 0x8000;

/** An option of the OPT record (RFC 6891 §6.1.2). */
export interface EdnsOption {
  /** OPTION-CODE, 0–65535. */
  readonly code: number;
  /** OPTION-DATA, without its length. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/** What the OPT record says (RFC 6891 §6.1.3). */
export interface Edns {
  /** Largest UDP payload that the sender can take, in octets. */
  readonly udpPayloadOctets: number;
  /** The upper eight bits of the RCODE. */
  readonly extendedRcode: number;
  /** 0–255; a responder that knows a lower one only answers BADVERS. */
  readonly version: number;
  /** DO: the sender wants DNSSEC records. */
  readonly wantsDnssec: boolean;
  /** In the order of the wire. */
  readonly options: readonly EdnsOption[];
}

/** An extended DNS error (RFC 8914): why a response is what it is. */
export interface ExtendedError {
  /** INFO-CODE, 0–65535, see `EDE`. */
  readonly infoCode: number;
  /** For people; UTF-8 on the wire. Not authenticated, so nothing secret and nothing to act on. */
  readonly text: string;
}

/**
 * Reads an OPT record. Flags other than DO are ignored (RFC 6891 §6.1.4).
 *
 * @throws {WireFormatError} when an option does not fit into the RDATA.
 */
export function readOpt(record: ResourceRecord): Edns {
  return {
    udpPayloadOctets: record.class,
    extendedRcode: record.ttl >>> 24,
    version: (record.ttl >>> 16) & 0xff,
    wantsDnssec: (record.ttl & DO_FLAG) !== 0,
    options: readOptions(record.rdata),
  };
}

/**
 * Reads the options that an OPT record's RDATA is made of (RFC 6891 §6.1.2).
 *
 * @throws {WireFormatError} when one does not fit.
 */
export function readOptions(rdata: Uint8Array<ArrayBuffer>): EdnsOption[] {
  const options: EdnsOption[] = [];
  const reader = new Reader(rdata);
  while (reader.remaining > 0) options.push({ code: reader.uint16(), data: reader.take(reader.uint16()) });
  return options;
}

/** Whether the options between two offsets of a message fit there: what `readOptions` throws for, told without reading. */
export function areOptionsReadable(octets: Uint8Array, start: number, end: number): boolean {
  // hot path
  let offset = start;
  while (offset < end) {
    if (offset + 4 > end) return false;
    offset += 4 + ((octets[offset + 2]! << 8) | octets[offset + 3]!);
  }
  return offset === end;
}

/** The RDATA of an OPT record with these options. */
export function writeOptions(options: readonly EdnsOption[]): Uint8Array<ArrayBuffer> {
  const writer = new Writer();
  for (const { code, data } of options) {
    writer.uint16(code);
    writer.uint16(data.length);
    writer.octets(data);
  }
  return writer.finish();
}

/** The OPT record that says `edns`. */
export function writeOpt(edns: Edns): ResourceRecord {
  const flags = edns.wantsDnssec ? DO_FLAG : 0;
  const ttl = ((edns.extendedRcode << 24) | (edns.version << 16) | flags) >>> 0;
  return { name: ROOT, type: TYPE.OPT, class: edns.udpPayloadOctets, ttl, rdata: writeOptions(edns.options) };
}

/**
 * Writes an OPT record of ours without options to `octets[offset … offset + BARE_OPT_OCTETS)`, for which there is room. Whoever
 * adds options behind it changes its RDLENGTH, the last two octets.
 */
export function putBareOpt(octets: Uint8Array, offset: number, wantsDnssec: boolean, extendedRcode: number): void {
  // hot path
  octets[offset] = 0;
  putUint16(octets, offset + 1, TYPE.OPT);
  putUint16(octets, offset + 3, UDP_PAYLOAD_OCTETS);
  octets[offset + 5] = extendedRcode;
  octets[offset + 6] = EDNS_VERSION;
  putUint16(octets, offset + 7, wantsDnssec ? DO_FLAG : 0);
  putUint16(octets, offset + 9, 0);
}

/** Writes options at `offset`, behind an OPT record without options, which then has them; there is room. Returns where they end. */
export function putOptions(octets: Uint8Array, offset: number, options: readonly EdnsOption[]): number {
  // hot path
  let end = offset;
  for (let i = 0; i < options.length; i++) {
    const { code, data } = options[i]!;
    putUint16(octets, end, code);
    putUint16(octets, end + 2, data.length);
    end += OPTION_HEADER_OCTETS;
    for (let k = 0; k < data.length; k++) octets[end++] = data[k]!;
  }
  putUint16(octets, offset - 2, end - offset);
  return end;
}

/** The option that carries `error` (RFC 8914 §2). */
export function extendedErrorOption({ infoCode, text }: ExtendedError): EdnsOption {
  const writer = new Writer();
  writer.uint16(infoCode);
  writer.octets(new TextEncoder().encode(text));
  return { code: EDNS_OPTION.EXTENDED_ERROR, data: writer.finish() };
}

/**
 * Reads an extended DNS error; `null` for another option or one without an INFO-CODE.
 *
 * Broken UTF-8 is shown with replacement characters.
 */
export function readExtendedError({ code, data }: EdnsOption): ExtendedError | null {
  if (code !== EDNS_OPTION.EXTENDED_ERROR || data.length < 2) return null;
  return { infoCode: (data[0]! << 8) | data[1]!, text: new TextDecoder().decode(data.subarray(2)) };
}
