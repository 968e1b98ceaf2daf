import { type Edns, readOpt, writeOpt } from "../../lib/wire/edns/edns.ts";
import { headerFromFlags } from "../../lib/wire/header.ts";
import { CLASS, TYPE, typeFromText } from "../../lib/wire/iana.ts";
import { encode, type Message, type Question, type ResourceRecord } from "../../lib/wire/message.ts";
import { nameFromText } from "../../lib/wire/name.ts";
import { rdataFromText } from "../../lib/wire/text/rdata_text.ts";
import { questionToText, recordToText } from "../../lib/wire/text/record_text.ts";

/** A whole message: what `fields` leaves out is zero or empty. */
export function message(fields: Partial<Message> = {}): Message {
  return {
    ...headerFromFlags(0, 0),
    questions: [],
    answers: [],
    authorities: [],
    additionals: [],
    ...fields,
  };
}

/** `message` in wire format. */
export function wire(fields: Partial<Message> = {}): Uint8Array<ArrayBuffer> {
  return encode(message(fields));
}

/** A response with RD and RA, in wire format. */
export function response(fields: Partial<Message> = {}): Uint8Array<ArrayBuffer> {
  return wire({ isResponse: true, recursionDesired: true, recursionAvailable: true, ...fields });
}

/** A question out of "example.org" or "example.org AAAA" or "example.org TXT 3" (the class as a number). */
export function question(text: string): Question {
  const [name, type = "A", qclass = CLASS.IN] = text.split(" ");
  return { name: nameFromText(name!), type: typeFromText(type)!, class: Number(qclass) };
}

/** A record out of a line of a zone file, as `recordToText` writes it: "example.org 300 IN A 192.0.2.1". */
export function record(line: string): ResourceRecord {
  const [, name, ttl, rrclass, type, rdata] = /^(\S+) (\d+) (\S+) (\S+) ?(.*)$/.exec(line)!;
  const code = typeFromText(type!)!;
  return {
    name: nameFromText(name!),
    type: code,
    class: rrclass === "IN" ? CLASS.IN : Number(rrclass!.replace("CLASS", "")),
    ttl: Number(ttl),
    rdata: rdataFromText(code, rdata!),
  };
}

/** Records out of lines, see `record`. */
export function records(...lines: readonly string[]): ResourceRecord[] {
  return lines.map(record);
}

/** Records as lines. */
export function lines(section: readonly ResourceRecord[]): string[] {
  return section.map(recordToText);
}

/** Questions as lines. */
export function questionLines(section: readonly Question[]): string[] {
  return section.map(questionToText);
}

/** An OPT record: without options, 1232 octets, version 0, DO=0, unless `edns` says otherwise. */
export function opt(edns: Partial<Edns> = {}): ResourceRecord {
  return writeOpt({
    udpPayloadOctets: 1232,
    extendedRcode: 0,
    version: 0,
    wantsDnssec: false,
    options: [],
    ...edns,
  });
}

/** What the message's OPT record says; `null` without one. */
export function ednsOf({ additionals }: Message): Edns | null {
  const found = additionals.find((additional) => additional.type === TYPE.OPT);
  return found === undefined ? null : readOpt(found);
}

/** The octets written as hex; blanks are for the eye. */
export function hex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(text.replaceAll(/\s/g, ""));
}
