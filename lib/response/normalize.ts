import { CLASS, TYPE } from "../wire/iana.ts";
import { NameNumbers } from "./records/name_numbers.ts";
import { HEADER_OCTETS, recordCountOf } from "../wire/header.ts";
import { uint16At } from "../wire/octets.ts";
import type { MessageScan } from "../wire/scan.ts";
import { keepAdditionals } from "./additionals.ts";
import { keepAnswers } from "./answers.ts";
import { keepAuthorities } from "./authorities.ts";
import { followChain } from "./cname_chain.ts";
import { isNormal } from "./is_normal.ts";
import type { Response } from "./response.ts";
import { trueTtl, TTL_MAX } from "./records/ttl.ts";
import { isTooMuchToWrite, rewrite } from "./records/rewrite.ts";
import { recordKeyOf, type SentRecord, sentRecords, setKeyOf, targetsOf } from "./records/sent_record.ts";

/** Why a response cannot be used. */
export const RESPONSE_FAULT = {
  /** RFC 1034 §3.6.2: "CNAME chains should be followed and CNAME loops signalled as an error". */
  endlessChain: "a CNAME chain without an end",
  /** Names that must not be compressed (RFC 3597 §4) make it longer than a message may be. */
  tooLarge: "more than a message can hold",
  /** See `isTooMuchToWrite`. */
  tooDisordered: "what takes too much work to put in order",
  /** None, with records: what are they an answer to? */
  noQuestion: "records without a question",
} as const;

/** One of `RESPONSE_FAULT`, for people. */
export type ResponseFault = (typeof RESPONSE_FAULT)[keyof typeof RESPONSE_FAULT];

/**
 * What an upstream's response says to its question, in the form in which it may be given to clients and remembered:
 *
 * - Nothing that has no part in the answer (RFC 5452 §6, RFC 2181 §5.4.1: a server is not to be believed about names that
 *   it was not asked for): see `keepAnswers`, `keepAuthorities`, `keepAdditionals`.
 * - The CNAME chain in its order, and with its end.
 * - Every record once (RFC 2181 §5), those of an RRset with one TTL, and names compressed only where RFC 3597 §4 allows it;
 *   but for pointers into the question, see `rewrite`.
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
  if (scan.questionCount !== 1) return recordCountOf(octets) === 0 ? null : RESPONSE_FAULT.noQuestion;
  const normal = normalizeThoroughly(octets, scan, { wantsDnssec });
  if (!(normal instanceof Uint8Array)) return normal;
  if (normal !== octets) response.rewrite(normal);
  return null;
}

/**
 * The thorough way of `normalize`. Names are looked up by their number, never compared each with each, so that the work is
 * no more than the octets of the message (64 KiB take 3 to 8 ms), and what is as it should be is never written.
 */
export function normalizeThoroughly(
  response: Uint8Array<ArrayBuffer>,
  scan: MessageScan,
  { wantsDnssec, names = new NameNumbers(response) }: { wantsDnssec: boolean; names?: NameNumbers },
): Uint8Array<ArrayBuffer> | ResponseFault {
  const question = { name: names.numberAt(HEADER_OCTETS), type: uint16At(response, scan.qtypeOffset) };
  const qclass = uint16At(response, scan.qtypeOffset + 2);
  const sent = sentRecords(response, scan.questionsEnd, names);
  const [sentAnswers, sentAuthorities, sentAdditionals] = sent
    .map((records) => distinct(response, records.filter((record) => isOfClass(record, qclass)), names));
  const chain = followChain(question, sentAnswers!, names);
  if (chain === null) return RESPONSE_FAULT.endlessChain;
  const answers = keepAnswers(sentAnswers!, question, chain, wantsDnssec);
  const authorities = keepAuthorities(sentAuthorities!, question, chain, names, wantsDnssec);
  const leads = { names, targetsOf: (record: SentRecord) => targetsOf(response, record, names) };
  const additionals = keepAdditionals(sentAdditionals!, answers, authorities, leads, wantsDnssec);
  const kept = [answers, authorities, additionals];
  if (!scan.isOvercompressed && kept.every((records, i) => areSame(records, sent[i]!))) return response;
  if (isTooMuchToWrite(response, kept, names)) return RESPONSE_FAULT.tooDisordered;
  const written = rewrite(response, kept);
  if (written !== null) return written;
  const needed = [answers, authorities, additionals.filter(isOpt)];
  return (needed[2]!.length < additionals.length ? rewrite(response, needed) : null) ?? RESPONSE_FAULT.tooLarge;
}

/** Whether a record is about the message (RFC 6891 §6.1.1), not of it. */
function isOpt({ type }: SentRecord): boolean {
  return type === TYPE.OPT;
}

function isOfClass(record: SentRecord, qclass: number): boolean {
  return record.class === qclass || qclass === CLASS.ANY || isOpt(record);
}

/**
 * Of equal records the first (RFC 2181 §5); and of the different TTLs of an RRset the lowest holds, whichever record it came
 * with (RFC 2181 §5.2).
 */
function distinct(octets: Uint8Array, records: readonly SentRecord[], names: NameNumbers): SentRecord[] {
  const sets = Map.groupBy(records, setKeyOf);
  for (const set of sets.values()) {
    if (set.every(({ sentTtl }) => sentTtl === set[0]!.sentTtl) || isOpt(set[0]!)) continue;
    let lowest = TTL_MAX;
    // RFC 2181 §8: with its top bit set a TTL means 0.
    for (const { sentTtl } of set) lowest = Math.min(lowest, trueTtl(sentTtl));
    for (const record of set) record.ttl = lowest;
  }
  // One of its kind has no equal.
  if (sets.size === records.length) return [...records];
  const keys = new Set<string>();
  return records.filter((record) => {
    const key = recordKeyOf(octets, record, names);
    if (keys.has(key)) return false;
    keys.add(key);
    return true;
  });
}

function areSame(kept: readonly SentRecord[], sent: readonly SentRecord[]): boolean {
  return kept.length === sent.length && kept.every((record, i) => record === sent[i] && record.ttl === record.sentTtl);
}
