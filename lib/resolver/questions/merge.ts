import { FLAG, headerFromFlags } from "../../wire/header.ts";
import { RCODE, TYPE } from "../../wire/iana.ts";
import { encode, encodeWithin, type Message, type Question, type ResourceRecord } from "../../wire/message.ts";
import { isSameName } from "../../wire/name.ts";
import { uint16At } from "../../wire/octets.ts";
import { isOfOneHop, uniteRecords } from "./unite_records.ts";

/** One question and the reply to it. */
export interface Part {
  /** What was asked. */
  readonly question: Question;
  /** What was answered. */
  readonly reply: Message;
}

/** What a merged reply is made from. */
export interface Merge {
  /** All questions in the order and spelling of the client, repeated ones included. */
  readonly questions: readonly Question[];
  /** One part for each distinct question, in the order of their first appearance. */
  readonly parts: readonly Part[];
  /** Whether the client set DO: the records that prove an answer are kept then (RFC 4035 §3.2.1). */
  readonly wantsDnssec: boolean;
  /** The size that the reply must not exceed. */
  readonly limitOctets: number;
}

/**
 * One reply out of several. Answers stand in the order of the questions; what two parts have in common stands once, and
 * an RRset has one TTL, its lowest. Of the authority sections the SOA of negative parts is kept. Every name is written
 * anew: no pointer into an upstream's message survives (RFC 3597 §4).
 *
 * What does not fit is cut by whole questions from the end, with TC; additional records go first, and without TC
 * (RFC 2181 §9).
 */
export function mergeReplies({ questions, parts, wantsDnssec, limitOctets }: Merge): Uint8Array<ArrayBuffer> {
  const header = mergeHeaders(parts);
  for (let kept = parts.length; kept >= 0; kept--) {
    const sections = mergeSections(parts.slice(0, kept), questions, wantsDnssec);
    const isTruncated = header.isTruncated || kept < parts.length;
    const message = { ...header, ...sections, questions, isTruncated };
    const reply = encodeWithin(message, limitOctets) ??
      encodeWithin({ ...message, additionals: [] }, limitOctets);
    if (reply !== null) return reply;
  }
  // Eight names of 255 octets, sent compressed: not even the questions fit when they are written in full.
  return encode({ ...header, isTruncated: true, questions: [], answers: [], authorities: [], additionals: [] });
}

function mergeHeaders(parts: readonly Part[]) {
  const replies = parts.map((part) => part.reply);
  return {
    ...headerFromFlags(0, FLAG.QR),
    recursionAvailable: replies.every((reply) => reply.recursionAvailable),
    isAuthenticData: replies.every((reply) => reply.isAuthenticData),
    isTruncated: replies.some((reply) => reply.isTruncated),
    rcode: mergeRcodes(replies.map((reply) => reply.rcode)),
  };
}

/** All equal: that one. Else NOERROR if any part has it, for there is something to use; else the worst. */
function mergeRcodes(rcodes: readonly number[]): number {
  if (rcodes.every((rcode) => rcode === rcodes[0])) return rcodes[0]!;
  const others: readonly number[] = [RCODE.NOERROR, RCODE.REFUSED, RCODE.NXDOMAIN];
  if (rcodes.includes(RCODE.NOERROR)) return RCODE.NOERROR;
  if (rcodes.some((rcode) => !others.includes(rcode))) return RCODE.SERVFAIL;
  return RCODE.REFUSED;
}

function mergeSections(parts: readonly Part[], questions: readonly Question[], wantsDnssec: boolean) {
  return {
    answers: uniteRecords(parts.flatMap(({ reply, question }) => {
      return withAskersSpelling(reply.answers, [question, ...questions]);
    })),
    authorities: uniteRecords(parts.flatMap(({ reply, question }) => {
      const kept = reply.authorities.filter((record) => record.type === TYPE.SOA || (wantsDnssec && isProof(record)));
      return withAskersSpelling(kept, [question, ...questions]);
    })),
    additionals: uniteRecords(parts.flatMap((part) => {
      return part.reply.additionals.filter((record) => !isOfOneHop(record));
    })),
  };
}

/** Records that prove a denial, and the signatures of what is kept. */
function isProof({ type, rdata }: ResourceRecord): boolean {
  const signed = type === TYPE.RRSIG ? uint16At(rdata, 0) : type;
  return signed === TYPE.NSEC || signed === TYPE.NSEC3 || (type === TYPE.RRSIG && signed === TYPE.SOA);
}

/**
 * RFC 4343 §4.1: owners that are the QNAME appear as the client spelled it. With several questions an alias may lead to the name of
 * another one, whose records are then in both replies and stand in the merged one once. The first of `questions` counts.
 */
function withAskersSpelling(records: readonly ResourceRecord[], questions: readonly Question[]): ResourceRecord[] {
  return records.map((record) => {
    const asked = questions.find(({ name }) => isSameName(record.name, name));
    return asked === undefined ? record : { ...record, name: asked.name };
  });
}
