/**
 * Compares what blocking by large lists costs, with whichever other forwarders are installed: `deno task bench:lists [--help]`.
 * `docs/performance.md` says how to read the table.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import { startAuthority } from "../common/authority.ts";
import { type Bench, readOptions, requiredExecutable, runBench } from "../common/bench_program.ts";
import { findExecutable, notInstalled, versionOf } from "../common/installed.ts";
import { describeMachine } from "../common/machine.ts";
import { LIST_SERVERS } from "./list_servers.ts";
import { listsHelp, type ListsOptions, parseListsOptions } from "./lists_options.ts";
import { listsTable } from "./lists_report.ts";
import { type ListSample, measureLists } from "./measure_lists.ts";

/** In the zone of what is allowed. */
const ALLOWED_NAMES = 2000;

const NAMES = LIST_SERVERS.map(({ name }) => name);
const options = readOptions((args) => parseListsOptions(args, NAMES), listsHelp(NAMES));
const dnsperf = requiredExecutable("dnsperf", "dnsperf");
const nsd = requiredExecutable("nsd", "nsd");
await runBench("lists", (bench) => run(options, bench));

async function run({ servers, nameCounts, seconds, json }: ListsOptions, { folder, signal }: Bench): Promise<void> {
  // Better found out now than after half an hour.
  if (json !== null) Deno.writeTextFileSync(json, "");
  Deno.chmodSync(folder, 0o755);
  const machine = await describeMachine({ nsd, dnsperf });
  console.log(`${machine.join("\n")}\n`);
  const upstream = (await startAuthority(nsd, { nameCount: ALLOWED_NAMES, sharesSession: true })).address;
  const results: Record<number, Record<string, ListSample | null>> = {};
  for (const nameCount of nameCounts) {
    const ofCount: Record<string, ListSample | null> = results[nameCount] = {};
    for (const server of LIST_SERVERS.filter(({ name }) => servers.includes(name))) {
      const executable = findExecutable(server.executable);
      if (executable === null) {
        console.error(notInstalled(server.name, server.debianPackage));
        continue;
      }
      if (nameCount > server.namesMax) continue;
      console.error(`${server.name} ${await versionOf(executable, server.versionArgs)}: ${nameCount} names …`);
      try {
        const circumstances = { dnsperf, folder, upstream, nameCount, seconds, signal };
        ofCount[server.name] = await measureLists(server, { executable }, circumstances);
      } catch (error) {
        if (signal.aborted) throw error;
        console.error(`${server.name}: ${error instanceof Error ? error.message : error}`);
        Deno.exitCode = 1;
        ofCount[server.name] = null;
      }
    }
    console.log(`${nameCount} names\n\n${listsTable(ofCount)}\n`);
  }
  if (json !== null) Deno.writeTextFileSync(json, `${JSON.stringify({ machine, results }, null, 2)}\n`);
}
