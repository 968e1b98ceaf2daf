/**
 * Measures what it costs those who ask that somebody looks: `deno task bench:observed [--help]`.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import type { SocketAddress } from "../../lib/base/net/address.ts";
import { startAuthority } from "../common/authority.ts";
import { type Bench, readOptions, requiredExecutable, runBench } from "../common/bench_program.ts";
import { drive, driveForLatencies } from "../common/dnsperf.ts";
import { describeMachine } from "../common/machine.ts";
import { NameFiles, WARM_UP_NAMES } from "../common/name_files.ts";
import { usageOf } from "../common/process_tree.ts";
import { median, percentile } from "../common/statistics.ts";
import { table } from "../common/table.ts";
import { verify } from "../common/verify.ts";
import { HOT_NAMES } from "../common/workloads.ts";
import { addressAt, nameAt } from "../common/zone.ts";
import { install, startWatched } from "./installation.ts";
import { OBSERVED_HELP, type ObservedOptions, parseObservedOptions } from "./observed_options.ts";
import { type Watcher, WATCHERS } from "./watchers.ts";

/** What was measured at half load. */
interface Sample {
  readonly cpuMicrosPerAnswer: number;
  readonly p99Micros: number;
  readonly lost: number;
  readonly residentOctets: number;
}

/** What is measured in turn with the others. */
interface Row {
  readonly title: string;
  readonly watchers: readonly Watcher[];
}

const CLIENTS = { transport: "udp", clients: 10, inFlight: 100 } as const;

const options = readOptions(parseObservedOptions, OBSERVED_HELP);
const dnsperf = requiredExecutable("dnsperf", "dnsperf");
const nsd = requiredExecutable("nsd", "nsd");
await runBench("observed", (bench) => run(options, bench));

async function run({ loads, only, rounds, seconds }: ObservedOptions, { folder, signal }: Bench): Promise<void> {
  console.log((await describeMachine({ nsd, dnsperf })).join("\n"));
  const authority = await startAuthority(nsd, { nameCount: HOT_NAMES, addressCount: 1, sharesSession: true });
  const files = new NameFiles(folder);
  const rows: readonly Row[] = [
    { title: "nobody", watchers: [] },
    ...WATCHERS.filter(({ name }) => only.includes(name)).map((watcher) => ({
      title: watcher.title,
      watchers: [watcher],
    })),
    ...(only.includes("all") ? [{ title: "all of them", watchers: WATCHERS }] : []),
  ];
  const place = { folder, files, upstreams: [authority.address], seconds, signal };
  for (const load of loads) {
    const rate = Math.floor(await capacityOf(load, place) / 2);
    const samples = rows.map((): Sample[] => []);
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < rows.length; turn++) {
        const at = (round + turn) % rows.length;
        console.error(`${load}, round ${round + 1} of ${rounds}: ${rows[at]!.title} …`);
        samples[at]!.push(await measure(rows[at]!, load, { ...place, rate, series: `${load}${round}x${at}x` }));
      }
    }
    console.log(`\n${load} at ${rate} queries a second\n\n${report(rows, samples)}`);
  }
}

interface Place {
  readonly folder: string;
  readonly files: NameFiles;
  readonly upstreams: readonly SocketAddress[];
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** Answers in a second with nobody there, as many as there can be. */
async function capacityOf(load: string, { folder, files, upstreams, seconds, signal }: Place): Promise<number> {
  await using server = await startWatched(install(`${folder}/capacity-${load}`), [], upstreams);
  await verify(server.address, nameAt(0), addressAt(0));
  const file = load === "hits" ? hotNames(files) : files.fresh("capacity", 200_000);
  if (load === "hits") {
    await drive(dnsperf, { server: server.address, ...CLIENTS, file, seconds: 1, rate: null }, signal);
  }
  const { answered, seconds: took } = await drive(
    dnsperf,
    { server: server.address, ...CLIENTS, file, seconds: load === "hits" ? seconds : null, rate: null },
    signal,
  );
  return answered / took;
}

async function measure(
  { watchers }: Row,
  load: string,
  { folder, files, upstreams, seconds, signal, rate, series }: Place & { rate: number; series: string },
): Promise<Sample> {
  const installation = install(`${folder}/${series}`);
  const prepared = watchers.map(({ prepare }) => prepare?.(installation));
  await using server = await startWatched(installation, watchers, upstreams);
  await verify(server.address, nameAt(0), addressAt(0));
  const asked = { server: server.address, ...CLIENTS };
  const warmUp = load === "hits" ? hotNames(files) : files.fresh("w", WARM_UP_NAMES);
  await drive(dnsperf, { ...asked, file: warmUp, seconds: load === "hits" ? 1 : null, rate: null }, signal);
  const watching = watchers.map(({ watch }) => watch?.(installation));
  const file = load === "hits" ? hotNames(files) : files.fresh(series, rate * seconds);
  const before = usageOf(server.pid);
  const driven = await driveForLatencies(
    { dnsperf, folder },
    { ...asked, file, seconds: load === "hits" ? seconds : null, rate },
    signal,
  );
  const after = usageOf(server.pid);
  for (const stop of [...watching, ...prepared]) await stop?.();
  return {
    cpuMicrosPerAnswer: (after.cpuMs - before.cpuMs) * 1000 / driven.answered,
    p99Micros: percentile(driven.latencies, 99),
    lost: driven.lost + driven.refused,
    residentOctets: after.residentOctets,
  };
}

function hotNames(files: NameFiles): string {
  return files.file("hot", () => Array.from({ length: HOT_NAMES }, (_, i) => nameAt(i)));
}

function report(rows: readonly Row[], samples: readonly (readonly Sample[])[]): string {
  const [alone] = samples;
  const of = (own: readonly Sample[], value: (sample: Sample) => number) => median(own.map(value));
  const ratio = (own: readonly Sample[], value: (sample: Sample) => number) =>
    median(own.map((sample, round) => value(sample) / value(alone![round]!)));
  return table([
    ["Who looks", "CPU µs an answer", "ratio", "p99 µs", "ratio", "lost", "MiB"],
    ...rows.map(({ title }, i) => {
      const own = samples[i]!;
      return [
        title,
        of(own, ({ cpuMicrosPerAnswer }) => cpuMicrosPerAnswer).toFixed(2),
        ratio(own, ({ cpuMicrosPerAnswer }) => cpuMicrosPerAnswer).toFixed(2),
        of(own, ({ p99Micros }) => p99Micros).toFixed(0),
        ratio(own, ({ p99Micros }) => p99Micros).toFixed(2),
        `${own.reduce((sum, { lost }) => sum + lost, 0)}`,
        (of(own, ({ residentOctets }) => residentOctets) / 2 ** 20).toFixed(0),
      ];
    }),
  ]);
}
