import {
  BARE_OPT_OCTETS,
  EDNS_VERSION,
  type EdnsOption,
  extendedErrorOption,
  OPTION_HEADER_OCTETS,
  putBareOpt,
  putOptions,
  UDP_PAYLOAD_OCTETS,
  writeOpt,
} from "../../wire/edns/edns.ts";
import { ARCOUNT_OFFSET, FLAG, OPCODE_MASK, putFlags, putId, RCODE_MASK } from "../../wire/header.ts";
import { EDNS_OPTION, OPCODE } from "../../wire/iana.ts";
import { decode, encode, encodeWithin, writeRecord } from "../../wire/message.ts";
import { putUint16, uint16At } from "../../wire/octets.ts";
import { MessageScan } from "../../wire/scan.ts";
import { withoutOpt } from "../../wire/edns/without_opt.ts";
import { Writer } from "../../wire/writer.ts";
import { withOwnSpelling } from "../../resolver/own_spelling.ts";
import type { Query } from "../../resolver/query.ts";
import type { Reply } from "../../resolver/reply.ts";
import type { ReplySlot } from "../../resolver/reply_slot.ts";
import { paddedLength } from "./padding.ts";
import { respellRedirected } from "./redirected_spelling.ts";
import { cutRecords, truncate } from "./truncate.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** What an extended error without text consists of (RFC 8914 §2). */
const INFO_CODE_OCTETS = 2;
/** Bits of a reply that say something about its content; all others follow from the query, or are zero. */
const CONTENT_FLAGS = FLAG.TC | FLAG.RA | FLAG.AD | RCODE_MASK;
/** Used anew for each reply: the scan of one is done with before the next. */
const bodyScan = new MessageScan();
/** Bits that a response repeats (RFC 1035 §4.1.1: opcode and RD; RFC 4035 §3.2.2: CD). */
const ECHOED_FLAGS = OPCODE_MASK | FLAG.RD | FLAG.CD;
/**
 * Bits of a reply to anything but a query. The others are for queries: RFC 2136 §2.2 has their places zero in an UPDATE,
 * and RFC 8906 §8.1.4 expects none of them from a server that does not know the opcode.
 */
const OTHER_OPCODE_FLAGS = FLAG.QR | OPCODE_MASK | FLAG.RD | RCODE_MASK;

/**
 * Makes the reply of a query fit for its client, whoever made it: ID and flags, the question as the client spelled it, our OPT
 * record in place of the upstream's, and no more octets than the client can take.
 *
 * Its octets are a readable message, which may be edited. One in the query's slot has the client's question already, no OPT
 * record, and no more than `bodyOctetsMax` octets; it stays in the slot when nothing has to be told beside it.
 *
 * @param recursionAvailable RA, where the reply does not deny it: whether there is an upstream to recurse.
 */
export function finish(query: Query, recursionAvailable: boolean): void {
  // hot path
  const { slot, reply } = query;
  const isInSlot = slot !== null && slot.holds(reply.octets);
  const body = isInSlot ? reply.octets : truncate(bodyOf(reply, query), query.bodyOctetsMax);
  const replyFlags = uint16At(body, 2);
  let flags = FLAG.QR | (query.scan.flags & ECHOED_FLAGS) | (replyFlags & CONTENT_FLAGS);
  // RFC 6840 §5.8: the AD bit of a reply is for those who have shown that they understand it.
  if (!query.understandsAd) flags &= ~FLAG.AD;
  if (!recursionAvailable) flags &= ~FLAG.RA;
  if (query.scan.opcode !== OPCODE.QUERY) flags &= OTHER_OPCODE_FLAGS;
  putId(body, query.scan.id);
  putFlags(body, flags);
  reply.octets = query.scan.hasOpt ? withOwnOpt(body, isInSlot, query) : body;
}

/** RFC 6891 §7: a reply has an OPT record exactly when the query has one. */
function withOwnOpt(body: Octets, isInSlot: boolean, query: Query): Octets {
  // hot path
  const { options, extendedErrors } = query.reply;
  // RFC 7830 §6: padding is for encrypted channels.
  const { isEncrypted } = query.client;
  if (isInSlot && extendedErrors.length === 0 && !isEncrypted && hasRoomForOpt(query.slot!, body.length, query.reply)) {
    return appendOpt(query.slot!, body.length, query);
  }
  const isBare = options.length === 0 && extendedErrors.length === 0;
  const opt = isBare ? null : encodeOpt(query, [...options, ...fittingErrors(body, query)]);
  const length = body.length + (opt === null ? BARE_OPT_OCTETS : opt.length);
  const octets = new Uint8Array(isEncrypted ? paddedLength(length) : length);
  octets.set(body);
  if (opt === null) putBareOpt(octets, body.length, query.scan.wantsDnssec, query.reply.extendedRcode);
  else octets.set(opt, body.length);
  if (octets.length > length) putPadding(octets, body.length, length);
  putUint16(octets, ARCOUNT_OFFSET, uint16At(octets, ARCOUNT_OFFSET) + 1);
  return octets;
}

