import { PLAIN_UDP_OCTETS, readOpt, UDP_PAYLOAD_OCTETS, writeOpt } from "../../lib/wire/edns.ts";
import { HEADER_OCTETS, headerFromFlags, headerToFlags } from "../../lib/wire/header.ts";
import { OPCODE, RCODE, TYPE } from "../../lib/wire/iana.ts";
import { decode, encode, type Message, type Question, type ResourceRecord } from "../../lib/wire/message.ts";
import { foldCase } from "../../lib/wire/name.ts";
import { putUint16 } from "../../lib/wire/patch.ts";
import { WireFormatError } from "../../lib/wire/wire_format_error.ts";
import { encodeWithPointers } from "./pointer_writer.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** What a zone says to a question. */
export interface ZoneAnswer {
  readonly rcode: number;
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  readonly additionals: readonly ResourceRecord[];
  /** Whether the response says TC although everything would fit. */
  readonly isTruncated: boolean;
  readonly isAuthenticData: boolean;
}

/** Knows what to say to each question; the same question is always told the same. */
export type Zone = (question: Question) => ZoneAnswer;

/** How a server behaves towards EDNS, and how it writes. */
export interface UpstreamHabits {
  /** `knows`: has an OPT for an OPT. `ignores`: has none. `formerr`, `notimp`: rejects with a bare header. */
  readonly edns: "knows" | "ignores" | "formerr" | "notimp";
  /** Puts the OPT record before the other additional records instead of behind them. */
  readonly hasOptFirst: boolean;
  /** Writes pointers where RFC 3597 §4 forbids them. */
  readonly overcompresses: boolean;
  /** Answers in lower case whatever the spelling of the question was. */
  readonly lowersCase: boolean;
  /** Says RA. */
  readonly recursionAvailable: boolean;
}

/** A well-behaved server of today. */
export const MODERN_HABITS: UpstreamHabits = {
  edns: "knows",
  hasOptFirst: false,
  overcompresses: false,
  lowersCase: false,
  recursionAvailable: true,
};

/**
 * A DNS server that answers from a zone: a function from query to response, without a socket, so that it serves on fake
 * networks and on real ones. It understands exactly one question in a message, as RFC 9619 has it, and opcode QUERY.
 */
export class ScriptedUpstream {
  /** Every query that could be read, first to last. */
  readonly queries: Message[] = [];
  /** Messages that were no query with one question: a forwarder must never send one. */
  readonly improper: Octets[] = [];
  readonly zone: Zone;
  readonly habits: UpstreamHabits;

  constructor(zone: Zone, habits: Partial<UpstreamHabits> = {}) {
    this.zone = zone;
    this.habits = { ...MODERN_HABITS, ...habits };
  }

  /** The response to a datagram; `null` for silence. */
  respond(octets: Octets): Octets | null {
    const query = readQuery(octets);
    if (query === null) {
      this.improper.push(octets.slice());
      return octets.length < HEADER_OCTETS || (octets[2]! & 0x80) !== 0 ? null : bareHeader(octets, bareRcode(octets));
    }
    this.queries.push(query);
    const { edns } = this.habits;
    const hasOpt = query.additionals.some((record) => record.type === TYPE.OPT);
    if (hasOpt && edns === "formerr") return bareHeader(octets, RCODE.FORMERR);
    if (hasOpt && edns === "notimp") return bareHeader(octets, RCODE.NOTIMP);
    return this.#answer(query);
  }

  /** What the response to `question` says, unless it is too long. */
  answerTo(question: Question): ZoneAnswer {
    return this.zone(this.#spelled(question));
  }

  #spelled(question: Question): Question {
    return this.habits.lowersCase ? { ...question, name: foldCase(question.name) } : question;
  }

  #answer(query: Message): Octets {
    const asked = query.questions[0]!;
    const question = this.#spelled(asked);
    const { rcode, answers, authorities, additionals, isTruncated, isAuthenticData } = this.answerTo(asked);
    const opt = this.habits.edns === "knows" ? answerOpt(query) : [];
    const response = {
      ...headerFromFlags(query.id, 0),
      isResponse: true,
      recursionDesired: query.recursionDesired,
      checkingDisabled: query.checkingDisabled,
      recursionAvailable: this.habits.recursionAvailable,
      isAuthoritative: true,
      isAuthenticData,
      isTruncated,
      rcode,
      questions: [question],
      answers,
      authorities,
      additionals: this.habits.hasOptFirst ? [...opt, ...additionals] : [...additionals, ...opt],
    };
    const octets = this.#encode(response);
    if (octets.length <= limitOf(query, opt.length > 0)) return octets;
    return this.#encode({ ...response, isTruncated: true, answers: [], authorities: [], additionals: opt });
  }

  #encode(message: Message): Octets {
    return this.habits.overcompresses ? encodeWithPointers(message) : encode(message);
  }
}

function readQuery(octets: Octets): Message | null {
  try {
    const message = decode(octets);
    const isProper = !message.isResponse && message.opcode === OPCODE.QUERY && message.questions.length === 1;
    return isProper ? message : null;
  } catch (error) {
    if (error instanceof WireFormatError) return null;
    throw error;
  }
}

function bareRcode(octets: Octets): number {
  const { opcode } = headerFromFlags(0, (octets[2]! << 8) | octets[3]!);
  return opcode === OPCODE.QUERY ? RCODE.FORMERR : RCODE.NOTIMP;
}

/** What servers say to what they do not understand: the ID, QR, opcode and RD, an RCODE, and nothing else. */
function bareHeader(query: Octets, rcode: number): Octets {
  const { id, opcode, recursionDesired } = headerFromFlags((query[0]! << 8) | query[1]!, (query[2]! << 8) | query[3]!);
  const header = new Uint8Array(HEADER_OCTETS);
  putUint16(header, 0, id);
  putUint16(header, 2, headerToFlags({ ...headerFromFlags(id, 0), isResponse: true, opcode, recursionDesired, rcode }));
  return header;
}

/** RFC 6891 §6.1.1: a response has an OPT record when the query has one. */
function answerOpt({ additionals }: Message): ResourceRecord[] {
  const opt = additionals.find((record) => record.type === TYPE.OPT);
  if (opt === undefined) return [];
  return [writeOpt({
    udpPayloadOctets: UDP_PAYLOAD_OCTETS,
    extendedRcode: 0,
    version: 0,
    wantsDnssec: readOpt(opt).wantsDnssec,
    options: [],
  })];
}

function limitOf({ additionals }: Message, knowsEdns: boolean): number {
  const opt = additionals.find((record) => record.type === TYPE.OPT);
  return opt === undefined || !knowsEdns ? PLAIN_UDP_OCTETS : Math.max(PLAIN_UDP_OCTETS, opt.class);
}
