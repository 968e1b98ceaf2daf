import type { ObservationRecord } from "../../observe/observation.ts";
import { rcodeToText, typeToText } from "../../wire/iana.ts";
import { NAME_OCTETS_MAX } from "../../wire/name.ts";
import { NETWORK_OCTETS } from "../privacy/client_text.ts";
import { RecentClients } from "../privacy/recent_clients.ts";
import { clientPart, IS_PLAIN, LABEL_OCTETS, TextParts } from "./line_parts.ts";

/**
 * Octets of a line, at most: a name has up to 255 octets of five each (`\\000`); six texts of 300 characters each, of which each
 * has six octets at most (`\u0000`); and what else there is.
 */
export const LINE_OCTETS_MAX: number = 5 * NAME_OCTETS_MAX + 6 * 6 * 300 + 512;

const ENCODER = new TextEncoder();
const TOOK = ENCODER.encode('Z","tookMs":');
const TOOK_NOTHING = ENCODER.encode('Z","tookMs":0.000');
const CLIENT = ENCODER.encode(',"client":"');
const NETWORK_END = ENCODER.encode('.0/24"');
const NAME = ENCODER.encode(',"name":"');
const SIZE = ENCODER.encode(',"sizeOctets":');
const TRUNCATED = ENCODER.encode(',"isTruncated":true');
const DNSSEC = ENCODER.encode(',"wantsDnssec":true');
const WORKER = ENCODER.encode(',"worker":');
const [ZERO, DOT, QUOTE, BRACE, LINE_FEED] = [0x30, 0x2e, 0x22, 0x7d, 0x0a] as const;
const SECOND_MS = 1000;
const IPV4_OCTETS = 4;
/** `{"time":"2026-11-30T14:02:37.` */
const SECOND_OCTETS = 29;

/**
 * Writes observations as lines of JSON, straight as octets: 250 ns a line, where `JSON.stringify` takes 1.6 µs
 * (bench/micro/query_log_bench.ts). What privacy hides is not there, and no field either.
 */
export class LineEncoder {
  /** `{"time":"` and a time up to the point, of the second below. */
  readonly #second = new Uint8Array(SECOND_OCTETS);
  #secondMs = -1;
  readonly #name = new Uint8Array(NAME_OCTETS_MAX);
  readonly #client = new Uint8Array(16);
  readonly #clients = new RecentClients(clientPart);
  readonly #channels = new TextParts<string>("channel", (text) => text);
  readonly #groups = new TextParts<string>("group", (text) => text);
  readonly #types = new TextParts<number>("type", typeToText);
  readonly #sources = new TextParts<string>("source", (text) => text);
  readonly #rcodes = new TextParts<number>("rcode", rcodeToText);
  readonly #upstreams = new TextParts<string>("upstream", (text) => text);
  readonly #reasons = new TextParts<string>("reason", (text) => text);

