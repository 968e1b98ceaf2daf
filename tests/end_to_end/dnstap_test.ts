// dnstap as the tools of its own project read it: fstrm_capture takes what the program sends, dnstap-ldns prints it.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { formatSocketAddress } from "../../lib/base/net/address.ts";
import { decode } from "../../lib/wire/message.ts";
import { lines, question, wire } from "../support/messages.ts";
import { CAN_RUN, ChildProgram, outputOf, ROOT } from "./child_program.ts";
import { courseResolver } from "./course_resolver.ts";
import { UdpClient } from "./udp_client.ts";
import { UdpServer } from "./udp_server.ts";

const QUERY = wire({ id: 0x1234, recursionDesired: true, questions: [question("codecrafters.io")] });
const ANSWER = ["codecrafters.io. 3600 IN A 76.76.21.21"];
const CAN_CALL = Deno.build.os === "linux" && Deno.permissions.querySync({ name: "ffi" }).state === "granted";
const CAN_WRITE = Deno.permissions.querySync({ name: "write" }).state === "granted";
const HAS_TOOLS = CAN_RUN && await areThere("fstrm_capture", "dnstap-ldns");
const CONTENT = "protobuf:dnstap.Dnstap";

async function areThere(...tools: string[]): Promise<boolean> {
  for (const tool of tools) {
    const found = await new Deno.Command("sh", { args: ["-c", `command -v ${tool}`], stdout: "null" }).output()
      .catch(() => ({ success: false }));
    if (!found.success) return false;
  }
  return true;
}

/** Where the program's upstream and its files are. */
class Rig implements AsyncDisposable {
  readonly upstream = new UdpServer(({ octets }) => courseResolver(octets));
  readonly folder = Deno.makeTempDirSync({ prefix: "dns-forwarder-dnstap-" });
  readonly socket = `${this.folder}/dnstap.sock`;
  readonly frames = `${this.folder}/frames`;

  /** Writes the configuration: who reads, and what else is said. */
  write(to: string, more = ""): void {
    Deno.writeTextFileSync(
      `${this.folder}/config.toml`,
      `[server]
listen = ["127.0.0.1:0"]
${more}
[upstreams.default]
servers = ["${formatSocketAddress(this.upstream.address)}"]
[query-log]
clients = "full"
[dnstap]
to = "${to}"
identity = "ns1"
`,
    );
  }

  /** The program, once it serves. */
  async serve(...permissions: string[]): Promise<ChildProgram> {
    const files = permissions.length > 0 ? permissions : [`--allow-write=${this.folder}`];
    const args = ["run", "--no-prompt", "--allow-net", "--allow-read", ...files, `${ROOT}/main.ts`];
    const child = new ChildProgram([Deno.execPath(), ...args, "--config", `${this.folder}/config.toml`]);
    // From then on messages are told, or kept for whoever comes.
    await child.line(/dnstap: /);
    return child;
  }

  /** Somebody who reads at the socket, or at a port. */
  async capture(...where: string[]): Promise<ChildProgram> {
    const child = new ChildProgram(["fstrm_capture", "-t", CONTENT, ...where, "-w", this.frames, "-d", "-d"]);
    await child.line(/opening (Unix|TCP) socket/);
    return child;
  }

