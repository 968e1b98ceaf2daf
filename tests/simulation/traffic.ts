import { concat } from "@std/bytes/concat";
import { HEADER_OCTETS } from "../../lib/wire/header.ts";
import { readOpt } from "../../lib/wire/edns/edns.ts";
import { CLASS, EDNS_OPTION, RCODE, TYPE } from "../../lib/wire/iana.ts";
import type { Message, Question, ResourceRecord } from "../../lib/wire/message.ts";
import { nameFromText, ROOT } from "../../lib/wire/name.ts";
import { putUint16 } from "../../lib/wire/octets.ts";
import { QUESTIONS_MAX } from "../../lib/resolver/questions/split.ts";
import { opt } from "../support/messages.ts";
import type { SeededRandom } from "../support/seeded_random.ts";
import { encodeQuery, QueryDraw } from "./query_draw.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** What has to come back for a datagram. */
export type Expectation =
  | { readonly kind: "silence" }
  /** A reply without records, made by the forwarder itself. */
  | { readonly kind: "own"; readonly rcode: number }
  /** The zone's answer to these questions. */
  | { readonly kind: "answer"; readonly questions: readonly Question[] }
  /** The zone's answer to a question, and to the same for the other types that are asked for with it, as far as they fit. */
  | { readonly kind: "types"; readonly otherTypeCount: number }
  /** One well-formed reply, or silence: the octets are too random to say. */
  | { readonly kind: "any" };

/** A datagram that a client sends, and what has to come back for it. */
export interface ClientDatagram {
  readonly kind: DatagramKind;
  readonly octets: Octets;
  readonly expectation: Expectation;
  /** Whether it brings a server cookie that was given to its sender. */
  readonly hasOwnCookie?: boolean;
  /** Makes it bring a cookie as the forwarder gave it, whether to its sender or to somebody else. */
  readonly withCookie?: (cookie: Octets, isOwn: boolean) => ClientDatagram;
}

/** Every client's own part of its cookies. */
export const CLIENT_COOKIE = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

/** Kinds of datagrams, and how often they come. */
const KINDS = {
  ordinary: 40,
  several: 20,
  severalTypes: 12,
  badTypes: 2,
  metaType: 2,
  tooMany: 2,
  forbidden: 3,
  mixedClasses: 2,
  noQuestion: 2,
  returning: 8,
  cookieOnly: 3,
  stolenCookie: 3,
  opcode: 3,
  badVersion: 3,
  twoOpts: 2,
  optOwner: 1,
  optOptions: 1,
  signed: 1,
  short: 2,
  response: 2,
  cut: 3,
  counts: 3,
  badPointer: 2,
  trailing: 2,
  flipped: 3,
  garbage: 2,
};

/** Kinds that bring a cookie where one is known. */
type CookieKind = "returning" | "cookieOnly" | "stolenCookie";
/** See `KINDS`. */
export type DatagramKind = keyof typeof KINDS;
/** All of them. */
export const DATAGRAM_KINDS = Object.keys(KINDS) as readonly DatagramKind[];

/** Draws what clients send. */
export class Traffic {
  readonly #random: SeededRandom;
  readonly #isSplitting: boolean;
  readonly #queries: QueryDraw;

  /** @param options.repeatShare How many of the questions have been asked before, 0–1. */
  constructor(
    { random, isSplitting, repeatShare = 0 }: { random: SeededRandom; isSplitting: boolean; repeatShare?: number },
  ) {
    this.#random = random;
    this.#isSplitting = isSplitting;
    this.#queries = new QueryDraw(random, repeatShare);
  }

  /** The next datagram; its ID, where it has one, is `id`. */
  next(id: number): ClientDatagram {
    const kind = this.#random.pickWeighted(KINDS);
    if (kind === "returning" || kind === "cookieOnly" || kind === "stolenCookie") return this.#nextWithCookie(kind, id);
    const { octets, expectation } = this.#draw(kind);
    if (octets.length >= 2) putUint16(octets, 0, id);
    return { kind, octets, expectation };
  }

