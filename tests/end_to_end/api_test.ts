// The page and its API on the program, as curl and a browser's requests find them: HTTP/1.1, HTTP/2, TLS, workers, the admin socket.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { formatSocketAddress } from "../../lib/base/net/address.ts";
import { ROUTES } from "../../lib/web/api/routes.ts";
import { question, wire } from "../support/messages.ts";
import { testCertificates } from "../support/test_certificates.ts";
import { ChildProgram, ROOT } from "./child_program.ts";
import { courseResolver } from "./course_resolver.ts";
import { testWith } from "./encrypted/installed.ts";
import { UdpClient } from "./udp_client.ts";
import { UdpServer } from "./udp_server.ts";

const QUERY = wire({ id: 0x1234, recursionDesired: true, questions: [question("codecrafters.io")] });
const CAN_WRITE = Deno.permissions.querySync({ name: "write" }).state === "granted";
const CAN_CALL = Deno.build.os === "linux" && Deno.permissions.querySync({ name: "ffi" }).state === "granted";
const JSON_BODY = ["-H", "content-type: application/json"];

/** The program with a page, and an upstream. */
class Rig implements AsyncDisposable {
  readonly upstream = new UdpServer(({ octets }) => courseResolver(octets));
  readonly folder = Deno.makeTempDirSync({ prefix: "dns-forwarder-api-" });
  child!: ChildProgram;
  /** `http://127.0.0.1:40000` */
  url = "";

  async start(admin = 'listen = "127.0.0.1:0"', server = "", ...permissions: string[]): Promise<this> {
    Deno.writeTextFileSync(
      `${this.folder}/config.toml`,
      `[server]
listen = ["127.0.0.1:0"]
${server}
[upstreams.default]
servers = ["${formatSocketAddress(this.upstream.address)}"]
[admin]
token-file = "${this.tokenFile}"
socket = "${this.folder}/admin.sock"
${admin}
`,
    );
    const files = [`--allow-read=${this.folder},${ROOT}`, `--allow-write=${this.folder}`];
    const main = [`${ROOT}/main.ts`, "--config", `${this.folder}/config.toml`];
    this.child = new ChildProgram([
      Deno.execPath(),
      "run",
      "--no-prompt",
      "--allow-net",
      ...files,
      ...permissions,
      ...main,
    ]);
    const line = await this.child.line(/the page is at http/);
    this.url = /(https?:\/\/[^ ]+)\/;/.exec(line)![1]!;
    return this;
  }

  get tokenFile(): string {
    return `${this.folder}/own/tokens`;
  }

  /** The token that was made. */
  get token(): string {
    return /^first admin (\S+)$/m.exec(Deno.readTextFileSync(this.tokenFile))![1]!;
  }

  get bearer(): string[] {
    return ["-H", `authorization: Bearer ${this.token}`];
  }

  /** Asks, and returns the status, the version of HTTP and the body. */
  async curl(path: string, ...args: string[]): Promise<{ status: number; version: string; body: string }> {
    const { output } = await run(
      "curl",
      "-sS",
      "--path-as-is",
      "-w",
      "\n%{http_code} %{http_version}",
      ...args,
      `${this.url}${path}`,
    );
    const [, body, status, version] = /^(.*)\n(\d+) (\S+)$/s.exec(output.trimEnd())!;
    return { status: Number(status), version: version!, body: body! };
  }

