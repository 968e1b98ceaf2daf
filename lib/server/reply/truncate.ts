import {
  ANCOUNT_OFFSET,
  FLAG,
  HEADER_OCTETS,
  putFlags,
  QUESTION_TAIL_OCTETS,
  RDLENGTH_OFFSET,
  RECORD_HEAD_OCTETS,
} from "../../wire/header.ts";
import { decode, encodeWithin, type Message, type ResourceRecord } from "../../wire/message.ts";
import { putUint16, uint16At } from "../../wire/octets.ts";
import { rrsetKey } from "../../wire/rdata/rrset_key.ts";
import { skipName } from "../../wire/scan.ts";
import { neededRecords } from "./needed_records.ts";

/**
 * A reply of at most `limitOctets`: the same one when it fits, else written anew with every name compressed, else cut; see
 * `cutRecords`.
 *
 * @param reply A readable message that ends with its last record; its OPT record has been taken off.
 * @param limitOctets Room for the header and the question section at least.
 */
export function truncate(reply: Uint8Array<ArrayBuffer>, limitOctets: number): Uint8Array<ArrayBuffer> {
  if (reply.length <= limitOctets) return reply;
  const message = decode(reply);
  const compressed = encodeWithin(message);
  // Names that may not be compressed when sending, but came so (RFC 3597 §4), can make it longer.
  if (compressed === null || compressed.length > reply.length) return cutRecords(reply, message, limitOctets);
  return compressed.length <= limitOctets ? compressed : cutRecords(compressed, message, limitOctets);
}

/**
 * Cuts a message behind the last RRset that fits. Of the three sections the additional one goes first, and without TC;
 * losing what the reply cannot do without sets TC (RFC 2181 §9); see `neededRecords`. When that fits by itself, what stands
 * before and between it is left out instead. A TC that is set stays set (RFC 5625 §4.3).
 *
 * Pointers lead backwards, so whatever is cut off the end of a message leaves a whole message.
 *
 * @param octets The message; edited in place and returned in part.
 * @param message The same, decoded.
 */
export function cutRecords(
  octets: Uint8Array<ArrayBuffer>,
  message: Message,
  limitOctets: number,
): Uint8Array<ArrayBuffer> {
  const sections = [message.answers, message.authorities, message.additionals];
  const { kept, end } = lastBorder(octets, message.questions.length, rrsetKeys(sections), limitOctets);
  const isNeeded = neededRecords(message);
  const isNeededCut = isNeeded.includes(true, kept);
  if (isNeededCut && isNeeded.includes(false)) {
    const needed = encodeWithin(pick(message, isNeeded), limitOctets);
    if (needed !== null) return needed;
  }
  let left = kept;
  for (const [i, { length }] of sections.entries()) {
    putUint16(octets, ANCOUNT_OFFSET + 2 * i, Math.min(left, length));
    left = Math.max(0, left - length);
  }
  if (isNeededCut) putFlags(octets, uint16At(octets, 2) | FLAG.TC);
  return octets.subarray(0, end);
}

/** The message with those of its records that are marked. */
function pick(message: Message, isPicked: readonly boolean[]): Message {
  const { answers, authorities, additionals } = message;
  const from = (records: readonly ResourceRecord[], start: number) => records.filter((_, i) => isPicked[start + i]);
  return {
    ...message,
    answers: from(answers, 0),
    authorities: from(authorities, answers.length),
    additionals: from(additionals, answers.length + authorities.length),
  };
}

/** For each record in order: equal texts for records of one RRset in one section. */
function rrsetKeys(sections: readonly (readonly ResourceRecord[])[]): string[] {
  return sections.flatMap((records, section) => records.map((record) => `${section} ${rrsetKey(record)}`));
}

/** How many records, and octets, come before the last place within the limit that splits no RRset. */
function lastBorder(
  octets: Uint8Array<ArrayBuffer>,
  questionCount: number,
  keys: readonly string[],
  limitOctets: number,
) {
  const last = new Map(keys.map((key, i) => [key, i]));
  let offset = HEADER_OCTETS;
  for (let i = 0; i < questionCount; i++) offset = behindName(octets, offset) + QUESTION_TAIL_OCTETS;
  const border = { kept: 0, end: offset };
  let openUntil = -1;
  for (const [i, key] of keys.entries()) {
    const head = behindName(octets, offset);
    offset = head + RECORD_HEAD_OCTETS + uint16At(octets, head + RDLENGTH_OFFSET);
    if (offset > limitOctets) break;
    // The members of an RRset usually stand together, but need not.
    openUntil = Math.max(openUntil, last.get(key)!);
    if (openUntil === i) [border.kept, border.end] = [i + 1, offset];
  }
  return border;
}

function behindName(octets: Uint8Array<ArrayBuffer>, offset: number): number {
  return skipName(octets, offset, octets.length);
}