  /** What has been read, a line for each message. */
  async told(reader: ChildProgram): Promise<string[]> {
    reader.signal("SIGTERM");
    await reader.end();
    const printed = await outputOf("dnstap-ldns", "-r", this.frames);
    // The first two words are the day and the time.
    return printed.trim().split("\n").map((line) => line.split(" ").slice(2).join(" "));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.upstream[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}

function test(name: string, fn: (rig: Rig) => Promise<void>, needs = true): void {
  const isChecked = HAS_TOOLS && CAN_WRITE && needs;
  Deno.test({
    name: isChecked ? name : `${name} (not checked: needs fstrm_capture, dnstap-ldns, and all permissions)`,
    ignore: !isChecked,
    fn: async () => {
      await using rig = new Rig();
      await fn(rig);
    },
  });
}

/** Asks from one port; throws when the answer is wrong. */
async function ask(child: ChildProgram): Promise<void> {
  using client = new UdpClient(await child.address());
  assertEquals(lines(decode(await client.ask(QUERY)).answers), ANSWER);
}

/** What a question from a client comes to: not from memory, and from memory. The upstream has to be asked without EDNS. */
const COLD = [
  /^FQ 127\.0\.0\.1 UDP \d+b "codecrafters\.io\." IN A$/i,
  /^FR 127\.0\.0\.1 UDP \d+b "codecrafters\.io\." IN A$/i,
  /^FQ 127\.0\.0\.1 UDP \d+b "codecrafters\.io\." IN A$/i,
  /^FR 127\.0\.0\.1 UDP \d+b "codecrafters\.io\." IN A$/i,
  /^CQ 127\.0\.0\.1 UDP 33b "codecrafters\.io\." IN A$/,
  /^CR 127\.0\.0\.1 UDP 49b "codecrafters\.io\." IN A$/,
];
const HIT = COLD.slice(-2);

function assertTold(told: readonly string[], expected: readonly RegExp[]): void {
  assertEquals(told.length, expected.length, told.join("\n"));
  expected.forEach((pattern, i) => assertMatch(told[i]!, pattern));
}

test("dnstap-ldns prints what dnstap has told over a Unix socket", async (rig) => {
  rig.write(`unix:${rig.socket}`);
  const reader = await rig.capture("-u", rig.socket);
  await using child = await rig.serve();
  await child.line(/dnstap: messages go to unix:/);
  await ask(child);
  await ask(child);
  child.signal("SIGTERM");
  assertEquals((await child.end()).exitCode, 0);
  assertTold(await rig.told(reader), [...COLD, ...HIT]);
  const yaml = await outputOf("dnstap-ldns", "-y", "-r", rig.frames);
  assertMatch(yaml, /^identity: "ns1"$/m);
  assertMatch(yaml, /^version: "dns-forwarder \d/m);
  assertMatch(yaml, /;; ->>HEADER<<- opcode: QUERY, rcode: NOERROR, id: 4660\n/);
  assertMatch(yaml, /codecrafters\.io\.\s+3600\s+IN\s+A\s+76\.76\.21\.21/);
  assertMatch(yaml, /type: CLIENT_RESPONSE\n( {2}.*\n)*? {2}query_time: .*\n( {2}.*\n)*? {2}response_time: /);
});

test("dnstap-ldns prints what dnstap has told over TCP", async (rig) => {
  const port = freePort();
  rig.write(`tcp://127.0.0.1:${port}`);
  const reader = await rig.capture("-a", "127.0.0.1", "-p", `${port}`);
  await using child = await rig.serve();
  await child.line(/dnstap: messages go to tcp:/);
  await ask(child);
  child.signal("SIGTERM");
  await child.end();
  assertTold(await rig.told(reader), COLD);
});

test("dnstap goes on with whoever reads again, and answers go on meanwhile", async (rig) => {
  rig.write(`unix:${rig.socket}`);
  await using child = await rig.serve();
  await child.line(/dnstap: nobody reads at unix:.*; trying on/);
  await ask(child);
  const reader = await rig.capture("-u", rig.socket);
  await child.line(/dnstap: messages go to/);
  await ask(child);
  child.signal("SIGTERM");
  await child.end();
  // What was told before anybody was there has waited.
  assertTold(await rig.told(reader), [...COLD, ...HIT]);
});

test("dnstap whose reader hangs keeps nobody from being answered, and costs no more than its buffers", async (rig) => {
  rig.write(`unix:${rig.socket}`);
  const reader = await rig.capture("-u", rig.socket);
  await using child = await rig.serve();
  await child.line(/dnstap: messages go to/);
  reader.signal("SIGSTOP");
  using client = new UdpClient(await child.address());
  // Some three megabytes of frames: more than the socket and all buffers take.
  for (let i = 0; i < 100; i++) {
    await Promise.all(Array.from({ length: 100 }, () => client.send(QUERY)));
    assertEquals(lines(decode(await client.ask(QUERY)).answers), ANSWER);
  }
  reader.signal("SIGCONT");
  child.signal("SIGTERM");
  assertEquals((await child.end()).exitCode, 0);
  assert((await rig.told(reader)).length > 1000);
});

test("dnstap follows a reload: to another reader, to none", async (rig) => {
  rig.write(`unix:${rig.socket}.1`);
  const first = await rig.capture("-u", `${rig.socket}.1`);
  await using child = await rig.serve();
  await child.line(/dnstap: messages go to .*\.1$/);
  await ask(child);
  rig.write(`unix:${rig.socket}.2`, 'server-id = "x"');
  // The first one lets go of the file before the second one opens it.
  child.signal("SIGHUP");
  await child.line(/dnstap: nobody reads at .*\.2:/);
  assertTold(await rig.told(first), COLD);
  const second = await rig.capture("-u", `${rig.socket}.2`);
  await child.line(/dnstap: messages go to .*\.2$/);
  await ask(child);
  Deno.writeTextFileSync(
    `${rig.folder}/config.toml`,
    Deno.readTextFileSync(`${rig.folder}/config.toml`).replace(/\[dnstap\][^]*/, ""),
  );
  child.signal("SIGHUP");
  await child.line(/reloaded: dnstap\.to: .* → none;/);
  await ask(child);
  child.signal("SIGTERM");
  await child.end();
  assertTold(await rig.told(second), HIT);
});

test("dnstap has a connection for each worker, and tells all that they answer", async (rig) => {
  rig.write(`unix:${rig.socket}`, "workers = 2");
  const reader = await rig.capture("-u", rig.socket);
  await using child = await rig.serve("--allow-ffi", "--allow-run", "--allow-write", "--allow-sys=osUptime,inspector");
  await child.line(/worker 1: dnstap: messages go to/);
  await child.line(/worker 2: dnstap: messages go to/);
  for (let i = 0; i < 64; i++) await ask(child);
  child.signal("SIGTERM");
  await child.end();
  const told = await rig.told(reader);
  const count = (kind: string) => told.filter((line) => line.startsWith(kind)).length;
  // Each has a memory of its own.
  assertEquals([count("CQ"), count("CR"), count("FQ"), count("FR")], [64, 64, 4, 4]);
}, CAN_CALL);

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