  async json(path: string, ...args: string[]): Promise<Record<string, unknown>> {
    const { body, status } = await this.curl(`/api/v1/${path}`, ...this.bearer, ...args);
    assertEquals(status, 200, body);
    return JSON.parse(body);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.child?.[Symbol.asyncDispose]();
    await this.upstream[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** What a command says. */
async function run(command: string, ...args: readonly string[]): Promise<{ output: string; error: string }> {
  const { stdout, stderr } = await new Deno.Command(command, { args: [...args], stdin: "null" }).output();
  return { output: new TextDecoder().decode(stdout), error: new TextDecoder().decode(stderr) };
}

async function ask(child: ChildProgram): Promise<void> {
  using client = new UdpClient(await child.address());
  await client.ask(QUERY);
}

async function test(name: string, fn: () => Promise<void>, canMore = true): Promise<void> {
  if (CAN_WRITE && canMore) return await testWith(["curl"], name, fn);
  Deno.test({ name: `${name} (needs --allow-write, and more)`, ignore: true, fn });
}

await test("the first start makes a token that the log does not tell, for its user alone; with it everything can be seen", async () => {
  await using rig = await new Rig().start();
  assertEquals(Deno.statSync(rig.tokenFile).mode! & 0o777, 0o600);
  await rig.child.line(/made .*own\/tokens with the first token for the page/);
  const { token } = rig;
  await ask(rig.child);
  assertEquals(await rig.json("session"), { name: "first", scope: "admin", endsAtMs: null });
  const status = await rig.json("status");
  assertEquals([status.health, (status.replies as { total: number }).total], ["well", 1]);
  assertEquals((await rig.curl("/")).status, 200);
  rig.child.signal("SIGTERM");
  const { lines, exitCode } = await rig.child.end();
  assertEquals([exitCode, lines.filter((line) => line.includes(token))], [0, []]);
});

await test("each route takes a token, over HTTP/1.1, over HTTP/2 by prior knowledge, and by an upgrade that is not taken", async () => {
  await using rig = await new Rig().start();
  for (const { method, path } of ROUTES) {
    const url = `/api/v1/${path.replace("{name}", "a")}`;
    const given = method === "POST" ? ["-X", "POST", ...JSON_BODY, "-d", "{}"] : [];
    assertEquals((await rig.curl(url, ...given)).status, 401, path);
    const h2 = await rig.curl(url, "--http2-prior-knowledge", ...given);
    assertEquals([h2.status, h2.version], [401, "2"], path);
    const wrong = ["-H", "authorization: Bearer dnsf_wrong"];
    assertEquals((await rig.curl(url, "--http2-prior-knowledge", ...given, ...wrong)).status, 401, path);
  }
  const upgrade = await rig.curl("/api/v1/status", "--http2");
  assertEquals([upgrade.status, upgrade.version], [401, "1.1"]);
  const known = await rig.curl("/api/v1/session", "--http2-prior-knowledge", ...rig.bearer);
  assertEquals([known.status, known.version], [200, "2"]);
  for (const args of [[], ["--http2-prior-knowledge"]]) {
    for (const host of ["evil.test", "127.evil.com", "127.0.0.1.evil.test:8053"]) {
      assertEquals(
        (await rig.curl("/api/v1/session", ...args, ...rig.bearer, "-H", `host: ${host}`)).status,
        421,
        host,
      );
    }
    const absolute = await rig.curl(
      "/api/v1/session",
      ...args,
      ...rig.bearer,
      "--request-target",
      "http://evil.test/api/v1/session",
    );
    assert([400, 404, 421].includes(absolute.status), `${absolute.status}`);
  }
  for (const path of ["//api/v1/session", "/api/v1/%73ession", "/api/v1/session/", "/api/v1/session%2f"]) {
    assertEquals([(await rig.curl(path)).status, (await rig.curl(path, ...rig.bearer)).status], [401, 404], path);
  }
});

await test("what changes something does: an upstream is left out, memory forgotten, the level set, a file checked, the configuration read again", async () => {
  await using rig = await new Rig().start();
  await ask(rig.child);
  const post = (path: string, body: unknown) => rig.json(path, ...JSON_BODY, "-d", JSON.stringify(body));
  const name = formatSocketAddress(rig.upstream.address);
  const out = await post(`upstreams/${encodeURIComponent(name)}/disable`, { seconds: 60 });
  assertEquals((out.upstreams as { state: string; disabledSeconds: number }[])[0]!.state, "disabled");
  assertEquals((await rig.json("status")).health, "failing");
  const back = await post(`upstreams/${encodeURIComponent(name)}/enable`, {});
  assertEquals((back.upstreams as { state: string }[])[0]!.state, "up");
  assertEquals(await post("cache/flush", {}), { removed: 1 });
  assertEquals(await post("log/level", { level: "debug" }), { level: "debug" });
  assertEquals((await post("policy/pause", { seconds: 60 })).resumed, 0);
  assertEquals((await post("policy/resume", {})).resumed, 1);
  const wrong = await post("config/check", { text: '[cache]\nsize = "much"\n' });
  assertEquals(wrong.isGood, false);
  assertMatch((wrong.problems as string[])[0]!, /config\.toml:2:8: cache\.size: /);
  const file = Deno.readTextFileSync(`${rig.folder}/config.toml`);
  assertEquals((await post("config/check", { text: `${file}[cache]\nsize = "1MiB"\nstale = false\n` })).changes, [
    "cache.stale: on → off",
  ]);
  const secret = await post("config/check", { text: `include = ["/etc/passwd"]\n[server]\nserver-id = "\${HOME}"\n` });
  assert(!/root:|\/root/.test(JSON.stringify(secret)));
  Deno.writeTextFileSync(`${rig.folder}/config.toml`, `${file}[cache]\nstale = false\n`);
  const reloaded = await post("reload", {});
  assertEquals([reloaded.kind, reloaded.changes], ["applied", ["cache.stale: on → off"]]);
  const config = await rig.json("config");
  const stale = (config.settings as { path: string; value: string; from: string }[]).find(({ path }) =>
    path === "cache.stale"
  )!;
  assertEquals([stale.value, /config\.toml:\d+$/.test(stale.from)], ["false", true]);
  assertEquals((await rig.json("status")).logLevel, "info");
});

await test("a token counts as long as its line is there; a line that is added counts, too, and may only look", async () => {
  await using rig = await new Rig().start();
  const { token } = rig;
  const made = await run(
    Deno.execPath(),
    "run",
    "--no-prompt",
    `--allow-read=${ROOT}`,
    `${ROOT}/main.ts`,
    "token",
    "grafana",
  );
  const [, other] = /told nowhere else: (\S+)/.exec(made.error)!;
  assertMatch(made.output, /^grafana read sha256:[0-9a-f]{64}\n$/);
  Deno.writeTextFileSync(rig.tokenFile, made.output);
  await rig.child.line(/own\/tokens has 1 token now/);
  const session = (token: string) => rig.curl("/api/v1/session", "-H", `authorization: Bearer ${token}`);
  assertEquals([(await session(token)).status, (await session(other!)).status], [401, 200]);
  const flush = await rig.curl("/api/v1/cache/flush", ...JSON_BODY, "-d", "{}", "-H", `authorization: Bearer ${other}`);
  assertEquals(flush.status, 403);
  Deno.removeSync(rig.tokenFile);
  await rig.child.line(/own\/tokens has no token now/);
  assertEquals((await session(other!)).status, 401);
});

await test("over TLS the page shows the certificate of the server, and another one when the file has changed", async () => {
  const { server, authority, otherName } = await testCertificates();
  await using rig = new Rig();
  const write = ({ certificate, key }: { certificate: string; key: string }) => {
    Deno.writeTextFileSync(`${rig.folder}/own.pem`, certificate + key);
  };
  write(server);
  Deno.writeTextFileSync(`${rig.folder}/ca.pem`, authority.certificate);
  await rig.start(
    'listen = "https://127.0.0.1:0"\nhosts = ["dns.example.org"]',
    `certificate = "${rig.folder}/own.pem"`,
  );
  const port = new URL(rig.url).port;
  const named = ["--cacert", `${rig.folder}/ca.pem`, "--resolve", `dns.example.org:${port}:127.0.0.1`];
  rig.url = `https://dns.example.org:${port}`;
  const { status, version } = await rig.curl("/api/v1/session", ...named, ...rig.bearer);
  assertEquals([status, version], [200, "2"]);
  assertEquals((await rig.curl("/api/v1/session", ...named)).status, 401);
  const login = await rig.curl(
    "/api/v1/login",
    ...named,
    ...JSON_BODY,
    "-i",
    "-d",
    JSON.stringify({ token: rig.token }),
  );
  assertMatch(login.body, /set-cookie: __Host-dns-forwarder-\d+=.*; Secure/i);
  write(otherName);
  // Files are looked at once a second.
  for (let tries = 0; (await rig.curl("/api/v1/session", ...named)).status !== 0; tries++) {
    assert(tries < 1000, "the former certificate is still shown");
  }
});

await test(
  "with workers the supervisor shows what all of them do, and has all of them do what is asked for",
  async () => {
    await using rig = await new Rig().start(
      'listen = "127.0.0.1:0"',
      "workers = 2",
      "--allow-ffi",
      "--allow-run",
    );
    await rig.child.line(/2 workers serve/);
    const name = formatSocketAddress(rig.upstream.address);
    assertEquals((await rig.json("status")).workers, 2);
    const post = (path: string, body: unknown) => rig.json(path, ...JSON_BODY, "-d", JSON.stringify(body));
    const out = await post(`upstreams/${encodeURIComponent(name)}/disable`, { seconds: 60 });
    // Each of them says so: else both states would stand here.
    assertEquals((out.upstreams as { state: string }[]).map(({ state }) => state), ["disabled"]);
    assertEquals(await post("log/level", { level: "debug" }), { level: "debug" });
    const explained = await rig.json("explain?name=codecrafters.io");
    assertMatch(JSON.stringify(explained), /left out/);
    await post(`upstreams/${encodeURIComponent(name)}/enable`, {});
    await ask(rig.child);
    // Workers tell the supervisor now and then.
    let rows: unknown[] = [];
    for (let tries = 0; rows.length === 0 && tries < 1000; tries++) {
      rows = (await rig.json("queries?name=codecrafters&source=upstream")).rows as unknown[];
    }
    assertEquals(rows.length, 1);
  },
  CAN_CALL,
);

await test("a thousand connections that ask nothing, and readers that do not read, hinder neither the API nor an answer", async () => {
  await using rig = await new Rig().start();
  const { hostname, port } = new URL(rig.url);
  const events =
    `GET /api/v1/events HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${rig.token}\r\n\r\n`;
  const connections: Deno.TcpConn[] = [];
  try {
    for (let i = 0; i < 1000; i++) {
      const connection = await Deno.connect({ hostname, port: Number(port) });
      connections.push(connection);
      // One in ten has begun to ask, and goes no further; eight ask for events and do not read them.
      if (i % 10 === 0) await connection.write(new TextEncoder().encode("GET /api/v1/status HTTP/1.1\r\nHo"));
      if (i % 125 === 1) await connection.write(new TextEncoder().encode(events));
    }
    for (let i = 0; i < 50; i++) await ask(rig.child);
    assertEquals((await rig.json("status")).health, "well");
    assertEquals((await rig.curl("/")).status, 200);
    // All places for readers are taken.
    assertEquals((await rig.curl("/api/v1/events", ...rig.bearer)).status, 503);
  } finally {
    for (const connection of connections) connection.close();
  }
  assertEquals((await rig.json("status")).health, "well");
});

await test("the admin socket says the same without a token, and to nobody who may not connect to it", async () => {
  await using rig = await new Rig().start();
  await rig.child.line(/takes commands at/);
  const say = async (request: unknown) => {
    using connection = await Deno.connect({ transport: "unix", path: `${rig.folder}/admin.sock` });
    await connection.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`));
    const buffer = new Uint8Array(1_000_000);
    let length = 0;
    while (!buffer.subarray(0, length).includes(10)) length += await connection.read(buffer.subarray(length)) ?? 0;
    return JSON.parse(new TextDecoder().decode(buffer.subarray(0, length))).result;
  };
  const { status, body } = await say({ command: "api", path: "/api/v1/session" });
  assertEquals([status, body], [200, { name: "socket", scope: "admin", endsAtMs: null }]);
  const top = await say({ command: "api", path: "/api/v1/top?by=name&limit=3" });
  assertEquals([top.status, top.body.by], [200, "name"]);
  const flush = await say({ command: "api", method: "POST", path: "/api/v1/cache/flush", body: { below: true } });
  assertEquals([flush.status, flush.body.detail], [400, "below needs a name"]);
  assertEquals((await say({ command: "api", path: "/api/v1/events" })).status, 406);
});
