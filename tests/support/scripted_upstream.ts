import { concat } from "@std/bytes/concat";
import { equals } from "@std/bytes/equals";
import { PLAIN_UDP_OCTETS, readOpt, UDP_PAYLOAD_OCTETS, writeOpt } from "../../lib/wire/edns/edns.ts";
import { HEADER_OCTETS, headerFromFlags, headerToFlags } from "../../lib/wire/header.ts";
import { EDNS_OPTION, OPCODE, RCODE, TYPE } from "../../lib/wire/iana.ts";
import { decode, encode, type Message, type Question, type ResourceRecord } from "../../lib/wire/message.ts";
import { foldCase, isSameName, type Name } from "../../lib/wire/name.ts";
import { putUint16 } from "../../lib/wire/octets.ts";
import { WireFormatError } from "../../lib/wire/wire_format_error.ts";
import { records } from "./messages.ts";
import { encodeWithPointers } from "./pointer_writer.ts";
import { hashText } from "./seeded_random.ts";
import { signRecords } from "./sign_records.ts";

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
  /**
   * `knows`: has an OPT for an OPT. `ignores`: has none. `formerr`, `notimp`: rejects with a bare header. `passesOn`: knows it
   * itself, and passes on the FORMERR of others, for a quarter of all names.
   */
  readonly edns: "knows" | "ignores" | "formerr" | "notimp" | "passesOn";
  /** Puts the OPT record before the other additional records instead of behind them. */
  readonly hasOptFirst: boolean;
  /** Writes pointers where RFC 3597 §4 forbids them. */
  readonly overcompresses: boolean;
  /** Answers in lower case whatever the spelling of the question was. */
  readonly lowersCase: boolean;
  /** Says RA. */
  readonly recursionAvailable: boolean;
  /** Knows names in lower case alone, and says of any other spelling that it does not exist, without SOA or with, or fails. */
  readonly mindsCase: false | "withoutSoa" | "withSoa" | "refused" | "servfail" | "formerr";
  /** Has names like the one asked for in the spelling in which that was asked for first, and writes them in full. */
  readonly keepsSpelling: boolean;
  /**
   * DNS cookies (RFC 7873). `knows`: gives one. `demands`: says BADCOOKIE to who has one and not the server's. `replays`: has
   * the replies to other clients in its memory, cookies and all.
   */
  readonly cookies: "ignores" | "knows" | "demands" | "replays";
  /** Says TC over UDP to whatever has records. */
  readonly truncates: boolean;
  /** Signs its records for who says DO (RFC 3225 §3), and for nobody else. */
  readonly signs: boolean;
  /** Signs them for who speaks EDNS and says no DO, too (RFC 4035 §3.2.1 forbids it), unless signatures are what is asked for. */
  readonly signsUnasked: boolean;
  /**
   * Sends the RRsets of an answer section in another order than that of their chain, each with its signatures behind it;
   * unless it is asked for signatures, which have no order among themselves.
   */
  readonly reorders: boolean;
}

