import type { Clock, WallClock } from "../base/runtime.ts";
import { ADDRESS_WORD, HEAD, HIGH_WORD, NAME_OCTETS_MAX } from "../observe/ring/layout.ts";
import type { ObservationRing } from "../observe/ring/observation_ring.ts";
import { RingFeed } from "../observe/ring/ring_feed.ts";
import type { RecordNames } from "../observe/ring/ring_record.ts";
import { CHANNELS, type Client } from "../resolver/client.ts";
import type { Query } from "../resolver/query.ts";
import { type Reply, SOURCE } from "../resolver/reply.ts";
import { ClientGroups } from "../resolver/route/client_groups.ts";
import { FLAG, HEADER_OCTETS, rcodeOf } from "../wire/header.ts";
import { uint16At } from "../wire/octets.ts";
import type { Observer, Server } from "./server.ts";

/** What the time of an observation is read from. */
export interface ObservedClocks {
  /** The server's. */
  readonly clock: Clock;
  /** The world outside. */
  readonly runtime: { readonly wallClock: WallClock };
}

/** What numbers in records mean here. */
export const RECORD_NAMES: RecordNames = { channels: CHANNELS, sources: Object.keys(SOURCE) };

/** What leaves a server, for whoever reads. */
export function observationsOf(server: Server, { clock, runtime: { wallClock } }: ObservedClocks): RingFeed {
  return new RingFeed({
    clock,
    wallClock,
    names: RECORD_NAMES,
    fill: (ring) => server.show(new ObservationWriter(ring)),
  });
}

const NO_ADDRESS = new Uint8Array(4);
const TOOK_MAX = 2 ** 32 - 1;
const SIZE_MAX = 0xffff;

/** Writes each reply down in a ring. */
export class ObservationWriter implements Observer {
  readonly #ring: ObservationRing;
  readonly #words: Int32Array<ArrayBuffer>;
  #buffer: ArrayBuffer = NO_ADDRESS.buffer;
  #octets = new DataView(NO_ADDRESS.buffer);
  #beganMs = NaN;
  #beganLow = 0;
  #beganHigh = 0;

  /** Writes to `ring`. */
  constructor(ring: ObservationRing) {
    this.#ring = ring;
    this.#words = ring.words;
  }

  /** See `Observer`. */
  answered(query: Query, reply: Reply, timeoutMs: number, tookMs: number): void {
    // hot path
    const beganMs = query.deadlineMs - timeoutMs;
    const { scan, client, wire } = query;
    const words = this.#words;
    const flags = uint16At(reply.octets, 2);
    const address = client.octets ?? NO_ADDRESS;
    const addressWords = address.length >>> 2;
    const hasName = scan.qtypeOffset > HEADER_OCTETS;
    const type = hasName ? uint16At(wire, scan.qtypeOffset) : 0;
    const nameOctets = hasName ? Math.min(scan.qtypeOffset - HEADER_OCTETS, NAME_OCTETS_MAX) : 1;
    const wordCount = ADDRESS_WORD + addressWords + ((nameOctets + 3) >>> 2);
    const at = this.#ring.begin(wordCount);
    let head = wordCount | (nameOctets << HEAD.nameShift) | (client.channelIndex << HEAD.channelShift);
    if (addressWords > 1) head |= HEAD.ipv6;
    if ((flags & FLAG.TC) !== 0) head |= HEAD.truncated;
    if (scan.wantsDnssec) head |= HEAD.dnssec;
    if (beganMs !== this.#beganMs) this.#begin(beganMs);
    const { upstreams, reasons } = this.#ring.texts;
    const upstream = reply.upstream === null ? 0 : upstreams.numberOf(reply.upstream.name);
    const reason = reply.reason === "" ? 0 : reasons.numberOf(reply.reason);
    words[at] = head;
    words[at + 1] = this.#beganLow;
    words[at + 2] = this.#beganHigh;
    words[at + 3] = tookMs === 0 ? 0 : Math.min(Math.round(tookMs * 1000), TOOK_MAX);
    words[at + 4] = reply.source | (((reply.extendedRcode << 4) | rcodeOf(flags)) << 4) | (type << 16);
    words[at + 5] = Math.min(reply.octets.length, SIZE_MAX) | (upstream << 16);
    words[at + 6] = reason | (client.groupedBy === null ? 0 : this.#groupOf(client) << 16);
    for (let i = 0; i < addressWords; i++) words[at + ADDRESS_WORD + i] = wordAt(address, i << 2);
    let end = at + ADDRESS_WORD + addressWords;
    if (!hasName) {
      words[end] = 0;
      return;
    }
    if (wire.buffer !== this.#buffer) this.#view(wire.buffer);
    const octets = this.#octets;
    const start = wire.byteOffset + HEADER_OCTETS;
    // What is read too much is QTYPE and QCLASS, four octets behind the name. One by one all of it takes 20 ns longer.
    for (let i = 0; i < nameOctets; i += 4) words[end++] = octets.getInt32(start + i, true);
  }

  /** Most messages come in the same few buffers. */
  #view(buffer: ArrayBuffer): void {
    this.#buffer = buffer;
    this.#octets = new DataView(buffer);
  }

  /** All that is answered in one turn has come at the same time. */
  #begin(beganMs: number): void {
    this.#beganMs = beganMs;
    const began = Math.floor(beganMs * 1000);
    this.#beganLow = began | 0;
    this.#beganHigh = (began / HIGH_WORD) | 0;
  }

  #groupOf(client: Client): number {
    // hot path
    const { groupedBy, group } = client;
    return groupedBy instanceof ClientGroups ? this.#ring.texts.groups.numberOf(groupedBy.nameOf(group)) : 0;
  }
}

function wordAt(octets: Uint8Array<ArrayBuffer>, at: number): number {
  // hot path
  return octets[at]! | (octets[at + 1]! << 8) | (octets[at + 2]! << 16) | (octets[at + 3]! << 24);
}
