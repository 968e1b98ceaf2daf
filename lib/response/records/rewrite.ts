import { HEADER_OCTETS, MESSAGE_OCTETS_MAX, QUESTION_TAIL_OCTETS, RECORD_HEAD_OCTETS } from "../../wire/header.ts";
import { foldCase, type Name, readName } from "../../wire/name.ts";
import { NameNumbers } from "./name_numbers.ts";
import { uint16At } from "../../wire/octets.ts";
import { Reader } from "../../wire/reader.ts";
import { MessageScan, SCAN } from "../../wire/scan.ts";
import { MessageTooLongError, Writer } from "../../wire/writer.ts";
import { type SentRecord, sentRecords, targetsOf, walkRdata } from "./sent_record.ts";

/** From a record's TTL to its RDATA (RFC 1035 §4.1.3). */
const TTL_AND_LENGTH_OCTETS = 6;
/** A compression pointer (RFC 1035 §4.1.4): its two bits, and what it takes. */
const POINTER = 0xc000;
const POINTER_OCTETS = 2;

/** The records of a message, section by section, that are to be in another. */
export type Sections = readonly (readonly SentRecord[])[];

/**
 * Octets of the names in a response that has to be written anew, each counted in full as often as it stands there. That is
 * eight times what a message can hold: four thousand addresses whose owner has ten labels are within it. To read and write
 * the names of 64 KiB made for it, which come to 3 MB, would keep all other clients waiting for 40 ms (CVE-2024-8508);
 * these take no more than 9.
 */
export const WRITTEN_NAME_OCTETS_MAX = 512 * 1024;
/** Used anew for each message. */
const scan = new MessageScan();

/**
 * Writes a message of one question anew, with some of its records in whatever order. Names are compressed where RFC 3597 §4
 * allows it and written in full where it does not.
 *
 * But what an upstream has compressed all the same, by a pointer into the question, stays a pointer. Those octets are nobody's but
 * the asker's, and the next one may spell them in another way (RFC 4343 §4.1); see `writtenOut`. Room is made for them in
 * full, and if pointers would take more work than a message affords, such names leave in lower case.
 *
 * @param octets A readable message.
 * @param sections Its answers, authorities and additional records that are kept.
 * @param sharesCapitals Whether names that must not be compressed, and end like the question's with capitals, are the asker's as well.
 * @returns `null` when it would take more than 65535 octets.
 */
export function rewrite(
  octets: Uint8Array<ArrayBuffer>,
  sections: Sections,
  sharesCapitals = false,
): Uint8Array<ArrayBuffer> | null {
  const written = write(octets, sections, true, sharesCapitals);
  if (written === null || scan.scan(written) === SCAN.ok) return written;
  return write(octets, sections, false, sharesCapitals);
}

/** The same with all records but those of one type, or with all. `null` as well when that is too much work. */
export function rewriteWithout(
  octets: Uint8Array<ArrayBuffer>,
  { questionsEnd }: Pick<MessageScan, "questionsEnd">,
  type: number | null,
  sharesCapitals = false,
): Uint8Array<ArrayBuffer> | null {
  const names = new NameNumbers(octets);
  const sections = sentRecords(octets, questionsEnd, names).map((records) => {
    return records.filter((record) => record.type !== type);
  });
  return isTooMuchToWrite(octets, sections, names) ? null : rewrite(octets, sections, sharesCapitals);
}

/** See `WRITTEN_NAME_OCTETS_MAX`. */
export function isTooMuchToWrite(octets: Uint8Array, sections: Sections, names: NameNumbers): boolean {
  let nameOctets = 0;
  for (const record of sections.flat()) {
    nameOctets += names.octetsOf(record.owner);
    for (const target of targetsOf(octets, record, names)) nameOctets += names.octetsOf(target);
  }
  return nameOctets > WRITTEN_NAME_OCTETS_MAX;
}