/** A well-behaved server of today. */
export const MODERN_HABITS: UpstreamHabits = {
  edns: "knows",
  hasOptFirst: false,
  overcompresses: false,
  lowersCase: false,
  recursionAvailable: true,
  mindsCase: false,
  keepsSpelling: false,
  cookies: "ignores",
  truncates: false,
  signs: false,
  signsUnasked: false,
  reorders: false,
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
  /** How each name was spelled when it was asked for first; see `keepsSpelling`. */
  readonly #spellings = new Map<string, Name>();

  constructor(zone: Zone, habits: Partial<UpstreamHabits> = {}) {
    this.zone = zone;
    this.habits = { ...MODERN_HABITS, ...habits };
  }

  /** The response to a datagram, or to a message on a stream; `null` for silence. */
  respond(octets: Octets, transport: "udp" | "tcp" = "udp"): Octets | null {
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
    if (hasOpt && edns === "passesOn" && isBroken(query)) {
      return this.#encode({ ...query, isResponse: true, rcode: RCODE.FORMERR, additionals: [] });
    }
    return this.#answer(query, transport);
  }

  /** What the response to a query says, unless it is too long: as it should be, whatever it does not look like on the wire. */
  answerTo({ questions, additionals }: Message): ZoneAnswer {
    const [question] = questions;
    const { mindsCase, edns, signs } = this.habits;
    if (mindsCase && !equals(question!.name, foldCase(question!.name))) return unknown(mindsCase, question!);
    const answer = this.#kept(this.zone(this.#spelled(question!)), question!);
    const opt = additionals.find((record) => record.type === TYPE.OPT);
    const isSigned = signs && (edns === "knows" || edns === "passesOn") && opt !== undefined &&
      readOpt(opt).wantsDnssec;
    if (!isSigned) return answer;
    const answers = signRecords(answer.answers);
    const authorities = signRecords(answer.authorities);
    const isOrdered = this.habits.reorders && !isForSignatures(question!);
    return { ...answer, answers: isOrdered ? setsOf(answers).flat() : answers, authorities };
  }

  /** `answer` with what nobody has asked for, in an order of its own. */
  #asSent(answer: ZoneAnswer, { questions, additionals }: Message): ZoneAnswer {
    const [question] = questions;
    const { edns, signsUnasked, reorders } = this.habits;
    const opt = additionals.find((record) => record.type === TYPE.OPT);
    const signsAnyway = signsUnasked && edns === "knows" && opt !== undefined && !readOpt(opt).wantsDnssec;
    const signed = !signsAnyway || isForSignatures(question!)
      ? answer
      : { ...answer, answers: signRecords(answer.answers), authorities: signRecords(answer.authorities) };
    if (!reorders || isForSignatures(question!)) return signed;
    const place = (set: readonly ResourceRecord[]) =>
      hashText(`${question!.type} ${set[0]!.name.toHex()} ${set[0]!.type}`);
    return { ...signed, answers: setsOf(signed.answers).toSorted((a, b) => place(a) - place(b)).flat() };
  }

  #kept(answer: ZoneAnswer, { name }: Question): ZoneAnswer {
    if (!this.habits.keepsSpelling) return answer;
    const key = foldCase(name).toHex();
    const kept = this.#spellings.get(key) ?? name;
    this.#spellings.set(key, kept);
    const respelled = (records: readonly ResourceRecord[]) => {
      return records.map((record) => isSameName(record.name, name) ? { ...record, name: kept } : record);
    };
    return {
      ...answer,
      answers: respelled(answer.answers),
      authorities: respelled(answer.authorities),
      additionals: respelled(answer.additionals),
    };
  }

  #spelled(question: Question): Question {
    return this.habits.lowersCase ? { ...question, name: foldCase(question.name) } : question;
  }

  #answer(query: Message, transport: "udp" | "tcp"): Octets {
    const asked = query.questions[0]!;
    const question = this.#spelled(asked);
    const { rcode, answers, authorities, additionals, isTruncated, isAuthenticData } = this.#asSent(
      this.answerTo(query),
      query,
    );
    const { cookies } = this.habits;
    const cookie = cookies === "ignores" ? null : cookies === "replays" ? OTHERS_COOKIE : cookieOf(query);
    // RFC 7873 §5.2.3: over TCP a client has shown where it is by connecting.
    const isDemanding = this.habits.cookies === "demands" && transport === "udp";
    const isBadCookie = isDemanding && cookie !== null && !cookie.isGood;
    const { edns } = this.habits;
    const opt = edns === "knows" || edns === "passesOn" ? answerOpt(query, cookie, isBadCookie) : [];
    const response = {
      ...headerFromFlags(query.id, 0),
      isResponse: true,
      recursionDesired: query.recursionDesired,
      checkingDisabled: query.checkingDisabled,
      recursionAvailable: this.habits.recursionAvailable,
      isAuthoritative: true,
      isAuthenticData,
      isTruncated: isTruncated && transport === "udp",
      rcode,
      questions: [question],
      answers,
      authorities,
      additionals: this.habits.hasOptFirst ? [...opt, ...additionals] : [...additionals, ...opt],
    };
    const bare = { ...response, answers: [], authorities: [], additionals: opt };
    if (isBadCookie && opt.length > 0) return this.#encode({ ...bare, rcode: RCODE.BADCOOKIE & 0xf });
    if (transport === "tcp") return this.#encode(response);
    const isCut = this.habits.truncates && answers.length > 0;
    const octets = this.#encode(response);
    if (!isCut && octets.length <= limitOf(query, opt.length > 0)) return octets;
    return this.#encode({ ...bare, isTruncated: true });
  }

  #encode(message: Message): Octets {
    return this.habits.overcompresses ? encodeWithPointers(message) : encode(message);
  }
}

