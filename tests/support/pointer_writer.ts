import type { Message, ResourceRecord } from "../../lib/wire/message.ts";
import { headerToFlags } from "../../lib/wire/header.ts";
import { readName } from "../../lib/wire/name.ts";
import { rdataSteps, STEP_COMPRESSIBLE_NAME, STEP_NAME, STEP_REST, STEP_STRING } from "../../lib/wire/rdata/rdata.ts";
import { Reader } from "../../lib/wire/reader.ts";
import { Writer } from "../../lib/wire/writer.ts";

/**
 * Writes a message as some servers do and none should: with pointers in the RDATA of every type that holds names, SRV and
 * its like included (RFC 3597 §4 forbids writing them and asks to read them).
 */
export function encodeWithPointers(message: Message): Uint8Array<ArrayBuffer> {
  const { questions, answers, authorities, additionals } = message;
  const writer = new Writer();
  writer.uint16(message.id);
  writer.uint16(headerToFlags(message));
  for (const section of [questions, answers, authorities, additionals]) writer.uint16(section.length);
  for (const question of questions) {
    writer.name(question.name);
    writer.uint16(question.type);
    writer.uint16(question.class);
  }
  for (const record of [...answers, ...authorities, ...additionals]) writeRecord(writer, record);
  return writer.finish();
}

function writeRecord(writer: Writer, { name, type, class: rrclass, ttl, rdata }: ResourceRecord): void {
  writer.compressedName(name);
  writer.uint16(type);
  writer.uint16(rrclass);
  writer.uint32(ttl);
  const lengthOffset = writer.offset;
  writer.uint16(0);
  const reader = new Reader(rdata);
  for (const step of rdataSteps(type) ?? [STEP_REST]) {
    if (step === STEP_NAME || step === STEP_COMPRESSIBLE_NAME) writer.compressedName(readName(reader));
    else if (step === STEP_STRING) writer.octets(reader.take(1 + rdata[reader.offset]!));
    else writer.octets(reader.take(step === STEP_REST ? reader.remaining : step));
  }
  writer.patchUint16(lengthOffset, writer.offset - lengthOffset - 2);
}
