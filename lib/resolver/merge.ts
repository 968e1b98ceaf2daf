import { FLAG, headerFromFlags } from "../wire/header.ts";
import { RCODE, TYPE } from "../wire/iana.ts";
import { encode, type Message, type Question, type ResourceRecord } from "../wire/message.ts";
import { foldCase, isSameName } from "../wire/name.ts";
import { canonicalRdata } from "../wire/rdata.ts";
import { uint16At } from "../wire/scan.ts";
import { MessageTooLongError } from "../wire/writer.ts";
import type { Reply } from "./resolver.ts";

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
export function mergeReplies({ questions, parts, wantsDnssec, limitOctets }: Merge): Reply {
  const header = mergeHeaders(parts);
  for (let kept = parts.length; kept >= 0; kept--) {
    const sections = mergeSections(parts.slice(0, kept), wantsDnssec);
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

function mergeSections(parts: readonly Part[], wantsDnssec: boolean) {
  return {
    answers: uniteRecords(parts.flatMap((part) => withAskersSpelling(part.reply.answers, part.question))),
    authorities: uniteRecords(parts.flatMap((part) => {
      return withAskersSpelling(part.reply.authorities, part.question).filter((record) => {
        return record.type === TYPE.SOA || (wantsDnssec && isProof(record));
      });
    })),
    additionals: uniteRecords(parts.flatMap((part) => {
      return part.reply.additionals.filter((record) => !HOP_TYPES.has(record.type));
    })),
  };
}

/** Records that prove a denial, and the signatures of what is kept. */
function isProof({ type, rdata }: ResourceRecord): boolean {
  const signed = type === TYPE.RRSIG ? uint16At(rdata, 0) : type;
  return signed === TYPE.NSEC || signed === TYPE.NSEC3 || (type === TYPE.RRSIG && signed === TYPE.SOA);
}

/** Records that speak of one message on one hop: the merged message is another (RFC 6891 §6.1.1, RFC 8945 §5.1). */
const HOP_TYPES: ReadonlySet<number> = new Set([TYPE.OPT, TYPE.TSIG, TYPE.SIG]);

/** RFC 4343 §4.1: owners that are the QNAME appear as the client spelled it. */
function withAskersSpelling(records: readonly ResourceRecord[], question: Question): ResourceRecord[] {
  return records.map((record) => isSameName(record.name, question.name) ? { ...record, name: question.name } : record);
}

/** Drops repeated records (same owner, class, type and RDATA) and gives each RRset its lowest TTL. */
function uniteRecords(records: readonly ResourceRecord[]): ResourceRecord[] {
  const lowestTtls = new Map<string, number>();
  const distinct = new Map<string, ResourceRecord>();
  for (const record of records) {
    const rrset = rrsetKey(record);
    lowestTtls.set(rrset, Math.min(lowestTtls.get(rrset) ?? Infinity, ttlSeconds(record)));
    const key = `${rrset} ${canonicalRdata(record.type, record.rdata).toHex()}`;
    if (!distinct.has(key)) distinct.set(key, record);
  }
  return [...distinct.values()].map((record) => ({ ...record, ttl: lowestTtls.get(rrsetKey(record))! }));
}

function rrsetKey({ name, type, class: rrclass, rdata }: ResourceRecord): string {
  // RFC 4034 §3: RRSIGs do not form one RRset; each belongs to the type that it covers.
  const covered = type === TYPE.RRSIG ? uint16At(rdata, 0) : 0;
  return `${type} ${covered} ${rrclass} ${foldCase(name).toHex()}`;
}

/** RFC 2181 §8: a TTL with the top bit set means 0. */
function ttlSeconds(record: ResourceRecord): number {
  return record.ttl > 0x7fff_ffff ? 0 : record.ttl;
}

function encodeWithin(message: Message, limitOctets: number): Reply | null {
  try {
    return encode(message, limitOctets);
  } catch (error) {
    if (error instanceof MessageTooLongError) return null;
    throw error;
  }
}
