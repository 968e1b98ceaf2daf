import type { SocketAddress } from "../../lib/base/address.ts";
import { type Contestant, startContestant } from "./contestants.ts";
import { type Drive, drive, driveForLatencies, type Driven, type Latencies } from "./dnsperf.ts";
import { usageOf } from "./process_tree.ts";
import { askInTurns } from "./in_turns.ts";
import { type Load, namesIn, type QueryFiles } from "./query_files.ts";
import type { RunningServer } from "./running_server.ts";
import { percentile } from "./statistics.ts";
import { verify } from "./verify.ts";
import type { Workload } from "./workloads.ts";
import { addressAt, FRESH_ADDRESS, freshName, nameAt } from "./zone.ts";

/** What was measured of one server under one workload in one round. */
export interface Sample {
  /** User and system time of all threads and children, for each answer, at full load. */
  readonly cpuMicrosPerAnswer: number;
  readonly answersPerSecond: number;
  /** At the rate that is the same for all; where clients ask in turns, of the same queries as above. */
  readonly p50Micros: number;
  readonly p99Micros: number;
  /** Queries without an answer, at full load: without a response, and with an RCODE that is none. */
  readonly lost: number;
  readonly refused: number;
  /** Queries without an answer at that rate. */
  readonly lostAtRate: number;
  /** After both. */
  readonly residentOctets: number;
}

/** What is the same for all. */
export interface Circumstances {
  /** Path of the load generator. */
  readonly dnsperf: string;
  /** For what it prints. */
  readonly folder: string;
  readonly upstream: SocketAddress;
  /** Names in the zone; there is room in the caches for twice as many. */
  readonly nameCount: number;
  readonly files: QueryFiles;
  /** Ends what is going on. */
  readonly signal: AbortSignal;
}

/**
 * Measures in a process that was started for it, so that caches know nothing but what the workload has them know.
 *
 * @param rate Queries per second at which latency is measured; `null` where clients ask in turns.
 * @throws {Error} when the server does not start, or does not answer right before or after.
 */
export async function measure(
  contestant: Contestant,
  workload: Workload,
  rate: number | null,
  circumstances: Circumstances,
): Promise<Sample> {
  await using server = await start(contestant, circumstances);
  const { cpuMs, full } = await driveFully(server, workload, circumstances);
  const calm = rate === null ? null : await driveForLatencies(
    circumstances,
    { ...driveOf(server, workload, circumstances.files.atRate(workload, rate)), rate },
    circumstances.signal,
  );
  const { latencies } = calm ?? full;
  await verify(server.address, nameAt(0), addressAt(0));
  return {
    cpuMicrosPerAnswer: cpuMs * 1000 / full.answered,
    answersPerSecond: full.answered / full.seconds,
    p50Micros: percentile(latencies, 50),
    p99Micros: percentile(latencies, 99),
    lost: full.lost,
    refused: full.refused,
    lostAtRate: calm === null ? 0 : calm.lost + calm.refused,
    residentOctets: usageOf(server.pid).residentOctets,
  };
}

/** Only how many answers come in a second at full load. */
export async function tryOut(
  contestant: Contestant,
  workload: Workload,
  circumstances: Circumstances,
): Promise<number> {
  await using server = await start(contestant, circumstances);
  const { full } = await driveFully(server, workload, circumstances);
  return full.answered / full.seconds;
}

function start(contestant: Contestant, { upstream, nameCount }: Circumstances): Promise<RunningServer> {
  return startContestant(contestant, { upstreams: [upstream], cacheNames: 2 * nameCount });
}

async function driveFully(
  server: RunningServer,
  workload: Workload,
  circumstances: Circumstances,
): Promise<{ cpuMs: number; full: Driven & Latencies }> {
  const { files } = circumstances;
  await verify(server.address, freshName("v", 0), FRESH_ADDRESS);
  await driveAsWanted(server, workload, files.warmUp(workload), circumstances);
  const before = usageOf(server.pid);
  const full = await driveAsWanted(server, workload, files.full(workload), circumstances);
  if (full.answered === 0) throw new Error(`Nothing was answered: ${server.lastWords}`);
  return { cpuMs: usageOf(server.pid).cpuMs - before.cpuMs, full };
}

async function driveAsWanted(
  server: RunningServer,
  workload: Workload,
  load: Load,
  { dnsperf, signal }: Circumstances,
): Promise<Driven & Latencies> {
  const { inTurns, clients } = workload;
  const { file, seconds } = load;
  if (inTurns && seconds !== null) {
    return await askInTurns({ server: server.address, names: namesIn(file), clients, seconds });
  }
  return { ...await drive(dnsperf, driveOf(server, workload, load), signal), latencies: new Float64Array(0) };
}

function driveOf({ address }: RunningServer, { transport, clients, inFlight }: Workload, load: Load): Drive {
  return { server: address, transport, clients, inFlight, ...load, rate: null };
}
