// The query log and the history of the real program, on a real disk, and what is found in them again.

import { assert, assertEquals } from "@std/assert";
import { formatSocketAddress } from "../../../lib/base/net/address.ts";
import { decode } from "../../../lib/wire/message.ts";
import { lines, question, wire } from "../../support/messages.ts";
import { CAN_RUN, ChildProgram, type Ending, ROOT } from "../child_program.ts";
import { courseResolver } from "../course_resolver.ts";
import { UdpClient } from "../udp_client.ts";
import { UdpServer } from "../udp_server.ts";

const QUERY = wire({ id: 0x1234, recursionDesired: true, questions: [question("codecrafters.io")] });
const ANSWER = ["codecrafters.io. 3600 IN A 76.76.21.21"];
const CAN_CALL = Deno.build.os === "linux" && Deno.permissions.querySync({ name: "ffi" }).state === "granted";
const CAN_WRITE = Deno.permissions.querySync({ name: "write" }).state === "granted";
const IS_LINUX = Deno.build.os === "linux";

/** The program in a folder of its own, before a server. */
class Rig implements AsyncDisposable {
  readonly upstream = new UdpServer(({ octets }) => courseResolver(octets));
  readonly folder = Deno.makeTempDirSync({ prefix: "dns-forwarder-kept-" });
  readonly log = `${this.folder}/log`;
  readonly socket = `${this.folder}/admin.sock`;

