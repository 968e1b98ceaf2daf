import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DEFAULT_ADMIN_SOCKET } from "../../lib/operator/admin/requests.ts";
import { runProgram } from "../../lib/program/run_program.ts";
import type { Order } from "../../lib/workers/messages.ts";
import { FakeLocalSockets } from "../support/fake_local_sockets.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { settled } from "../support/fake_time.ts";

const FILE = "/etc/config.toml";
const CONFIG = `[server]
listen = ["192.0.2.53"]
[admin]
socket = "${DEFAULT_ADMIN_SOCKET}"
[upstreams.default]
servers = ["203.0.113.53"]
`;

/** A program that serves by a file, and what its commands reach it by. */
async function serving(config = CONFIG, sockets = new FakeLocalSockets(), orders: Order[] = []) {
  const host = new FakeSystem(["--config", FILE], { orders, system: { localSockets: sockets } });
  host.files.write(FILE, config);
  const ended = runProgram(host, host.system);
  // Modules are loaded for a file, which takes turns of the real event loop.
  const isServing = () => host.lines.some((line) => /takes commands at|Cannot listen at/.test(line));
  for (let i = 0; i < 1000 && !isServing(); i++) await new Promise((resolve) => setTimeout(resolve, 1));
  /** Runs a command to its end. */
  const run = async (...args: string[]) => {
    const client = new FakeSystem(args, { system: { localSockets: sockets } });
    const exitCode = await runProgram(client, client.system);
    return { exitCode, printed: client.printed.join(""), lines: client.lines };
  };
  const end = async () => {
    host.end();
    assertEquals(await ended, 0);
  };
  return { host, sockets, run, end };
}

Deno.test("status prints how the program is doing, a line each or as JSON", async () => {
  const { run, end } = await serving();
  const { exitCode, printed } = await run("status");
  assertEquals(exitCode, 0);
  assertMatch(
    printed,
    /^running for 0 s, 0 questions in flight\nupstreams: the only one is up\nlisteners: 192\.0\.2\.53:53\nclients: received=0 /,
  );
  const { lines, status } = JSON.parse((await run("status", "--json")).printed);
  assertEquals(lines.length, printed.trimEnd().split("\n").length);
  assertEquals(status.upstreams[0].name, "203.0.113.53:53");
  await end();
});

Deno.test("flush prints how much is forgotten, and explain what becomes of a question", async () => {
  const { run, end } = await serving();
  assertEquals(await run("flush"), { exitCode: 0, printed: "forgotten: 0 answers\n", lines: [] });
  assertEquals(await run("flush", "example.org", "--below"), {
    exitCode: 0,
    printed: "forgotten: 0 answers\n",
    lines: [],
  });
  const { exitCode, printed } = await run("explain", "localhost", "aaaa", "--client=192.0.2.9");
  assertEquals(exitCode, 1);
  assertStringIncludes(printed, "localhost. IN AAAA\n 1  client     192.0.2.9 over UDP  in no network that may ask");
  const own = await run("explain", "localhost", "--json");
  assertEquals([own.exitCode, JSON.parse(own.printed).outcome.rcode], [0, "NOERROR"]);
  await end();
});

Deno.test("reload prints what has changed, or why nothing has", async () => {
  const { host, run, end } = await serving();
  assertEquals(await run("reload"), {
    exitCode: 0,
    printed: "nothing to reload: the configuration is as it was\n",
    lines: [],
  });
  host.files.write(FILE, `${CONFIG}[cache]\nmax-ttl = "1h"\nsize = "1MiB"\n`);
  const { exitCode, printed } = await run("reload");
  assertEquals(exitCode, 0);
  assertMatch(printed, /^reloaded: .*max-ttl/);
  assertMatch(printed, /^needs a restart: .*size/m);
  host.files.write(FILE, "[server\n");
  const refused = await run("reload");
  assertEquals(refused.exitCode, 1);
  assertMatch(refused.printed, / \/etc\/config\.toml:1:.*; going on as before$/m);
  assertEquals(JSON.parse((await run("reload", "--json")).printed).kind, "rejected");
  await end();
});

