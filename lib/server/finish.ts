import { EDNS_VERSION, type EdnsOption, extendedErrorOption, UDP_PAYLOAD_OCTETS, writeOpt } from "../wire/edns.ts";
import { FLAG, HEADER_OCTETS } from "../wire/header.ts";
import { TYPE } from "../wire/iana.ts";
import { decode, encodeWithin, writeRecord } from "../wire/message.ts";
import { putFlags, putId, putUint16 } from "../wire/patch.ts";
import { MessageScan, skipName, uint16At } from "../wire/scan.ts";
import { Writer } from "../wire/writer.ts";
import type { Query } from "../resolver/query.ts";
import type { Reply } from "../resolver/resolver.ts";
import { cutRecords, truncate } from "./truncate.ts";

/** Bits of a reply that say something about its content; all others follow from the query, or are zero. */
const CONTENT_FLAGS = FLAG.TC | FLAG.RA | FLAG.AD | 0x000f;
/** Bits that a response repeats (RFC 1035 §4.1.1: opcode and RD; RFC 4035 §3.2.2: CD). */
const ECHOED_FLAGS = 0x7800 | FLAG.RD | FLAG.CD;

/**
 * Makes a reply fit for its client, whoever made it: ID and flags, the question as the client spelled it, our OPT record
 * in place of the upstream's, and no more octets than the client can take.
 *
 * @param reply A readable message; may be edited and must not be used afterwards.
 * @returns The octets to send.
 */
export function finish(reply: Reply, query: Query): Reply {
  const body = truncate(withOwnSpelling(withoutOpt(reply), query), query.bodyOctetsMax);
  const replyFlags = uint16At(body, 2);
  let flags = FLAG.QR | (query.scan.flags & ECHOED_FLAGS) | (replyFlags & CONTENT_FLAGS);
  // RFC 6840 §5.8: the AD bit of a reply is for those who have shown that they understand it.
  if (!query.understandsAd) flags &= ~FLAG.AD;
  putId(body, query.scan.id);
  putFlags(body, flags);
  return query.scan.hasOpt ? appendOpt(body, query) : body;
}

/** RFC 6891 §6.1.1: OPT is hop by hop; what the upstream says in it was for us. Octets behind the last record go too. */
function withoutOpt(reply: Reply): Reply {
  const scan = new MessageScan();
  scan.scan(reply);
  if (!scan.hasOpt) return reply.subarray(0, scan.end);
  if (scan.optEnd !== scan.end) {
    // Records follow, and their pointers count on every octet before them: the message has to be written anew.
    const message = decode(reply);
    const additionals = message.additionals.filter((record) => record.type !== TYPE.OPT);
    return encodeWithin({ ...message, additionals }) ?? cutRecords(reply, message, scan.optOffset);
  }
  putUint16(reply, 10, scan.additionalCount - 1);
  return reply.subarray(0, scan.optOffset);
}

/**
 * RFC 4343 §4.1: the client sees its own spelling. One question stands uncompressed at the same place in query and reply
 * and differs in letter case at most, so owners that point to it are mended along with it. Edits `body` in place.
 */
function withOwnSpelling(body: Reply, query: Query): Reply {
  const { questionCount, questionsEnd } = query.scan;
  if (questionCount !== 1 || uint16At(body, 4) !== 1) return body;
  if (skipName(body, HEADER_OCTETS, body.length, body.length) + 4 === questionsEnd) {
    body.set(query.questionOctets, HEADER_OCTETS);
  }
  return body;
}

/** RFC 6891 §7: a reply has an OPT record exactly when the query has one. */
function appendOpt(body: Reply, query: Query): Reply {
  const { replyOptions } = query;
  const opt = encodeOpt(query, [...replyOptions, ...query.extendedErrors.map(extendedErrorOption)]);
  // Extended errors are a courtesy: they never push a record out.
  const fitting = body.length + opt.length <= query.replyOctetsMax ? opt : encodeOpt(query, replyOptions);
  const reply = new Uint8Array(body.length + fitting.length);
  reply.set(body);
  reply.set(fitting, body.length);
  putUint16(reply, 10, uint16At(reply, 10) + 1);
  return reply;
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
