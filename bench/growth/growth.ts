/**
 * Measures how costs grow with more names, more clients and more upstreams: `deno task bench:growth [--help]`.
 * `docs/performance.md` says how it measures and how to read the tables.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import { authorityAddresses, startAuthority } from "../common/authority.ts";
import { type Bench, readOptions, requiredExecutable, runBench } from "../common/bench_program.ts";
import { cacheCounters } from "../common/cache_counters.ts";
import { type Contestant, findContestants } from "../common/contestants.ts";
import { growthLoads } from "./growth_loads.ts";
import { GROWTH_HELP, type GrowthOptions, parseGrowthOptions } from "./growth_options.ts";
import { GROWTH_TABLES, type Step, UPSTREAMS_MAX } from "./growth_tables.ts";
import { describeMachine } from "../common/machine.ts";
import { type Circumstances, measure, tryOut } from "../common/measure.ts";
import { NameFiles } from "../common/name_files.ts";
import { OUR_MODES } from "../common/our_modes.ts";
import { measureInRounds, type Row } from "../common/rounds.ts";
import type { RunningServer } from "../common/running_server.ts";
import { type Result, workloadTable } from "../common/speed_report.ts";
import { verify } from "../common/verify.ts";
import { addressAt, nameAt } from "../common/zone.ts";

const options = readOptions(parseGrowthOptions, GROWTH_HELP);
const dnsperf = requiredExecutable("dnsperf", "dnsperf");
const nsd = requiredExecutable("nsd", "nsd");
await runBench("growth", (bench) => run(options, bench));

async function run({ mode, tables, rounds, seconds, json }: GrowthOptions, { folder, signal }: Bench): Promise<void> {
  // Better found out now than after a quarter of an hour.
  if (json !== null) Deno.writeTextFileSync(json, "");
  const machine = await describeMachine({ nsd, dnsperf });
  console.log(machine.join("\n"));
  const [contestant] = await findContestants(OUR_MODES.filter(({ name }) => name === `ours-${mode}`));
  console.log(`\nRounds: ${rounds}; seconds of a load: ${seconds}\n`);
  // What verifies asks for this one; all others exist by the wildcard.
  const authority = await startAuthority(nsd, { nameCount: 1, addressCount: UPSTREAMS_MAX, sharesSession: true });
  const upstreams = authorityAddresses(authority.address, UPSTREAMS_MAX);
  for (const upstream of upstreams) await verify(upstream, nameAt(0), addressAt(0));
  const files = new NameFiles(folder);

  const results: Result[] = [];
  for (const { name, title, head, steps } of GROWTH_TABLES.filter(({ name }) => tables.includes(name))) {
    const rows = steps.map((step) =>
      rowOf(contestant!, step, {
        dnsperf,
        folder,
        upstreams: upstreams.slice(0, step.upstreamCount),
        cacheNames: null,
        clients: step,
        loads: growthLoads({ files, seconds }, step),
        signal,
      })
    );
    const result = await measureInRounds({ workload: { name, title }, rows, rounds, signal });
    console.log(`${workloadTable(result, head)}\n`);
    results.push(result);
  }
  if (json === null) return;
  const settings = { mode, rounds, seconds };
  const { version } = contestant!;
  Deno.writeTextFileSync(json, `${JSON.stringify({ machine, version, settings, results }, null, 2)}\n`);
}

function rowOf(contestant: Contestant, step: Step, circumstances: Circumstances): Row {
  const withFlags = addFlags(contestant, step.flags);
  const inspect = (server: RunningServer) => assertCached(server, step);
  return {
    name: step.label,
    tryOut: step.inTurns ? null : () => tryOut(withFlags, circumstances),
    measure: (rate) => measure(withFlags, rate, step.isCached ? { ...circumstances, inspect } : circumstances),
  };
}

function addFlags({ forwarder, ...rest }: Contestant, flags: readonly string[]): Contestant {
  return {
    ...rest,
    forwarder: {
      ...forwarder,
      commandLine: (setup) => ({ args: [...forwarder.commandLine(setup).args, ...flags] }),
    },
  };
}

/** Or what were said to be hits would have been misses, and dear. */
async function assertCached(server: RunningServer, { nameCount }: Step): Promise<void> {
  const { entries, evictions } = await cacheCounters(server);
  if (entries >= nameCount && evictions === 0) return;
  throw new Error(`Not all of ${nameCount} names are cached: ${entries} entries, ${evictions} evictions`);
}
