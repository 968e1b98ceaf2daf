import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runProgram } from "../../../lib/program/run_program.ts";
// It is loaded when it is asked for, which takes its time.
import "../../../lib/program/top/run_top.ts";
import { FakeApi, NOW_MS, queryRow, statusAnswer } from "../../support/fake_api.ts";
import { FakeSystem } from "../../support/fake_system.ts";
import { FakeTerminal } from "./fake_terminal.ts";

const SOCKET = "/run/dns-forwarder/admin.sock";

/** `top` in front of a fake program. */
class Topping {
  readonly api = new FakeApi();
  readonly terminal: FakeTerminal | null;
  readonly fake: FakeSystem;
  exitCode: number | null = null;
  error: unknown = null;
  /** What is done with each command before it is answered. */
  before: () => Promise<void> = () => Promise.resolve();

  constructor(args: readonly string[] = [], { hasTerminal = true, isReachable = true, isDumb = false } = {}) {
    this.fake = new FakeSystem(["top", ...args]);
    this.terminal = hasTerminal ? new FakeTerminal() : null;
    if (this.terminal !== null) this.terminal.isDumb = isDumb;
    if (isReachable) void this.#serve();
    const host = Object.assign(this.fake, { terminal: () => Promise.resolve(this.terminal) });
    runProgram(host, this.fake.system).then((exitCode) => this.exitCode = exitCode, (error) => this.error = error);
  }

  get screen(): string {
    return this.terminal!.screen.text;
  }

  async pass(ms: number): Promise<void> {
    await this.fake.world.time.pass(ms);
  }

  async press(...keys: readonly string[]): Promise<void> {
    this.terminal!.press(...keys);
    await this.pass(1);
  }

  async #serve(): Promise<void> {
    const listener = await this.fake.localSockets.listen(SOCKET);
    for (;;) {
      const stream = await listener.accept();
      const buffer = new Uint8Array(4096);
      const length = await stream.read(buffer);
      const { path } = JSON.parse(new TextDecoder().decode(buffer.subarray(0, length ?? 0)));
      this.before().then(() => {
        const result = this.api.answer(path);
        void stream.write(new TextEncoder().encode(`${JSON.stringify({ ok: true, result })}\n`));
      });
    }
  }
}

Deno.test("top shows what is there at once, and then what is new, a frame at a time", async () => {
  const top = new Topping();
  await top.pass(1);
  assertMatch(top.screen, /^dns-forwarder 0\.1\.0 .* ● works/);
  assertStringIncludes(top.screen, "ads.example.net");
  assertEquals(top.terminal!.takenCount, 1);
  const writes = top.terminal!.writes.length;
  await top.pass(1000);
  assertStringIncludes(top.screen, "new-1.example");
  // One for the clock of the interval at most, and one for what has come.
  assertEquals(top.terminal!.writes.length - writes <= 2, true);
  await top.press("q");
  assertEquals([top.exitCode, top.terminal!.releasedCount], [0, 1]);
});

Deno.test("top asks once a second for what is new, and seldom for the rest", async () => {
  const top = new Topping();
  await top.pass(60_000);
  const asked = (what: string) => top.api.asked.filter((path) => path.includes(`/${what}`)).length;
  assertEquals([asked("live"), asked("series"), asked("queries")], [61, 1, 1]);
  assertEquals([asked("status"), asked("upstreams"), asked("top?by=name")], [21, 21, 21]);
  await top.press("q");
});

Deno.test("top --interval asks less often", async () => {
  const top = new Topping(["--interval", "10"]);
  await top.pass(60_001);
  assertEquals(top.api.asked.filter((path) => path.includes("/live")).length, 7);
  await top.press("q");
});

Deno.test("top --interval knows all seconds in between, so that it tells since when clients get failures", async () => {
  const top = new Topping(["--interval", "5"]);
  await top.pass(1);
  const [startMs, before] = [NOW_MS, top.api.series];
  for (let seconds = 5; seconds <= 30; seconds += 5) {
    top.api.status = statusAnswer({ nowAtMs: startMs + 1000 * seconds });
    // The newest has only just begun. A third of all have failed for twenty seconds.
    const failing = Math.max(0, Math.min(59, seconds - 10));
    const counts = before.counts.map((row, i) =>
      row.map((count, at) => i === 6 && at >= 59 - failing && at < 59 ? 60 : count)
    );
    top.api.series = { ...before, fromAtMs: startMs + 1000 * (seconds - 59), counts };
    await top.pass(5000);
  }
  const since = new Date(startMs + 10_000).toTimeString().slice(0, 5);
  assertStringIncludes(top.screen, `failing since ${since}`);
  assertEquals(top.screen.split("\n")[1]!.match(/█/g)!.length >= 19, true, top.screen);
  await top.press("q");
});

Deno.test("top follows keys: screens, a filter, why, help, and whatever size the terminal has", async () => {
  const top = new Topping();
  await top.pass(1);
  await top.press("4");
  assertStringIncludes(top.screen, "https://dns.google:443/d…");
  await top.press("6", "f", "a", "d", "s", "return");
  assertEquals(top.api.asked.at(-1), "/api/v1/queries?name=ads&limit=100");
  assertStringIncludes(top.screen, "filter: ads");
  assertEquals(top.screen.includes("www.example.org"), false);
  await top.press("return");
  assertMatch(top.api.asked.at(-1)!, /\/explain\?name=ads\.example\.net&type=A&client=192\.168\.1\.17$/);
  assertStringIncludes(top.screen, "line 48211");
  await top.press("x", "?");
  assertStringIncludes(top.screen, "quit");
  top.terminal!.resize(130, 40);
  assertEquals(top.terminal!.screen.lines.length, 40);
  await top.press("q");
  assertEquals(top.exitCode, 0);
});