  /** With the client's part alone, as long as nothing better is known. */
  #nextWithCookie(kind: CookieKind, id: number): ClientDatagram {
    const hasQuestion = kind === "returning" || (kind === "stolenCookie" && this.#random.chance(0.5));
    const query = this.#queries.query(hasQuestion ? [this.#queries.question()] : []);
    const { udpPayloadOctets, wantsDnssec } = readOpt(this.#queries.opt());
    const octetsWith = (cookie: Octets) => {
      const options = [{ code: EDNS_OPTION.COOKIE, data: cookie }];
      return encodeQuery({ ...query, id, additionals: [opt({ udpPayloadOctets, wantsDnssec, options })] });
    };
    const expectation = hasQuestion ? answer(query) : own(RCODE.NOERROR);
    return {
      kind,
      octets: octetsWith(CLIENT_COOKIE),
      expectation,
      withCookie: (cookie, hasOwnCookie) => ({
        kind,
        octets: octetsWith(cookie),
        // RFC 7873 §5.4
        expectation: hasQuestion || hasOwnCookie ? expectation : own(RCODE.BADCOOKIE),
        hasOwnCookie,
      }),
    };
  }

  #draw(kind: Exclude<DatagramKind, CookieKind>): { octets: Octets; expectation: Expectation } {
    const random = this.#random;
    switch (kind) {
      case "ordinary": {
        const question = { ...this.#queries.question(), class: random.pick(CLASSES) };
        const query = this.#queries.query([question]);
        return { octets: withOddFlags(encodeQuery(query), random), expectation: answer(query) };
      }
      case "several": {
        const query = this.#queries.query(this.#queries.questions(random.between(2, QUESTIONS_MAX)));
        const expectation = this.#isSplitting ? answer(query) : own(RCODE.FORMERR);
        return { octets: encodeQuery(query, { isCompressed: random.chance(0.5) }), expectation };
      }
      case "severalTypes": {
        const otherTypeCount = random.between(1, 5);
        const query = this.#queries.typesQuery(otherTypeCount);
        return { octets: encodeQuery(query), expectation: { kind: "types", otherTypeCount } };
      }
      case "badTypes": {
        const query = this.#queries.typesQuery(random.between(1, 3), random.pick(BAD_TYPES));
        return { octets: encodeQuery(query), expectation: own(RCODE.FORMERR) };
      }
      case "metaType": {
        const [type, rcode] = random.pick(META_TYPES);
        const query = this.#queries.query([{ ...this.#queries.question(), type }]);
        return { octets: encodeQuery(query), expectation: own(rcode) };
      }
      case "tooMany": {
        const query = this.#queries.query(this.#queries.questions(random.between(QUESTIONS_MAX + 1, 20)));
        return { octets: encodeQuery(query, { isCompressed: random.chance(0.5) }), expectation: own(RCODE.FORMERR) };
      }
      case "forbidden": {
        const type = random.pick([TYPE.ANY, TYPE.AXFR, TYPE.IXFR, TYPE.OPT, TYPE.TSIG, TYPE.TKEY, TYPE.MAILA]);
        const questions = [{ ...this.#queries.question(), type }, ...this.#queries.questions(random.between(1, 3))];
        return { octets: encodeQuery(this.#queries.query(questions)), expectation: own(RCODE.FORMERR) };
      }
      case "mixedClasses": {
        const questions = [
          { ...this.#queries.question(), class: CLASS.HS },
          ...this.#queries.questions(random.between(1, 3)),
        ];
        return { octets: encodeQuery(this.#queries.query(questions)), expectation: own(RCODE.FORMERR) };
      }
      case "noQuestion":
        return { octets: encodeQuery(this.#queries.query([])), expectation: own(RCODE.NOERROR) };
      case "opcode": {
        const query = {
          ...this.#queries.query(this.#queries.questions(random.below(3))),
          opcode: random.between(1, 15),
        };
        return { octets: encodeQuery(query), expectation: own(RCODE.NOTIMP) };
      }
      case "badVersion":
        return this.#ordinaryWith([opt({ version: random.between(1, 255) })], own(RCODE.BADVERS));
      case "twoOpts":
        return this.#ordinaryWith([opt(), opt({ version: random.below(2) })], own(RCODE.FORMERR));
      case "optOwner":
        return this.#ordinaryWith([{ ...opt(), name: nameFromText("opt.example.") }], own(RCODE.FORMERR));
      case "optOptions":
        return this.#ordinaryWith([{ ...opt(), rdata: Uint8Array.of(0, 10, 0, 9, 1) }], own(RCODE.FORMERR));
      case "signed": {
        const tsig = {
          ...opt(),
          type: TYPE.TSIG,
          class: CLASS.ANY,
          name: this.#queries.name(),
          rdata: random.octets(30),
        };
        return this.#ordinaryWith([tsig], own(RCODE.NOTIMP));
      }
      case "short":
        return { octets: random.octets(random.below(HEADER_OCTETS)), expectation: { kind: "silence" } };
      case "response": {
        const query = { ...this.#queries.query(this.#queries.questions(random.below(3))), isResponse: true };
        return { octets: encodeQuery(query), expectation: { kind: "silence" } };
      }
      case "cut": {
        const octets = encodeQuery(this.#queries.query(this.#queries.questions(random.between(1, 3))));
        // RFC 1035 §4.1.1: the counts tell of more than there is.
        const cut = octets.slice(0, random.between(HEADER_OCTETS, octets.length - 1));
        return { octets: cut, expectation: own(RCODE.FORMERR) };
      }
      case "counts": {
        const octets = encodeQuery(this.#queries.query([this.#queries.question()]));
        putUint16(octets, random.pick([4, 6, 8, 10]), 65_535);
        return { octets, expectation: own(RCODE.FORMERR) };
      }
      case "badPointer": {
        const octets = encodeQuery(this.#queries.query([{ ...this.#queries.question(), name: ROOT }]));
        // To itself, into the header, forward.
        const pointer = Uint8Array.of(0xc0, random.pick([HEADER_OCTETS, 0, 11, HEADER_OCTETS + 2, 200]));
        const expectation = own(RCODE.FORMERR);
        return { octets: concat([octets.subarray(0, HEADER_OCTETS), pointer, octets.subarray(13)]), expectation };
      }
      case "trailing": {
        const query = this.#queries.query([this.#queries.question()]);
        const octets = concat([encodeQuery(query), random.octets(random.between(1, 30))]);
        return { octets, expectation: answer(query) };
      }
      case "flipped": {
        const query = this.#queries.query(this.#queries.questions(random.between(1, 3)));
        const octets = encodeQuery(query, { isCompressed: random.chance(0.5) });
        for (let count = random.between(1, 4); count > 0; count--) {
          const offset = random.between(2, octets.length - 1);
          octets[offset] = octets[offset]! ^ (1 << random.below(8));
        }
        return { octets, expectation: { kind: "any" } };
      }
      case "garbage":
        return { octets: random.octets(random.between(HEADER_OCTETS, 600)), expectation: { kind: "any" } };
    }
  }

  #ordinaryWith(additionals: ResourceRecord[], expectation: Expectation) {
    return {
      octets: encodeQuery({ ...this.#queries.query([this.#queries.question()]), additionals }),
      expectation,
    };
  }
}

/** What comes back for a datagram to a client that may not ask: whatever gets a reply is refused. */
export function asStranger(datagram: ClientDatagram): ClientDatagram {
  const { kind } = datagram.expectation;
  return kind === "silence" || kind === "any" ? datagram : { ...datagram, expectation: own(RCODE.REFUSED) };
}

/** RFC 10029 §3.3: what no list of types may hold. */
const BAD_TYPES: readonly number[] = [0, TYPE.OPT, TYPE.ANY, TYPE.AXFR, TYPE.TSIG, 0xffff];

/** What is rejected when it is asked for by itself. */
const META_TYPES: readonly (readonly [type: number, rcode: number])[] = [
  [TYPE.AXFR, RCODE.REFUSED],
  [TYPE.IXFR, RCODE.REFUSED],
  [TYPE.OPT, RCODE.FORMERR],
  [TYPE.NXNAME, RCODE.FORMERR],
  [TYPE.TKEY, RCODE.NOTIMP],
  [TYPE.MAILA, RCODE.NOTIMP],
];

const CLASSES: readonly number[] = [...new Array<number>(20).fill(CLASS.IN), CLASS.CH, 65_280];

function answer({ questions }: Message): Expectation {
  return { kind: "answer", questions };
}

/** RFC 8906 §3.1.3: flags that mean nothing in a query, or nothing yet, change nothing: AA, TC, RA, Z, RCODE. */
function withOddFlags(octets: Octets, random: SeededRandom): Octets {
  if (random.chance(0.3)) {
    octets[2]! |= random.below(4) << 1;
    octets[3]! |= random.below(256) & 0xcf;
  }
  return octets;
}

function own(rcode: number): Expectation {
  return { kind: "own", rcode };
}
