import { FLAG, HEADER_OCTETS, headerFromFlags, opcodeOf, putFlags, putId } from "../../lib/wire/header.ts";
import { OPCODE, RCODE } from "../../lib/wire/iana.ts";
import { decode, encode, type ResourceRecord } from "../../lib/wire/message.ts";
import { nameToText } from "../../lib/wire/name.ts";
import { uint16At } from "../../lib/wire/octets.ts";
import { recordToText } from "../../lib/wire/text/record_text.ts";
import { records } from "../support/messages.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** What the course's resolver knows, names as they have to be spelled. */
export const COURSE_RECORDS: readonly ResourceRecord[] = records(
  "codecrafters.io. 3600 IN A 76.76.21.21",
  "abc.codecrafters.io. 3600 IN A 76.76.21.22",
  "def.codecrafters.io. 3600 IN A 76.76.21.23",
  "Mixed.CodeCrafters.io. 3600 IN A 76.76.21.24",
  "stackoverflow.design. 3600 IN A 151.101.1.69",
  "abc.longassdomainname.com. 3600 IN A 127.0.0.1",
  "def.longassdomainname.com. 3600 IN A 127.0.0.2",
);

/**
 * Answers as the course's own resolver does, which is a simple server on Go's "miekg/dns": RA=0, no OPT, names looked up
 * by exact case, and nothing but a header for what is not one question of opcode QUERY.
 */
export function courseResolver(query: Octets): Octets {
  const flags = uint16At(query, 2);
  const opcode = opcodeOf(flags);
  if (opcode !== OPCODE.QUERY) return bareHeader(query, FLAG.QR | (flags & 0x7800) | RCODE.NOTIMP);
  if (uint16At(query, 4) !== 1) return bareHeader(query, FLAG.QR | RCODE.FORMERR);
  const { id, questions } = decode(query);
  const { name, type } = questions[0]!;
  const answers = COURSE_RECORDS.filter((record) => {
    return nameToText(record.name) === nameToText(name) && record.type === type;
  });
  const header = headerFromFlags(id, FLAG.QR | (flags & (FLAG.RD | FLAG.CD)));
  return encode({ ...header, questions, answers, authorities: [], additionals: [] });
}

/** The address that the resolver has for a name; the test fails when it has none. */
export function courseAddress(name: string): string {
  const line = COURSE_RECORDS.map(recordToText).find((text) => text.startsWith(`${name} `));
  return line!.split(" ").at(-1)!;
}

function bareHeader(query: Octets, flags: number): Octets {
  const reply = new Uint8Array(HEADER_OCTETS);
  putId(reply, uint16At(query, 0));
  putFlags(reply, flags);
  return reply;
}
