/**
 * What clients notice when certificates are replaced: deno task bench:certificates [--seconds 3] [--replacements 20] [--threads 6]
 * [--workers 1].
 *
 * The program serves DNS over TLS with a certificate of a folder. Clients connect as fast as they can, ask once and close;
 * others keep their connections and ask all the time. Meanwhile certificate and key are written anew, one after the other, as
 * a renewal does, and the program is told by SIGHUP. Whoever gets no answer is lost.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import { parseArgs } from "@std/cli/parse-args";
import { connect, type TLSSocket } from "node:tls";
import { makeCertificate } from "../../lib/system/certificates/make_certificate.ts";
import { question, wire } from "../../tests/support/messages.ts";
import { toFrame } from "../../lib/wire/stream_frames.ts";
import { freeAddress } from "../common/free_address.ts";
import { sleep } from "../common/sleep.ts";

const args = parseArgs(Deno.args, { string: ["seconds", "replacements", "threads", "workers"] });
const [seconds, replacements, threads, workers] = [
  args.seconds ?? 3,
  args.replacements ?? 20,
  args.threads ?? 6,
  args.workers ?? 1,
].map(Number);
const QUERY = toFrame(wire({ id: 7, recursionDesired: true, questions: [question("a.example")] }));
const PATIENCE_MS = 5000;
const KEPT = 3;

const folder = await Deno.makeTempDir();
const { hostname, port } = freeAddress();
/** With authorities of their own Deno's clients resume no sessions: each handshake is a full one. */
const ca = await renew();
const main = new URL("../../main.ts", import.meta.url).pathname;
const flags = [
  "--listen",
  `tls://${hostname}:${port}`,
  "--certificate",
  folder,
  "--max-connections",
  "2000",
  "--workers",
  `${workers}`,
];
const permissions = ["--no-prompt", "--allow-net", "--allow-read", "--allow-ffi", "--allow-run"];
const program = new Deno.Command(Deno.execPath(), { args: ["run", ...permissions, main, ...flags], stderr: "piped" })
  .spawn();
const said: string[] = [];
const reading = (async () => {
  for await (const text of program.stderr.pipeThrough(new TextDecoderStream())) {
    said.push(...text.trimEnd().split("\n"));
  }
})();
const counts = { connected: 0, lost: 0, keptAnswers: 0, keptLost: 0, seen: new Set<string>() };
const why = new Map<string, number>();
try {
  while (!said.some((line) => line.includes("listens on"))) await sleep(20);
  if (workers! > 1) { while (!said.some((line) => line.includes("workers serve"))) await sleep(20); }
  const endMs = performance.now() + seconds! * 1000;
  const storm = Array.from({ length: threads! }, async () => {
    while (performance.now() < endMs) {
      try {
        const socket = await open();
        counts.seen.add(socket.getPeerCertificate().fingerprint256);
        await ask(socket);
        counts.connected++;
        socket.destroy();
      } catch (error) {
        counts.lost++;
        const text = (error as Error).message;
        why.set(text, (why.get(text) ?? 0) + 1);
      }
    }
  });
  const kept = Array.from({ length: KEPT }, async () => {
    const socket = await open();
    while (performance.now() < endMs) {
      try {
        await ask(socket);
        counts.keptAnswers++;
      } catch {
        counts.keptLost++;
        break;
      }
      await sleep(5);
    }
    socket.destroy();
  });
  for (let i = 0; i < replacements!; i++) {
    await renew();
    program.kill("SIGHUP");
    await sleep(seconds! * 1000 / replacements!);
  }
  await Promise.all([...storm, ...kept]);
} finally {
  program.kill("SIGTERM");
  await program.status;
  await reading;
  await Deno.remove(folder, { recursive: true });
}
const taken = said.filter((line) => line.includes("holds until")).length - 1;
console.log(`${replacements} replacements in ${seconds} s, ${taken} taken; ${counts.seen.size} certificates seen`);
console.log(
  `new connections: ${counts.connected} answered, ${counts.lost} lost ${
    [...why].map(([text, count]) => `(${count} ${text})`).join(" ")
  }`,
);
console.log(`kept connections: ${counts.keptAnswers} answers, ${counts.keptLost} lost`);
Deno.exit(counts.lost + counts.keptLost === 0 ? 0 : 1);

/** As certbot does it: one file after the other. */
async function renew(): Promise<string> {
  const nowS = Math.floor(Date.now() / 1000);
  const { certificate, key } = await makeCertificate({
    names: ["dns.example.org"],
    addresses: [hostname],
    validFromS: nowS - 3600,
    validToS: nowS + 90 * 86_400,
  });
  for (const [name, text] of [["fullchain.pem", certificate], ["privkey.pem", key]] as const) {
    await Deno.writeTextFile(`${folder}/.${name}`, text, { mode: 0o600 });
    await Deno.rename(`${folder}/.${name}`, `${folder}/${name}`);
  }
  return certificate;
}

function open(): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const options = { host: hostname, port, ca, rejectUnauthorized: false, ALPNProtocols: ["dot"] };
    const socket = connect(options, () => resolve(socket));
    socket.setNoDelay(true);
    socket.once("error", reject);
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error("no answer in time")));
  });
}

function ask(socket: TLSSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (error?: Error) => {
      socket.off("data", onData);
      socket.off("error", end);
      socket.off("close", onClose);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onData = () => end();
    const onClose = () => end(new Error("closed"));
    socket.on("data", onData);
    socket.on("error", end);
    socket.on("close", onClose);
    socket.write(QUERY);
  });
}
