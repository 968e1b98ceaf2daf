import { TYPE } from "../wire/iana.ts";
import { decode, encode, type Message, type ResourceRecord } from "../wire/message.ts";
import { foldCase, isWithin, type Name } from "../wire/name.ts";
import { rdataNames } from "../wire/rdata.ts";
import { uint16At } from "../wire/scan.ts";
import { isPlainlyRelevant } from "./plain_relevance.ts";
import type { Reply } from "./resolver.ts";

/** A chain longer than this has no end that anyone would wait for; what is beyond it is left out. */
const CHAIN_MAX = 32;
/**
 * A reply with more records is passed on as it is: looking at thousands of names would keep every other client waiting
 * (CVE-2024-8508), and whoever makes such a reply for his own zone gains nothing by what he adds.
 */
const RECORDS_MAX = 512;

/**
 * Removes the records that have nothing to do with the question: answers outside the chain that starts at its name,
 * authorities of zones that hold none of the chain, additional records that nothing leads to (RFC 5452 §6, RFC 2181
 * §5.4.1: a server is not to be believed about names it was not asked for). Whatever else passes untouched, bit for bit.
 *
 * @param reply A readable message with one question.
 */
export function keepRelevant(reply: Reply): Reply {
  if (isPlainlyRelevant(reply)) return reply;
  const recordCount = uint16At(reply, 6) + uint16At(reply, 8) + uint16At(reply, 10);
  return recordCount > RECORDS_MAX ? reply : removeIrrelevant(reply);
}

/** The thorough way of `keepRelevant`. */
export function removeIrrelevant(reply: Reply): Reply {
  const message = decode(reply);
  const chain = followChain(message);
  const answers = message.answers.filter((record) => chain.has(keyOf(record.name)) || leadsFrom(record, chain));
  const authorities = keepAuthorities(message.authorities, [...chain.values()]);
  const named = new Set([...chain.keys(), ...namesIn([...answers, ...authorities])]);
  const additionals = message.additionals.filter(({ type, name }) => type === TYPE.OPT || named.has(keyOf(name)));
  const kept = answers.length + authorities.length + additionals.length;
  const all = message.answers.length + message.authorities.length + message.additionals.length;
  return kept === all ? reply : encode({ ...message, answers, authorities, additionals });
}

/** The question's name and every name that CNAME and DNAME records lead to from there, by key. */
function followChain({ questions, answers }: Message): Map<string, Name> {
  const chain = new Map(questions.map(({ name }) => [keyOf(name), name]));
  // Servers put chains in order, but need not: each pass finds at least one more link, or is the last.
  for (let pass = 0; pass < CHAIN_MAX; pass++) {
    const size = chain.size;
    for (const record of answers) {
      if (record.type !== TYPE.CNAME || !chain.has(keyOf(record.name))) continue;
      for (const target of rdataNames(record.type, record.rdata)) chain.set(keyOf(target), target);
    }
    if (chain.size === size) break;
  }
  return chain;
}

/** RFC 6672 §3.1: a DNAME stands above the name that it redirects; a signature of it stands with it. */
function leadsFrom(record: ResourceRecord, chain: ReadonlyMap<string, Name>): boolean {
  const type = record.type === TYPE.RRSIG ? uint16At(record.rdata, 0) : record.type;
  return type === TYPE.DNAME && [...chain.values()].some((name) => isWithin(name, record.name));
}

/** Records of zones above the chain, and the proofs that lie inside those zones (RFC 4035 §3.1.3). */
function keepAuthorities(records: readonly ResourceRecord[], chain: readonly Name[]): ResourceRecord[] {
  const isAbove = ({ name }: ResourceRecord) => chain.some((link) => isWithin(link, name));
  const zones = records.filter((record) => isAbove(record)).map((record) => record.name);
  return records.filter((record) => isAbove(record) || isProofWithin(record, zones));
}

function isProofWithin({ type, name }: ResourceRecord, zones: readonly Name[]): boolean {
  const isProof = type === TYPE.NSEC || type === TYPE.NSEC3 || type === TYPE.RRSIG;
  return isProof && zones.some((zone) => isWithin(name, zone));
}

function namesIn(records: readonly ResourceRecord[]): string[] {
  return records.flatMap(({ type, name, rdata }) => [name, ...rdataNames(type, rdata)]).map(keyOf);
}

function keyOf(name: Name): string {
  return String.fromCharCode(...foldCase(name));
}
