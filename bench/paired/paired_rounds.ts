// deno-lint-ignore-file no-console
import type { SocketAddress } from "../../lib/base/net/address.ts";
import { type Contestant, startContestant } from "../common/contestants.ts";
import type { Sample } from "../common/measure.ts";
import { usageOf } from "../common/process_tree.ts";
import type { RunningServer } from "../common/running_server.ts";
import { SeededRandom } from "../../tests/support/seeded_random.ts";
import { shuffled } from "../common/shuffled.ts";
import { sleep } from "../common/sleep.ts";
import type { Result } from "../common/speed_report.ts";
import { percentile } from "../common/statistics.ts";
import { verify } from "../common/verify.ts";
import type { Workload } from "../common/workloads.ts";
import { addressAt, FRESH_ADDRESS, freshName, nameAt } from "../common/zone.ts";
import { Asker } from "./asker.ts";
import { cpuNsOf, nowNs } from "../common/clocks.ts";
import type { Queries } from "./queries.ts";

/** What is compared in pairs. */
export interface PairedComparison {
  readonly workload: Workload;
  readonly contestants: readonly Contestant[];
  readonly upstream: SocketAddress;
  /** See `Setup`. */
  readonly cacheNames: number;
  /** What a client of one server asks; the same for each of them. */
  readonly queries: () => Queries;
  readonly rounds: number;
  /** Of a round, for all servers together. */
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** Each server is asked so much before, with `WARM_UP_IN_FLIGHT` in flight, so that hits are hits. */
const WARM_UP_QUERIES = 10_000;
const WARM_UP_IN_FLIGHT = 10;
/** How long the process does nothing but ask before it looks whether it is to end. */
const ASK_NS = 100e6;
/** Of each part of a round that is measured by itself: a moment in which the machine does much else spoils no more. */
const PART_SECONDS = 0.5;
/** All runs of the bench ask in the same order. */
const SEED = 1;

/** A server that is asked. */
interface Running {
  readonly name: string;
  readonly server: RunningServer;
  readonly asker: Asker;
}

/**
 * Lets all servers run at once, and asks them in turn: as many queries as are to be in flight, of each server, until all
 * are answered; then the next. What else the machine does meets all alike. The order is another one each time: what a
 * server leaves behind in the processor's caches meets now the one and now the other.
 *
 * There is a sample of each half second. Processor time is that between its begin and its end, in which a server is
 * asked only a part of the time: what it does while it has nothing to do counts as well.
 */
export async function measurePaired(comparison: PairedComparison): Promise<Result> {
  const { workload, contestants, rounds, seconds, signal } = comparison;
  const samples = Object.fromEntries(contestants.map(({ forwarder }) => [forwarder.name, [] as (Sample | null)[]]));
  await using servers = new AsyncDisposableStack();
  const running: Running[] = [];
  for (const contestant of contestants) {
    const one = await start(contestant, comparison, servers);
    if (one !== null) running.push(one);
  }
  const random = new SeededRandom(SEED);
  // The first one is not counted: compilers are still at work then.
  for (let round = 0; round <= rounds; round++) {
    console.error(`${workload.name}, round ${round} of ${rounds} …`);
    for (let part = 0; part < seconds / PART_SECONDS; part++) {
      for (const { asker } of running) asker.startAnew();
      const cpuBefore = running.map(({ server }) => cpuNsOf(server.pid));
      await askInTurns(running.map(({ asker }) => asker), { seconds: PART_SECONDS, random, signal });
      // All clocks are read before anything else is done.
      const cpuAfter = running.map(({ server }) => cpuNsOf(server.pid));
      if (round > 0) running.forEach((one, i) => samples[one.name]!.push(sampleOf(one, cpuAfter[i]! - cpuBefore[i]!)));
    }
  }
  for (const { server } of running) await verify(server.address, nameAt(0), addressAt(0));
  return { workload, rate: null, samples };
}

/** Starts a server, and asks it until it is warm. `null`: it does not answer, which is printed. */
async function start(
  contestant: Contestant,
  { workload, upstream, cacheNames, queries, signal }: PairedComparison,
  servers: AsyncDisposableStack,
): Promise<Running | null> {
  const { name } = contestant.forwarder;
  console.error(`${name}: ${workload.name}, starting …`);
  try {
    const setup = { upstreams: [upstream], cacheNames, sharesSession: true };
    const server = servers.use(await startContestant(contestant, setup));
    await verify(server.address, freshName("v", 0), FRESH_ADDRESS);
    const asked = queries();
    using first = new Asker(server.address, { queries: asked, inFlight: WARM_UP_IN_FLIGHT });
    while (first.answered < WARM_UP_QUERIES && !signal.aborted) {
      await askInTurns([first], { seconds: ASK_NS / 1e9, random: new SeededRandom(SEED), signal });
      if (first.lost > first.answered) throw new Error(`Little is answered: ${server.lastWords}`);
    }
    return {
      name,
      server,
      asker: servers.use(new Asker(server.address, { queries: asked, inFlight: workload.inFlight })),
    };
  } catch (error) {
    if (signal.aborted) throw error;
    console.error(`${name}: ${error instanceof Error ? error.message : error}`);
    Deno.exitCode = 1;
    return null;
  }
}

async function askInTurns(
  askers: readonly Asker[],
  { seconds, random, signal }: { seconds: number; random: SeededRandom; signal: AbortSignal },
): Promise<void> {
  const endNs = nowNs() + seconds * 1e9;
  while (nowNs() < endNs) {
    // The process looks after signals here, and only here.
    await sleep(0);
    signal.throwIfAborted();
    const pauseNs = Math.min(endNs, nowNs() + ASK_NS);
    while (nowNs() < pauseNs) for (const next of shuffled(askers.length, random)) askers[next]!.ask();
  }
}

function sampleOf({ server, asker }: Running, cpuNs: number): Sample | null {
  const { answered, busyNs, lost, refused } = asker;
  if (answered === 0) return null;
  const latencies = Float64Array.from(asker.latenciesNs, (ns) => ns / 1000).sort();
  return {
    cpuMicrosPerAnswer: cpuNs / 1000 / answered,
    answersPerSecond: answered / (busyNs / 1e9),
    p50Micros: percentile(latencies, 50),
    p99Micros: percentile(latencies, 99),
    lost,
    refused,
    lostAtRate: 0,
    residentOctets: usageOf(server.pid).residentOctets,
  };
}
