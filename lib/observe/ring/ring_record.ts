import { formatIp } from "../../base/net/ip.ts";
import { foldedWord } from "../../base/octets/folded_word.ts";
import { nameToText } from "../../wire/name.ts";
import type { Observation, ObservationRecord } from "../observation.ts";
import { ADDRESS_WORD, HEAD, HIGH_WORD } from "./layout.ts";
import type { ObservationRing } from "./observation_ring.ts";

/** What numbers in a record mean that are the same for all: their places among these. */
export interface RecordNames {
  /** What queries come over. */
  readonly channels: readonly string[];
  /** Where replies come from. */
  readonly sources: readonly string[];
}

/** A record in a ring, looked at where it stands. One is used for all records that somebody reads. */
export class RingRecord implements ObservationRecord {
  readonly #ring: ObservationRing;
  readonly #words: Int32Array<ArrayBuffer>;
  readonly #names: RecordNames;
  /** Where it begins. */
  #at = 0;
  #epochMs = 0;

  /** Of records in `ring`. */
  constructor(ring: ObservationRing, names: RecordNames) {
    this.#ring = ring;
    this.#words = ring.words;
    this.#names = names;
  }

  /** Looks at the record that begins there. */
  moveTo(at: number): void {
    // hot path
    this.#at = at;
  }

  /** Takes note of what times are added to. */
  beginReading(): void {
    this.#epochMs = this.#ring.epoch.offsetMs;
  }

  /** See `ObservationRecord`. */
  get timeMs(): number {
    const microseconds = (this.#words[this.#at + 2]! >>> 0) * HIGH_WORD + (this.#words[this.#at + 1]! >>> 0);
    return this.#epochMs + microseconds / 1000;
  }

  /** See `ObservationRecord`. */
  get tookMs(): number {
    return (this.#words[this.#at + 3]! >>> 0) / 1000;
  }

  /** See `ObservationRecord`. */
  get worker(): number {
    return this.#head >>> HEAD.workerShift;
  }

  /** See `ObservationRecord`. */
  get channel(): string {
    return this.#names.channels[(this.#head >>> HEAD.channelShift) & 7]!;
  }

  /** See `ObservationRecord`. */
  get source(): string {
    return this.#names.sources[this.#words[this.#at + 4]! & 0xf]!;
  }

  /** See `ObservationRecord`. */
  get rcode(): number {
    return (this.#words[this.#at + 4]! >>> 4) & 0xfff;
  }

  /** See `ObservationRecord`. */
  get type(): number {
    return this.#words[this.#at + 4]! >>> 16;
  }

  /** See `ObservationRecord`. */
  get sizeOctets(): number {
    return this.#words[this.#at + 5]! & 0xffff;
  }

  /** See `ObservationRecord`. */
  get upstream(): string | null {
    const number = this.#words[this.#at + 5]! >>> 16;
    return number === 0 ? null : this.#ring.texts.upstreams.textOf(number);
  }

  /** See `ObservationRecord`. */
  get reason(): string {
    return this.#ring.texts.reasons.textOf(this.#words[this.#at + 6]! & 0xffff);
  }

  /** See `ObservationRecord`. */
  get group(): string {
    return this.#ring.texts.groups.textOf(this.#words[this.#at + 6]! >>> 16);
  }

  /** See `ObservationRecord`. */
  get isTruncated(): boolean {
    return (this.#head & HEAD.truncated) !== 0;
  }

  /** See `ObservationRecord`. */
  get wantsDnssec(): boolean {
    return (this.#head & HEAD.dnssec) !== 0;
  }

  /** See `ObservationRecord`. */
  get nameOctetCount(): number {
    return (this.#head >>> HEAD.nameShift) & 0xff;
  }

  /** See `ObservationRecord`. */
  copyName(octets: Uint8Array<ArrayBuffer>, at: number): number {
    // hot path
    const words = this.#words;
    const count = this.nameOctetCount;
    const end = at + count;
    let word = this.#at + ADDRESS_WORD + (this.#isIpv6 ? 4 : 1);
    for (const whole = end - 3; at < whole; at += 4, word++) {
      const four = foldedWord(words[word]!);
      octets[at] = four;
      octets[at + 1] = four >>> 8;
      octets[at + 2] = four >>> 16;
      octets[at + 3] = four >>> 24;
    }
    for (let rest = foldedWord(words[word]!); at < end; at++, rest >>>= 8) octets[at] = rest;
    return count;
  }

  /** See `ObservationRecord`. */
  get clientOctetCount(): number {
    return this.#isIpv6 ? 16 : 4;
  }

  /** See `ObservationRecord`. */
  copyClient(octets: Uint8Array<ArrayBuffer>, at: number): number {
    // hot path
    const count = this.clientOctetCount;
    let word = this.#at + ADDRESS_WORD;
    for (let i = 0; i < count; i += 4, at += 4, word++) {
      const four = this.#words[word]!;
      octets[at] = four;
      octets[at + 1] = four >>> 8;
      octets[at + 2] = four >>> 16;
      octets[at + 3] = four >>> 24;
    }
    return count;
  }

  /** See `ObservationRecord`. */
  toObservation(): Observation {
    const name = new Uint8Array(this.nameOctetCount);
    const client = new Uint8Array(this.clientOctetCount);
    this.copyName(name, 0);
    this.copyClient(client, 0);
    const nameText = nameToText(name);
    return {
      timeMs: this.timeMs,
      tookMs: this.tookMs,
      worker: this.worker,
      channel: this.channel,
      client: formatIp(client),
      group: this.group,
      name: nameText === "." ? nameText : nameText.slice(0, -1),
      type: this.type,
      source: this.source,
      rcode: this.rcode,
      upstream: this.upstream,
      reason: this.reason,
      sizeOctets: this.sizeOctets,
      isTruncated: this.isTruncated,
      wantsDnssec: this.wantsDnssec,
    };
  }

  get #head(): number {
    return this.#words[this.#at]!;
  }

  get #isIpv6(): boolean {
    return (this.#head & HEAD.ipv6) !== 0;
  }
}
