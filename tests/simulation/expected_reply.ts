import { CLASS, RCODE, TYPE } from "../../lib/wire/iana.ts";
import { encode, type Message, type Question, type ResourceRecord } from "../../lib/wire/message.ts";
import { foldCase, isSameName, isWithin, type Name } from "../../lib/wire/name.ts";
import { canonicalRdata, type Rdata } from "../../lib/wire/rdata/rdata.ts";
import { ednsOf } from "../support/messages.ts";
import { type Outcome, questionKey } from "./oracle.ts";

/** What a reply says, in a form that can be compared: letter case folded, no pointers. */
export interface Content {
  readonly rcode: number;
  readonly isTruncated: boolean;
  readonly recursionAvailable: boolean;
  readonly isAuthenticData: boolean;
  readonly answers: readonly string[];
  readonly authorities: readonly string[];
  readonly additionals: readonly string[];
}

/** The content of a reply; its OPT record is not part of it. */
export function contentOf(reply: Message): Content {
  return {
    rcode: reply.rcode,
    isTruncated: reply.isTruncated,
    recursionAvailable: reply.recursionAvailable,
    isAuthenticData: reply.isAuthenticData,
    answers: turnedAlike(reply.answers.map(recordKey), reply.answers.map(addressesOf)),
    authorities: reply.authorities.map(recordKey),
    additionals: reply.additionals.filter(({ type }) => type !== TYPE.OPT).map(recordKey),
  };
}

/** What the addresses of a name have in common; `null` for all other records. */
function addressesOf({ name, type, class: rrclass }: ResourceRecord): string | null {
  return rrclass === CLASS.IN && (type === TYPE.A || type === TYPE.AAAA) ? `${type} ${hexOf(name)}` : null;
}

/**
 * Runs of addresses of one name begin with another one each time when they come from memory. They are turned so that all
 * ways to turn a run come to the same; that nothing else changes places is seen all the same.
 */
function turnedAlike(keys: readonly string[], runs: readonly (string | null)[]): string[] {
  const turned: string[] = [];
  for (let start = 0; start < keys.length;) {
    let end = start + 1;
    while (runs[start] !== null && runs[end] === runs[start]) end++;
    const run = keys.slice(start, end);
    const turns = run.map((_, i) => [...run.slice(i), ...run.slice(0, i)]);
    turned.push(...turns.reduce((least, turn) => turn.join("\n") < least.join("\n") ? turn : least));
    start = end;
  }
  return turned;
}

/** Whether the reply to a query with one question may say `actual`, when the question was answered with `outcome`. */
export function isExpectedForOne(outcome: Outcome, query: Message, actual: Content, limitOctets: number): boolean {
  const { message, bodyOctets, kind } = outcome;
  const full = { ...contentOf(message), isAuthenticData: message.isAuthenticData && understandsAd(query) };
  // Which of its records have nothing to do with the question is not for the checker to say.
  if (kind === "altered") return actual.rcode === full.rcode;
  if (isSameContent(actual, full)) return true;
  const fits = Math.max(bodyOctets, encode(message).length) <= limitOctets;
  if (fits) return false;
  return isPickOf(actual, message, full) || (isCutOf(actual, message, full) && isCutLate(actual, outcome, limitOctets));
}

/** Whether `actual` is all of `full` that matters, and the rest is left out. */
function isPickOf(actual: Content, message: Message, full: Content): boolean {
  const authorities = message.authorities.filter((_, i) => isNeeded(message, "authorities", i)).map(recordKey);
  const additionals = message.additionals.filter((_, i) => isNeeded(message, "additionals", i)).map(recordKey);
  return isSameContent(actual, { ...full, authorities, additionals });
}

/** RFC 2181 §9: what a reply cannot do without. */
function isNeeded({ questions, answers, authorities, additionals }: Message, section: string, index: number): boolean {
  const qtype = questions[0]!.type;
  const isAnswered = answers.some(({ type }) => type === qtype || qtype === TYPE.ANY);
  if (section === "answers") return true;
  if (section === "authorities") {
    const { type, rdata } = authorities[index]!;
    return !isAnswered || (type !== TYPE.NS && !(type === TYPE.RRSIG && rdata[0] === 0 && rdata[1] === TYPE.NS));
  }
  const cut = authorities.find(({ type }) => type === TYPE.NS || type === TYPE.SOA);
  const { type, name } = additionals[index]!;
  if (isAnswered || cut?.type !== TYPE.NS || (type !== TYPE.A && type !== TYPE.AAAA)) return false;
  return isWithin(name, cut.name);
}

