import { concat } from "@std/bytes/concat";
import { HEADER_OCTETS } from "../../lib/wire/header.ts";
import { readOpt } from "../../lib/wire/edns/edns.ts";
import { CLASS, EDNS_OPTION, TYPE } from "../../lib/wire/iana.ts";
import { encode, type Message, type Question, type ResourceRecord } from "../../lib/wire/message.ts";
import { foldCase, type Name, nameFromText, ROOT } from "../../lib/wire/name.ts";
import { Writer } from "../../lib/wire/writer.ts";
import { message, opt } from "../support/messages.ts";
import type { SeededRandom } from "../support/seeded_random.ts";

/** Draws queries that are as they should be. */
export class QueryDraw {
  readonly #random: SeededRandom;
  readonly #names: readonly Name[];
  readonly #repeatShare: number;
  readonly #drawn: Question[] = [];

  constructor(random: SeededRandom, repeatShare = 0) {
    this.#random = random;
    this.#repeatShare = repeatShare;
    // Few enough that the same question is often asked again, or by two clients at once.
    this.#names = Array.from({ length: 14 }, () => drawName(random));
  }

  /** A query for the questions, mostly with EDNS. */
  query(questions: readonly Question[]): Message {
    const random = this.#random;
    return message({
      recursionDesired: random.chance(0.8),
      isAuthenticData: random.chance(0.2),
      checkingDisabled: random.chance(0.2),
      questions,
      additionals: random.chance(0.6) ? [this.opt()] : [],
    });
  }

  /** A query that asks for `count` types besides its question's (RFC 10029), and for `more`. */
  typesQuery(count: number, ...more: readonly number[]): Message {
    const question = this.question();
    const types = new Set<number>();
    while (types.size < count) types.add(this.#random.pick(TYPES.filter((type) => type !== question.type)));
    const data = Uint8Array.from([...types, ...more].flatMap((type) => [type >> 8, type & 0xff]));
    const base = readOpt(this.opt());
    const options = [...base.options, { code: EDNS_OPTION.MQTYPE_QUERY, data }];
    return { ...this.query([question]), additionals: [opt({ ...base, options })] };
  }

  /** An OPT record that asks for this or that. */
  opt(): ResourceRecord {
    const random = this.#random;
    return opt({
      udpPayloadOctets: random.pick([0, 511, 512, 600, 1232, 1232, 4096, 65_535]),
      wantsDnssec: random.chance(0.3),
      options: random.chance(0.3) ? [{ code: random.pick([3, 8, 10, 65_001]), data: random.octets(8) }] : [],
    });
  }

  /** Questions of class IN; now and then one stands there again, in any spelling. */
  questions(count: number): Question[] {
    const questions: Question[] = [];
    while (questions.length < count) {
      const isRepeated = questions.length > 0 && this.#random.chance(0.15);
      const question = isRepeated ? this.#random.pick(questions) : this.question();
      questions.push({ ...question, name: this.#respelled(question.name) });
    }
    return questions;
  }

  /** A question of class IN. */
  question(): Question {
    if (this.#drawn.length > 0 && this.#repeatShare > 0 && this.#random.chance(this.#repeatShare)) {
      const repeated = this.#random.pick(this.#drawn);
      return { ...repeated, name: this.#respelled(repeated.name) };
    }
    const question = { name: this.name(), type: this.#random.pick(TYPES), class: CLASS.IN };
    this.#drawn.push(question);
    return question;
  }

  /** One of the names, in any spelling. */
  name(): Name {
    return this.#respelled(this.#random.pick(this.#names));
  }

  #respelled(name: Name): Name {
    if (this.#random.chance(0.5)) return name;
    const folded = foldCase(name);
    const isUpper = folded.map(() => this.#random.below(2));
    return folded.map((octet, i) => isUpper[i] === 1 && octet >= 0x61 && octet <= 0x7a ? octet - 0x20 : octet);
  }
}

/** A query in wire format: its question names in full, or `isCompressed` as few clients do. */
export function encodeQuery(query: Message, { isCompressed = false } = {}): Uint8Array<ArrayBuffer> {
  const octets = encode(query);
  if (!isCompressed || query.questions.length < 2) return octets;
  const writer = new Writer();
  writer.octets(octets.subarray(0, HEADER_OCTETS));
  for (const { name, type, class: qclass } of query.questions) {
    writer.compressedName(name);
    writer.uint16(type);
    writer.uint16(qclass);
  }
  // An OPT record has the root for its owner, so it can be moved as it is.
  writer.octets(encode({ ...query, questions: [] }).subarray(HEADER_OCTETS));
  return writer.finish();
}

const TYPES: readonly number[] = [
  ...[TYPE.A, TYPE.A, TYPE.A, TYPE.AAAA, TYPE.AAAA, TYPE.HTTPS, TYPE.TXT, TYPE.MX, TYPE.SRV, TYPE.NS, TYPE.SOA],
  ...[TYPE.CNAME, TYPE.PTR, TYPE.RP, TYPE.AFSDB, TYPE.KX, TYPE.DNAME, TYPE.NAPTR, TYPE.RRSIG, TYPE.NSEC, 65_280],
];

function drawName(random: SeededRandom): Name {
  const zone = nameFromText(random.pick(["example.org.", "Example.COM.", "example.org.", "2.0.192.in-addr.arpa."]));
  switch (random.below(8)) {
    case 0:
      return random.chance(0.3) ? ROOT : zone;
    case 1: {
      // RFC 2181 §11: any octets at all.
      const label = random.octets(random.between(1, 63));
      return concat([Uint8Array.of(label.length), label, zone]);
    }
    case 2: {
      const label = new Uint8Array(60).fill(0x61 + random.below(26));
      const labels = Array.from({ length: 3 }, () => concat([Uint8Array.of(60), label]));
      return concat([...labels, zone]);
    }
    default:
      return concat([
        nameFromText(`${random.pick(["www", "mail", "a", "_sip._tcp"])}${random.below(3)}.`).slice(0, -1),
        zone,
      ]);
  }
}
