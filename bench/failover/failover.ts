/**
 * Puts this forwarder and whichever others are installed into the situations in which upstreams fail, and prints what
 * their clients get, side by side: `deno task bench:failover`. All traffic stays on the loopback.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import { readOptions, runBench } from "../common/bench_program.ts";
import { type Contestant, findContestants, startContestant } from "../common/contestants.ts";
import { PEERS } from "../common/forwarders.ts";
import { OUR_MODES } from "../common/our_modes.ts";
import { sleep } from "../common/sleep.ts";
import { failoverHelp, parseFailoverOptions } from "./failover_options.ts";
import { ODDITIES } from "./oddities.ts";
import { OUTAGES } from "./outages.ts";
import { goalLines, resultJson, resultTable, type Row } from "./report.ts";
import type { Finding, Situation } from "./stage.ts";
import { SECURE_FORWARDERS } from "../encrypted/secure_forwarders.ts";
import { ENCRYPTED } from "./encrypted.ts";
import { certificates } from "./secure_server.ts";
import { STREAMS } from "./streams.ts";

/** Some take connections before they take datagrams (dnsdist first waits for its probes); all get the same time. */
const SETTLE_MS = 1500;
/** Forwarders that are in a situation at the same time where that does no harm. */
const AT_A_TIME = 4;

const FORWARDERS = [...OUR_MODES.filter(({ name }) => !name.endsWith("workers")), ...PEERS];
const SITUATIONS: readonly Situation[] = [...OUTAGES, ...ODDITIES, ...STREAMS, ...ENCRYPTED];
const choice = {
  forwarders: FORWARDERS.map(({ name }) => name),
  situations: SITUATIONS.map(({ name }) => name),
};
const options = readOptions((args) => parseFailoverOptions(args, choice), failoverHelp(choice));

/** The file with the authority that encrypted upstreams are believed by. */
let ca = "";
await runBench("failover", async ({ folder, signal }) => {
  ca = `${folder}/ca.pem`;
  Deno.writeTextFileSync(ca, (await certificates()).authority);
  const contestants = await findContestants(FORWARDERS.filter(({ name }) => options.forwarders.includes(name)));
  console.log();
  const rows: Row[] = [];
  for (const situation of SITUATIONS.filter(({ name }) => options.situations.includes(name))) {
    console.error(`${situation.title} …`);
    rows.push({ situation, findings: await playAll(contestants, situation, signal) });
  }
  console.log(resultTable(contestants, rows));
  console.log(`\n${goalLines(contestants, rows).join("\n")}`);
  if (options.json !== null) Deno.writeTextFileSync(options.json, resultJson(contestants, rows));
});

/** What is seen of each contestant, in their order. */
async function playAll(
  contestants: readonly Contestant[],
  situation: Situation,
  signal: AbortSignal,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const waiting = contestants.entries();
  await Promise.all(Array.from({ length: situation.isPatient === true ? AT_A_TIME : 1 }, async () => {
    for (const [i, contestant] of waiting) {
      signal.throwIfAborted();
      findings[i] = await play(contestant, situation);
    }
  }));
  return findings;
}

/** It as it asks in that situation; `null`: it cannot. */
function asksAs(contestant: Contestant, { asking }: Situation): Contestant | null {
  if (asking === undefined) return contestant;
  const secure = SECURE_FORWARDERS.find(({ name }) => name === contestant.forwarder.name);
  if (secure === undefined || !secure.asks.includes(asking)) return null;
  return { ...contestant, forwarder: secure.secured({ shown: null, ca }, asking) };
}

async function play(contestant: Contestant, situation: Situation): Promise<Finding> {
  const { overTcp = false } = situation;
  const asked = asksAs(contestant, situation);
  if (asked === null || overTcp && !asked.forwarder.knowsOverTcp) return { text: "–", numbers: {} };
  try {
    await using upstreams = await situation.open();
    await using running = await startContestant(asked, {
      upstreams: upstreams.addresses,
      cacheNames: null,
      overTcp,
    });
    await sleep(SETTLE_MS);
    const zone = `${crypto.randomUUID().slice(0, 8)}.example.org`;
    return await situation.play({ forwarder: running.address, upstreams, zone });
  } catch (error) {
    // One that cannot be started here is no reason to learn nothing of the others.
    const message = error instanceof Error ? error.message : `${error}`;
    console.error(`${contestant.forwarder.name}: ${message}`);
    return { text: "failed", numbers: {} };
  }
}
