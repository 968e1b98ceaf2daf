import type { Clock, WallClock } from "../base/runtime.ts";
import { ADDRESS_WORD, HEAD, HIGH_WORD, NAME_OCTETS_MAX } from "../observe/ring/layout.ts";
import type { ObservationRing } from "../observe/ring/observation_ring.ts";
import { RingFeed } from "../observe/ring/ring_feed.ts";
import type { RecordNames } from "../observe/ring/ring_record.ts";
import { CHANNELS, type Client } from "../resolver/client.ts";
import type { Query } from "../resolver/query.ts";
import { type Reply, SOURCE } from "../resolver/reply.ts";
import { ClientGroups } from "../resolver/route/client_groups.ts";
import { HEADER_OCTETS } from "../wire/header.ts";
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

const ROOT = new Uint8Array([0]);
const NO_ADDRESS = new Uint8Array(4);
const TOOK_MAX = 2 ** 32 - 1;
const SIZE_MAX = 0xffff;

/** Writes each reply down in a ring. */
export class ObservationWriter implements Observer {
  readonly #ring: ObservationRing;
  readonly #words: Int32Array<ArrayBuffer>;

  /** Writes to `ring`. */
  constructor(ring: ObservationRing) {
    this.#ring = ring;
    this.#words = ring.words;
  }

  /** See `Observer`. */
  answered(query: Query, reply: Reply, beganMs: number, tookMs: number): void {
    // hot path
    const { scan, client } = query;
    const words = this.#words;
    const address = client.octets ?? NO_ADDRESS;
    const addressWords = address.length >>> 2;
    const hasName = scan.qtypeOffset > HEADER_OCTETS;
    const nameOctets = hasName ? Math.min(scan.qtypeOffset - HEADER_OCTETS, NAME_OCTETS_MAX) : ROOT.length;
    const wordCount = ADDRESS_WORD + addressWords + ((nameOctets + 3) >>> 2);
    const at = this.#ring.begin(wordCount);
    let head = wordCount | (nameOctets << HEAD.nameShift) | (client.channelIndex << HEAD.channelShift);
    if (addressWords > 1) head |= HEAD.ipv6;
    if (reply.isTruncated) head |= HEAD.truncated;
    if (scan.wantsDnssec) head |= HEAD.dnssec;
    const began = Math.floor(beganMs * 1000);
    const { upstreams, reasons } = this.#ring.texts;
    const upstream = reply.upstream === null ? 0 : upstreams.numberOf(reply.upstream.name);
    const reason = reply.reason === "" ? 0 : reasons.numberOf(reply.reason);
    words[at] = head;
    words[at + 1] = began;
    words[at + 2] = began / HIGH_WORD;
    words[at + 3] = tookMs === 0 ? 0 : Math.min(Math.round(tookMs * 1000), TOOK_MAX);
    words[at + 4] = reply.source | (reply.rcode << 4) | (query.qtype << 16);
    words[at + 5] = Math.min(reply.octets.length, SIZE_MAX) | (upstream << 16);
    words[at + 6] = reason | (client.groupedBy === null ? 0 : this.#groupOf(client) << 16);
    for (let i = 0; i < addressWords; i++) words[at + ADDRESS_WORD + i] = wordAt(address, i << 2);
    putName(
      words,
      at + ADDRESS_WORD + addressWords,
      hasName ? query.wire : ROOT,
      hasName ? HEADER_OCTETS : 0,
      nameOctets,
    );
  }

  #groupOf(client: Client): number {
    // hot path
    const { groupedBy, group } = client;
    return groupedBy instanceof ClientGroups ? this.#ring.texts.groups.numberOf(groupedBy.nameOf(group)) : 0;
  }
}

/** Four octets at a time: one by one they take twice as long. */
function putName(
  words: Int32Array<ArrayBuffer>,
  at: number,
  octets: Uint8Array<ArrayBuffer>,
  start: number,
  count: number,
): void {
  // hot path
  const whole = count >>> 2;
  for (let i = 0; i < whole; i++) words[at + i] = wordAt(octets, start + (i << 2));
  if ((count & 3) === 0) return;
  let rest = 0;
  for (let i = count - 1; i >= whole << 2; i--) rest = (rest << 8) | octets[start + i]!;
  words[at + whole] = rest;
}

function wordAt(octets: Uint8Array<ArrayBuffer>, at: number): number {
  // hot path
  return octets[at]! | (octets[at + 1]! << 8) | (octets[at + 2]! << 16) | (octets[at + 3]! << 24);
}