Deno.test("pause and resume print what is paused then, and status tells it, across a reload", async () => {
  const config = `${CONFIG}[clients.kids]\naddresses = ["192.0.2.0/24"]\n`;
  const { host, run, end } = await serving(config);
  const all = await run("pause");
  assertEquals(all, { exitCode: 0, printed: "blocking is paused until it is resumed\n", lines: [] });
  assertEquals((await run("pause", "30m", "--clients", "kids,default", "--lists=*")).printed.split("\n"), [
    "blocking is paused until it is resumed",
    "blocking by * for kids, default is paused for another 30 min",
    "",
  ]);
  host.files.write(FILE, `${config}[cache]\nmax-ttl = "1h"\n`);
  assertEquals((await run("reload")).exitCode, 0);
  assertStringIncludes(
    (await run("status")).printed,
    "\nblocking by * for kids, default is paused for another 30 min\n",
  );
  assertEquals(
    (await run("resume", "--clients", "kids")).printed.split("\n")[0],
    "blocking is paused until it is resumed",
  );
  assertEquals((await run("resume")).printed, "resumed: 2 pauses\nnothing is paused\n");
  assertEquals(JSON.parse((await run("pause", "10s", "--json")).printed), {
    pauses: [{ leftSeconds: 10, clients: null, lists: null }],
    resumed: 0,
  });
  await end();
});

Deno.test("pause refuses groups and lists that there are not", async () => {
  const { run, end } = await serving();
  assertEquals(await run("pause", "--clients", "kidz"), {
    exitCode: 1,
    printed: "",
    lines: ['dns-forwarder: Cannot pause: there is no client group "kidz"; there are default'],
  });
  assertEquals((await run("resume", "--lists", "ads")).lines, [
    'dns-forwarder: Cannot resume: there is no list "ads"; there are *',
  ]);
  await end();
});

Deno.test("lists and refresh say that there are none, where none is read or fetched", async () => {
  const { run, end } = await serving();
  const none = { exitCode: 0, printed: "there are no lists that are read or fetched\n", lines: [] };
  assertEquals([await run("lists"), await run("refresh")], [none, none]);
  assertEquals(await run("refresh", "ads"), {
    exitCode: 1,
    printed: "",
    lines: ['dns-forwarder: Cannot refresh: there is no list "ads" that is read or fetched; there is none'],
  });
  await end();
});

Deno.test("commands end with exit code 3 when there is no program, and say where they have looked", async () => {
  const { run, end, sockets } = await serving(CONFIG.replace(/\[admin\]\n.*\n/, ""));
  assertEquals(sockets.listeners.size, 0);
  const { exitCode, lines } = await run("status", "--socket", "/tmp/other.sock");
  assertEquals(exitCode, 3);
  assertStringIncludes(lines[0]!, "Cannot reach the program at /tmp/other.sock: there is no such socket or folder");
  await end();
});

Deno.test("a program that cannot listen for commands says so, and serves", async () => {
  const sockets = new FakeLocalSockets();
  sockets.forbidden.set(DEFAULT_ADMIN_SOCKET, "the operating system forbids it");
  const { host, end } = await serving(CONFIG, sockets);
  assert(host.lines.some((line) => {
    return line.includes(
      `Cannot listen at ${DEFAULT_ADMIN_SOCKET} (admin.socket): the operating system forbids it; going on`,
    );
  }));
  await end();
});

Deno.test("a program that stops takes its socket away, also when it has only just started", async () => {
  const { sockets, end } = await serving();
  assertEquals([...sockets.listeners.keys()], [DEFAULT_ADMIN_SOCKET]);
  await end();
  await settled();
  assertEquals(sockets.listeners.size, 0);
});

Deno.test("the supervisor takes commands for its workers", async () => {
  const orders: Order[] = [];
  const config = CONFIG.replace("[server]", "[server]\nworkers = 2");
  const { run, end, sockets } = await serving(config, new FakeLocalSockets(), orders);
  const running = run("flush", "example.org");
  await settled();
  assertEquals(orders.filter(({ kind }) => kind === "do").length, 2);
  await end();
  // They have not answered, and nobody will.
  assertEquals((await running).exitCode, 3);
  assertEquals(sockets.listeners.size, 0);
});

