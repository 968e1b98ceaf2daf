/**
 * Compares the speed of this forwarder, in each of its modes, with whichever others are installed:
 * `deno task bench:peers [--help]`. `docs/performance.md` says how it measures and how to read the tables.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import type { SocketAddress } from "../../lib/base/net/address.ts";
import { startAuthority } from "../common/authority.ts";
import { type Bench, readOptions, requiredExecutable, runBench } from "../common/bench_program.ts";
import { type Contestant, findContestants, twice } from "../common/contestants.ts";
import { PEERS } from "../common/forwarders.ts";
import { describeMachine } from "../common/machine.ts";
import { type Circumstances, measure, tryOut } from "../common/measure.ts";
import type { Loads } from "../common/name_files.ts";
import { OUR_MODES } from "../common/our_modes.ts";
import { QueryFiles } from "./query_files.ts";
import { measureInRounds } from "../common/rounds.ts";
import { type Choice, parsePeersOptions, peersHelp, type PeersOptions } from "./peers_options.ts";
import { ratioTable, type Result, workloadTable } from "../common/speed_report.ts";
import { verify } from "../common/verify.ts";
import { HOT_NAMES } from "../common/workloads.ts";
import { addressAt, nameAt, NAMES_MAX } from "../common/zone.ts";
import { measurePaired } from "../paired/paired_rounds.ts";
import { freshQueries, type Queries, repeatedQueries } from "../paired/queries.ts";
import { GOALS, goalsTable } from "./goals.ts";
import { PEER_WORKLOADS, type PeerWorkload } from "./peer_workloads.ts";

const FORWARDERS = [...OUR_MODES, ...PEERS];
const CHOICE: Choice = {
  forwarders: FORWARDERS.map(({ name }) => name),
  workloads: PEER_WORKLOADS.map(({ name }) => name),
  nameCountMin: HOT_NAMES,
  nameCountMax: NAMES_MAX,
};

const options = readOptions((args) => parsePeersOptions(args, CHOICE), peersHelp(CHOICE));
const dnsperf = requiredExecutable("dnsperf", "dnsperf");
const nsd = requiredExecutable("nsd", "nsd");
await runBench("peers", (bench) => run(options, bench));

async function run(
  { forwarders, workloads, rounds, seconds, nameCount, isTwice, json }: PeersOptions,
  { folder, signal }: Bench,
): Promise<void> {
  // Better found out now than after half an hour.
  if (json !== null) Deno.writeTextFileSync(json, "");
  const machine = await describeMachine({ nsd, dnsperf });
  console.log(machine.join("\n"));
  const found = await findContestants(FORWARDERS.filter(({ name }) => forwarders.includes(name)));
  const contestants = isTwice ? twice(found) : found;
  console.log(`\nRounds: ${rounds}; names: ${nameCount}; seconds of a load: ${seconds}\n`);
  const upstreamFor = upstreams(nameCount);
  const files = new QueryFiles({ folder, nameCount, seconds });
  // There is room in the caches for twice as many names as there are.
  const same = { cacheNames: 2 * nameCount, signal };

  const results: Result[] = [];
  for (const workload of PEER_WORKLOADS.filter(({ name }) => workloads.includes(name))) {
    const upstream = await upstreamFor(workload);
    const result = workload.method === "paired"
      ? await measurePaired({ ...same, workload, contestants, upstream, queries: queriesOf(workload), rounds, seconds })
      : await measureAlone(workload, contestants, rounds, {
        ...same,
        dnsperf,
        folder,
        upstreams: [upstream],
        clients: workload,
        loads: files.loads(workload),
      });
    console.log(`${workloadTable(result)}\n`);
    results.push(result);
  }
  const names = contestants.map(({ forwarder }) => forwarder.name);
  const isOurs = (name: string) => OUR_MODES.some((mode) => name.startsWith(mode.name));
  const peers = names.filter((name) => !isOurs(name));
  console.log(`${ratioTable(results, names.filter(isOurs), peers)}\n\n${goalsTable(GOALS, results, peers)}`);
  if (json === null) return;
  const versions = Object.fromEntries(contestants.map(({ forwarder, version }) => [forwarder.name, version]));
  const settings = { rounds, seconds, nameCount };
  Deno.writeTextFileSync(json, `${JSON.stringify({ machine, versions, settings, results }, null, 2)}\n`);
}

/** Measures one after the other. */
function measureAlone(
  workload: PeerWorkload,
  contestants: readonly Contestant[],
  rounds: number,
  circumstances: Circumstances,
): Promise<Result> {
  const isFromStart = workload.method === "from the start";
  const here = isFromStart ? { ...circumstances, loads: withoutWarmUp(circumstances.loads) } : circumstances;
  const rows = contestants.map((contestant) => ({
    name: contestant.forwarder.name,
    tryOut: isFromStart ? null : () => tryOut(contestant, here),
    measure: (rate: number | null) => measure(contestant, rate, here),
  }));
  return measureInRounds({ workload, rows, rounds, signal: circumstances.signal });
}

function withoutWarmUp(loads: Loads): Loads {
  return { ...loads, warmUp: () => [] };
}

/** The upstream for a workload. Each of a kind is started when it is first needed. */
function upstreams(nameCount: number): (workload: PeerWorkload) => Promise<SocketAddress> {
  const started = new Map<string, Promise<SocketAddress>>();
  return ({ hasAuthority, loopback }) => {
    const kind = `${hasAuthority} ${loopback}`;
    if (!started.has(kind)) started.set(kind, start());
    return started.get(kind)!;

    async function start(): Promise<SocketAddress> {
      const how = { nameCount, hasAuthority, hostname: loopback, sharesSession: true };
      const { address } = await startAuthority(nsd, how);
      await verify(address, nameAt(nameCount - 1), addressAt(nameCount - 1));
      return address;
    }
  };
}

function queriesOf({ names, dress = "plain" }: PeerWorkload): () => Queries {
  const hot = Array.from({ length: HOT_NAMES }, (_, i) => nameAt(i));
  return () => names === "hot" ? repeatedQueries(hot, dress) : freshQueries("p", dress);
}
