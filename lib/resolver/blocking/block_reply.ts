import { parseIp } from "../../base/net/ip.ts";
import type { RuleAnswer } from "../../lists/list_rule.ts";
import { ANCOUNT_OFFSET, FLAG, HEADER_OCTETS, NSCOUNT_OFFSET, putFlags, QDCOUNT_OFFSET } from "../../wire/header.ts";
import { CLASS, RCODE, TYPE } from "../../wire/iana.ts";
import { putUint16 } from "../../wire/octets.ts";
import { Writer } from "../../wire/writer.ts";
import type { Query } from "../query.ts";
import { octetsFor } from "../reply_slot.ts";

/** What somebody wants clients to get for blocked names: addresses of no use, or those that stand here. */
export type BlockAnswer = "zero" | "nxdomain" | "nodata" | "refused" | readonly string[];

/** What a rule answers with records, a code, or nothing; what it has other names for is another matter. */
export type PlainAnswer = BlockAnswer | Exclude<RuleAnswer, { readonly kind: "cname" | "any" }>;

/** The name of the question, wherever it is asked for. */
const TO_QUESTION = 0xc000 | HEADER_OCTETS;
const ZERO = ["0.0.0.0", "::"];

/**
 * The reply to questions for a blocked name, but for their header and their question: made once, and copied. Types that it has no
 * record of have none: browsers would take HTTPS records for the way round.
 */
export class BlockReply {
  readonly #rcode: number;
  readonly #flags: number;
  /** By type. */
  readonly #answers: ReadonlyMap<number, Section>;
  /** What says so where there is no answer; `null` where that says nothing. */
  readonly #denial: Section | null;

  /** `ttlSeconds` is how long it may be remembered. */
  constructor(answer: PlainAnswer, ttlSeconds: number) {
    const kind = typeof answer === "string" ? answer : "kind" in answer ? answer.kind : "addresses";
    this.#rcode = kind === "nxdomain" ? RCODE.NXDOMAIN : kind === "refused" ? RCODE.REFUSED : RCODE.NOERROR;
    this.#flags = FLAG.QR | FLAG.RA | this.#rcode | (kind === "truncate" ? FLAG.TC : 0);
    const byType = Map.groupBy(recordsOf(answer), ({ type }) => type);
    this.#answers = new Map([...byType].map(([type, records]) => [type, section(records, ttlSeconds)]));
    const isDenied = kind !== "refused" && kind !== "truncate";
    this.#denial = isDenied ? section([{ type: TYPE.SOA, rdata: soaRdata(ttlSeconds) }], ttlSeconds) : null;
  }

  /** Writes the reply to a query, with one question. */
  write(query: Query): Uint8Array<ArrayBuffer> {
    const { questionsEnd } = query.scan;
    const answer = this.#answers.get(query.qtype);
    const records = answer ?? this.#denial;
    const message = octetsFor(query, questionsEnd + (records === null ? 0 : records.octets.length));
    message.fill(0, 0, HEADER_OCTETS);
    putFlags(message, this.#flags);
    putUint16(message, QDCOUNT_OFFSET, 1);
    query.putQuestions(message);
    if (records === null) return message;
    putUint16(message, answer === undefined ? NSCOUNT_OFFSET : ANCOUNT_OFFSET, records.count);
    message.set(records.octets, questionsEnd);
    return message;
  }
}

/** Records of one section, in wire format. */
interface Section {
  readonly count: number;
  readonly octets: Uint8Array<ArrayBuffer>;
}

interface PlainRecord {
  readonly type: number;
  readonly rdata: Uint8Array;
}

function recordsOf(answer: PlainAnswer): readonly PlainRecord[] {
  if (answer === "zero") return addressRecords(ZERO);
  if (typeof answer === "string") return [];
  if (!("kind" in answer)) return addressRecords(answer);
  if (answer.kind === "addresses") return addressRecords(answer.addresses);
  return answer.kind === "records" ? answer.records : [];
}

function addressRecords(addresses: readonly string[]): PlainRecord[] {
  return addresses.map((address) => {
    const rdata = parseIp(address)!;
    return { type: rdata.length === 4 ? TYPE.A : TYPE.AAAA, rdata };
  });
}

function section(records: readonly PlainRecord[], ttlSeconds: number): Section {
  const writer = new Writer();
  for (const { type, rdata } of records) {
    writer.uint16(TO_QUESTION);
    writer.uint16(type);
    writer.uint16(CLASS.IN);
    writer.uint32(ttlSeconds);
    writer.uint16(rdata.length);
    writer.octets(rdata);
  }
  return { count: records.length, octets: writer.finish() };
}

/** RFC 2308 §3: a denial says how long it holds. It is in nobody's zone, and nobody is responsible. */
function soaRdata(ttlSeconds: number): Uint8Array {
  const writer = new Writer();
  writer.uint16(TO_QUESTION);
  for (const label of ["nobody", "invalid"]) {
    writer.uint8(label.length);
    writer.octets(new TextEncoder().encode(label));
  }
  writer.uint8(0);
  for (const number of [1, 3600, 1200, 604_800, ttlSeconds]) writer.uint32(number);
  return writer.finish();
}