Deno.test("the supervisor pauses for its workers", async () => {
  const orders: Order[] = [];
  const config = CONFIG.replace("[server]", "[server]\nworkers = 2");
  const { run, end } = await serving(config, new FakeLocalSockets(), orders);
  assertEquals((await run("pause", "1h")).printed, "blocking is paused for another 60 min\n");
  const told = orders.flatMap((order) => order.kind === "pauses" ? order.pauses.map(({ clients }) => clients) : []);
  assertEquals(told, [null, null]);
  await end();
});

Deno.test("explain --offline says what a configuration would do, without a program, and asks nobody", async () => {
  const host = new FakeSystem(["explain", "example.org", "--offline", "--resolver", "203.0.113.53,203.0.113.54"]);
  assertEquals(await runProgram(host, host.system), 0);
  assertEquals(
    host.printed.join(""),
    `example.org. IN A
 1  client     127.0.0.1 over UDP        allowed by 127.0.0.0/8
 2  policy     nothing applies
 3  cache      nothing
 4  upstream   +0.0 ms  203.0.113.53:53  would be asked
`,
  );
});

Deno.test("explain --offline reads a configuration file, and says with which line it decides", async () => {
  const host = new FakeSystem(["explain", "www.corp.example", "--offline", "--config", "/etc/config.toml"]);
  const file =
    '[upstreams.default]\nservers = ["203.0.113.53"]\n[[route]]\ndomains = ["corp.example"]\nto = ["10.0.0.1"]\n';
  host.files.write("/etc/config.toml", file);
  assertEquals(await runProgram(host, host.system), 0);
  assertMatch(
    host.printed.join(""),
    /^ 2 {2}policy .*\[\[route\]\].* {2}\/etc\/config\.toml:3: of all routes .* \(law 6\)$/m,
  );
  assertStringIncludes(host.printed.join(""), "+0.0 ms  10.0.0.1:53");
  host.files.write("/etc/config.toml", "[upstreams.default\n");
  assertEquals(await runProgram(host, host.system), 2);
});

for (
  const args of [
    ["--offline", "--config", "/etc/config.toml", "nas.example"],
    ["nas.example", "--config=/etc/config.toml", "--offline"],
    ["--config", "/etc/config.toml", "--offline", "nas.example", "A", "--client", "192.168.1.9"],
  ]
) {
  Deno.test(`explain ${args.join(" ")} takes its words and flags in any order`, async () => {
    const host = new FakeSystem(["explain", ...args]);
    host.files.write("/etc/config.toml", '[local.addresses]\n"nas.example" = "192.0.2.7"\n');
    assertEquals(await runProgram(host, host.system), 0);
    assertStringIncludes(host.printed.join(""), "nas.example. 300 IN A 192.0.2.7");
  });
}

for (
  const [args, message] of [
    [["status", "now"], 'Cannot status "now": it is one word too many'],
    [["status", "--below"], 'Cannot use "--below" with status: no such flag'],
    [["flush", "a.example", "b.example"], 'Cannot flush "b.example": it is one word too many'],
    [["flush", "--below"], "Cannot flush: below needs a name"],
    [["flush", "a..example"], "Cannot flush: "],
    [["explain"], "Cannot explain: explain needs a name"],
    [["explain", "a.example", "NOTYPE"], 'Cannot explain "NOTYPE": must be a type such as AAAA or TYPE65'],
    [["explain", "a.example", "--client", "me"], "Cannot explain: client must be an IP address"],
    [["explain", "a.example", "--at", "noon"], "Cannot explain: at must be a time such as 2026-12-01 21:00"],
    [["explain", "a.example", "--client"], "Cannot use --client: it needs a value"],
    [["status", "--json=yes"], 'Cannot use --json "yes": it takes no value'],
    [["explain", "a.example", "--offline", "--version"], "Cannot explain offline"],
  ] as const
) {
  Deno.test(`${args.join(" ")} is a usage error`, async () => {
    const host = new FakeSystem(args);
    assertEquals(await runProgram(host, host.system), 2);
    assertStringIncludes(host.lines[0]!, message);
  });
}
