import type { App } from "../../lib/app/app.ts";
import type { ObservationReader } from "../../lib/observe/observation.ts";
import type { RingFeed } from "../../lib/observe/ring/ring_feed.ts";
import { SIZE_BOUNDS } from "../../lib/observe/tally/reply_sizes.ts";

/** Words of the shortest record. */
const SHORTEST = 9;
/** More than the ring holds. */
const FLOOD = 40_000;

/**
 * Somebody who reads all that leaves, and compares the sum of what was observed with what was counted. In some lives he comes late:
 * then what he has missed, of a flood beside, makes up for the difference.
 */
export class Observed {
  readonly #app: App;
  readonly #reader: ObservationReader;
  readonly #isLate: boolean;
  readonly #kinds = new Map<string, number>();
  #readCount = 0;
  #floodCount = 0;
  #sumOctets = 0;

  constructor(app: App, seed: number) {
    this.#app = app;
    this.#isLate = seed % 4 === 3;
    this.#reader = app.observations.watch();
  }

  /** Reads what there is; one who is late lets it be overwritten. */
  look(): void {
    if (this.#isLate) this.#flood(this.#app.observations);
    else this.#read();
  }

  #flood({ ring }: RingFeed): void {
    for (let i = 0; i < FLOOD; i++) {
      const at = ring!.begin(SHORTEST);
      ring!.words.fill(0, at, at + SHORTEST);
      ring!.words[at] = SHORTEST | (1 << 8);
    }
    this.#floodCount += FLOOD;
  }

  #read(): void {
    this.#readCount += this.#reader.read((record) => {
      const kind = `${record.channel} ${record.source} ${Math.min(record.rcode, 31)}`;
      this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1);
      this.#sumOctets += record.sizeOctets;
    }, Infinity);
  }

  /** What does not add up; a line each. */
  finish(): string[] {
    this.#read();
    this.#reader.close();
    const { replies, latencies, replySizes, questions, counters, upstreams } = this.#app.state;
    const faults: string[] = [];
    const check = (what: string, found: unknown, expected: unknown) => {
      const [is, should] = [JSON.stringify(found), JSON.stringify(expected)];
      if (is !== should) faults.push(`${what}: ${is} where ${should} is counted`);
    };
    const total = sum(replies.map(({ count }) => count));
    check("observed, and lost", this.#readCount + this.#reader.lostCount, total + this.#floodCount);
    if (!this.#isLate) {
      const counted = replies.map(({ channel, source, rcode, count }) => [`${channel} ${source} ${rcode}`, count]);
      check("observed by kind", [...this.#kinds].toSorted(), counted.toSorted());
      check("observed octets", this.#sumOctets, replySizes.sumOctets);
    }
    check("places of sizes", replySizes.counts.length, SIZE_BOUNDS.length);
    check("replies by size", sum(replySizes.counts), total);
    check("questions", sum(questions.map(({ count }) => count)), total);
    check("SERVFAIL", sum(replies.filter(({ rcode }) => rcode === 2).map(({ count }) => count)), counters.failed);
    const bySource = Map.groupBy(replies, ({ source }) => source);
    for (const { source, latency } of latencies) {
      check(`replies from ${source} by time`, latency.count, sum(bySource.get(source)!.map(({ count }) => count)));
      check(`times from ${source}`, sum(latency.buckets.map(([, count]) => count)), latency.count);
    }
    check("sources with times", latencies.length, bySource.size);
    for (const { name, queryCount, replyCount, failureCount, traffic } of upstreams) {
      check(`queries to ${name}`, sum(Object.values(traffic.queries)), queryCount);
      check(`replies of ${name}`, sum(traffic.rcodes.map(([, count]) => count)), replyCount);
      check(`failures of ${name}`, sum(Object.values(traffic.failures)), failureCount);
      check(`times of ${name}`, traffic.replyTimes.count, replyCount);
    }
    return faults;
  }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