function isForSignatures({ type }: Question): boolean {
  return type === TYPE.RRSIG || type === TYPE.ANY;
}

/** The RRsets of a section in the order of their first records, each with its signatures behind it. */
function setsOf(section: readonly ResourceRecord[]): ResourceRecord[][] {
  const typeOf = ({ type, rdata }: ResourceRecord) => type === TYPE.RRSIG ? (rdata[0]! << 8) | rdata[1]! : type;
  const sets = Map.groupBy(section, (record) => `${foldCase(record.name).toHex()} ${typeOf(record)} ${record.class}`);
  return [...sets.values()].map((set) => {
    return set.toSorted((a, b) => Number(a.type === TYPE.RRSIG) - Number(b.type === TYPE.RRSIG));
  });
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

const NOTHING: ZoneAnswer = {
  rcode: RCODE.NXDOMAIN,
  answers: [],
  authorities: [],
  additionals: [],
  isTruncated: false,
  isAuthenticData: false,
};

/** What is said of a name in the wrong case; see `mindsCase`. */
function unknown(how: Exclude<UpstreamHabits["mindsCase"], false>, question: Question): ZoneAnswer {
  switch (how) {
    case "withoutSoa":
      return NOTHING;
    case "withSoa":
      return { ...NOTHING, authorities: SOA.map((record) => ({ ...record, class: question.class })) };
    case "refused":
      return { ...NOTHING, rcode: RCODE.REFUSED };
    case "servfail":
      return { ...NOTHING, rcode: RCODE.SERVFAIL };
    case "formerr":
      return { ...NOTHING, rcode: RCODE.FORMERR };
  }
}

const SOA = records(". 60 IN SOA ns.example. h.example. 1 2 3 4 60");

/** Whether it is one of the names for which EDNS is rejected by `passesOn`: by the sum of its octets. */
function isBroken({ questions: [question] }: Message): boolean {
  return foldCase(question!.name).reduce((sum, octet) => sum + octet, 0) % 4 === 0;
}

/** The cookies of a client. */
interface Cookie {
  readonly client: Octets;
  /** Whether it has brought the server cookie that it was given. */
  readonly isGood: boolean;
}

function cookieOf({ additionals }: Message): Cookie | null {
  const opt = additionals.find((record) => record.type === TYPE.OPT);
  const option = opt && readOpt(opt).options.find(({ code }) => code === EDNS_OPTION.COOKIE);
  if (option === undefined) return null;
  const client = option.data.slice(0, CLIENT_COOKIE_OCTETS);
  return { client, isGood: equals(option.data, withServerCookie(client)) };
}

const CLIENT_COOKIE_OCTETS = 8;

/** Of somebody who has asked before. */
const OTHERS_COOKIE: Cookie = { client: new Uint8Array(CLIENT_COOKIE_OCTETS).fill(0x77), isGood: true };

/** A server cookie need not be a good one here: it only has to come back. */
function withServerCookie(client: Octets): Octets {
  return concat([client, client.map((octet) => octet ^ 0x5a)]);
}

/** RFC 6891 §6.1.1: a response has an OPT record when the query has one. */
function answerOpt({ additionals }: Message, cookie: Cookie | null, isDemanded: boolean): ResourceRecord[] {
  const opt = additionals.find((record) => record.type === TYPE.OPT);
  if (opt === undefined) return [];
  return [writeOpt({
    udpPayloadOctets: UDP_PAYLOAD_OCTETS,
    extendedRcode: isDemanded ? RCODE.BADCOOKIE >> 4 : 0,
    version: 0,
    wantsDnssec: readOpt(opt).wantsDnssec,
    options: cookie === null ? [] : [{ code: EDNS_OPTION.COOKIE, data: withServerCookie(cookie.client) }],
  })];
}

function limitOf({ additionals }: Message, knowsEdns: boolean): number {
  const opt = additionals.find((record) => record.type === TYPE.OPT);
  return opt === undefined || !knowsEdns ? PLAIN_UDP_OCTETS : Math.max(PLAIN_UDP_OCTETS, opt.class);
}
