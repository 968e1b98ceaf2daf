/**
 * Compares the speed of this forwarder, in each of its modes, with whichever others are installed:
 * `deno task bench:peers [--help]`. `docs/performance.md` says how it measures and how to read the tables.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import { startAuthority } from "./authority.ts";
import { type Contestant, findContestants } from "./contestants.ts";
import { PEERS } from "./forwarders.ts";
import { findExecutable, notInstalled, versionOf } from "./installed.ts";
import { type Circumstances, measure, type Sample, tryOut } from "./measure.ts";
import { OUR_MODES } from "./our_modes.ts";
import { QueryFiles } from "./query_files.ts";
import { RunningServer } from "./running_server.ts";
import { type Choice, parseSpeedOptions, speedHelp, type SpeedOptions, SpeedOptionsError } from "./speed_options.ts";
import { ratioTable, type Result, workloadTable } from "./speed_report.ts";
import { verify } from "./verify.ts";
import { HOT_NAMES, type Workload, WORKLOADS } from "./workloads.ts";
import { addressAt, nameAt, NAMES_MAX } from "./zone.ts";

const FORWARDERS = [...OUR_MODES, ...PEERS];
/** As shells report SIGINT. */
const INTERRUPTED = 130;

const options = readOptions();
const dnsperf = required("dnsperf", "dnsperf");
const nsd = required("nsd", "nsd");
const folder = Deno.makeTempDirSync({ prefix: "bench-peers-" });
const stopping = new AbortController();
let stopped: Promise<void> | null = null;
let exitCode = 0;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, async () => {
    stopping.abort();
    await stop();
    Deno.exit(INTERRUPTED);
  });
}
try {
  await run(options);
} catch (error) {
  // What was going on when the signal came has been cut short.
  if (!stopping.signal.aborted) throw error;
  exitCode = INTERRUPTED;
} finally {
  await stop();
}
Deno.exit(exitCode);

async function run({ forwarders, workloads, rounds, seconds, nameCount, json }: SpeedOptions): Promise<void> {
  // Better found out now than after half an hour.
  if (json !== null) Deno.writeTextFileSync(json, "");
  const machine = await describeMachine();
  console.log(machine.join("\n"));
  const contestants = await findContestants(FORWARDERS.filter(({ name }) => forwarders.includes(name)));
  console.log(`\nRounds: ${rounds}; names: ${nameCount}; seconds of a load: ${seconds}\n`);
  const upstream = (await startAuthority(nsd, nameCount)).address;
  await verify(upstream, nameAt(nameCount - 1), addressAt(nameCount - 1));
  const files = new QueryFiles({ folder, nameCount, seconds });
  const circumstances = { dnsperf, folder, upstream, nameCount, files, signal: stopping.signal };

  const results: Result[] = [];
  for (const workload of WORKLOADS.filter(({ name }) => workloads.includes(name))) {
    const result = await compare(contestants, workload, rounds, circumstances);
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

async function compare(
  contestants: readonly Contestant[],
  workload: Workload,
  rounds: number,
  circumstances: Circumstances,
): Promise<Result> {
  const rate = workload.inTurns ? null : await halfRate(contestants, workload, circumstances);
  const samples: Record<string, (Sample | null)[]> = {};
  for (const { forwarder } of contestants) samples[forwarder.name] = [];
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contestants.length; turn++) {
      // In each round another one goes first.
      const contestant = contestants[(round + turn) % contestants.length]!;
      const sample = await attempt(contestant, `${workload.name}, round ${round + 1} of ${rounds}`, () => {
        return measure(contestant, workload, rate, circumstances);
      });
      samples[contestant.forwarder.name]!.push(sample);
    }
  }
  return { workload, rate, samples };
}

/** The same for all, or the latencies would tell nothing, and a load that the slowest can bear: half of what it can. */
async function halfRate(
  contestants: readonly Contestant[],
  workload: Workload,
  circumstances: Circumstances,
): Promise<number> {
  const rates: number[] = [];
  for (const contestant of contestants) {
    const rate = await attempt(contestant, `${workload.name}, trying out`, () => {
      return tryOut(contestant, workload, circumstances);
    });
    if (rate !== null) rates.push(rate);
  }
  return rates.length === 0 ? 1 : Math.max(1, Math.floor(Math.min(...rates) / 2));
}

/** One that cannot be measured here is no reason to learn nothing of the others. */
async function attempt<T>({ forwarder }: Contestant, what: string, action: () => Promise<T>): Promise<T | null> {
  console.error(`${forwarder.name}: ${what} …`);
  try {
    return await action();
  } catch (error) {
    if (stopping.signal.aborted) throw error;
    console.error(`${forwarder.name}: ${error instanceof Error ? error.message : error}`);
    exitCode = 1;
    return null;
  }
}

/** Once, however many reasons there are. */
function stop(): Promise<void> {
  return stopped ??= RunningServer.stopAll().then(() => Deno.remove(folder, { recursive: true }));
}

/** What the numbers depend on besides the programs. */
async function describeMachine(): Promise<string[]> {
  const model = /^model name\s*: (.*)$/m.exec(await Deno.readTextFile("/proc/cpuinfo"))?.[1] ?? Deno.build.arch;
  const kernel = (await Deno.readTextFile("/proc/sys/kernel/osrelease")).trim();
  return [
    `${navigator.hardwareConcurrency} × ${model}, Linux ${kernel}; load average before: ${
      Deno.loadavg()[0]!.toFixed(2)
    }`,
    `nsd: ${await versionOf(nsd, ["-v"])}`,
    `dnsperf: ${await versionOf(dnsperf, ["-h"])}`,
  ];
}

function required(name: string, debianPackage: string): string {
  const executable = findExecutable(name);
  if (executable !== null) return executable;
  console.error(`Cannot measure: ${notInstalled(name, debianPackage)}`);
  Deno.exit(2);
}

function readOptions(): SpeedOptions {
  const choice: Choice = {
    forwarders: FORWARDERS.map(({ name }) => name),
    workloads: WORKLOADS.map(({ name }) => name),
    nameCountMin: HOT_NAMES,
    nameCountMax: NAMES_MAX,
  };
  try {
    const options = parseSpeedOptions(Deno.args, choice);
    if (options !== null) return options;
  } catch (error) {
    if (!(error instanceof SpeedOptionsError)) throw error;
    console.error(error.message);
    Deno.exit(2);
  }
  console.log(speedHelp(choice));
  Deno.exit(0);
}
