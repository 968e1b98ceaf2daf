/**
 * Compares the speed of this forwarder, in each of its modes, with whichever others are installed:
 * `deno task bench:peers [--help]`. `docs/performance.md` says how it measures and how to read the tables.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import { startAuthority } from "../common/authority.ts";
import { type Bench, readOptions, requiredExecutable, runBench } from "../common/bench_program.ts";
import { findContestants } from "../common/contestants.ts";
import { PEERS } from "../common/forwarders.ts";
import { describeMachine } from "../common/machine.ts";
import { measure, tryOut } from "../common/measure.ts";
import { OUR_MODES } from "../common/our_modes.ts";
import { QueryFiles } from "./query_files.ts";
import { measureInRounds } from "../common/rounds.ts";
import { type Choice, parsePeersOptions, peersHelp, type PeersOptions } from "./peers_options.ts";
import { ratioTable, type Result, workloadTable } from "../common/speed_report.ts";
import { verify } from "../common/verify.ts";
import { HOT_NAMES, WORKLOADS } from "../common/workloads.ts";
import { addressAt, nameAt, NAMES_MAX } from "../common/zone.ts";

const FORWARDERS = [...OUR_MODES, ...PEERS];
const CHOICE: Choice = {
  forwarders: FORWARDERS.map(({ name }) => name),
  workloads: WORKLOADS.map(({ name }) => name),
  nameCountMin: HOT_NAMES,
  nameCountMax: NAMES_MAX,
};

const options = readOptions((args) => parsePeersOptions(args, CHOICE), peersHelp(CHOICE));
const dnsperf = requiredExecutable("dnsperf", "dnsperf");
const nsd = requiredExecutable("nsd", "nsd");
await runBench("peers", (bench) => run(options, bench));

async function run(
  { forwarders, workloads, rounds, seconds, nameCount, json }: PeersOptions,
  { folder, signal }: Bench,
): Promise<void> {
  // Better found out now than after half an hour.
  if (json !== null) Deno.writeTextFileSync(json, "");
  const machine = await describeMachine({ nsd, dnsperf });
  console.log(machine.join("\n"));
  const contestants = await findContestants(FORWARDERS.filter(({ name }) => forwarders.includes(name)));
  console.log(`\nRounds: ${rounds}; names: ${nameCount}; seconds of a load: ${seconds}\n`);
  const upstream = (await startAuthority(nsd, { nameCount, sharesSession: true })).address;
  await verify(upstream, nameAt(nameCount - 1), addressAt(nameCount - 1));
  const files = new QueryFiles({ folder, nameCount, seconds });
  // There is room in the caches for twice as many names as there are.
  const same = { dnsperf, folder, upstreams: [upstream], cacheNames: 2 * nameCount, signal };

  const results: Result[] = [];
  for (const workload of WORKLOADS.filter(({ name }) => workloads.includes(name))) {
    const circumstances = { ...same, clients: workload, loads: files.loads(workload) };
    const rows = contestants.map((contestant) => ({
      name: contestant.forwarder.name,
      tryOut: workload.inTurns ? null : () => tryOut(contestant, circumstances),
      measure: (rate: number | null) => measure(contestant, rate, circumstances),
    }));
    const result = await measureInRounds({ workload, rows, rounds, signal });
    console.log(`${workloadTable(result)}\n`);
    results.push(result);
  }
  const names = contestants.map(({ forwarder }) => forwarder.name);
  const isOurs = (name: string) => OUR_MODES.some((mode) => mode.name === name);
  const peers = names.filter((name) => !isOurs(name));
  console.log(ratioTable(results, names.filter(isOurs), peers));
  if (json === null) return;
  const versions = Object.fromEntries(contestants.map(({ forwarder, version }) => [forwarder.name, version]));
  const settings = { rounds, seconds, nameCount };
  Deno.writeTextFileSync(json, `${JSON.stringify({ machine, versions, settings, results }, null, 2)}\n`);
}
