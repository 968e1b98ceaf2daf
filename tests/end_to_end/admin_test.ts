// Commands to the running program over its socket, as the same executable gives them, and whoever else finds it.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { formatSocketAddress } from "../../lib/base/net/address.ts";
import { decode } from "../../lib/wire/message.ts";
import { lines, question, wire } from "../support/messages.ts";
import { CAN_RUN, ChildProgram, type Ending, ROOT } from "./child_program.ts";
import { courseResolver } from "./course_resolver.ts";
import { UdpClient } from "./udp_client.ts";
import { UdpServer } from "./udp_server.ts";

const QUERY = wire({ id: 0x1234, recursionDesired: true, questions: [question("codecrafters.io")] });
const ANSWER = ["codecrafters.io. 3600 IN A 76.76.21.21"];
const CAN_CALL = Deno.build.os === "linux" && Deno.permissions.querySync({ name: "ffi" }).state === "granted";
const CAN_WRITE = Deno.permissions.querySync({ name: "write" }).state === "granted";

/** A folder with a configuration, and an upstream. */
class Rig implements AsyncDisposable {
  readonly upstream = new UdpServer(({ octets }) => courseResolver(octets));
  readonly folder = Deno.makeTempDirSync({ prefix: "dns-forwarder-admin-" });
  readonly socket = `${this.folder}/admin.sock`;

  constructor() {
    const config = `[server]
listen = ["127.0.0.1:0"]
[admin]
socket = "${this.socket}"
[upstreams.default]
servers = ["${formatSocketAddress(this.upstream.address)}"]
`;
    Deno.writeTextFileSync(`${this.folder}/config.toml`, config);
  }