/** Makes a padding option of zeros (RFC 7830 §3) of all that stands behind `end`, and part of the OPT record at `optOffset`. */
function putPadding(octets: Octets, optOffset: number, end: number): void {
  putUint16(octets, end, EDNS_OPTION.PADDING);
  putUint16(octets, end + 2, octets.length - end - OPTION_HEADER_OCTETS);
  putUint16(octets, optOffset + BARE_OPT_OCTETS - 2, octets.length - optOffset - BARE_OPT_OCTETS);
}

/** A slot has room for a bare one behind each body that stands there. Over TCP no limit of the client's leaves any for options. */
function hasRoomForOpt({ octets }: ReplySlot, length: number, reply: Reply): boolean {
  // hot path
  return reply.options.length === 0 || length + BARE_OPT_OCTETS + reply.optionOctets <= octets.length;
}

/** RFC 6891 §7, in place. */
function appendOpt(slot: ReplySlot, length: number, { scan, reply }: Query): Octets {
  // hot path
  const { octets } = slot;
  putBareOpt(octets, length, scan.wantsDnssec, reply.extendedRcode);
  putUint16(octets, ARCOUNT_OFFSET, uint16At(octets, ARCOUNT_OFFSET) + 1);
  const end = length + BARE_OPT_OCTETS;
  return slot.first(reply.options.length === 0 ? end : putOptions(octets, end, reply.options));
}

/** The message itself, as its client is to see it. Who has read a response knows already where everything stands. */
function bodyOf({ octets, response }: Reply, query: Query): Octets {
  if (response === null) bodyScan.scan(octets);
  const scan = response === null ? bodyScan : response.scan;
  // RFC 6891 §6.1.1: OPT is hop by hop; what the upstream says in it was for us.
  const body = withoutOpt(octets, scan) ?? cutRecords(octets, decode(octets), scan.optOffset);
  withOwnSpelling(body, query);
  if (scan.hasRedirection) respellRedirected(body, scan);
  return scan.isOvercompressed ? writtenOut(body) : body;
}

/**
 * RFC 3597 §4: names that an upstream has compressed and must not have leave in full; those that point to the question, in
 * the client's spelling. See `rewrite`, which has made room for them.
 */
function writtenOut(body: Octets): Octets {
  const message = decode(body);
  const withoutRecords = { answers: [], authorities: [], additionals: [] };
  return encodeWithin(message) ?? encode({ ...message, ...withoutRecords, isTruncated: true });
}

/**
 * Extended errors are a courtesy: they never push a record out. The first ones say the most; of the one that does not fit as a whole,
 * its INFO-CODE and as much of its text as does are told (RFC 8914 §3 warns of long ones).
 */
function fittingErrors(body: Octets, query: Query): EdnsOption[] {
  let room = query.bodyOctetsMax - body.length;
  const options: EdnsOption[] = [];
  for (const error of query.reply.extendedErrors) {
    const { code, data } = extendedErrorOption(error);
    room -= OPTION_HEADER_OCTETS;
    if (room < INFO_CODE_OCTETS) break;
    options.push({ code, data: data.subarray(0, wholeLetters(data, room)) });
    room -= data.length;
  }
  return options;
}

/** What of an extended error fits into `octetsMax`: no letter is cut in two (RFC 3629 §3). */
function wholeLetters(data: Uint8Array, octetsMax: number): number {
  let octets = Math.min(octetsMax, data.length);
  while (octets > INFO_CODE_OCTETS && (data[octets]! & 0xc0) === 0x80) octets--;
  return octets;
}

function encodeOpt(query: Query, options: readonly EdnsOption[]): Uint8Array {
  const writer = new Writer();
  const opt = writeOpt({
    udpPayloadOctets: UDP_PAYLOAD_OCTETS,
    extendedRcode: query.reply.extendedRcode,
    version: EDNS_VERSION,
    // RFC 3225 §3: "The DO bit of the query MUST be copied in the response."
    wantsDnssec: query.scan.wantsDnssec,
    options,
  });
  writeRecord(writer, opt);
  return writer.finish();
}