Deno.test("top stays as it is while it is paused, and goes on from there", async () => {
  const top = new Topping();
  await top.pass(1);
  await top.press("p");
  await top.pass(5000);
  assertEquals(top.screen.includes("new-1.example"), false);
  assertStringIncludes(top.screen, "PAUSED");
  await top.press("p");
  assertStringIncludes(top.screen, "new-5.example");
  await top.press("q");
});

Deno.test("top keeps a query selected while others come before it", async () => {
  const top = new Topping();
  await top.pass(1);
  await top.press("down");
  await top.pass(4000);
  await top.press("return");
  assertMatch(top.api.asked.findLast((path) => path.includes("explain"))!, /name=gs-loc\.apple\.com/);
  await top.press("x", "q");
});

Deno.test("top ends by a signal as by q", async () => {
  const top = new Topping();
  await top.pass(1);
  top.fake.end();
  await top.pass(1);
  assertEquals([top.exitCode, top.terminal!.releasedCount], [0, 1]);
});

Deno.test("top gives the terminal back when it is at fault itself", async () => {
  const top = new Topping();
  await top.pass(1);
  top.terminal!.write = () => {
    throw new Error("a fault");
  };
  await top.pass(1000);
  assertEquals([top.terminal!.releasedCount, (top.error as Error).message], [1, "a fault"]);
});

Deno.test("top says that there is no answer, goes on asking, and goes on when there is one", async () => {
  const top = new Topping();
  await top.pass(1);
  const silence = Promise.withResolvers<void>();
  top.before = () => silence.promise;
  await top.pass(6000);
  assertMatch(top.screen, /● no answer for [45] s/);
  top.before = () => Promise.resolve();
  silence.resolve();
  await top.pass(2000);
  assertMatch(top.screen, /● works/);
  await top.press("q");
});

Deno.test("top tells of a filter that is none, and goes on", async () => {
  const top = new Topping();
  await top.pass(1);
  const answer = top.api.answer.bind(top.api);
  top.api.answer = (path) => {
    if (!path.includes("rcode=")) return answer(path);
    return { status: 400, body: { type: "about:blank", title: "Bad", status: 400, detail: 'There is no RCODE "X"' } };
  };
  await top.press("f", ..."rcode=X", "return");
  assertStringIncludes(top.screen, 'There is no RCODE "X"');
  await top.press("escape");
  await top.pass(1000);
  assertMatch(top.screen, /● works/);
  await top.press("q");
});

Deno.test("top --once prints one picture without control sequences, where there is no terminal as well", async () => {
  const top = new Topping(["--once"], { hasTerminal: false });
  await top.pass(2000);
  assertEquals([top.exitCode, top.fake.printed.length], [0, 1]);
  const [text] = top.fake.printed;
  assertMatch(text!, /^dns-forwarder 0\.1\.0 [\s\S]*UPSTREAM [\s\S]*new-1\.example[\s\S]*\n$/);
  assertEquals(text!.includes("\x1b"), false);
});

Deno.test("top --json prints what the program says, a line each time, until it is stopped", async () => {
  const top = new Topping(["--json", "client=192.168.1.17"], { hasTerminal: false });
  await top.pass(3500);
  top.fake.end();
  await top.pass(1000);
  const all = top.fake.printed.map((text) => JSON.parse(text));
  assertEquals([top.exitCode, all.length, all[0].status.version, all[0].live.rows.length], [0, 3, "0.1.0", 1]);
  assertEquals(top.api.asked.some((path) => path.includes("/live?client=192.168.1.17")), true);
});

Deno.test("top on a dumb terminal prints one picture after the other", async () => {
  const top = new Topping([], { isDumb: true });
  await top.pass(3500);
  top.fake.end();
  await top.pass(1000);
  assertEquals([top.exitCode, top.fake.printed.length, top.terminal!.takenCount], [0, 3, 0]);
});

Deno.test("top says what it needs where there is no terminal, and when there is no program", async () => {
  const without = new Topping([], { hasTerminal: false });
  await without.pass(1);
  assertEquals(without.exitCode, 2);
  assertMatch(without.fake.lines[0]!, /standard input and output must be a terminal; top --once prints one picture/);
  const alone = new Topping([], { isReachable: false });
  await alone.pass(1);
  assertEquals([alone.exitCode, alone.terminal!.takenCount], [3, 0]);
  assertMatch(alone.fake.lines[0]!, /Cannot reach the program at \/run\/dns-forwarder\/admin\.sock/);
});

Deno.test("top says what is wrong with what works in part", async () => {
  const top = new Topping();
  const text = "No upstream answers";
  top.api.status = statusAnswer({ health: "failing", problems: [{ kind: "all-upstreams-down", subject: "", text }] });
  top.api.rows = [queryRow({ rcode: "SERVFAIL", source: "failure", reason: "no upstream answers" })];
  await top.pass(1);
  assertMatch(top.screen, /● No upstream answers[\s\S]*SERVFAIL {2}no upstream an…/);
  await top.press("q");
});
