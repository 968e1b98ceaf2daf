// Names that the configuration blocks, and the commands that leave that off for a while: the same executable, over its socket.

import { assertEquals, assertMatch } from "@std/assert";
import { formatSocketAddress } from "../../lib/base/net/address.ts";
import { decode } from "../../lib/wire/message.ts";
import { lines, question, wire } from "../support/messages.ts";
import { CAN_RUN, ChildProgram, type Ending, ROOT } from "./child_program.ts";
import { courseResolver } from "./course_resolver.ts";
import { UdpClient } from "./udp_client.ts";
import { UdpServer } from "./udp_server.ts";

const QUERY = wire({ id: 0x1234, recursionDesired: true, questions: [question("codecrafters.io")] });
const ANSWER = ["codecrafters.io. 3600 IN A 76.76.21.21"];
const BLOCKED = ["codecrafters.io. 60 IN A 0.0.0.0"];
const CAN_CALL = Deno.build.os === "linux" && Deno.permissions.querySync({ name: "ffi" }).state === "granted";
const CAN_WRITE = Deno.permissions.querySync({ name: "write" }).state === "granted";
const WORKERS = ["--allow-ffi", "--allow-run", "--allow-sys=osUptime,inspector"];

/** The program with a list, in a folder of its own. */
class Rig implements AsyncDisposable {
  readonly upstream = new UdpServer(({ octets }) => courseResolver(octets));
  readonly folder = Deno.makeTempDirSync({ prefix: "dns-forwarder-pause-" });
  readonly socket = `${this.folder}/admin.sock`;

  write(workers: number, more = "", server = ""): void {
    const config = `[server]
listen = ["127.0.0.1:0"]
workers = ${workers}
${server}[admin]
socket = "${this.socket}"
[cache]
size = "0"
[upstreams.default]
servers = ["${formatSocketAddress(this.upstream.address)}"]
[lists.course]
names = ["codecrafters.io"]
[clients.default]
block = ["course"]
[clients.others]
addresses = ["127.0.0.9/32"]
${more}`;
    Deno.writeTextFileSync(`${this.folder}/config.toml`, config);
  }

  async serve(...permissions: string[]): Promise<ChildProgram> {
    const child = new ChildProgram(this.#command(permissions, ["--config", `${this.folder}/config.toml`]));
    await child.line(/takes commands at/);
    return child;
  }

  async run(...args: string[]): Promise<Ending> {
    await using child = new ChildProgram(this.#command([], [...args, "--socket", this.socket]));
    return await child.end();
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

/** What several clients are told: the kernel spreads them over the workers. */
async function told(child: ChildProgram): Promise<string[]> {
  const address = await child.address();
  const all = await Promise.all(Array.from({ length: 12 }, async () => {
    using client = new UdpClient(address);
    return lines(decode(await client.ask(QUERY)).answers).join();
  }));
  return [...new Set(all)];
}

function test(name: string, fn: (rig: Rig) => Promise<void>, isIgnored = false): void {
  const ignore = !CAN_RUN || !CAN_WRITE || Deno.build.os === "windows" || isIgnored;
  Deno.test({
    name: `${name} (needs --allow-run, --allow-read and --allow-write)`,
    ignore,
    fn: async () => {
      await using rig = new Rig();
      await fn(rig);
    },
  });
}

test("a pause lets blocked names through until it is resumed, across a reload, and explain tells it", async (rig) => {
  rig.write(1);
  await using child = await rig.serve();
  assertEquals(await told(child), BLOCKED);
  assertEquals(
    (await rig.run("pause", "--lists", "course")).stdout,
    "blocking by course is paused until it is resumed\n",
  );
  assertEquals(await told(child), ANSWER);
  rig.write(1, '[local]\ndomain = "home.arpa"\n');
  assertMatch((await rig.run("reload")).stdout, /^reloaded: /);
  assertEquals(await told(child), ANSWER);
  assertMatch((await rig.run("explain", "codecrafters.io")).stdout, / paused +blocking by course is paused until/);
  assertMatch((await rig.run("status")).stdout, /^blocking by course is paused until it is resumed$/m);
  assertEquals((await rig.run("resume")).stdout, "resumed: 1 pause\nnothing is paused\n");
  assertEquals(await told(child), BLOCKED);
  assertMatch((await rig.run("explain", "codecrafters.io")).stdout, /config\.toml:10: .* \(law 4\)/);
});

test("a pause lasts over a restart where there is a state-dir, and ends with it elsewhere", async (rig) => {
  for (const [stateDir, after] of [[`state-dir = "${rig.folder}/state"\n`, ANSWER], ["", BLOCKED]] as const) {
    rig.write(1, "", stateDir);
    {
      await using child = await rig.serve();
      assertEquals((await rig.run("pause", "1h")).stdout, "blocking is paused for another 60 min\n");
      child.signal("SIGTERM");
      await child.end();
    }
    await using child = await rig.serve();
    assertEquals(await told(child), after);
  }
});

test("with workers a pause lasts over a restart, too", async (rig) => {
  rig.write(2, "", `state-dir = "${rig.folder}/state"\n`);
  {
    await using child = await rig.serve(...WORKERS);
    assertEquals((await rig.run("pause")).stdout, "blocking is paused until it is resumed\n");
    child.signal("SIGTERM");
    await child.end();
  }
  await using child = await rig.serve(...WORKERS);
  assertEquals(await told(child), ANSWER);
}, !CAN_CALL);

test("a pause of other clients, and one that has ended, let nothing through", async (rig) => {
  rig.write(1);
  await using child = await rig.serve();
  assertEquals((await rig.run("pause", "1h", "--clients", "others")).exitCode, 0);
  assertEquals(await told(child), BLOCKED);
  assertEquals((await rig.run("pause", "1s")).exitCode, 0);
  // As soon as it has ended: each second the clock is one on.
  while (JSON.parse((await rig.run("status", "--json")).stdout).status.pauses.length === 2);
  assertEquals(await told(child), BLOCKED);
});

test("a pause is one of all workers, also of those that take the place of others", async (rig) => {
  rig.write(2);
  await using child = await rig.serve(...WORKERS);
  assertEquals(await told(child), BLOCKED);
  assertEquals((await rig.run("pause", "1h")).exitCode, 0);
  assertEquals(await told(child), ANSWER);
  assertEquals((await rig.run("resume")).exitCode, 0);
  assertEquals(await told(child), BLOCKED);
}, !CAN_CALL);
