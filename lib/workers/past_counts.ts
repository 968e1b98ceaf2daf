import { Counters } from "../observe/counters.ts";
import type { Status } from "../operator/status.ts";
import { sumCounters } from "../operator/sum_status.ts";
import { sumTallies, type TallyStatus } from "../operator/tally_status.ts";
import { type SinkStatus, sumSinks } from "../operator/sink_status.ts";
import type { UpstreamStatus } from "../upstream/health/upstream_status.ts";
import { sumTraffic } from "../upstream/health/upstream_traffic.ts";

/** What of an upstream is counted from the start. */
type UpstreamCounts = Pick<
  UpstreamStatus,
  "name" | "queryCount" | "replyCount" | "failureCount" | "handshakeCount" | "traffic"
>;

/** What those have counted that have died: what is counted from the start does not fall when one of several dies. */
export class PastCounts {
  #counters = new Counters();
  #tally: TallyStatus = sumTallies([]);
  readonly #upstreams = new Map<string, UpstreamCounts>();
  #sinks: readonly SinkStatus[] = [];
  #evictionCount = 0;
  #cpuMs = 0;

  /** One has died that had told this last. */
  bury({ counters, upstreams, cache, sinks, usage, ...tally }: Status): void {
    this.#counters = sumCounters([this.#counters, counters]);
    this.#tally = sumTallies([this.#tally, tally]);
    this.#sinks = sumSinks([this.#sinks, sinks]);
    this.#evictionCount += cache?.evictionCount ?? 0;
    this.#cpuMs += usage.cpuMs;
    for (const upstream of upstreams) {
      const known = this.#upstreams.get(upstream.name);
      this.#upstreams.set(upstream.name, known === undefined ? upstream : sumOf(upstream, known));
    }
  }

  /** What those who live have counted, and those who have died. */
  addedTo(living: Status): Status {
    const { counters, upstreams, cache, sinks, usage } = living;
    const names = sinks.map(({ name }) => name);
    return {
      ...living,
      counters: sumCounters([this.#counters, counters]),
      ...sumTallies([this.#tally, living]),
      cache: cache && { ...cache, evictionCount: cache.evictionCount + this.#evictionCount },
      usage: { ...usage, cpuMs: usage.cpuMs + this.#cpuMs },
      sinks: sumSinks([sinks, this.#sinks.filter(({ name }) => names.includes(name))]),
      // Of those that are asked no more nobody keeps a number, dead or alive.
      upstreams: upstreams.map((upstream) => {
        const past = this.#upstreams.get(upstream.name);
        return past === undefined ? upstream : sumOf(upstream, past);
      }),
    };
  }
}

/** The first with what the other has counted. */
function sumOf<T extends UpstreamCounts>(one: T, other: UpstreamCounts): T {
  const handshakes = one.handshakeCount === undefined && other.handshakeCount === undefined
    ? {}
    : { handshakeCount: (one.handshakeCount ?? 0) + (other.handshakeCount ?? 0) };
  return {
    ...one,
    ...handshakes,
    queryCount: one.queryCount + other.queryCount,
    replyCount: one.replyCount + other.replyCount,
    failureCount: one.failureCount + other.failureCount,
    traffic: sumTraffic([one.traffic, other.traffic]),
  };
}
