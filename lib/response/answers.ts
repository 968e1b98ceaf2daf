import { TYPE } from "../wire/iana.ts";
import type { Chain, NumberedQuestion } from "./cname_chain.ts";
import { isMetaType } from "./records/roles.ts";
import type { SentRecord } from "./records/sent_record.ts";

/**
 * The answers that a question has: what was asked for at the names of the chain, and the CNAME and DNAME records that lead
 * from one to the next. With DO, their signatures.
 */
export function keepAnswers(
  records: readonly SentRecord[],
  question: NumberedQuestion,
  chain: Chain,
  wantsDnssec: boolean,
): SentRecord[] {
  return inOrder(records.filter((record) => isAnswer(record, question, chain, wantsDnssec)), question, chain);
}

function isAnswer(record: SentRecord, { type: qtype }: NumberedQuestion, chain: Chain, wantsDnssec: boolean): boolean {
  const isAsked = record.type === qtype || isMetaType(qtype);
  // RFC 4035 §3.2.1: without DO "the name server side MUST strip any authenticating DNSSEC RRs from the response but MUST NOT
  // strip any DNSSEC RR types that the initiating query explicitly requested".
  if (record.type === TYPE.RRSIG && !wantsDnssec && !isAsked) return false;
  const { owner, role: type } = record;
  if (chain.positions.has(owner) && (isAsked || type === qtype || type === TYPE.CNAME)) return true;
  // RFC 6672 §3.1: it stands above the names that it redirects.
  return type === TYPE.DNAME && chain.below.has(owner);
}

/**
 * Puts a chain in its order, each RRset with its signatures behind it: "the CNAME RR at the alias" first, what its target
 * has behind it (RFC 1034 §3.6.2, §4.3.1), and a DNAME before the CNAME that is made from it (RFC 6672 §3.1). Stub
 * resolvers read from top to bottom. What is in order stays as it is, wherever its signatures are.
 */
function inOrder(records: SentRecord[], question: NumberedQuestion, chain: Chain): SentRecord[] {
  const ranks = new Map(records.map((record) => [record, rankOf(record, question, chain)]));
  // Where signatures are asked for, those of other records than the chain's own are what it leads to.
  const isSignature = (record: SentRecord) => {
    return record.type === TYPE.RRSIG && (question.type !== TYPE.RRSIG || isLink(record.role));
  };
  const data = records.filter((record) => !isSignature(record)).map((record) => ranks.get(record)!);
  if (data.every((rank, i) => i === 0 || data[i - 1]! <= rank)) return records;
  const placeOf = (record: SentRecord) => {
    const type = isSignature(record) ? record.role : record.type;
    return 4 * ranks.get(record)! + (type === TYPE.CNAME ? 0 : 2) + (isSignature(record) ? 1 : 0);
  };
  return records.toSorted((a, b) => placeOf(a) - placeOf(b));
}

function isLink(type: number): boolean {
  return type === TYPE.CNAME || type === TYPE.DNAME;
}

/** Two for each name of the chain: one for the DNAME above it, one for its own records. */
function rankOf(record: SentRecord, { type: qtype }: NumberedQuestion, { positions, below }: Chain): number {
  const { owner, role } = record;
  const isOwn = positions.has(owner) && (role !== TYPE.DNAME || qtype === TYPE.DNAME || !below.has(owner));
  return isOwn ? 2 * positions.get(owner)! + 1 : 2 * below.get(owner)!;
}