function write(
  octets: Uint8Array<ArrayBuffer>,
  sections: Sections,
  pointsToQuestion: boolean,
  sharesCapitals: boolean,
): Uint8Array<ArrayBuffer> | null {
  try {
    return writeWithin(octets, sections, pointsToQuestion, sharesCapitals);
  } catch (error) {
    if (error instanceof MessageTooLongError) return null;
    throw error;
  }
}

function writeWithin(
  octets: Uint8Array<ArrayBuffer>,
  sections: Sections,
  pointsToQuestion: boolean,
  sharesCapitals: boolean,
): Uint8Array<ArrayBuffer> | null {
  const writer = new Writer();
  writer.octets(octets.subarray(0, HEADER_OCTETS - 2 * sections.length));
  for (const section of sections) writer.uint16(section.length);
  const question = new Reader(octets, HEADER_OCTETS);
  writer.name(readName(question));
  writer.octets(question.take(QUESTION_TAIL_OCTETS));
  const nameEnd = writer.offset - QUESTION_TAIL_OCTETS;
  let missingOctets = 0;
  for (const record of sections.flat()) {
    writer.compressedName(nameAt(octets, record.offset));
    writer.octets(octets.subarray(record.rdata - RECORD_HEAD_OCTETS, record.rdata - TTL_AND_LENGTH_OCTETS));
    writer.uint32(record.ttl);
    const lengthOffset = writer.offset;
    writer.uint16(0);
    walkRdata(octets, record, (start, end, isName, isCompressible) => {
      if (!isName) return writer.octets(octets.subarray(start, end));
      const name = nameAt(octets, start);
      if (isCompressible) return writer.compressedName(name);
      const shared = questionPartOf(octets, start, nameEnd) ||
        (sharesCapitals ? capitalPartOf(octets, name, nameEnd) : 0);
      if (shared === 0) return writer.octets(name);
      const own = name.length - (nameEnd - shared);
      if (!pointsToQuestion) return writer.octets(inLowerCaseFrom(name, own));
      writer.octets(name.subarray(0, own));
      writer.uint16(POINTER | shared);
      missingOctets += nameEnd - shared - POINTER_OCTETS;
    });
    writer.patchUint16(lengthOffset, writer.offset - lengthOffset - 2);
    if (writer.offset + missingOctets > MESSAGE_OCTETS_MAX) return null;
  }
  return writer.finish();
}

function nameAt(octets: Uint8Array<ArrayBuffer>, offset: number): Name {
  return readName(new Reader(octets, offset));
}

/**
 * Where in the question's name the rest of the name at `offset` stands that comes from there, through whatever pointers; 0 when
 * none of it does.
 */
function questionPartOf(octets: Uint8Array, offset: number, questionNameEnd: number): number {
  for (;;) {
    if (offset < questionNameEnd) return octets[offset] === 0 ? 0 : offset;
    if (octets[offset] === 0) return 0;
    offset = octets[offset]! >= 0xc0 ? uint16At(octets, offset) & ~POINTER : offset + 1 + octets[offset]!;
  }
}

/**
 * Where in the question's name the rest of `name` stands that ends like it, letter case included; 0 when there are no capitals in
 * it that could be the asker's.
 */
function capitalPartOf(octets: Uint8Array, name: Name, questionNameEnd: number): number {
  for (let offset = HEADER_OCTETS; octets[offset] !== 0; offset += 1 + octets[offset]!) {
    const part = octets.subarray(offset, questionNameEnd);
    const own = name.length - part.length;
    if (own < 0 || !part.every((octet, i) => octet === name[own + i])) continue;
    return part.some((octet) => octet >= 0x41 && octet <= 0x5a) ? offset : 0;
  }
  return 0;
}

function inLowerCaseFrom(name: Name, start: number): Name {
  const lower = foldCase(name);
  lower.set(name.subarray(0, start));
  return lower;
}
