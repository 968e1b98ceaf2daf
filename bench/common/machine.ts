import { versionOf } from "./installed.ts";

/**
 * What the numbers depend on besides the programs that are measured: a line about the machine, and one about each program
 * that asks and answers them.
 */
export async function describeMachine({ nsd, dnsperf }: { nsd: string; dnsperf: string }): Promise<string[]> {
  const model = /^model name\s*: (.*)$/m.exec(await Deno.readTextFile("/proc/cpuinfo"))?.[1] ?? Deno.build.arch;
  const kernel = (await Deno.readTextFile("/proc/sys/kernel/osrelease")).trim();
  const load = Deno.loadavg()[0]!.toFixed(2);
  return [
    `${navigator.hardwareConcurrency} × ${model}, Linux ${kernel}; load average before: ${load}`,
    `nsd: ${await versionOf(nsd, ["-v"])}`,
    `dnsperf: ${await versionOf(dnsperf, ["-h"])}`,
  ];
}
