/**
 * Puts this forwarder and whichever others are installed into the situations in which upstreams fail, and prints what
 * their clients get, side by side: `deno task bench:failover [--only ours,unbound] [--json <file>]`. All traffic stays on
 * the loopback.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import { parseArgs } from "@std/cli/parse-args";
import { type Contestant, findContestants, startContestant } from "../common/contestants.ts";
import { type Forwarder, FORWARDERS } from "../common/forwarders.ts";
import { LoopbackUpstream } from "../common/loopback_upstream.ts";
import { RunningServer } from "../common/running_server.ts";
import { type Finding, type Situation, SITUATIONS } from "./situations.ts";
import { sleep } from "../common/sleep.ts";
import { table } from "../common/table.ts";

/** Some take connections before they take datagrams (dnsdist first waits for its probes); all get the same time. */
const SETTLE_MS = 1500;

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, async () => {
    await RunningServer.stopAll();
    Deno.exit(130);
  });
}

const flags = parseArgs(Deno.args, { string: ["only", "json"], unknown: rejectUnknown });
const contestants = await findContestants(chosenForwarders(flags.only as string | undefined));
console.log();
const findings = new Map<Situation, Finding[]>(SITUATIONS.map((situation) => [situation, []]));
for (const contestant of contestants) {
  for (const situation of SITUATIONS) {
    console.error(`${contestant.forwarder.name}: ${situation.title} …`);
    findings.get(situation)!.push(await play(contestant, situation));
  }
}
console.log(resultTable());
console.log(`\n${goalLines().join("\n")}`);
if (flags.json !== undefined) Deno.writeTextFileSync(flags.json as string, resultJson());

async function play(contestant: Contestant, situation: Situation): Promise<Finding> {
  using a = new LoopbackUpstream("127.0.0.2");
  using b = new LoopbackUpstream("127.0.0.3");
  situation.prepare([a, b]);
  try {
    const upstreams = [a.address, b.address];
    await using running = await startContestant(contestant, { upstreams, cacheNames: null });
    await sleep(SETTLE_MS);
    const zone = `${crypto.randomUUID().slice(0, 8)}.example.org`;
    return await situation.play({ forwarder: running.address, upstreams: [a, b], zone });
  } catch (error) {
    // One that cannot be started here is no reason to learn nothing of the others.
    const message = error instanceof Error ? error.message : `${error}`;
    console.error(`${contestant.forwarder.name}: ${message}`);
    return { text: "failed", numbers: {} };
  }
}

function chosenForwarders(only: string | undefined): Forwarder[] {
  const names = only?.split(",") ?? FORWARDERS.map((forwarder) => forwarder.name);
  const unknown = names.find((name) => !FORWARDERS.some((forwarder) => forwarder.name === name));
  if (unknown !== undefined) {
    fail(`Cannot use --only "${unknown}": must be ${FORWARDERS.map((forwarder) => forwarder.name).join(", ")}`);
  }
  return FORWARDERS.filter((forwarder) => names.includes(forwarder.name));
}

function resultTable(): string {
  const head = ["Situation", ...contestants.map(({ forwarder }) => forwarder.name)];
  return table([head, ...[...findings].map(([{ title }, row]) => [title, ...row.map((finding) => finding.text)])]);
}

function goalLines(): string[] {
  const ours = contestants.findIndex(({ forwarder }) => forwarder.name === "ours");
  if (ours === -1) return [];
  return [...findings].map(([{ title, goal }, row]) => {
    return `${goal.isMet(row[ours]!.numbers) ? "met    " : "NOT MET"} ${title}: ${goal.text}; ${row[ours]!.text}`;
  });
}

function resultJson(): string {
  const situations = [...findings].map(([{ title }, row]) => ({
    title,
    findings: Object.fromEntries(row.map((finding, i) => [contestants[i]!.forwarder.name, finding])),
  }));
  const versions = Object.fromEntries(contestants.map(({ forwarder, version }) => [forwarder.name, version]));
  return `${JSON.stringify({ versions, situations }, null, 2)}\n`;
}

function rejectUnknown(argument: string): never {
  fail(`Cannot use "${argument}": only --only and --json are known`);
}

function fail(message: string): never {
  console.error(message);
  Deno.exit(2);
}
