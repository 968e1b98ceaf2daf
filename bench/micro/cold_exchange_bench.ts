/**
 * What the program itself takes for queries whose answers it does not know, without a kernel: from the listener to the
 * upstream and back, `deno bench --no-prompt --v8-flags=--expose-gc bench/micro/cold_exchange_bench.ts`. Before
 * that, how much garbage each leaves.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import { App } from "../../lib/app/app.ts";
import { parseCommand } from "../../lib/config/flags/cli.ts";
import { denoRuntime } from "../../lib/system/deno_runtime.ts";
import { udp } from "../../tests/support/fake_socket.ts";
import { question, wire } from "../../tests/support/messages.ts";
import { InstantNetwork } from "./instant_network.ts";

/** Queries that wait at the same time. */
const TOGETHER = 50;
const QUERIES = 100_000;

const network = new InstantNetwork();
const command = parseCommand(["--listen", "127.0.0.1:5300", "--resolver", "192.0.2.53", "--log-level", "error"]);
if (command.kind !== "serve") throw new Error("it is to serve");
const runtime = denoRuntime({}, (line) => console.error(line));
const app = new App(command.config, { ...runtime, network });
const clients = Array.from({ length: TOGETHER }, (_, i) => udp("127.0.0.1", 40_000 + i));
const queries = clients.map(() =>
  wire({ recursionDesired: true, questions: [question("name000000.bench.example.org")] })
);
let serial = 0;

await showAllocations();
Deno.bench(`${TOGETHER} cold answers`, askAll);
Deno.bench(`${TOGETHER} hits`, async () => {
  serial -= TOGETHER;
  await askAll();
});

/** Asks for names that nobody has asked for, and waits for the answers. */
async function askAll(): Promise<void> {
  const expected = network.replyCount + TOGETHER;
  for (const query of queries) writeNumber(query, serial++);
  network.clients!.deliver(queries.map((query, i) => [query, clients[i]!]));
  while (network.replyCount < expected) await null;
}

function writeNumber(query: Uint8Array, number: number): void {
  for (let i = 22; i > 16; i--, number = Math.floor(number / 10)) query[i] = 0x30 + number % 10;
}

/** Octets on the heap; what typed arrays have beside it is not counted. */
async function showAllocations(): Promise<void> {
  for (let i = 0; i < QUERIES; i += TOGETHER) await askAll();
  const gc = (globalThis as { gc?: () => void }).gc;
  if (gc === undefined) return;
  let octets = 0;
  const rounds = 100;
  for (let i = 0; i < rounds; i++) {
    gc();
    const before = Deno.memoryUsage().heapUsed;
    for (let j = 0; j < 4; j++) await askAll();
    octets += Deno.memoryUsage().heapUsed - before;
  }
  console.log(`${Math.round(octets / rounds / TOGETHER / 4)} octets of garbage for each cold answer`);
  const started = performance.now();
  for (let i = 0; i < QUERIES; i += TOGETHER) await askAll();
  console.log(`${((performance.now() - started) * 1000 / QUERIES).toFixed(2)} µs for each cold answer`);
  console.log(`${app.counters.upstreamReplies} replies from the upstream`);
}
