import { assert, assertEquals, assertMatch } from "@std/assert";
import { AddressInUseError } from "../../../lib/base/runtime.ts";
import { runProgram } from "../../../lib/program/run_program.ts";
import { FakeSystem } from "../../support/fake_system.ts";

const FILE = "/etc/config.toml";
const SERVER = `[server]
listen = ["192.0.2.53"]
drain = "10s"
[upstreams.default]
servers = ["203.0.113.53"]
`;

/** A program that serves by a file. */
function serving(metrics: string) {
  const host = new FakeSystem(["--config", FILE]);
  host.files.write(FILE, SERVER + metrics);
  let again = () => {};
  const stopping = Object.assign(host, { onStopAgain: (hear: () => void) => (again = hear, () => {}) });
  const ended = runProgram(stopping, host.system);
  /** Modules are loaded, which takes turns of the real event loop. */
  const line = async (pattern: RegExp) => {
    for (let i = 0; i < 2000 && !host.lines.some((one) => pattern.test(one)); i++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assert(host.lines.some((one) => pattern.test(one)), `no line ${pattern} in ${host.lines.join("\n")}`);
  };
  const reload = async (metrics: string, told: RegExp) => {
    host.lines.length = 0;
    host.files.write(FILE, SERVER + metrics);
    host.hearers.hangup[0]!();
    await line(told);
  };
  const ask = async (path: string, from = "127.0.0.1") => {
    const response = await host.httpServers.request(`http://127.0.0.1:9153${path}`, {}, from);
    return { status: response.status, text: await response.text() };
  };
  const end = async () => {
    host.end();
    await line(/stopping in 10 s/);
    again();
    assertEquals(await ended, 0);
  };
  return {
    host,
    ended,
    line,
    reload,
    ask,
    end,
    hurry: () => again(),
    heard: () => [...host.httpServers.servers.keys()],
  };
}

Deno.test("the program tells numbers where metrics.listen says, to whom metrics.allow names, and nowhere otherwise", async () => {
  const { host, line, ask, end, heard } = serving('[metrics]\nlisten = "127.0.0.1"\nallow = ["192.0.2.0/24"]\n');
  await line(/tells numbers and health at http:\/\/127\.0\.0\.1:9153\/metrics, \/healthz and \/readyz$/);
  assertEquals((await ask("/metrics")).status, 403);
  const { status, text } = await ask("/metrics", "192.0.2.9");
  assertEquals(status, 200);
  assertMatch(text, /^dns_forwarder_build_info\{version=".+",deno="2\.9\.5",io="native"\} 1$/m);
  assertMatch(text, /^dns_forwarder_upstream_up\{upstream="203\.0\.113\.53:53"\} 1$/m);
  assertEquals((await ask("/healthz", "192.0.2.9")).status, 200);
  await end();
  assertEquals([heard(), host.world.time.timerCount], [[], 0]);
});

Deno.test("a reload turns numbers on, moves them, lets others read them, and turns them off", async () => {
  const { reload, line, ask, end, heard } = serving("");
  await line(/listens on/);
  assertEquals(heard(), []);
  await reload('[metrics]\nlisten = "127.0.0.1"\n', /tells numbers/);
  assertEquals([heard(), (await ask("/metrics", "192.0.2.9")).status], [["127.0.0.1:9153"], 403]);
  await reload('[metrics]\nlisten = "127.0.0.1"\nallow = ["192.0.2.9"]\n', /reload/);
  assertEquals([heard(), (await ask("/metrics", "192.0.2.9")).status], [["127.0.0.1:9153"], 200]);
  await reload('[metrics]\nlisten = "[::1]:9154"\n', /tells numbers and health at http:\/\/\[::1\]:9154/);
  await line(/reload/);
  assertEquals(heard(), ["[::1]:9154"]);
  await reload("", /reload/);
  assertEquals(heard(), []);
  await end();
});

Deno.test("a reload that would tell numbers at a port that is taken is refused, and says what to do", async () => {
  const { host, reload, line, ask, end, heard } = serving('[metrics]\nlisten = "127.0.0.1"\n');
  await line(/tells numbers/);
  host.httpServers.listen({ transport: "tcp", hostname: "127.0.0.1", port: 9999 }, {
    identities: null,
    requestsMax: 1,
    handle: () => new Response(),
    failed: () => {},
  });
  const wanted = '[metrics]\nlisten = "127.0.0.1:9999"\n[cache]\nmax-ttl = "1h"\n';
  await reload(
    wanted,
    /Cannot listen on 127\.0\.0\.1:9999: port 9999 is in use there; .* or give another metrics\.listen \(\/etc\/config\.toml:7\)/,
  );
  assertEquals([heard(), (await ask("/metrics")).status], [["127.0.0.1:9153", "127.0.0.1:9999"], 200]);
  await end();
});

Deno.test("the program that cannot tell numbers at a port that is taken names the setting as it was given", async () => {
  for (
    const [args, setting] of [
      [["--listen", "192.0.2.53", "--metrics", "127.0.0.1:9153"], "--metrics"],
      [["--config", "/a.toml"], "metrics.listen (/a.toml:4)"],
    ] as const
  ) {
    const host = new FakeSystem(args);
    host.files.write("/a.toml", '[server]\nlisten = ["192.0.2.53"]\n[metrics]\nlisten = "127.0.0.1:9153"\n');
    host.httpServers.refused.set("127.0.0.1:9153", new AddressInUseError("taken"));
    assertEquals(await runProgram(host, host.system), 1);
    assertEquals(
      host.lines.at(-1),
      "dns-forwarder: Cannot listen on 127.0.0.1:9153: port 9153 is in use there; stop the other program or give another " +
        setting,
    );
  }
});

Deno.test("the program does not start when it cannot tell numbers where it is to, and says why", async () => {
  const host = new FakeSystem(["--listen", "192.0.2.53", "--metrics", "127.0.0.1:9153"]);
  host.httpServers.refused.set("127.0.0.1:9153", new Error("the network is down"));
  assertEquals(await runProgram(host, host.system), 1);
  assertEquals(host.lines.at(-1), "dns-forwarder: Cannot listen on 127.0.0.1:9153: the network is down");
});

Deno.test("the program that is told to stop is not ready from then on, and serves on as long as server.drain says", async () => {
  const { host, ended, line, ask } = serving('[metrics]\nlisten = "127.0.0.1"\n');
  await line(/tells numbers/);
  assertEquals((await ask("/readyz")).status, 200);
  host.end();
  await line(/stopping in 10 s, and serving until then/);
  const { status, text } = await ask("/readyz");
  assertEquals([status, JSON.parse(text).checks.stopping.ok, (await ask("/healthz")).status], [503, false, 200]);
  assertEquals((await ask("/metrics")).status, 200);
  await host.world.time.pass(10_000);
  assertEquals(await ended, 0);
});

Deno.test("the program that is told to stop twice serves on no longer", async () => {
  const { host, ended, line, hurry } = serving("");
  await line(/listens on/);
  host.end();
  await line(/stopping in 10 s/);
  const beforeMs = host.world.time.nowMs();
  hurry();
  assertEquals([await ended, host.world.time.nowMs()], [0, beforeMs]);
});

Deno.test("workers have no numbers of their own: the supervisor tells them, and how each is doing", async () => {
  const host = new FakeSystem([
    "--listen",
    "192.0.2.53",
    "--metrics",
    "127.0.0.1:9153",
    "--workers",
    "2",
    "--drain",
    "10",
  ]);
  const ended = runProgram(host, host.system);
  for (let i = 0; i < 2000 && host.httpServers.servers.size === 0; i++) await new Promise((r) => setTimeout(r, 1));
  const ask = async (path: string) => (await host.httpServers.request(`http://127.0.0.1:9153${path}`)).json();
  assertEquals((await ask("/healthz")).checks.workers, { ok: true, about: "2 of 2 have reported within 6 s" });
  await host.world.time.pass(7000);
  const about = "worker 1 has said nothing for 7 s, worker 2 has said nothing for 7 s";
  assertEquals((await ask("/healthz")).checks.workers, { ok: false, about });
  host.end();
  await host.world.time.pass(30_000);
  assertEquals(await ended, 0);
});
