import { table } from "../common/table.ts";
import type { ListSample } from "./measure_lists.ts";

/** Every number of servers with so many names; `null` of one that could not be measured. */
export type ListResults = Readonly<Record<string, ListSample | null>>;

const HEAD = [
  "Server",
  "List MiB",
  "Ready s",
  "CPU s",
  "Again s",
  "RSS MiB",
  "Share (PSS) MiB",
  "Peak MiB",
  "µs/blocked",
  "µs/allowed",
  "Refresh s",
  "CPU s",
  "Gap ms",
  "Grown MiB",
];

/** A row for each server. */
export function listsTable(results: ListResults): string {
  return table([HEAD, ...Object.entries(results).map(([name, sample]) => rowOf(name, sample))]);
}

function rowOf(name: string, sample: ListSample | null): string[] {
  if (sample === null) return [name, ...HEAD.slice(1).map(() => "failed")];
  const { refresh } = sample;
  const seconds = (ms: number) => (ms / 1000).toFixed(2);
  const mebibytes = (octets: number) => (octets / 2 ** 20).toFixed(1);
  return [
    name,
    mebibytes(sample.listOctets),
    seconds(sample.readyMs),
    seconds(sample.readyCpuMs),
    seconds(sample.againMs),
    mebibytes(sample.residentOctets),
    mebibytes(sample.shareOctets),
    mebibytes(sample.peakOctets),
    sample.blockedMicros.toFixed(1),
    sample.allowedMicros.toFixed(1),
    ...(refresh === null
      ? ["restart", "", "", ""]
      : [seconds(refresh.ms), seconds(refresh.cpuMs), refresh.gapMs.toFixed(0), mebibytes(refresh.grownOctets)]),
  ];
}
