import { CLASS, EDNS_OPTION, TYPE } from "../../lib/wire/iana.ts";
import { HEADER_OCTETS } from "../../lib/wire/header.ts";
import { MessageScan } from "../../lib/wire/scan.ts";
import { encodeWithPointers } from "../support/pointer_writer.ts";
import { decode, encode, type Message, type Question, type ResourceRecord } from "../../lib/wire/message.ts";
import { nameFromText } from "../../lib/wire/name.ts";
import { putUint16 } from "../../lib/wire/octets.ts";
import { opt } from "../support/messages.ts";
import type { SeededRandom } from "../support/seeded_random.ts";

/** An address that nobody asks. */
export const LIAR = "203.0.113.66";

type Octets = Uint8Array<ArrayBuffer>;

/** A response with a record that must never reach a client. */
export function poisonFor(query: Message): Octets {
  const [question] = query.questions;
  const poison = { name: question!.name, type: TYPE.A, class: CLASS.IN, ttl: 86_400, rdata: POISON };
  return encode({ ...query, isResponse: true, recursionAvailable: true, answers: [poison], additionals: [] });
}

const POISON = Uint8Array.of(203, 0, 113, 66);

/** The same poison with all but the cookie right: 8 octets that are not ours (RFC 7873 §5.3). */
export function poisonWithCookie(query: Message, random: SeededRandom): Octets {
  const options = [{ code: EDNS_OPTION.COOKIE, data: random.octets(8) }];
  return encode({ ...decode(poisonFor(query)), additionals: [opt({ options })] });
}

/** The honest response, compressed likewise, with records of other names in each section: none of them may reach a client. */
export function stuffed(honest: Octets): Octets {
  const scan = new MessageScan();
  scan.scan(honest);
  const response = decode(honest);
  const name = nameFromText("poison.example.net.");
  const poison: ResourceRecord = { name, type: TYPE.A, class: CLASS.IN, ttl: 86_400, rdata: POISON };
  const write = scan.isOvercompressed ? encodeWithPointers : encode;
  return write({
    ...response,
    answers: [...response.answers, poison],
    authorities: [...response.authorities, { ...poison, type: TYPE.NS, rdata: name }],
    additionals: [poison, ...response.additionals],
  });
}

/** The honest response with the case of one letter of the question turned; `null` when it has none. */
export function recased(honest: Octets): Octets | null {
  const copy = honest.slice();
  // A bare header has no question at all.
  for (let i = HEADER_OCTETS; i < copy.length && copy[i] !== 0; i += 1 + copy[i]!) {
    for (let k = i + 1; k <= i + copy[i]!; k++) {
      const lower = copy[k]! | 0x20;
      if (lower < 0x61 || lower > 0x7a) continue;
      copy[k] = copy[k]! ^ 0x20;
      return copy;
    }
  }
  return null;
}

/** As many octets as it takes, whatever the query allows. */
export function oversize(query: Message, recordCount: number): Octets {
  const { name, class: qclass } = query.questions[0]!;
  const answers = Array.from({ length: recordCount }, (_, i) => {
    return { name, type: TYPE.A, class: qclass, ttl: 60, rdata: Uint8Array.of(198, 19, 0, i) };
  });
  return encode({ ...query, isResponse: true, recursionAvailable: true, answers, additionals: [] });
}

export function wrongQuestion(question: Question, random: SeededRandom): Question {
  switch (random.below(3)) {
    case 0:
      return { ...question, type: (question.type + 1) % 65_536 };
    case 1:
      return { ...question, class: (question.class + 1) % 65_536 };
    default:
      return { ...question, name: nameFromText("wrong.example.net.") };
  }
}

export function withUint16(octets: Octets, offset: number, value: number): Octets {
  const copy = octets.slice();
  putUint16(copy, offset, value);
  return copy;
}

export function withFlags(octets: Octets, change: (flags: number) => number): Octets {
  return withUint16(octets, 2, change((octets[2]! << 8) | octets[3]!));
}

/** Flips one to three bits behind the ID. */
export function withFlippedBits(octets: Octets, random: SeededRandom): Octets {
  const copy = octets.slice();
  for (let count = random.between(1, 3); count > 0; count--) {
    const offset = random.between(2, copy.length - 1);
    copy[offset] = copy[offset]! ^ (1 << random.below(8));
  }
  return copy;
}

/** A response without records. */
export function bare(query: Message): Message {
  return { ...query, isResponse: true, recursionAvailable: true, answers: [], authorities: [], additionals: [] };
}
