import { type Header, HEADER_OCTETS, headerFromFlags, headerToFlags } from "./header.ts";
import { type Name, readName } from "./name.ts";
import { type Rdata, readRdata, writeRdata } from "./rdata/rdata.ts";
import { Reader } from "./reader.ts";
import { MessageTooLongError, Writer } from "./writer.ts";

/** An entry of the question section (RFC 1035 §4.1.2). */
export interface Question {
  /** QNAME, in the asker's spelling. */
  readonly name: Name;
  /** QTYPE, 0–65535. */
  readonly type: number;
  /** QCLASS, 0–65535. */
  readonly class: number;
}

/** A resource record (RFC 1035 §4.1.3). OPT is one too; `edns.ts` reads it. */
export interface ResourceRecord {
  /** The owner. */
  readonly name: Name;
  /** TYPE, 0–65535. */
  readonly type: number;
  /** CLASS, 0–65535. */
  readonly class: number;
  /** Seconds as on the wire, 0–4294967295. RFC 2181 §8: what has the top bit set means 0. */
  readonly ttl: number;
  /** Up to 65535 octets, names in full. */
  readonly rdata: Rdata;
}

/** A DNS message (RFC 1035 §4.1), free of the octets that it came in. */
export interface Message extends Header {
  /** The question section. */
  readonly questions: readonly Question[];
  /** The answer section. */
  readonly answers: readonly ResourceRecord[];
  /** The authority section. */
  readonly authorities: readonly ResourceRecord[];
  /** The additional section, OPT included. */
  readonly additionals: readonly ResourceRecord[];
}

/**
 * Reads a whole message. Octets behind the last record are ignored. The counts of the header are believed only as far as
 * there are octets for them: nothing is allocated for a claim.
 *
 * @throws {WireFormatError} when the octets are no message.
 */
export function decode(octets: Uint8Array): Message {
  const reader = new Reader(octets);
  const header = headerFromFlags(reader.uint16(), reader.uint16());
  const counts = [reader.uint16(), reader.uint16(), reader.uint16(), reader.uint16()] as const;
  return {
    ...header,
    questions: readMany(reader, counts[0], readQuestion),
    answers: readMany(reader, counts[1], readRecord),
    authorities: readMany(reader, counts[2], readRecord),
    additionals: readMany(reader, counts[3], readRecord),
  };
}

/**
 * Reads the question section alone.
 *
 * @throws {WireFormatError} when the octets end before it, or it is not readable.
 */
export function decodeQuestions(octets: Uint8Array): Question[] {
  const reader = new Reader(octets);
  reader.skip(4);
  const count = reader.uint16();
  reader.skip(HEADER_OCTETS - reader.offset);
  return readMany(reader, count, readQuestion);
}

/**
 * Writes a whole message: names of the question section in full, every name behind it compressed where RFC 3597 §4
 * allows.
 *
 * @throws {MessageTooLongError} when it needs more than `limitOctets`.
 * @throws {RangeError} when a section has more than 65535 entries.
 */
export function encode(message: Message, limitOctets?: number): Uint8Array<ArrayBuffer> {
  const writer = new Writer(limitOctets);
  writer.uint16(message.id);
  writer.uint16(headerToFlags(message));
  const sections = [message.answers, message.authorities, message.additionals];
  for (const section of [message.questions, ...sections]) {
    if (section.length > 0xffff) throw new RangeError(`Section has ${section.length} entries: 65535 is the most`);
    writer.uint16(section.length);
  }
  for (const question of message.questions) {
    writer.name(question.name);
    writer.uint16(question.type);
    writer.uint16(question.class);
  }
  for (const section of sections) for (const record of section) writeRecord(writer, record);
  return writer.finish();
}

/**
 * {@linkcode encode}, but `null` when the message needs more than `limitOctets`. That can happen to a message that was
 * read: names that came compressed may have to be written in full.
 */
export function encodeWithin(message: Message, limitOctets?: number): Uint8Array<ArrayBuffer> | null {
  try {
    return encode(message, limitOctets);
  } catch (error) {
    if (error instanceof MessageTooLongError) return null;
    throw error;
  }
}

function readMany<T>(reader: Reader, count: number, read: (reader: Reader) => T): T[] {
  const entries: T[] = [];
  for (let i = 0; i < count; i++) entries.push(read(reader));
  return entries;
}

function readQuestion(reader: Reader): Question {
  return { name: readName(reader), type: reader.uint16(), class: reader.uint16() };
}

function readRecord(reader: Reader): ResourceRecord {
  const name = readName(reader);
  const type = reader.uint16();
  const rrclass = reader.uint16();
  const ttl = reader.uint32();
  const rdata = readRdata(reader.section(reader.uint16()), type, rrclass);
  return { name, type, class: rrclass, ttl, rdata };
}

/** Writes one record, compressing its owner and those names in it that may be (RFC 3597 §4). */
export function writeRecord(writer: Writer, record: ResourceRecord): void {
  writer.compressedName(record.name);
  writer.uint16(record.type);
  writer.uint16(record.class);
  writer.uint32(record.ttl);
  const lengthOffset = writer.offset;
  writer.uint16(0);
  writeRdata(writer, record.type, record.rdata);
  writer.patchUint16(lengthOffset, writer.offset - lengthOffset - 2);
}