  /** Writes a line, with its line feed, to `octets` from `at` on, where there is room for `LINE_OCTETS_MAX`. Returns its end. */
  write(record: ObservationRecord, octets: Uint8Array<ArrayBuffer>, at: number): number {
    // hot path
    at = this.#writeTime(record.timeMs, octets, at);
    const { tookMs } = record;
    at = tookMs === 0 ? put(TOOK_NOTHING, octets, at) : putTook(tookMs, octets, at);
    at = put(this.#channels.of(record.channel), octets, at);
    at = this.#writeClient(record.copyClient(this.#client, 0), octets, at);
    if (record.group !== "") at = put(this.#groups.of(record.group), octets, at);
    if (record.nameOctetCount > 0) at = this.#writeName(record, octets, at);
    at = put(this.#types.of(record.type), octets, at);
    at = put(this.#sources.of(record.source), octets, at);
    at = put(this.#rcodes.of(record.rcode), octets, at);
    if (record.upstream !== null) at = put(this.#upstreams.of(record.upstream), octets, at);
    if (record.reason !== "") at = put(this.#reasons.of(record.reason), octets, at);
    at = put(SIZE, octets, at);
    at = putNumber(record.sizeOctets, octets, at);
    if (record.isTruncated) at = put(TRUNCATED, octets, at);
    if (record.wantsDnssec) at = put(DNSSEC, octets, at);
    if (record.worker > 0) at = putNumber(record.worker, octets, put(WORKER, octets, at));
    octets[at++] = BRACE;
    octets[at++] = LINE_FEED;
    return at;
  }

  #writeTime(timeMs: number, octets: Uint8Array<ArrayBuffer>, at: number): number {
    // hot path
    const whole = Math.floor(timeMs);
    const milliseconds = ((whole % SECOND_MS) + SECOND_MS) % SECOND_MS;
    if (whole - milliseconds !== this.#secondMs) this.#beginSecond(whole - milliseconds);
    return putThree(milliseconds, octets, put(this.#second, octets, at));
  }

  #beginSecond(secondMs: number): void {
    this.#secondMs = secondMs;
    ENCODER.encodeInto(`{"time":"${new Date(secondMs).toISOString().slice(0, 20)}`, this.#second);
  }

  #writeClient(octetCount: number, octets: Uint8Array<ArrayBuffer>, at: number): number {
    // hot path
    const client = this.#client;
    const isNetwork = octetCount === NETWORK_OCTETS.ipv4;
    // All clients of a large network do not fit into what is kept, and to write down one takes less than to find it.
    if (octetCount !== IPV4_OCTETS && !isNetwork) return put(this.#clients.of(client, octetCount), octets, at);
    at = put(CLIENT, octets, at);
    for (let i = 0; i < octetCount; i++) {
      if (i > 0) octets[at++] = DOT;
      at = putOctet(client[i]!, octets, at);
    }
    if (isNetwork) return put(NETWORK_END, octets, at);
    octets[at++] = QUOTE;
    return at;
  }

  #writeName(record: ObservationRecord, octets: Uint8Array<ArrayBuffer>, at: number): number {
    // hot path
    const name = this.#name;
    record.copyName(name, 0);
    at = put(NAME, octets, at);
    if (name[0] === 0) octets[at++] = DOT;
    for (let label = 0; name[label] !== 0;) {
      const end = label + 1 + name[label]!;
      if (label > 0) octets[at++] = DOT;
      for (let i = label + 1; i < end; i++) {
        const octet = name[i]!;
        if (IS_PLAIN[octet] === 1) octets[at++] = octet;
        else at = put(LABEL_OCTETS[octet]!, octets, at);
      }
      label = end;
    }
    octets[at++] = QUOTE;
    return at;
  }
}

/** Octet by octet: the parts are short, and `set` takes 50 ns however short they are. */
function put(part: Uint8Array, octets: Uint8Array<ArrayBuffer>, at: number): number {
  // hot path
  for (let i = 0; i < part.length; i++) octets[at + i] = part[i]!;
  return at + part.length;
}

function putTook(tookMs: number, octets: Uint8Array<ArrayBuffer>, at: number): number {
  // hot path
  const tookUs = Math.round(tookMs * 1000);
  at = putNumber(Math.floor(tookUs / 1000), octets, put(TOOK, octets, at));
  octets[at++] = DOT;
  return putThree(tookUs % 1000, octets, at);
}

function putOctet(number: number, octets: Uint8Array<ArrayBuffer>, at: number): number {
  // hot path
  if (number >= 100) octets[at++] = ZERO + ((number / 100) | 0);
  if (number >= 10) octets[at++] = ZERO + (((number / 10) | 0) % 10);
  octets[at++] = ZERO + (number % 10);
  return at;
}

function putThree(number: number, octets: Uint8Array<ArrayBuffer>, at: number): number {
  // hot path
  octets[at] = ZERO + ((number / 100) | 0);
  octets[at + 1] = ZERO + (((number / 10) | 0) % 10);
  octets[at + 2] = ZERO + (number % 10);
  return at + 3;
}

/** Digits of a whole number from 0 on. */
function putNumber(number: number, octets: Uint8Array<ArrayBuffer>, at: number): number {
  // hot path
  let digits = 1;
  for (let rest = Math.floor(number / 10); rest > 0; rest = Math.floor(rest / 10)) digits++;
  for (let i = digits - 1; i >= 0; i--) {
    octets[at + i] = ZERO + (number % 10);
    number = Math.floor(number / 10);
  }
  return at + digits;
}
