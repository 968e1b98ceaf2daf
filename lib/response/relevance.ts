import { recordCountOf } from "../wire/counts.ts";
import { TYPE } from "../wire/iana.ts";
import { decode, encode, type Message, type ResourceRecord } from "../wire/message.ts";
import { foldCase, type Name } from "../wire/name.ts";
import { octetsKey } from "../wire/octets_key.ts";
import { rdataNames } from "../wire/rdata.ts";
import { uint16At } from "../wire/scan.ts";
import { isPlainlyRelevant } from "./plain_relevance.ts";

/** A response message in wire format. */
type Reply = Uint8Array<ArrayBuffer>;

/** A chain of more links than this has no end that anyone would wait for; what is beyond it is left out. */
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
  return recordCountOf(reply) > RECORDS_MAX ? reply : removeIrrelevant(reply);
}

/**
 * The thorough way of `keepRelevant`. Names are looked up by key, never compared each with each: that took a second for
 * 9 KB of names made for it.
 */
export function removeIrrelevant(reply: Reply): Reply {
  const message = decode(reply);
  const chain = chainKeys(message);
  const above = new Set([...chain].flatMap(suffixesOf));
  const answers = message.answers.filter((record) => chain.has(keyOf(record.name)) || leadsFrom(record, above));
  const authorities = keepAuthorities(message.authorities, above);
  const named = new Set([...chain, ...namesIn([...answers, ...authorities])]);
  const additionals = message.additionals.filter(({ type, name }) => type === TYPE.OPT || named.has(keyOf(name)));
  const kept = answers.length + authorities.length + additionals.length;
  const all = message.answers.length + message.authorities.length + message.additionals.length;
  return kept === all ? reply : encode({ ...message, answers, authorities, additionals });
}

/** The keys of the question's name and of those that CNAME records lead to from there, in whatever order they stand. */
function chainKeys({ questions, answers }: Message): Set<string> {
  const links = Map.groupBy(answers.filter(({ type }) => type === TYPE.CNAME), ({ name }) => keyOf(name));
  const chain = new Set(questions.map(({ name }) => keyOf(name)));
  // What is added on the way is visited as well.
  for (const key of chain) {
    for (const target of namesOf(links.get(key) ?? [])) {
      if (chain.size > CHAIN_MAX) return chain;
      chain.add(target);
    }
  }
  return chain;
}

/** RFC 6672 §3.1: a DNAME stands above the name that it redirects; a signature of it stands with it. */
function leadsFrom(record: ResourceRecord, above: ReadonlySet<string>): boolean {
  const type = record.type === TYPE.RRSIG ? uint16At(record.rdata, 0) : record.type;
  return type === TYPE.DNAME && above.has(keyOf(record.name));
}

/** Records of zones above the chain, and the proofs that lie inside those zones (RFC 4035 §3.1.3). */
function keepAuthorities(records: readonly ResourceRecord[], above: ReadonlySet<string>): ResourceRecord[] {
  const keyed = records.map((record) => ({ record, key: keyOf(record.name) }));
  const zones = new Set(keyed.filter(({ key }) => above.has(key)).map(({ key }) => key));
  return keyed.filter(({ record, key }) => zones.has(key) || isProofWithin(record, key, zones))
    .map(({ record }) => record);
}

function isProofWithin({ type }: ResourceRecord, key: string, zones: ReadonlySet<string>): boolean {
  const isProof = type === TYPE.NSEC || type === TYPE.NSEC3 || type === TYPE.RRSIG;
  return isProof && suffixesOf(key).some((suffix) => zones.has(suffix));
}

function namesIn(records: readonly ResourceRecord[]): string[] {
  return [...records.map(({ name }) => keyOf(name)), ...namesOf(records)];
}

/** The keys of the names that records lead to. */
function namesOf(records: readonly ResourceRecord[]): string[] {
  return records.flatMap(({ type, rdata }) => rdataNames(type, rdata)).map(keyOf);
}

/** The keys of a name and of those that it lies below, up to the root. */
function suffixesOf(key: string): string[] {
  const suffixes: string[] = [];
  for (let start = 0; start < key.length; start += key.charCodeAt(start) + 1) suffixes.push(key.slice(start));
  return suffixes;
}

/** Equal for the same name, letter case ignored. */
function keyOf(name: Name): string {
  return octetsKey(foldCase(name));
}
