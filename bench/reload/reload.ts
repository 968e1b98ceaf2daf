/**
 * Compares what clients notice of reloads: `deno task bench:reload [--help]`. `docs/performance.md` says how to read the
 * table.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import { SeededRandom } from "../../tests/support/seeded_random.ts";
import { startAuthority } from "../common/authority.ts";
import { type Bench, readOptions, requiredExecutable, runBench } from "../common/bench_program.ts";
import { drive, driveForLatencies } from "../common/dnsperf.ts";
import { findExecutable, notInstalled, versionOf } from "../common/installed.ts";
import { describeMachine } from "../common/machine.ts";
import { NameFiles } from "../common/name_files.ts";
import { usageOf } from "../common/process_tree.ts";
import { shuffled } from "../common/shuffled.ts";
import { percentile } from "../common/statistics.ts";
import { verify } from "../common/verify.ts";
import { HOT_NAMES } from "../common/workloads.ts";
import { addressAt, nameAt } from "../common/zone.ts";
import { kernelDrops } from "./kernel_drops.ts";
import { parseReloadOptions, reloadHelp, type ReloadOptions } from "./reload_options.ts";
import { RELOADABLE, type Reloadable, type Reloading } from "./reloadable.ts";
import { RepeatedReloads } from "./repeated_reloads.ts";
import { reloadTable, type Result, type Sample } from "./report.ts";

/** Those who ask: dnsperf's usual ones. */
const CLIENTS = { transport: "udp", clients: 10, inFlight: 100 } as const;
/** Names of the zone. Hot ones alone are asked: what is not remembered any more shows as time. */
const NAME_COUNT = 2 * HOT_NAMES;
/** Until all names are known everywhere, and code is compiled. */
const WARM_UP_SECONDS = 3;

const NAMES = RELOADABLE.map(({ name }) => name);
const options = readOptions((args) => parseReloadOptions(args, NAMES), reloadHelp(NAMES));
const dnsperf = requiredExecutable("dnsperf", "dnsperf");
const nsd = requiredExecutable("nsd", "nsd");
await runBench("reload", (bench) => run(options, bench));

async function run(options: ReloadOptions, bench: Bench): Promise<void> {
  const { forwarders, rounds, json } = options;
  if (json !== null) Deno.writeTextFileSync(json, "");
  const machine = await describeMachine({ nsd, dnsperf });
  console.log(machine.join("\n"));
  const contestants: Reloadable[] = [];
  const versions: Record<string, string> = {};
  for (const one of RELOADABLE.filter(({ name }) => forwarders.includes(name))) {
    const executable = findExecutable(one.executable);
    if (executable === null) {
      console.log(notInstalled(one.name, one.debianPackage));
      continue;
    }
    versions[one.name] = await versionOf(executable, one.versionArgs);
    console.log(`${one.name}: ${versions[one.name]}; ${one.how}`);
    contestants.push(one);
  }
  const upstream = (await startAuthority(nsd, { nameCount: NAME_COUNT, sharesSession: true })).address;
  await verify(upstream, nameAt(NAME_COUNT - 1), addressAt(NAME_COUNT - 1));
  const names = [...shuffled(HOT_NAMES, new SeededRandom(1))].map(nameAt);
  const file = new NameFiles(bench.folder).file("hot", () => names);
  const results = new Map(contestants.map(({ name }) => [name, { without: [] as Sample[], during: [] as Sample[] }]));
  for (let round = 1; round <= rounds; round++) {
    // Each in each round, and in another order each time: what slows the machine down for a while slows all of them.
    for (const i of shuffled(contestants.length, new SeededRandom(round))) {
      const contestant = contestants[i]!;
      const { server, reload } = await contestant.start(upstream, 2 * NAME_COUNT);
      await using _ = server;
      console.log(`round ${round}: ${contestant.name}`);
      const drives = { file, options, bench, server };
      await drive(
        dnsperf,
        { server: server.address, ...CLIENTS, file, seconds: WARM_UP_SECONDS, rate: null },
        bench.signal,
      );
      const { without, during } = results.get(contestant.name)!;
      without.push(await sample(drives, null));
      during.push(await sample(drives, reload));
      await verify(server.address, nameAt(0), addressAt(0));
    }
  }
  const rows: Result[] = [...results].map(([name, samples]) => ({ name, ...samples }));
  console.log(`\n${reloadTable(rows)}`);
  if (json !== null) Deno.writeTextFileSync(json, `${JSON.stringify({ machine, versions, options, rows }, null, 2)}\n`);
}

/** A load at full rate, and one at the fixed rate; with reloads if there is a way to reload. */
async function sample(
  { file, options: { seconds, rate, everyMs }, bench, server }: {
    file: string;
    options: ReloadOptions;
    bench: Bench;
    server: Reloading["server"];
  },
  reload: Reloading["reload"] | null,
): Promise<Sample> {
  const reloads = reload === null ? null : new RepeatedReloads(reload, everyMs);
  try {
    const load = { server: server.address, ...CLIENTS, file, seconds };
    const droppedBefore = kernelDrops();
    const full = await drive(dnsperf, { ...load, rate: null }, bench.signal);
    const calm = await driveForLatencies({ dnsperf, folder: bench.folder }, { ...load, rate }, bench.signal);
    return {
      answersPerSecond: full.answered / full.seconds,
      sent: full.sent + calm.sent,
      lost: full.lost + full.refused + calm.lost + calm.refused,
      dropped: kernelDrops() - droppedBefore,
      p99Micros: percentile(calm.latencies, 99),
      p999Micros: percentile(calm.latencies, 99.9),
      residentOctets: usageOf(server.pid).residentOctets,
      reloads: reloads?.count ?? 0,
    };
  } finally {
    await reloads?.stop();
  }
}
