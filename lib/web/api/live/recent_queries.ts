import type { Observation, ObservationRecord } from "../../../observe/observation.ts";
import type { Privacy } from "../../../telemetry/privacy.ts";
import type { QueryFilter } from "../../../telemetry/query_filter.ts";
import { clientText } from "../../../telemetry/privacy/client_text.ts";
import { NAME_OCTETS_MAX, nameToText } from "../../../wire/name.ts";

/** Queries that are kept: some 3 MB of them. */
export const RECENT_MAX = 10_000;
/** A name, and an octet that makes it a round number. */
const NAME_ROOM = NAME_OCTETS_MAX + 1;
const CLIENT_ROOM = 16;
const DOT = 0x2e;
/** Lengths of labels are less (RFC 1035 §2.3.4); so are digits and hyphens, so that what is found has to be looked at. */
const LABEL_MARK = 64;
const TRUNCATED = 1;
const DNSSEC = 2;

/** A query, as it is told. */
export type ToldQuery = Omit<Observation, "worker">;

/** The last queries, as far as they may be told. Taking one makes no object: a list that is looked at now and then may not cost much. */
export class RecentQueries {
  readonly #size: number;
  readonly #privacy: Privacy;
  readonly #times: Float64Array;
  readonly #took: Float64Array;
  readonly #types: Uint16Array;
  readonly #rcodes: Uint16Array;
  readonly #lengths: Uint16Array;
  readonly #flags: Uint8Array;
  readonly #names: Uint8Array<ArrayBuffer>;
  readonly #nameLengths: Uint8Array;
  readonly #clients: Uint8Array<ArrayBuffer>;
  readonly #clientLengths: Uint8Array;
  /** Texts that there are few different ones of: what stands here points to one that exists anyway. */
  readonly #sources: string[];
  readonly #channels: string[];
  readonly #groups: string[];
  readonly #upstreams: (string | null)[];
  readonly #reasons: string[];
  #count = 0;

  /** Keeps `size` of them. */
  constructor(privacy: Privacy, size = RECENT_MAX) {
    this.#size = size;
    this.#privacy = privacy;
    this.#times = new Float64Array(size);
    this.#took = new Float64Array(size);
    this.#types = new Uint16Array(size);
    this.#rcodes = new Uint16Array(size);
    this.#lengths = new Uint16Array(size);
    this.#flags = new Uint8Array(size);
    this.#names = new Uint8Array(size * NAME_ROOM);
    this.#nameLengths = new Uint8Array(size);
    this.#clients = new Uint8Array(size * CLIENT_ROOM);
    this.#clientLengths = new Uint8Array(size);
    this.#sources = new Array(size).fill("");
    this.#channels = new Array(size).fill("");
    this.#groups = new Array(size).fill("");
    this.#upstreams = new Array(size).fill(null);
    this.#reasons = new Array(size).fill("");
  }

  /** How many there were, those included that are not kept any more. */
  get count(): number {
    return this.#count;
  }

  /** The number of the oldest one that is kept. */
  get oldest(): number {
    return Math.max(0, this.#count - this.#size);
  }

  /** See `Taker`. */
  take(whole: ObservationRecord): void {
    // hot path
    const record = this.#privacy.veil(whole);
    if (record === null) return;
    const at = this.#count++ % this.#size;
    this.#times[at] = record.timeMs;
    this.#took[at] = record.tookMs;
    this.#types[at] = record.type;
    this.#rcodes[at] = record.rcode;
    this.#lengths[at] = record.sizeOctets;
    this.#flags[at] = (record.isTruncated ? TRUNCATED : 0) | (record.wantsDnssec ? DNSSEC : 0);
    this.#nameLengths[at] = record.copyName(this.#names, at * NAME_ROOM);
    this.#clientLengths[at] = record.copyClient(this.#clients, at * CLIENT_ROOM);
    this.#sources[at] = record.source;
    this.#channels[at] = record.channel;
    this.#groups[at] = record.group;
    this.#upstreams[at] = record.upstream;
    this.#reasons[at] = record.reason;
  }

  /** When the one of that number came. */
  timeMs(number: number): number {
    return this.#times[number % this.#size]!;
  }

  /** Whether the one of that number is what is looked for, by what can be told without making a text. */
  has(number: number, { sources, channels, upstream, types, rcodes }: QueryFilter): boolean {
    const at = number % this.#size;
    return (sources === null || sources.includes(this.#sources[at]!)) &&
      (rcodes === null || rcodes.includes(this.#rcodes[at]!)) &&
      (types === null || types.includes(this.#types[at]!)) &&
      (channels === null || channels.includes(this.#channels[at]!)) &&
      (upstream === null || (this.#upstreams[at] ?? "").includes(upstream));
  }

  /**
   * Whether the name of the one of that number may have `needle` in it, in lower case, where a dot stands for the length of a label: one
   * look at octets, for nearly all that are searched have not, and a text of each would take ten times as long.
   */
  mayHave(number: number, needle: Uint8Array): boolean {
    // hot path
    const start = (number % this.#size) * NAME_ROOM;
    const last = start + this.#nameLengths[number % this.#size]! - needle.length;
    const names = this.#names;
    for (let at = start; at <= last; at++) {
      let i = 0;
      while (i < needle.length && (needle[i] === DOT ? names[at + i]! < LABEL_MARK : names[at + i] === needle[i])) i++;
      if (i === needle.length) return true;
    }
    return false;
  }

  /** The name of the one of that number. */
  nameOf(number: number): string {
    const at = number % this.#size;
    const start = at * NAME_ROOM;
    const length = this.#nameLengths[at]!;
    if (length === 0) return "";
    const text = nameToText(this.#names.subarray(start, start + length));
    return text === "." ? text : text.slice(0, -1);
  }

  /** The client of the one of that number. */
  clientOf(number: number): string {
    const at = number % this.#size;
    return clientText(this.#clients.subarray(at * CLIENT_ROOM, at * CLIENT_ROOM + this.#clientLengths[at]!));
  }

  /** All of the one of that number, which must still be kept. */
  query(number: number): ToldQuery {
    const at = number % this.#size;
    return {
      timeMs: this.#times[at]!,
      tookMs: this.#took[at]!,
      client: this.clientOf(number),
      name: this.nameOf(number),
      type: this.#types[at]!,
      rcode: this.#rcodes[at]!,
      source: this.#sources[at]!,
      channel: this.#channels[at]!,
      group: this.#groups[at]!,
      upstream: this.#upstreams[at]!,
      reason: this.#reasons[at]!,
      sizeOctets: this.#lengths[at]!,
      isTruncated: (this.#flags[at]! & TRUNCATED) !== 0,
      wantsDnssec: (this.#flags[at]! & DNSSEC) !== 0,
    };
  }
}