  /** The program, once it takes commands. */
  async serve(...permissions: string[]): Promise<ChildProgram> {
    const child = new ChildProgram(this.#command(permissions, ["--config", `${this.folder}/config.toml`]));
    await child.line(/takes commands at/);
    return child;
  }

  /** A command to its end. */
  async run(...args: string[]): Promise<Ending> {
    await using child = new ChildProgram(this.#command([], [...args, "--socket", this.socket]));
    return await child.end();
  }

  /** What whoever connects to the socket and sends `text` is told, until it is hung up on. */
  async say(text: string | Uint8Array<ArrayBuffer>): Promise<string[]> {
    using connection = await Deno.connect({ transport: "unix", path: this.socket });
    const octets = typeof text === "string" ? new TextEncoder().encode(text) : text;
    let said = "";
    const listen = async () => {
      const buffer = new Uint8Array(100_000);
      for (let length = await connection.read(buffer); length !== null; length = await connection.read(buffer)) {
        said += new TextDecoder().decode(buffer.subarray(0, length));
      }
    };
    const speak = async () => {
      for (let sent = 0; sent < octets.length;) sent += await connection.write(octets.subarray(sent));
      await connection.closeWrite();
    };
    // Who is hung up on may have had more to say.
    await Promise.allSettled([listen(), speak()]);
    return said.split("\n").slice(0, -1);
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

test("status, explain and flush reach the program over its socket", async (rig) => {
  await using child = await rig.serve();
  using client = new UdpClient(await child.address());
  assertEquals(lines(decode(await client.ask(QUERY)).answers), ANSWER);
  const status = await rig.run("status");
  assertEquals(status.exitCode, 0);
  assertMatch(status.stdout, /^clients: received=1 replied=1 /m);
  const explained = await rig.run("explain", "codecrafters.io");
  assertEquals(explained.exitCode, 0);
  assertMatch(explained.stdout, /^ 1 {2}client +127\.0\.0\.1 over UDP +allowed by 127\.0\.0\.0\/8$/m);
  assertMatch(explained.stdout, /^ 3 {2}cache +1 record +learned \d+ s ago/m);
  assertMatch(explained.stdout, /^ = {2}NOERROR .* it is remembered$/m);
  const sentCount = rig.upstream.queries.length;
  assertEquals((await rig.run("flush", "io", "--below", "--json")).stdout, '{"removed":1}\n');
  const again = await rig.run("explain", "codecrafters.io");
  assertMatch(again.stdout, /^ 3 {2}cache +nothing$/m);
  assertMatch(again.stdout, /^ = {2}NOERROR .* 127\.0\.0\.1:\d+ says so$/m);
  assert(rig.upstream.queries.length > sentCount);
});

test("reload lets the program follow its file, and says what is wrong with one that it cannot follow", async (rig) => {
  await using child = await rig.serve();
  const file = `${rig.folder}/config.toml`;
  const text = Deno.readTextFileSync(file);
  assertEquals((await rig.run("reload")).exitCode, 0);
  Deno.writeTextFileSync(file, `${text}[cache]\nmax-ttl = "1h"\n`);
  const followed = await rig.run("reload");
  assertEquals(followed.exitCode, 0);
  assertMatch(followed.stdout, /^reloaded: .*max-ttl/);
  Deno.writeTextFileSync(file, `${text}[cache]\nmax-tll = "1h"\n`);
  const refused = await rig.run("reload");
  assertEquals(refused.exitCode, 1);
  assertMatch(refused.stdout, /config\.toml:8:1: cache\.max-tll: no such setting; did you mean "max-ttl"\?/);
  using client = new UdpClient(await child.address());
  assertEquals(lines(decode(await client.ask(QUERY)).answers), ANSWER);
});

test("the socket is for its owner and its group, goes with the program, and replaces one that was left", async (rig) => {
  {
    await using child = await rig.serve();
    assertEquals(Deno.statSync(rig.socket).mode! & 0o777, 0o660);
    child.signal("SIGKILL");
    await child.end();
  }
  assert(Deno.lstatSync(rig.socket).isSocket);
  const lost = await rig.run("status");
  assertEquals(lost.exitCode, 3);
  assertMatch(lost.lines[0]!, /Cannot reach the program at .*admin\.sock: nobody listens there any more/);
  await using child = await rig.serve();
  assertEquals((await rig.run("status")).exitCode, 0);
  child.signal("SIGTERM");
  assertEquals((await child.end()).exitCode, 0);
  assertEquals([...Deno.readDirSync(rig.folder)].map(({ name }) => name), ["config.toml"]);
});

test("a second program leaves the first one's socket alone, and serves all the same", async (rig) => {
  await using first = await rig.serve();
  const args = ["--config", `${rig.folder}/config.toml`];
  const files = [`--allow-read=${rig.folder},${ROOT}`, `--allow-write=${rig.folder}`];
  const command = [Deno.execPath(), "run", "--no-prompt", "--allow-net", ...files, `${ROOT}/main.ts`, ...args];
  await using second = new ChildProgram(command);
  await second.line(/Cannot listen at .*admin\.sock \(admin\.socket\): another program listens there; going on/);
  using client = new UdpClient(await second.address());
  assertEquals(lines(decode(await client.ask(QUERY)).answers), ANSWER);
  second.signal("SIGTERM");
  await second.end();
  assertMatch((await rig.run("status")).stdout, /^clients: received=0 /m);
  await first.address();
});

test("whatever is said to the socket, the program answers it and its clients", async (rig) => {
  await using child = await rig.serve();
  const silent = await Promise.all(
    Array.from({ length: 7 }, () => Deno.connect({ transport: "unix", path: rig.socket })),
  );
  const noise = new Uint8Array(1024 * 1024);
  for (let i = 0; i < noise.length; i += 65_536) crypto.getRandomValues(noise.subarray(i, i + 65_536));
  for (const line of await rig.say(noise)) assertMatch(line, /^\{"ok":false,"error":"[^"]+"\}$/);
  assertMatch((await rig.say("x".repeat(5000)))[0] ?? "hung up", /a line has 4096 octets at most|hung up/);
  assertEquals(await rig.say('{"command":"stop"}\n'), [
    '{"ok":false,"error":"there is no such command; there are status, reload, flush, explain, pause, resume, lists, refresh and api"}',
  ]);
  // One more than there may be is hung up on.
  const [last] = await Promise.all([
    Deno.connect({ transport: "unix", path: rig.socket }),
    Deno.connect({ transport: "unix", path: rig.socket }).then(async (ninth) => {
      const isHungUp = await ninth.read(new Uint8Array(1)).then((length) => length === null, () => true);
      ninth.close();
      assert(isHungUp);
    }),
  ]);
  for (const connection of [...silent, last]) connection.close();
  using client = new UdpClient(await child.address());
  assertEquals(lines(decode(await client.ask(QUERY)).answers), ANSWER);
  assertEquals((await rig.run("status")).exitCode, 0);
  child.signal("SIGTERM");
  const { exitCode, lines: said } = await child.end();
  assertEquals(exitCode, 0);
  assertEquals(said.filter((line) => line.includes("error:")), []);
});

test("the supervisor of several workers takes commands for all of them", async (rig) => {
  const file = `${rig.folder}/config.toml`;
  Deno.writeTextFileSync(file, Deno.readTextFileSync(file).replace("[server]", "[server]\nworkers = 2"));
  await using child = await rig.serve("--allow-ffi", "--allow-run", "--allow-sys=osUptime,inspector");
  assertMatch((await rig.run("status")).stdout, /^workers: 2 of 2 serve, 0 have died$/m);
  assertMatch((await rig.run("explain", "codecrafters.io")).stdout, /^ 3 {2}cache +nothing$/m);
  assertMatch((await rig.run("explain", "codecrafters.io")).stdout, /it is remembered$/m);
  assertEquals((await rig.run("flush")).stdout, "forgotten: 1 answer\n");
  child.signal("SIGTERM");
  assertEquals((await child.end()).exitCode, 0);
}, !CAN_CALL);