  async serve(more: string, { workers = 1, permissions = [] as string[], before = [] as string[] } = {}) {
    const config = `[server]
listen = ["127.0.0.1:0"]
workers = ${workers}
[admin]
socket = "${this.socket}"
[upstreams.default]
servers = ["${formatSocketAddress(this.upstream.address)}"]
${more}`;
    Deno.writeTextFileSync(`${this.folder}/config.toml`, config);
    const args = ["--config", `${this.folder}/config.toml`];
    const child = new ChildProgram([...before, ...this.#command(permissions, args)]);
    await child.line(/takes commands at/);
    return child;
  }

  async run(...args: string[]): Promise<Ending> {
    await using child = new ChildProgram(this.#command([], args));
    return await child.end();
  }

  /** What the command finds in the log of the running program. */
  async queries(...args: string[]): Promise<Record<string, unknown>[]> {
    const { stdout } = await this.run("queries", "--socket", this.socket, "--json", ...args);
    return stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line));
  }

  /** Whoever reads what comes to the log of the running program. */
  follow(...args: string[]): Follower {
    return new Follower(this.#command([], ["queries", "--socket", this.socket, "--follow", "--json", ...args]));
  }

  #command(permissions: readonly string[], args: readonly string[]): string[] {
    const files = [`--allow-read=${this.folder},${ROOT}`, `--allow-write=${this.folder}`];
    return [Deno.execPath(), "run", "--no-prompt", "--allow-net", ...files, ...permissions, `${ROOT}/main.ts`, ...args];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.upstream[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** A command that prints lines until it is stopped. */
class Follower implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor([executable, ...args]: readonly string[]) {
    const io = { stdin: "null", stdout: "piped", stderr: "null" } as const;
    this.#process = new Deno.Command(executable!, { args, ...io }).spawn();
    this.#reader = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** The next so many lines. */
  async lines(count: number): Promise<Record<string, unknown>[]> {
    while (this.#text.split("\n").length <= count) {
      const { value, done } = await this.#reader.read();
      if (done) throw new Error(`It has ended: ${this.#text}`);
      this.#text += value;
    }
    const lines = this.#text.split("\n");
    this.#text = lines.slice(count).join("\n");
    return lines.slice(0, count).map((line) => JSON.parse(line));
  }

  /** Its exit code when it is told to end. */
  async interrupted(): Promise<number> {
    this.#process.kill("SIGINT");
    return (await this.#process.status).code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#process.status;
    await this.#reader.cancel();
  }
}

async function ask(child: ChildProgram, count: number): Promise<void> {
  const address = await child.address();
  for (let i = 0; i < count; i++) {
    using client = new UdpClient(address);
    const answers = lines(decode(await client.ask(QUERY)).answers);
    // From memory its TTL is shorter.
    assertEquals(answers.map((line) => line.replace(/ \d+ /, " 3600 ")), ANSWER);
  }
}

function test(name: string, fn: (rig: Rig) => Promise<void>, isIgnored = false): void {
  Deno.test({
    name: `${name} (needs --allow-run, --allow-read and --allow-write)`,
    ignore: !CAN_RUN || !CAN_WRITE || Deno.build.os === "windows" || isIgnored,
    fn: async () => {
      await using rig = new Rig();
      await fn(rig);
    },
  });
}

test("the program writes down what it was asked, and finds it again", async (rig) => {
  await using child = await rig.serve(`[query-log]\nfolder = "${rig.log}"\n`);
  await ask(child, 3);
  const found = await rig.queries();
  assertEquals(found.map(({ name, client, type, source, rcode }) => [name, client, type, source, rcode]), [
    ["codecrafters.io", "127.0.0.0/24", "A", "cache", "NOERROR"],
    ["codecrafters.io", "127.0.0.0/24", "A", "cache", "NOERROR"],
    ["codecrafters.io", "127.0.0.0/24", "A", "upstream", "NOERROR"],
  ]);
  assertEquals((await rig.queries("--client", "127.0.0.1", "--source", "upstream")).length, 1);
  assertEquals((await rig.queries("--name", "example.org")).length, 0);
  child.signal("SIGTERM");
  assertEquals((await child.end()).exitCode, 0);
  const ending = await rig.run("queries", "--config", `${rig.folder}/config.toml`);
  assertEquals([ending.exitCode, ending.stdout.split("\n").length], [0, 5]);
});

test("queries --follow tells of queries as they are written, until Ctrl-C", async (rig) => {
  await using child = await rig.serve(`[query-log]\nfolder = "${rig.log}"\n`);
  await ask(child, 2);
  await using follower = rig.follow("--source", "upstream,cache");
  assertEquals((await follower.lines(2)).map(({ source }) => source), ["upstream", "cache"]);
  await ask(child, 3);
  assertEquals((await follower.lines(3)).map(({ source }) => source), ["cache", "cache", "cache"]);
  assertEquals(await follower.interrupted(), 0);
  child.signal("SIGTERM");
  assertEquals((await child.end()).exitCode, 0);
});

test("the supervisor alone writes down what its workers were asked", async (rig) => {
  const permissions = ["--allow-ffi", "--allow-run", "--allow-sys=osUptime,inspector"];
  const more = `[query-log]\nfolder = "${rig.log}"\n`;
  await using child = await rig.serve(more, { workers: 2, permissions });
  await ask(child, 24);
  // Workers hand over what they have seen every so often.
  let workers: unknown[] = [];
  for (let i = 0; i < 50 && workers.length < 24; i++) workers = (await rig.queries()).map(({ worker }) => worker);
  assertEquals([workers.length, new Set(workers)], [24, new Set([1, 2])]);
  child.signal("SIGTERM");
  assertEquals((await child.end()).exitCode, 0);
}, !CAN_CALL);

test("a full disk costs lines of the log, and no answer", async (rig) => {
  Deno.mkdirSync(rig.log);
  const mount = `mount -t tmpfs -o size=64k none ${rig.log} && exec "$@"`;
  const before = ["unshare", "--mount", "--map-root-user", "sh", "-c", mount, "sh"];
  await using child = await rig.serve(`[query-log]\nfolder = "${rig.log}"\n`, { before });
  const full = child.line(/query log: cannot write .*: the disk is full/);
  const isFull = full.then(() => true);
  for (let i = 0; i < 60; i++) {
    await ask(child, 50);
    if (await Promise.race([isFull, Promise.resolve(false)])) break;
  }
  await full;
  await ask(child, 3);
  child.signal("SIGTERM");
  assertEquals((await child.end()).exitCode, 0);
}, !IS_LINUX);

test("a folder that cannot be written to is told, and costs no answer", async (rig) => {
  Deno.writeTextFileSync(rig.log, "");
  await using child = await rig.serve(`[query-log]\nfolder = "${rig.log}"\n`);
  await ask(child, 1);
  await child.line(/warn: query log: cannot write .*log\/queries.jsonl: no folder stands at its path/);
  await ask(child, 1);
  child.signal("SIGTERM");
  assertEquals((await child.end()).exitCode, 0);
});

test("the program keeps a history, which is there after a restart", async (rig) => {
  const folder = `${rig.folder}/history`;
  for (let start = 1; start <= 2; start++) {
    await using child = await rig.serve(`[history]\nfolder = "${folder}"\n`);
    await ask(child, 3);
    child.signal("SIGTERM");
    const { exitCode, lines } = await child.end();
    assertEquals([exitCode, lines.filter((line) => /history/.test(line))], [0, []]);
  }
  const [name, ...others] = [...Deno.readDirSync(folder)].map(({ name }) => name);
  assertEquals(others, []);
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(`${folder}/${name}`);
  const { count } = database.prepare("SELECT count(*) AS count FROM queries").get() as { count: number };
  database.close();
  assertEquals(count, 6);
});

test("without a query log the command says so", async (rig) => {
  await using child = await rig.serve("");
  const { exitCode, lines } = await rig.run("queries", "--socket", rig.socket);
  assertEquals(exitCode, 1);
  assert(lines[0]!.includes("no query log is written"), lines[0]);
  child.signal("SIGTERM");
  await child.end();
});
