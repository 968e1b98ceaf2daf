import {
  BARE_OPT_OCTETS,
  EDNS_VERSION,
  type EdnsOption,
  extendedErrorOption,
  OPTION_HEADER_OCTETS,
  putBareOpt,
  UDP_PAYLOAD_OCTETS,
  writeOpt,
} from "../../wire/edns/edns.ts";
import { ARCOUNT_OFFSET, FLAG, OPCODE_MASK, putFlags, putId, RCODE_MASK } from "../../wire/header.ts";
import { OPCODE } from "../../wire/iana.ts";
import { decode, encode, encodeWithin, writeRecord } from "../../wire/message.ts";
import { putUint16, uint16At } from "../../wire/octets.ts";
import { MessageScan } from "../../wire/scan.ts";
import { withoutOpt } from "../../wire/edns/without_opt.ts";
import { Writer } from "../../wire/writer.ts";
import { withOwnSpelling } from "../../resolver/own_spelling.ts";
import type { Query } from "../../resolver/query.ts";
import type { ReplySlot } from "../../resolver/reply_slot.ts";
import type { Reply } from "../../resolver/resolver.ts";
import { cutRecords, truncate } from "./truncate.ts";

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
 * Makes a reply fit for its client, whoever made it: ID and flags, the question as the client spelled it, our OPT record
 * in place of the upstream's, and no more octets than the client can take.
 *
 * @param reply A readable message; may be edited and must not be used afterwards. One in the query's slot has the client's
 * question already, no OPT record, and no more than `bodyOctetsMax` octets.
 * @returns The octets to send; in the slot as well when `reply` is and nothing has to be told beside it.
 */
export function finish(reply: Reply, query: Query): Reply {
  // hot path
  const { slot } = query;
  const isInSlot = slot !== null && slot.holds(reply);
  const body = isInSlot ? reply : truncate(writtenOut(withOwnSpelling(bodyOf(reply), query)), query.bodyOctetsMax);
  const replyFlags = uint16At(body, 2);
  let flags = FLAG.QR | (query.scan.flags & ECHOED_FLAGS) | (replyFlags & CONTENT_FLAGS);
  // RFC 6840 §5.8: the AD bit of a reply is for those who have shown that they understand it.
  if (!query.understandsAd) flags &= ~FLAG.AD;
  if (query.scan.opcode !== OPCODE.QUERY) flags &= OTHER_OPCODE_FLAGS;
  putId(body, query.scan.id);
  putFlags(body, flags);
  if (!query.scan.hasOpt) return body;
  const isBare = query.replyOptions.length === 0 && query.extendedErrors.length === 0;
  return isInSlot && isBare ? appendBareOpt(slot, body.length, query) : appendOpt(body, query);
}

/** RFC 6891 §7, in place. */
function appendBareOpt(slot: ReplySlot, length: number, query: Query): Reply {
  const { octets } = slot;
  putBareOpt(octets, length, query.scan.wantsDnssec, query.extendedRcode);
  putUint16(octets, ARCOUNT_OFFSET, uint16At(octets, ARCOUNT_OFFSET) + 1);
  return slot.first(length + BARE_OPT_OCTETS);
}

/** RFC 6891 §6.1.1: OPT is hop by hop; what the upstream says in it was for us. */
function bodyOf(reply: Reply): Reply {
  bodyScan.scan(reply);
  return withoutOpt(reply, bodyScan) ?? cutRecords(reply, decode(reply), bodyScan.optOffset);
}

/**
 * RFC 3597 §4: names that an upstream has compressed and must not have leave in full; those that point to the question, in
 * the client's spelling. See `rewrite`, which has made room for them.
 */
function writtenOut(body: Reply): Reply {
  if (!bodyScan.isOvercompressed) return body;
  const message = decode(body);
  const withoutRecords = { answers: [], authorities: [], additionals: [] };
  return encodeWithin(message) ?? encode({ ...message, ...withoutRecords, isTruncated: true });
}

/** RFC 6891 §7: a reply has an OPT record exactly when the query has one. */
function appendOpt(body: Reply, query: Query): Reply {
  const opt = encodeOpt(query, [...query.replyOptions, ...fittingErrors(body, query)]);
  const reply = new Uint8Array(body.length + opt.length);
  reply.set(body);
  reply.set(opt, body.length);
  putUint16(reply, ARCOUNT_OFFSET, uint16At(reply, ARCOUNT_OFFSET) + 1);
  return reply;
}

/** Extended errors are a courtesy: they never push a record out. The first ones say the most. */
function fittingErrors(body: Reply, query: Query): EdnsOption[] {
  let room = query.bodyOctetsMax - body.length;
  const options: EdnsOption[] = [];
  for (const error of query.extendedErrors) {
    const option = extendedErrorOption(error);
    room -= OPTION_HEADER_OCTETS + option.data.length;
    if (room < 0) break;
    options.push(option);
  }
  return options;
}

function encodeOpt(query: Query, options: readonly EdnsOption[]): Uint8Array {
  const writer = new Writer();
  const opt = writeOpt({
    udpPayloadOctets: UDP_PAYLOAD_OCTETS,
    extendedRcode: query.extendedRcode,
    version: EDNS_VERSION,
    // RFC 3225 §3: "The DO bit of the query MUST be copied in the response."
    wantsDnssec: query.scan.wantsDnssec,
    options,
  });
  writeRecord(writer, opt);
  return writer.finish();
}
