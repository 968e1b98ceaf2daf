// `top` in front of the real program, as somebody who has just installed it would use it.

import { assertEquals, assertMatch } from "@std/assert";
import { formatSocketAddress } from "../../lib/base/net/address.ts";
import { question, wire } from "../support/messages.ts";
import { ChildProgram, ROOT } from "./child_program.ts";
import { courseResolver } from "./course_resolver.ts";
import { HAS_TERMINALS, TerminalSession } from "./terminal_session.ts";
import { UdpClient } from "./udp_client.ts";
import { UdpServer } from "./udp_server.ts";

/** The program with a list and two upstreams, one of which does not answer. */
class Rig implements AsyncDisposable {
  readonly #upstream = new UdpServer(({ octets }) => courseResolver(octets));
  readonly #silent = new UdpServer(() => null);
  readonly #folder = Deno.makeTempDirSync({ prefix: "dns-forwarder-top-" });
  readonly #program: ChildProgram;

  constructor(workers: number) {
    const servers = [this.#silent, this.#upstream].map(({ address }) => formatSocketAddress(address));
    this.silent = servers[0]!;
    const config = `[server]
listen = ["127.0.0.1:0"]
workers = ${workers}
[admin]
socket = "${this.#folder}/admin.sock"
[upstreams.default]
servers = ${JSON.stringify(servers)}
[lists.ads]
names = ["ads.example"]
[clients.default]
block = ["ads"]
`;
    Deno.writeTextFileSync(`${this.#folder}/config.toml`, config);
    const rights = workers > 1 ? ["--allow-ffi", "--allow-run"] : [];
    this.#program = new ChildProgram([...this.#deno(rights), "--config", `${this.#folder}/config.toml`]);
  }

  /** The upstream that does not answer. */
  readonly silent: string;

  /** Asks the program for some names, once it serves. */
  async ask(...names: readonly string[]): Promise<void> {
    await this.#program.line(/takes commands at/);
    const address = await this.#program.address();
    // From ports of their own, so that each worker gets some.
    await Promise.all(names.map(async (name, id) => {
      using client = new UdpClient(address);
      await client.ask(wire({ id, recursionDesired: true, questions: [question(name)] }));
    }));
  }

  /** The command line of \`top\`. */
  top(...args: readonly string[]): string[] {
    return [...this.#deno([]), "top", "--socket", `${this.#folder}/admin.sock`, ...args];
  }

  #deno(rights: readonly string[]): string[] {
    const files = [`--allow-read=${this.#folder},${ROOT}`, `--allow-write=${this.#folder}`];
    return [Deno.execPath(), "run", "--no-prompt", "--allow-net", ...files, ...rights, `${ROOT}/main.ts`];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
    await this.#upstream[Symbol.asyncDispose]();
    await this.#silent[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

const NAMES = ["codecrafters.io", "codecrafters.io", "ads.example", "stackoverflow.com", "codecrafters.io"];

function test(fact: string, workers: number, fn: (rig: Rig) => Promise<void>): void {
  Deno.test({
    name: `${fact}, with ${workers === 1 ? "one process" : `${workers} workers`}` +
      (HAS_TERMINALS ? "" : " (needs --allow-run, and script of util-linux)"),
    ignore: !HAS_TERMINALS,
    fn: async () => {
      await using rig = new Rig(workers);
      await fn(rig);
    },
  });
}

for (const workers of [1, 2]) {
  test("top answers what somebody wants to know who has just installed it", workers, async (rig) => {
    await rig.ask("first.example");
    await using session = new TerminalSession(rig.top().join(" "), { columns: 110, rows: 36 });
    await session.until(({ text }) => text.includes("dns-forwarder 0."), "whether it works");
    await rig.ask(...NAMES);
    // What is asked, by whom, and where the answer came from.
    await session.until(
      ({ text }) => /127\.0\.0\.1|localhost/.test(text) && text.includes("ads.example"),
      "the queries",
    );
    await session.until(({ text }) => / 3 {2}codecrafters\.io/.test(text), "what is asked most");
    // Why a name is blocked.
    await session.press("fads\r");
    const queries = (lines: readonly string[]) => lines.slice(lines.findIndex((one) => one.startsWith("TIME "))).join();
    await session.until(
      ({ lines }) => queries(lines).includes("ads.example") && !queries(lines).includes("codecrafters"),
      "its queries",
    );
    await session.press("\r");
    await session.until(({ text }) => /policy +\[lists\.ads\]/.test(text), "why it is blocked");
    // Which upstream is slow, or down, and why.
    await session.press("x\x1b");
    await rig.ask(...Array.from({ length: 24 }, (_, i) => `n${i}.example`));
    await session.press("4");
    const row = new RegExp(`${rig.silent} +down .*no answer for \\d+ s`);
    await session.until(({ text }) => row.test(text), "which upstream is down, and since when");
    await session.press("q");
    assertEquals((await session.ended()).exitCode, 0);
  });
}

test("top --once prints what somebody has looked at before", 1, async (rig) => {
  await rig.ask("first.example");
  const once = async () => {
    await using child = new ChildProgram(rig.top("--once"));
    return await child.end();
  };
  await once();
  await rig.ask(...NAMES);
  const { exitCode, stdout, lines } = await once();
  assertEquals([exitCode, lines], [0, []]);
  assertMatch(stdout, / {5}3 {2}codecrafters\.io /);
  assertMatch(stdout, /ads\.example +A +NOERROR +\[lists\.ads\]/);
});
