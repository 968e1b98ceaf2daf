import { recordCountOf } from "../wire/counts.ts";
import { TYPE } from "../wire/iana.ts";
import { decode, encode, type Message, type ResourceRecord } from "../wire/message.ts";
import { foldCase, isWithin, type Name } from "../wire/name.ts";
import { octetsKey } from "../wire/octets_key.ts";
import { rdataNames } from "../wire/rdata.ts";
import { uint16At } from "../wire/scan.ts";
import { isPlainlyRelevant } from "./plain_relevance.ts";

/** A chain of more links than this has no end that anyone would wait for; what is beyond it is left out. */
const CHAIN_MAX = 32;
/**
 * A reply with more records is passed on as it is: looking at thousands of names would keep every other client waiting
 * (CVE-2024-8508), and whoever makes such a reply for his own zone gains nothing by what he adds.
 */
const RECORDS_MAX = 512;

/** What stands in an authority section to prove something with its signature. */
const PROOFS: ReadonlySet<number> = new Set([TYPE.NSEC, TYPE.NSEC3, TYPE.DS]);

/**
 * Removes the records that have nothing to do with the question: answers outside the chain that starts at its name,
 * authorities of zones that hold none of the chain, additional records that nothing leads to (RFC 5452 §6, RFC 2181
 * §5.4.1: a server is not to be believed about names it was not asked for). Whatever else passes untouched, bit for bit.
 *
 * @param reply A readable message with one question.
 */
export function keepRelevant(reply: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (isPlainlyRelevant(reply)) return reply;
  return recordCountOf(reply) > RECORDS_MAX ? reply : removeIrrelevant(reply);
}

/**
 * The thorough way of `keepRelevant`. Names are looked up by key, never compared each with each: that took a second for
 * 9 KB of names made for it.
 */
export function removeIrrelevant(reply: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
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

/**
 * The SOA and NS records of zones above the chain, and the proofs of zones above it, wherever in them they lie. A proof
 * belongs to the zone that signed it: the one of a wildcard comes without any SOA (RFC 4035 §3.1.3.3, RFC 5155 §7.2.6),
 * and so does the one that a delegation is insecure (RFC 5155 §7.2.7).
 */
function keepAuthorities(records: readonly ResourceRecord[], above: ReadonlySet<string>): ResourceRecord[] {
  const signed = new Set(records.filter(({ type }) => type === TYPE.RRSIG).map(setKeyOf));
  const proven = new Set(records.filter((record) => isSignedAbove(record, above)).map(setKeyOf));
  const zones = new Set(records.filter(isOfZone).map(({ name }) => keyOf(name)).filter((key) => above.has(key)));
  return records.filter((record) => {
    if (isOfZone(record)) return above.has(keyOf(record.name));
    if (record.type === TYPE.RRSIG) return isSignedAbove(record, above);
    if (!PROOFS.has(record.type)) return false;
    const key = setKeyOf(record);
    // Without a signature it proves nothing, and harms nobody: it passes with its zone.
    return proven.has(key) || (!signed.has(key) && suffixesOf(keyOf(record.name)).some((suffix) => zones.has(suffix)));
  });
}

function isOfZone({ type }: ResourceRecord): boolean {
  return type === TYPE.SOA || type === TYPE.NS;
}

/** Whether a record is a signature of a zone that holds a name of the chain. Nobody signs what is in another zone. */
function isSignedAbove(record: ResourceRecord, above: ReadonlySet<string>): boolean {
  if (record.type !== TYPE.RRSIG) return false;
  const [signer] = rdataNames(record.type, record.rdata);
  return above.has(keyOf(signer!)) && isWithin(record.name, signer!);
}

/** The same for the records of an RRset and its signatures. */
function setKeyOf({ type, name, rdata }: ResourceRecord): string {
  return `${type === TYPE.RRSIG ? uint16At(rdata, 0) : type} ${keyOf(name)}`;
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
