import type { Clock, RandomSource, WallClock } from "../base/runtime.ts";
import { Random } from "../base/random/random.ts";
import { epochMs } from "../base/time/epoch_ms.ts";
import { formatIp } from "../base/net/ip.ts";
import type { Observation } from "../observe/observation.ts";
import type { QueryTrace } from "../observe/query_trace.ts";
import type { Query } from "../resolver/query.ts";
import { type Reply, SOURCE } from "../resolver/reply.ts";
import { ClientGroups } from "../resolver/route/client_groups.ts";
import type { Observer } from "../server/server.ts";
import { HEADER_OCTETS } from "../wire/header.ts";
import { RCODE } from "../wire/iana.ts";
import { foldCase, nameToText } from "../wire/name.ts";

const SOURCES = Object.keys(SOURCE);

/** What traces are made with. */
export interface QueryTracesOptions {
  /** The server's. */
  readonly clock: Clock;
  /** What other machines understand. */
  readonly wallClock: WallClock;
  /** Whose traces are told is drawn from this. */
  readonly random: RandomSource;
  /** One in so many is told, and each that failed. */
  readonly sample: number;
  /** Gets them. */
  readonly take: (trace: QueryTrace) => void;
}

/** Tells what has become of questions that had to wait: of those that are drawn, and of all that failed. */
export class QueryTraces implements Observer {
  readonly #options: QueryTracesOptions;
  readonly #random: Random;

  /** See {@linkcode QueryTracesOptions}. */
  constructor(options: QueryTracesOptions) {
    this.#options = options;
    this.#random = new Random(options.random);
  }

  /** See `Observer`. */
  answered(query: Query, reply: Reply, timeoutMs: number, tookMs: number): void {
    // hot path
    const { trace } = query;
    if (trace === null || trace.steps.length === 0) return;
    const { sample, take } = this.#options;
    if (reply.rcode !== RCODE.SERVFAIL && this.#random.below(sample) > 0) return;
    take({
      observation: this.#observation(query, reply, query.deadlineMs - timeoutMs, tookMs),
      steps: [...trace.steps],
    });
  }

  #observation(query: Query, reply: Reply, beganMs: number, tookMs: number): Observation {
    const { clock, wallClock } = this.#options;
    const { client, scan, wire, qtype } = query;
    const { groupedBy, group } = client;
    const name = scan.qtypeOffset === 0 ? "" : nameToText(foldCase(wire.slice(HEADER_OCTETS, scan.qtypeOffset)));
    return {
      timeMs: epochMs(wallClock) - (clock.nowMs() - beganMs),
      tookMs,
      worker: 0,
      channel: client.channel,
      client: client.octets === null ? "" : formatIp(client.octets),
      group: groupedBy instanceof ClientGroups ? groupedBy.nameOf(group) : "",
      name: name === "." ? name : name.slice(0, -1),
      type: qtype,
      source: SOURCES[reply.source]!,
      rcode: reply.rcode,
      upstream: reply.upstream?.name ?? null,
      reason: reply.reason,
      sizeOctets: reply.octets.length,
      isTruncated: reply.isTruncated,
      wantsDnssec: scan.wantsDnssec,
    };
  }
}
