import { recordCountOf } from "../wire/header.ts";
import { CLASS } from "../wire/iana.ts";
import { decode, encodeWithin, type ResourceRecord } from "../wire/message.ts";
import { recordKey, rrsetKey } from "../wire/rdata/rrset_key.ts";
import type { MessageScan } from "../wire/scan.ts";
import { isOpt, keepAdditionals } from "./additionals.ts";
import { keepAnswers } from "./answers.ts";
import { keepAuthorities } from "./authorities.ts";
import { followChain } from "./cname_chain.ts";
import { isNormal } from "./is_normal.ts";
import type { Response } from "./response.ts";

/**
 * A response with more records is passed on as it is: looking at thousands of names would keep every other client waiting
 * (CVE-2024-8508), and whoever makes such a response for his own zone gains nothing by what he adds.
 */
const RECORDS_MAX = 512;
/** RFC 2181 §8. */
const TTL_MAX = 0x7fff_ffff;

/** Why a response cannot be used. */
export const RESPONSE_FAULT = {
  /** RFC 1034 §3.6.2: "CNAME chains should be followed and CNAME loops signalled as an error". */
  endlessChain: "a CNAME chain without an end",
  /** Names that must not be compressed (RFC 3597 §4) make it longer than a message may be. */
  tooLarge: "more than a message can hold",
} as const;

/** One of `RESPONSE_FAULT`, for people. */
export type ResponseFault = (typeof RESPONSE_FAULT)[keyof typeof RESPONSE_FAULT];

/**
 * What an upstream's response says to its question, in the form in which it may be given to clients and remembered:
 *
 * - Nothing that has no part in the answer (RFC 5452 §6, RFC 2181 §5.4.1: a server is not to be believed about names that
 *   it was not asked for): see `keepAnswers`, `keepAuthorities`, `keepAdditionals`.
 * - The CNAME chain in its order, and with its end.
 * - Every record once (RFC 2181 §5), those of an RRset with one TTL, and names compressed only where RFC 3597 §4 allows it.
 *
 * What is like that already, as nearly every response is, passes bit for bit; else it is written anew in `response`.
 *
 * @param response A readable message.
 * @param wantsDnssec Whether it is for clients that say DO.
 * @returns Why it cannot be used; `null` when it can.
 */
export function normalize(response: Response, wantsDnssec: boolean): ResponseFault | null {
  if (isNormal(response, wantsDnssec)) return null;
  const { octets, scan } = response;
  if (scan.questionCount !== 1 || recordCountOf(octets) > RECORDS_MAX) return null;
  const normal = normalizeThoroughly(octets, scan, wantsDnssec);
  if (!(normal instanceof Uint8Array)) return normal;
  if (normal !== octets) response.rewrite(normal);
  return null;
}

/**
 * The thorough way of `normalize`. Names are looked up by key, never compared each with each: that took a second for
 * 9 KB of names made for it.
 */
export function normalizeThoroughly(
  response: Uint8Array<ArrayBuffer>,
  { isOvercompressed }: MessageScan,
  wantsDnssec: boolean,
): Uint8Array<ArrayBuffer> | ResponseFault {
  const message = decode(response);
  const question = message.questions[0]!;
  const [sentAnswers, sentAuthorities, sentAdditionals] = [message.answers, message.authorities, message.additionals]
    .map((records) => distinct(withLowestTtls(records.filter((record) => isOfClass(record, question.class)))));
  const chain = followChain(question, sentAnswers!);
  if (chain === null) return RESPONSE_FAULT.endlessChain;
  const answers = keepAnswers(sentAnswers!, question, chain, wantsDnssec);
  const authorities = keepAuthorities(sentAuthorities!, question, chain, wantsDnssec);
  const additionals = keepAdditionals(sentAdditionals!, answers, authorities, wantsDnssec);
  const isSame = areSame(answers, message.answers) && areSame(authorities, message.authorities) &&
    areSame(additionals, message.additionals);
  if (isSame && !isOvercompressed) return response;
  const normal = { ...message, answers, authorities, additionals };
  return encodeWithin(normal) ?? encodeWithin({ ...normal, additionals: additionals.filter(isOpt) }) ??
    RESPONSE_FAULT.tooLarge;
}

function isOfClass(record: ResourceRecord, qclass: number): boolean {
  return record.class === qclass || qclass === CLASS.ANY || isOpt(record);
}

/** RFC 2181 §5.2: of the different TTLs of an RRset the lowest holds, whichever record it came with. */
function withLowestTtls(records: readonly ResourceRecord[]): ResourceRecord[] {
  const sets = Map.groupBy(records, rrsetKey);
  const lowered = new Map<ResourceRecord, ResourceRecord>();
  for (const set of sets.values()) {
    if (set.every(({ ttl }) => ttl === set[0]!.ttl) || isOpt(set[0]!)) continue;
    // RFC 2181 §8: with its top bit set a TTL means 0.
    const ttl = Math.min(...set.map(({ ttl }) => ttl > TTL_MAX ? 0 : ttl));
    for (const record of set) if (record.ttl !== ttl) lowered.set(record, { ...record, ttl });
  }
  return records.map((record) => lowered.get(record) ?? record);
}

function distinct(records: readonly ResourceRecord[]): ResourceRecord[] {
  const byKey = new Map<string, ResourceRecord>();
  for (const record of records) {
    const key = recordKey(record);
    if (!byKey.has(key)) byKey.set(key, record);
  }
  return [...byKey.values()];
}

function areSame(a: readonly ResourceRecord[], b: readonly ResourceRecord[]): boolean {
  return a.length === b.length && a.every((record, i) => record === b[i]);
}
