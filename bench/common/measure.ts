import type { SocketAddress } from "../../lib/base/net/address.ts";
import { type Contestant, startContestant } from "./contestants.ts";
import { dnsperfDriver, type Drive, type Driven, type Driver, type Latencies } from "./dnsperf.ts";
import { cpuNsOf } from "./clocks.ts";
import { usageOf } from "./process_tree.ts";
import { askInTurns } from "./in_turns.ts";
import { type Load, type Loads, namesIn } from "./name_files.ts";
import type { RunningServer } from "./running_server.ts";
import { percentile } from "./statistics.ts";
import { verify } from "./verify.ts";
import type { Clients } from "./workloads.ts";
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

/** What a server is measured with. */
export interface Circumstances {
  /** Path of the load generator. */
  readonly dnsperf: string;
  /** For what it prints. */
  readonly folder: string;
  /** In order of preference. */
  readonly upstreams: readonly SocketAddress[];
  /** See `Setup`. */
  readonly cacheNames: number | null;
  readonly clients: Clients;
  readonly loads: Loads;
  /** Who asks. Default: dnsperf. */
  readonly driver?: Driver;
  /** Throws when a server that has been measured was not in the state that was to be measured. */
  readonly inspect?: (server: RunningServer) => Promise<void>;
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
  rate: number | null,
  circumstances: Circumstances,
): Promise<Sample> {
  await using server = await startContestant(contestant, { ...circumstances, sharesSession: true });
  const { cpuNs, full } = await driveFully(server, circumstances);
  const { clients, loads, inspect, signal } = circumstances;
  const calm = rate === null ? null : await driverOf(circumstances).driveForLatencies(
    { ...driveOf(server, clients, loads.atRate(rate)), rate },
    signal,
  );
  const { latencies } = calm ?? full;
  await verify(server.address, nameAt(0), addressAt(0));
  await inspect?.(server);
  return {
    cpuMicrosPerAnswer: cpuNs / 1000 / full.answered,
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
export async function tryOut(contestant: Contestant, circumstances: Circumstances): Promise<number> {
  await using server = await startContestant(contestant, { ...circumstances, sharesSession: true });
  const { full } = await driveFully(server, circumstances);
  return full.answered / full.seconds;
}

async function driveFully(
  server: RunningServer,
  circumstances: Circumstances,
): Promise<{ cpuNs: number; full: Driven & Latencies }> {
  const { loads } = circumstances;
  await verify(server.address, freshName("v", 0), FRESH_ADDRESS);
  for (const load of loads.warmUp()) await driveAsWanted(server, load, circumstances);
  const full = loads.full();
  const before = cpuNsOf(server.pid);
  const driven = await driveAsWanted(server, full, circumstances);
  if (driven.answered === 0) throw new Error(`Nothing was answered: ${server.lastWords}`);
  return { cpuNs: cpuNsOf(server.pid) - before, full: driven };
}

async function driveAsWanted(
  server: RunningServer,
  load: Load,
  circumstances: Circumstances,
): Promise<Driven & Latencies> {
  const { file, seconds } = load;
  const { clients, signal } = circumstances;
  if (clients.inTurns && seconds !== null) {
    return await askInTurns({ server: server.address, names: namesIn(file), clients: clients.clients, seconds });
  }
  const driven = await driverOf(circumstances).drive(driveOf(server, clients, load), signal);
  return { ...driven, latencies: new Float64Array(0) };
}

function driverOf({ driver, dnsperf, folder }: Circumstances): Driver {
  return driver ?? dnsperfDriver(dnsperf, folder);
}

function driveOf({ address }: RunningServer, clients: Clients, load: Load): Drive {
  const { transport, inFlight, dress = "plain" } = clients;
  return { server: address, transport, clients: clients.clients, inFlight, dress, ...load, rate: null };
}