/** Whether `actual` is the beginning of `full`, up to the end of an RRset, with TC exactly when it misses what matters. */
function isCutOf(actual: Content, message: Message, full: Content): boolean {
  const keptCount = recordCount(actual);
  const [kept, all] = [actual, full].map((content) => {
    return [content.answers, content.authorities, content.additionals].flatMap((keys, i) =>
      keys.map((key) => `${i} ${key}`)
    );
  });
  if (!areSame(kept!, all!.slice(0, keptCount))) return false;
  const rrsets = all!.map(rrsetOfKey);
  if (rrsets.slice(keptCount).some((rrset) => rrsets.slice(0, keptCount).includes(rrset))) return false;
  const isNeededAt = (["answers", "authorities", "additionals"] as const).flatMap((section) => {
    return full[section].map((_, i) => isNeeded(message, section, i));
  });
  const needsTc = isNeededAt.includes(true, keptCount);
  const { rcode, recursionAvailable, isAuthenticData } = full;
  return isSameContent(actual, {
    ...actual,
    rcode,
    recursionAvailable,
    isAuthenticData,
    isTruncated: full.isTruncated || needsTc,
  });
}

/** Whether not even the next RRset would have fit. */
function isCutLate(actual: Content, { message, bodyOctets }: Outcome, limitOctets: number): boolean {
  const full = encode(message).length;
  // An upstream that compresses better than is allowed: then its own writing is cut, which cannot be told from here.
  if (bodyOctets < full) return true;
  const next = [...message.answers, ...message.authorities, ...message.additionals][recordCount(actual)];
  if (next === undefined) return true;
  const upTo = (records: readonly ResourceRecord[], before: number) => {
    const kept = records.slice(0, Math.max(0, recordCount(actual) - before));
    return records.filter((record) => kept.includes(record) || rrsetOf(record) === rrsetOf(next));
  };
  const { answers, authorities, additionals } = message;
  const longer = {
    ...message,
    answers: upTo(answers, 0),
    authorities: upTo(authorities, answers.length),
    additionals: upTo(additionals, answers.length + authorities.length),
  };
  return encode(longer).length > limitOctets;
}

function recordCount({ answers, authorities, additionals }: Content): number {
  return answers.length + authorities.length + additionals.length;
}

/**
 * Whether the reply to a query with several questions may say `actual`, by the law of merging: `outcomes` belong to the
 * distinct questions in order.
 */
export function isExpectedForMany(
  outcomes: readonly Outcome[],
  query: Message,
  actual: Content,
  limitOctets: number,
): boolean {
  const parts = outcomes.map((outcome) => outcome.message);
  const wantsDnssec = ednsOf(query)?.wantsDnssec ?? false;
  const header = {
    rcode: mergedRcode(parts.map((part) => part.rcode)),
    isTruncated: parts.some((part) => part.isTruncated),
    recursionAvailable: parts.every((part) => part.recursionAvailable),
    isAuthenticData: parts.every((part) => part.isAuthenticData) && understandsAd(query),
  };
  // Most combinations of outcomes are ruled out by the header; merging all of them would take long.
  if (header.rcode !== actual.rcode || header.recursionAvailable !== actual.recursionAvailable) return false;
  if (outcomes.some(({ kind }) => kind === "altered")) return true;
  const merged = (kept: number): Message => {
    return { ...query, ...header, ...mergedSections(parts.slice(0, kept), wantsDnssec) };
  };
  // Who shares the exchange of another client gets its names in that one's spelling, and they compress less well.
  const fits = (message: Message) =>
    encode({ ...message, questions: respelled(query.questions) }).length <= limitOctets;
  for (let kept = parts.length; kept >= 0; kept--) {
    const whole = merged(kept);
    const content = { ...contentOf(whole), isTruncated: header.isTruncated || kept < parts.length };
    const isWhole = isSameContent(actual, content);
    if (!isWhole && !isSameContent(actual, { ...content, additionals: [] })) continue;
    // Additional records may be left out, but only when they do not fit; whole questions likewise, and with TC.
    if (!isWhole && fits(whole)) return false;
    return kept === parts.length || !fits({ ...merged(kept + 1), additionals: [] });
  }
  return false;
}

/** The questions with every letter's case turned. */
export function respelled(questions: readonly Question[]): Question[] {
  const turned = (octet: number) => (octet | 0x20) >= 0x61 && (octet | 0x20) <= 0x7a ? octet ^ 0x20 : octet;
  return questions.map((question) => ({ ...question, name: question.name.map(turned) }));
}

/** The questions that are told apart, each in its first spelling. */
export function distinctQuestions(questions: readonly Question[]): Question[] {
  const distinct = new Map<string, Question>();
  for (const question of questions) {
    if (!distinct.has(questionKey(question))) distinct.set(questionKey(question), question);
  }
  return [...distinct.values()];
}

/** Whether two replies say the same. */
export function isSameContent(a: Content, b: Content): boolean {
  return a.rcode === b.rcode && a.isTruncated === b.isTruncated && a.recursionAvailable === b.recursionAvailable &&
    a.isAuthenticData === b.isAuthenticData && areSame(a.answers, b.answers) && areSame(a.authorities, b.authorities) &&
    areSame(a.additionals, b.additionals);
}

function areSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((key, i) => key === b[i]);
}

/** Whether a client gets to see AD (RFC 6840 §5.7, §5.8). */
export function understandsAd(query: Message): boolean {
  return query.isAuthenticData || (ednsOf(query)?.wantsDnssec ?? false);
}

/** All equal: that; any NOERROR: NOERROR; else the worst of SERVFAIL > REFUSED > NXDOMAIN. */
function mergedRcode(rcodes: readonly number[]): number {
  const [first] = rcodes;
  if (rcodes.every((rcode) => rcode === first)) return first!;
  const [winner] = [RCODE.NOERROR, RCODE.SERVFAIL, RCODE.REFUSED, RCODE.NXDOMAIN].filter((rcode) =>
    rcodes.includes(rcode)
  );
  const isUnusual = (rcode: number) => ![RCODE.NOERROR, RCODE.NXDOMAIN, RCODE.REFUSED].some((usual) => usual === rcode);
  // FORMERR, NOTIMP and whatever else an upstream says are as bad as SERVFAIL.
  return winner !== RCODE.NOERROR && rcodes.some(isUnusual) ? RCODE.SERVFAIL : winner!;
}

function mergedSections(parts: readonly Message[], wantsDnssec: boolean) {
  /** The SOA says how long a denial holds; to who wants it, what proves it, and the signatures of both. */
  const isProof = ({ type, rdata }: ResourceRecord) => {
    const signed = type === TYPE.RRSIG ? (rdata[0]! << 8) | rdata[1]! : type;
    if (type === TYPE.SOA) return true;
    return wantsDnssec && [TYPE.SOA, TYPE.NSEC, TYPE.NSEC3].some((kept) => kept === signed);
  };
  const isOfHop = ({ type }: ResourceRecord) => [TYPE.TSIG, TYPE.SIG].some((hop) => hop === type);
  return {
    answers: united(parts.flatMap((part) => inAskersSpelling(part.answers, part))),
    authorities: united(parts.flatMap((part) => inAskersSpelling(part.authorities.filter(isProof), part))),
    additionals: united(parts.flatMap((part) => part.additionals.filter((record) => !isOfHop(record)))),
  };
}

/** RFC 4343 §4.1. It decides on how well names compress, and so on what fits. */
function inAskersSpelling(records: readonly ResourceRecord[], { questions }: Message): ResourceRecord[] {
  const { name } = questions[0]!;
  return records.map((record) => isSameName(record.name, name) ? { ...record, name } : record);
}

/** Each record once, each RRset with its lowest TTL; one with the top bit set means 0 (RFC 2181 §8). */
export function united(records: readonly ResourceRecord[]): ResourceRecord[] {
  const capped = records.map((record) => ({ ...record, ttl: record.ttl > 0x7fff_ffff ? 0 : record.ttl }));
  const lowestTtls = new Map<string, number>();
  for (const record of capped) {
    const rrset = rrsetOf(record);
    lowestTtls.set(rrset, Math.min(record.ttl, lowestTtls.get(rrset) ?? Infinity));
  }
  const distinct = Map.groupBy(capped, recordIdentity);
  return [...distinct.values()].map(([record]) => ({ ...record!, ttl: lowestTtls.get(rrsetOf(record!))! }));
}

function rrsetOf({ name, type, class: rrclass, rdata }: ResourceRecord): string {
  return `${type} ${type === TYPE.RRSIG ? rdata.slice(0, 2).toHex() : ""} ${rrclass} ${hexOf(name)}`;
}

/** The RRset of a key with a section before it. RRSIGs belong to the type that they cover (RFC 4034 §3). */
function rrsetOfKey(key: string): string {
  const [section, name, rrclass, type, rdata] = key.split(" ");
  return `${section} ${name} ${rrclass} ${type} ${Number(type) === TYPE.RRSIG ? rdata!.slice(0, 4) : ""}`;
}

function recordKey(record: ResourceRecord): string {
  return `${recordIdentity(record)} ${record.ttl}`;
}

/** Equal for records that differ in their TTL at most: owner in lower case, class, type, canonical RDATA. */
export function recordIdentity({ name, type, class: rrclass, rdata }: ResourceRecord): string {
  return `${hexOf(name)} ${rrclass} ${type} ${canonicalHexOf(type, rdata)}`;
}

/** The same records are looked at again for every combination of outcomes. */
const hexByName = new WeakMap<Uint8Array, string>();
const hexByRdata = new WeakMap<Uint8Array, string>();

function hexOf(name: Name): string {
  const hex = hexByName.get(name) ?? foldCase(name).toHex();
  hexByName.set(name, hex);
  return hex;
}

function canonicalHexOf(type: number, rdata: Rdata): string {
  const hex = hexByRdata.get(rdata) ?? canonicalRdata(type, rdata).toHex();
  hexByRdata.set(rdata, hex);
  return hex;
}
