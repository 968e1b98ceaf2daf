/**
 * What idle connections over TLS cost: deno task bench:idle [--connections 10000] [--max-connections 10000].
 *
 * The program serves DNS over TLS; clients of many addresses connect, ask once and stay. Told is the memory of the program
 * before, with all of them, and after it has closed them for being idle; and how many were turned away.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import { parseArgs } from "@std/cli/parse-args";
import { connect } from "node:tls";
import { makeCertificate } from "../../lib/system/certificates/make_certificate.ts";
import { toFrame } from "../../lib/wire/stream_frames.ts";
import { question, wire } from "../../tests/support/messages.ts";
import { freeAddress } from "../common/free_address.ts";
import { sleep } from "../common/sleep.ts";

const args = parseArgs(Deno.args, { string: ["connections", "max-connections"] });
const count = Number(args.connections ?? 10_000);
const limit = Number(args["max-connections"] ?? count);
const QUERY = toFrame(wire({ id: 7, recursionDesired: true, questions: [question("a.example")] }));
/** One client may have a fifth of all connections. */
const ADDRESSES = 50;
const AT_A_TIME = 50;

const folder = await Deno.makeTempDir();
const { hostname, port } = freeAddress();
const nowS = Math.floor(Date.now() / 1000);
const wish = { names: ["dns.example.org"], addresses: [], validFromS: nowS - 3600, validToS: nowS + 90 * 86_400 };
const { certificate, key } = await makeCertificate(wish);
await Deno.writeTextFile(`${folder}/both.pem`, certificate + key, { mode: 0o600 });
const main = new URL("../../main.ts", import.meta.url).pathname;
const flags = [
  "--listen",
  `tls://${hostname}:${port}`,
  "--certificate",
  `${folder}/both.pem`,
  "--max-connections",
  `${limit}`,
];
const permissions = ["--no-prompt", "--allow-net", "--allow-read"];
const program = new Deno.Command(Deno.execPath(), { args: ["run", ...permissions, main, ...flags], stderr: "piped" })
  .spawn();
const said: string[] = [];
const reading = (async () => {
  for await (const text of program.stderr.pipeThrough(new TextDecoderStream())) {
    said.push(...text.trimEnd().split("\n"));
  }
})();
try {
  while (!said.some((line) => line.includes("listens on"))) await sleep(20);
  await ask(0);
  const before = rssMib();
  let [open, ended] = [0, 0];
  const startMs = performance.now();
  for (let i = 0; i < count; i += AT_A_TIME) {
    const asked = Array.from({ length: Math.min(AT_A_TIME, count - i) }, (_, j) => ask(i + j, () => ended++));
    open += (await Promise.all(asked)).filter((isAnswered) => isAnswered).length;
  }
  const elapsedS = (performance.now() - startMs) / 1000;
  console.log(`${open} of ${count} connections answered, in ${elapsedS.toFixed(1)} s, ${ended} ended meanwhile`);
  console.log(
    `memory: ${before} MiB before, ${rssMib()} MiB with them: ${perConnection(before, open - ended)} KiB each`,
  );
  while (ended < open) await sleep(500);
  console.log(
    `all were closed for being idle ${
      ((performance.now() - startMs) / 1000).toFixed(0)
    } s after the first: ${rssMib()} MiB`,
  );
  for (const line of said.filter((text) => /closed a connection|Cannot accept/.test(text))) console.log(line);
} finally {
  program.kill("SIGTERM");
  await program.status;
  await reading;
  await Deno.remove(folder, { recursive: true });
}
Deno.exit(0);

function ask(i: number, onEnd: () => void = () => {}): Promise<boolean> {
  return new Promise((resolve) => {
    // Deno's types do not know of it.
    const from = { localAddress: `127.1.0.${1 + i % ADDRESSES}` } as object;
    const socket = connect({ host: hostname, port, ...from, rejectUnauthorized: false, ALPNProtocols: ["dot"] });
    let isAnswered = false;
    socket.on("secureConnect", () => socket.write(QUERY));
    socket.on("data", () => resolve(isAnswered = true));
    socket.on("error", () => {});
    socket.on("close", () => {
      if (isAnswered) onEnd();
      resolve(false);
    });
  });
}

function rssMib(): number {
  const status = Deno.readTextFileSync(`/proc/${program.pid}/status`);
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024);
}

function perConnection(before: number, connections: number): string {
  return connections <= 0 ? "?" : ((rssMib() - before) * 1024 / connections).toFixed(0);
}
