/**
 * Measures how long a file made by `deno task compile` takes from exec to its first answer, and what it holds in memory
 * when idle, and prints both:
 *
 *     deno task measure:start ./dns-forwarder [--starts 20]
 *
 * The first start of a portable file, which unpacks, is measured in an empty cache and told apart.
 */
// deno-lint-ignore-file no-console
import { parseArgs } from "@std/cli/parse-args";
import { FLAG, headerFromFlags } from "../lib/wire/header.ts";
import { CLASS, TYPE } from "../lib/wire/iana.ts";
import { encode } from "../lib/wire/message.ts";
import { nameFromText } from "../lib/wire/name.ts";

/** The promises of the project: from exec to the first answer. */
const LIMITS_MS = { compiled: 100, portable: 150 } as const;
/** Between two queries of who waits for the first answer. */
const ASK_EVERY_MS = 1;
const PATIENCE_MS = 30_000;
/** Long enough for what a start leaves behind to be collected. */
const IDLE_MS = 1000;

const QUERY = encode({
  ...headerFromFlags(1, FLAG.RD),
  questions: [{ name: nameFromText("localhost"), type: TYPE.A, class: CLASS.IN }],
  answers: [],
  authorities: [],
  additionals: [],
});

interface Start {
  readonly answerMs: number;
  readonly residentKib: number;
}

/** A client's socket. */
class Client implements Disposable {
  readonly #socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });

  get port(): number {
    return (this.#socket.addr as Deno.NetAddr).port;
  }

  async ask(port: number): Promise<void> {
    await this.#socket.send(QUERY, { transport: "udp", hostname: "127.0.0.1", port });
  }

  async answer(): Promise<void> {
    await this.#socket.receive();
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

/** Starts the file, asks until it answers, waits until it is idle, and stops it. */
async function measure(): Promise<Start> {
  using socket = new Client();
  const port = freePort();
  const startedMs = performance.now();
  const child = start("--listen", `127.0.0.1:${port}`, "--log-level", "error").spawn();
  // Nobody hears the first ones.
  const asking = setInterval(() => void socket.ask(port).catch(() => {}), ASK_EVERY_MS);
  const impatience = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  try {
    const ended = child.status.then(({ code }) => {
      throw new Error(`${file} ended with exit code ${code}`);
    });
    await Promise.race([socket.answer(), ended]);
    const answerMs = performance.now() - startedMs;
    clearInterval(asking);
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    return { answerMs, residentKib: await residentKib(child.pid) };
  } finally {
    clearInterval(asking);
    clearTimeout(impatience);
    child.kill("SIGTERM");
    await child.status;
  }
}

function start(...args: readonly string[]): Deno.Command {
  return new Deno.Command(file, {
    args: [...args],
    env: { DNS_FORWARDER_CACHE: cache },
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  });
}

function freePort(): number {
  using socket = new Client();
  return socket.port;
}

async function residentKib(pid: number): Promise<number> {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "rss=", "-p", `${pid}`] }).output();
  return Number(new TextDecoder().decode(stdout));
}

async function versionText(): Promise<string> {
  const { stdout } = await new Deno.Command(file, { args: ["--version"], env: { DNS_FORWARDER_CACHE: cache } })
    .output();
  return new TextDecoder().decode(stdout).trim();
}

const { starts, _: [given] } = parseArgs(Deno.args, { string: ["starts"] }) as { starts?: string; _: string[] };
if (given === undefined) {
  console.error("Which file? deno task measure:start ./dns-forwarder");
  Deno.exit(2);
}
const file = await Deno.realPath(given);
const cache = await Deno.makeTempDir({ prefix: "dns-forwarder-start-" });
try {
  const first = await measure();
  const later: Start[] = [];
  for (let i = 0; i < Number(starts ?? 20); i++) later.push(await measure());
  const answers = later.map(({ answerMs }) => answerMs).sort((a, b) => a - b);
  const medianMs = answers[answers.length >> 1]!;
  const kind = (await versionText()).includes("compiled") ? "compiled" : "portable";
  const limitMs = LIMITS_MS[kind];
  console.log(await versionText());
  console.log(`first answer: ${first.answerMs.toFixed(0)} ms after exec at the first start`);
  console.log(
    `first answer: ${medianMs.toFixed(0)} ms at later starts (median of ${answers.length}, ` +
      `${answers[0]!.toFixed(0)}–${answers.at(-1)!.toFixed(0)} ms; ${limitMs} ms allowed)`,
  );
  console.log(`resident memory when idle: ${(later.at(-1)!.residentKib / 1024).toFixed(0)} MiB`);
  if (medianMs > limitMs) Deno.exitCode = 1;
} finally {
  await Deno.remove(cache, { recursive: true });
}
