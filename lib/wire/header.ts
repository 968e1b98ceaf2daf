import { putUint16, uint16At } from "./octets.ts";

/** A message begins with a header of 12 octets (RFC 1035 §4.1.1). */
export const HEADER_OCTETS = 12;
/** What the two octets of length before a message on a stream can say (RFC 1035 §4.2.2); no message is longer. */
export const MESSAGE_OCTETS_MAX = 65_535;
/** Where the header says how many questions there are. */
export const QDCOUNT_OFFSET = 4;
/** Where it says how many records the answer section has. */
export const ANCOUNT_OFFSET = 6;
/** Where it says how many the authority section has. */
export const NSCOUNT_OFFSET = 8;
/** Where it says how many the additional section has. */
export const ARCOUNT_OFFSET = 10;

/** QTYPE and QCLASS, which stand behind the name of a question (RFC 1035 §4.1.2). */
export const QUESTION_TAIL_OCTETS = 4;
/** TYPE, CLASS, TTL and RDLENGTH, which stand between the owner of a record and its RDATA (RFC 1035 §4.1.3). */
export const RECORD_HEAD_OCTETS = 10;
/** From TYPE to RDLENGTH. */
export const RDLENGTH_OFFSET = 8;

/** Bits of the header's second pair of octets (RFC 1035 §4.1.1, RFC 4035 §3.1.6 for AD and CD). */
export const FLAG = { QR: 0x8000, AA: 0x0400, TC: 0x0200, RD: 0x0100, RA: 0x0080, Z: 0x0040, AD: 0x0020, CD: 0x0010 };
const OPCODE_SHIFT = 11;
/** The header's four bits of RCODE, in the same pair of octets. */
export const RCODE_MASK = 0x000f;
/** Its four bits of OPCODE. */
export const OPCODE_MASK = 0x7800;

/** The header's fields, counts left out: they follow from the sections. */
export interface Header {
  /** 0–65535. */
  readonly id: number;
  /** QR: a response, else a query. */
  readonly isResponse: boolean;
  /** 0–15. */
  readonly opcode: number;
  /** AA */
  readonly isAuthoritative: boolean;
  /** TC */
  readonly isTruncated: boolean;
  /** RD */
  readonly recursionDesired: boolean;
  /** RA */
  readonly recursionAvailable: boolean;
  /** AD */
  readonly isAuthenticData: boolean;
  /** CD */
  readonly checkingDisabled: boolean;
  /** 0–15: the part that the header holds. */
  readonly rcode: number;
}

/** The second pair of octets of a header. Z is left zero: "Must be zero in all queries and responses." */
export function headerToFlags(header: Header): number {
  return (header.isResponse ? FLAG.QR : 0) | (header.opcode << OPCODE_SHIFT) |
    (header.isAuthoritative ? FLAG.AA : 0) | (header.isTruncated ? FLAG.TC : 0) |
    (header.recursionDesired ? FLAG.RD : 0) | (header.recursionAvailable ? FLAG.RA : 0) |
    (header.isAuthenticData ? FLAG.AD : 0) | (header.checkingDisabled ? FLAG.CD : 0) | header.rcode;
}

/** The header's fields out of its first two pairs of octets. */
export function headerFromFlags(id: number, flags: number): Header {
  return {
    id,
    isResponse: (flags & FLAG.QR) !== 0,
    opcode: opcodeOf(flags),
    isAuthoritative: (flags & FLAG.AA) !== 0,
    isTruncated: (flags & FLAG.TC) !== 0,
    recursionDesired: (flags & FLAG.RD) !== 0,
    recursionAvailable: (flags & FLAG.RA) !== 0,
    isAuthenticData: (flags & FLAG.AD) !== 0,
    checkingDisabled: (flags & FLAG.CD) !== 0,
    rcode: rcodeOf(flags),
  };
}

/** OPCODE of the second pair of octets, 0–15. */
export function opcodeOf(flags: number): number {
  return (flags & OPCODE_MASK) >> OPCODE_SHIFT;
}

/** The header's four bits of RCODE, 0–15. */
export function rcodeOf(flags: number): number {
  return flags & RCODE_MASK;
}

/** Overwrites a message's ID, in place. */
export function putId(message: Uint8Array, id: number): void {
  putUint16(message, 0, id);
}

/** Overwrites the header's second pair of octets, in place. */
export function putFlags(message: Uint8Array, flags: number): void {
  putUint16(message, 2, flags);
}

/** How many records the header promises, in all three sections together. */
export function recordCountOf(message: Uint8Array): number {
  return uint16At(message, ANCOUNT_OFFSET) + uint16At(message, NSCOUNT_OFFSET) + uint16At(message, ARCOUNT_OFFSET);
}

/** Overwrites the counts of a message with one question and nothing else but `additionalCount` records, in place. */
export function putQueryCounts(message: Uint8Array, additionalCount: number): void {
  putUint16(message, QDCOUNT_OFFSET, 1);
  putUint16(message, ANCOUNT_OFFSET, 0);
  putUint16(message, NSCOUNT_OFFSET, 0);
  putUint16(message, ARCOUNT_OFFSET, additionalCount);
}
