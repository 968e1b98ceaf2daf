// Where the page and its API are served, and their tokens, as the program has them.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { runProgram } from "../../../lib/program/run_program.ts";
import { FakeSystem } from "../../support/fake_system.ts";

const FILE = "/etc/config.toml";
const TOKENS = "/state/own/tokens";
const SERVER = `[server]
listen = ["192.0.2.53"]
[upstreams.default]
servers = ["203.0.113.53"]
`;
const PAGE = `[admin]\nlisten = "127.0.0.1"\ntoken-file = "${TOKENS}"\n`;

/** A program that serves by a file. */
function serving(admin: string, prepare: (host: FakeSystem) => void = () => {}) {
  const host = new FakeSystem(["--config", FILE]);
  host.files.write(FILE, SERVER + admin);
  prepare(host);
  const ended = runProgram(host, host.system);
  /** Modules are loaded, which takes turns of the real event loop. */
  const line = async (pattern: RegExp) => {
    for (let i = 0; i < 2000 && !host.lines.some((one) => pattern.test(one)); i++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assert(host.lines.some((one) => pattern.test(one)), `no line ${pattern} in ${host.lines.join("\n")}`);
  };
  const reload = async (admin: string, told: RegExp) => {
    host.lines.length = 0;
    host.files.write(FILE, SERVER + admin);
    host.hearers.hangup[0]!();
    await line(told);
  };
  const ask = async (path: string, token: string | null, init: RequestInit = {}) => {
    const headers = { ...init.headers, ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
    const response = await host.httpServers.request(`http://127.0.0.1:8053/api/v1/${path}`, { ...init, headers });
    return { status: response.status, body: response.status === 204 ? null : await response.json() };
  };
  const end = async () => {
    host.end();
    assertEquals(await ended, 0);
  };
  return { host, line, reload, ask, end, ended, heard: () => [...host.httpServers.servers.keys()] };
}

function tokenIn(host: FakeSystem): string {
  const text = new TextDecoder().decode(host.files.texts.get(TOKENS) as Uint8Array<ArrayBuffer>);
  return /^first admin (\S+)$/m.exec(text)![1]!;
}

Deno.test("the program makes a token at its first start, tells its path and not the token, and listens where it is said", async () => {
  const { host, line, ask, end, heard } = serving(PAGE);
  await line(/the page is at http:\/\/127\.0\.0\.1:8053\/; its tokens are in \/state\/own\/tokens$/);
  await line(/made \/state\/own\/tokens with the first token for the page/);
  const steps = host.writableFiles.steps;
  assertEquals(steps, [
    "makeFolder /state/own",
    "create /state/own/tokens.new",
    "write /state/own/tokens.new",
    "finish /state/own/tokens.new",
    "replace /state/own/tokens.new /state/own/tokens",
  ]);
  assertEquals([(await ask("session", null)).status, (await ask("session", tokenIn(host))).status], [401, 200]);
  assert(host.lines.every((one) => !one.includes(tokenIn(host))));
  await end();
  assertEquals([heard(), host.world.time.timerCount], [[], 0]);
});

Deno.test("tokens that are there are left alone, and changes of their file count, whatever becomes of it", async () => {
  const { host, line, ask, end } = serving(PAGE, (host) => host.files.write(TOKENS, `one admin ${"1".repeat(40)}\n`));
  await line(/the page is at/);
  assertEquals(host.writableFiles.steps, []);
  const status = async (digit: string) => (await ask("session", digit.repeat(40))).status;
  assertEquals([await status("1"), await status("2")], [200, 401]);
  const write = async (content: string | null, told: RegExp) => {
    host.lines.length = 0;
    if (content === null) host.files.remove(TOKENS);
    else host.files.write(TOKENS, content);
    for (let i = 0; i < 5; i++) await host.world.time.pass(1000);
    await line(told);
  };
  await write(`two read ${"2".repeat(40)}\nshort admin 1234\n`, /has 1 token now/);
  await line(/warn: \/state\/own\/tokens: line 2: the token must be 32 letters/);
  assert(host.lines.every((one) => !/1234|2222/.test(one)));
  assertEquals([await status("1"), await status("2")], [401, 200]);
  await write(null, /has no token now/);
  assertEquals(await status("2"), 401);
  assertEquals(host.files.texts.has(TOKENS), false);
  await write(`two read ${"2".repeat(40)}\n`, /has 1 token now/);
  assertEquals(await status("2"), 200);
  await end();
});

Deno.test("a token file that cannot be made or read costs nobody an answer, and is told", async () => {
  const full = serving(PAGE, (host) => (host.writableFiles.freeOctets = 0));
  await full.line(
    /error: Cannot make \/state\/own\/tokens \(admin\.token-file\): the disk is full; nobody can use the page/,
  );
  assertEquals((await full.ask("session", "1".repeat(40))).status, 401);
  assertEquals(full.host.files.texts.has(TOKENS), false);
  await full.end();
  const unreadable = serving(PAGE, (host) => host.files.write(TOKENS, null));
  await unreadable.line(/error: Cannot read \/state\/own\/tokens \(admin\.token-file\): /);
  await unreadable.end();
});

Deno.test("a reload serves the page, moves it, and takes it away; logins of before hold with the same tokens", async () => {
  const { host, line, reload, ask, end, heard } = serving("");
  await line(/listens on/);
  assertEquals(heard(), []);
  await reload(PAGE, /reloaded/);
  assertEquals(heard(), ["127.0.0.1:8053"]);
  assertEquals((await ask("session", tokenIn(host))).status, 200);
  await reload(PAGE.replace("127.0.0.1", "[::1]:8054"), /the page is at http:\/\/\[::1\]:8054/);
  await line(/reloaded/);
  assertEquals(heard(), ["[::1]:8054"]);
  await reload(`${PAGE}hosts = ["dns.home.arpa"]\n`, /reloaded/);
  const named = await host.httpServers.request("http://dns.home.arpa:8053/api/v1/session");
  assertEquals(named.status, 401);
  await reload("", /reloaded/);
  assertEquals(heard(), []);
  await end();
});

Deno.test("a page at a port that is taken ends a start, and a reload that wants it is refused", async () => {
  const taken = (host: FakeSystem) => {
    const options = { identities: null, requestsMax: 1, handle: () => new Response(), failed: () => {} };
    host.httpServers.listen({ transport: "tcp", hostname: "127.0.0.1", port: 8053 }, options);
  };
  const start = serving(PAGE, taken);
  assertEquals(await start.ended, 1);
  assertMatch(start.host.lines.at(-1)!, /127\.0\.0\.1:8053: port 8053 is in use there; .*admin\.listen/);
  const { line, reload, end } = serving("", taken);
  await line(/listens on/);
  await reload(PAGE, /the configuration is not followed: .*port 8053 is in use/);
  await end();
});

Deno.test("a page over TLS shows the certificate of the server, and a configuration without one is refused", async () => {
  const { host, ended } = serving(PAGE.replace("127.0.0.1", "https://192.0.2.53"));
  assertEquals(await ended, 2);
  assertMatch(host.lines.join("\n"), /admin\.listen: needs server\.certificate/);
});

Deno.test("the API says what is in force and where it comes from, also when a reload is rejected", async () => {
  const { host, line, reload, ask, end } = serving(PAGE);
  await line(/the page is at/);
  const setting = async (path: string) => {
    const { body } = await ask("config", tokenIn(host));
    const { value, from } = body.settings.find((one: { path: string }) => one.path === path);
    return `${value} ${from}`;
  };
  assertEquals(await setting("cache.stale"), "true null");
  assertEquals(await setting("admin.listen"), '"127.0.0.1:8053" /etc/config.toml:6');
  await reload(`${PAGE}[cache]\nstale = false\n`, /reloaded/);
  assertEquals(await setting("cache.stale"), "false /etc/config.toml:9");
  host.files.write(FILE, `${SERVER}${PAGE}[cache]\nprefetch = false\n`);
  const { body } = await ask("config/changes", tokenIn(host));
  assertEquals([body.isGood, body.changes], [true, ["cache.stale: off → on", "cache.prefetch: on → off"]]);
  await reload(`${PAGE}[cache]\nstale = 7\n`, /not followed/);
  assertEquals((await ask("config/changes", tokenIn(host))).body.isGood, false);
  assertEquals(await setting("cache.stale"), "false /etc/config.toml:9");
  await end();
});

Deno.test("how much is logged by hand holds until the next reload; who is left out by hand is so over it", async () => {
  const { host, line, ask, end } = serving(PAGE);
  await line(/the page is at/);
  const post = (path: string, body: unknown) => {
    const headers = { "content-type": "application/json" };
    return ask(path, tokenIn(host), { method: "POST", body: JSON.stringify(body), headers });
  };
  assertEquals((await post("log/level", { level: "error" })).body, { level: "error" });
  assertEquals(
    (await post("upstreams/203.0.113.53%3A53/disable", { seconds: 600 })).body.upstreams[0].state,
    "disabled",
  );
  assertEquals((await ask("status", tokenIn(host))).body.logLevel, "error");
  host.files.write(FILE, `${SERVER}${PAGE}[cache]\nstale = false\n`);
  assertEquals((await post("reload", {})).body.kind, "applied");
  const { body } = await ask("status", tokenIn(host));
  assertEquals([body.logLevel, body.problems.map(({ kind }: { kind: string }) => kind)], ["info", [
    "all-upstreams-down",
    "upstream-disabled",
  ]]);
  await end();
});
