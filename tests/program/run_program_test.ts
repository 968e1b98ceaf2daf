import { assertEquals, assertStringIncludes } from "@std/assert";
import { DEFAULTS } from "../../lib/config/settings.ts";
import { NOTHING_BY_HAND } from "../../lib/operator/by_hand.ts";
import { runProgram } from "../../lib/program/run_program.ts";
import { serveAsWorker } from "../../lib/program/serve_as_worker.ts";
import type { Order, StartOrder } from "../../lib/workers/messages.ts";
import { shareConfig } from "../../lib/workers/share_config.ts";
import { udp } from "../support/fake_socket.ts";
import { FakeSystem, type FakeSystemOptions } from "../support/fake_system.ts";
import { plainListen } from "../../lib/server/listen/listen.ts";
import { NO_TLS } from "../../lib/server/certificates/tls_material.ts";

const SERVICE = "192.0.2.53:53";

/** Runs the program to its end, which it is told at once. */
async function run(commandLine: string, options?: FakeSystemOptions) {
  const host = new FakeSystem(commandLine.split(" "), options);
  host.end();
  const exitCode = await runProgram(host, host.system);
  return { exitCode, printed: host.printed, lines: host.lines };
}

Deno.test("runProgram() prints the version with what the operating system knows about the build", async () => {
  const { exitCode, printed } = await run("--version", {
    system: { build: () => ({ engine: "deno 2.9.5", target: "some-machine", form: "portable", isNative: true }) },
  });
  assertEquals(exitCode, 0);
  assertEquals(printed[0]!.replace(/[\d.]+/, "V"), "dns-forwarder V (deno 2.9.5, some-machine, portable, native)\n");
});

Deno.test("runProgram() ends with exit code 2 for a wrong flag, and says why on one line", async () => {
  assertEquals(await run("--timeout 5"), {
    exitCode: 2,
    printed: [],
    lines: ['dns-forwarder: Cannot use --timeout "5": must be a whole number, 100–10000'],
  });
});

Deno.test("runProgram() serves until the host says stop, and hears no signals afterwards", async () => {
  const host = new FakeSystem(["--listen", SERVICE, "--resolver", "203.0.113.53"]);
  const running = runProgram(host, host.system);
  host.hearers.hangup[0]!();
  host.hearers.status[0]!();
  host.end();
  assertEquals(await running, 0);
  assertEquals(host.hearers, { hangup: [], status: [] });
  const [announcement, io, hangup] = host.lines;
  assertStringIncludes(announcement!, `listens on ${SERVICE}, forwards to 203.0.113.53:53`);
  assertEquals(io, "dns-forwarder: takes datagrams as the test has them");
  assertEquals(hangup, "dns-forwarder: SIGHUP: nothing to reload, flags are read at the start alone; going on");
});

for (const [words, where] of [[[], "start"], [["check-config"], "check"]] as const) {
  Deno.test(`runProgram() warns at a ${where} of an address to ask from that the machine does not have`, async () => {
    const host = new FakeSystem([...words, "--listen", SERVICE], { addresses: ["192.0.2.53", "192.0.2.54"] });
    host.usualFile = "/etc/a.toml";
    host.files.texts.set(
      "/etc/a.toml",
      `[upstreams.default]
servers = ["203.0.113.1"]
source = ["192.0.2.54"]
[upstreams.ad]
servers = ["203.0.113.2", "2001:db8::2"]
source = ["192.0.2.99", "2001:db8::99"]
[[route]]
domains = ["corp.example"]
to = "ad"
`,
    );
    host.end();
    assertEquals(await runProgram(host, host.system), 0);
    assertEquals(
      host.lines.filter((line) => line.includes("warn")),
      ["192.0.2.99", "2001:db8::99"].map((address) => {
        const what = `this machine does not have ${address} now, and cannot ask from it until it has`;
        return `dns-forwarder: warn: /etc/a.toml:4: upstreams.ad.source: ${what}`;
      }),
    );
  });
}

Deno.test("runProgram() serves by the usual file, unless a flag says who is asked", async () => {
  for (
    const [flags, forwards] of [[[], "203.0.113.1:53"], [["--resolver", "203.0.113.9"], "203.0.113.9:53"]] as const
  ) {
    const host = new FakeSystem([...flags, "--listen", SERVICE]);
    host.usualFile = "/etc/a.toml";
    host.files.texts.set("/etc/a.toml", '[upstreams.default]\nservers = ["203.0.113.1"]\n');
    host.end();
    assertEquals(await runProgram(host, host.system), 0);
    assertStringIncludes(host.lines[0]!, `listens on ${SERVICE}, forwards to ${forwards}`);
  }
});

Deno.test("runProgram() ends with exit code 2 for a file that cannot be used, and shows what is wrong with it", async () => {
  const host = new FakeSystem(["--config", "/etc/a.toml"]);
  host.files.texts.set("/etc/a.toml", "[cache]\nsize = 64\n");
  assertEquals(await runProgram(host, host.system), 2);
  assertEquals(host.lines, [
    '/etc/a.toml:2:8: cache.size: must be text with a unit, such as "64MiB"',
    "     2 | size = 64",
    "       |        ^^",
    "dns-forwarder: Cannot use /etc/a.toml: 1 problem",
  ]);
});

for (
  const [what, isForbidden, advice] of [
    ["is forbidden", true, "ports below 1024 are forbidden to ordinary users"],
    ["fails", false, "no such address"],
  ] as const
) {
  Deno.test(`runProgram() ends with exit code 1 and advice when listening ${what}`, async () => {
    const refuse = () => {
      throw new Error("no such address");
    };
    const { exitCode, lines } = await run(`--listen ${SERVICE}`, {
      system: {
        chooseDatagramIo: () => ({
          isNative: true,
          openDatagram: refuse,
          named: (config) => config,
          describe: () => "",
          close: () => {},
        }),
        isForbidden: () => isForbidden,
      },
    });
    assertEquals([exitCode, lines.length], [1, 1]);
    assertStringIncludes(lines[0]!, `dns-forwarder: Cannot listen on ${SERVICE}: ${advice}`);
  });
}

Deno.test("runProgram() says why one worker serves where several were wanted", async () => {
  const { exitCode, lines } = await run(`--workers auto --listen ${SERVICE}`, {
    system: { chooseWorkerCount: () => ({ count: 1, why: "of the test" }) },
  });
  assertEquals([exitCode, lines[0]], [0, "dns-forwarder: warn: one worker serves: of the test"]);
});

Deno.test("runProgram() sends each worker its share of the configuration, and no arguments", async () => {
  const orders: Order[] = [];
  const host = new FakeSystem(["--workers", "2", "--listen", SERVICE, "--cache-size", "9"], { orders });
  const running = runProgram(host, host.system);
  while (orders.length < 2) await Promise.resolve();
  host.end();
  assertEquals(await running, 0);
  const config = { ...DEFAULTS, workers: 2, cacheSizeMib: 9, listen: [plainListen(udp("192.0.2.53", 53))] };
  const starts = orders.filter((order) => order.kind === "start");
  assertEquals(starts.map((order) => order.config), [shareConfig(config, 2), shareConfig(config, 2)]);
  assertEquals(
    new Set(starts.flatMap(Object.keys)),
    new Set(["kind", "config", "material", "number", "secret", "pauses", "byHand", "lists", "round", "announces"]),
  );
});

Deno.test("serveAsWorker() serves by the configuration that it is sent, whatever its arguments are", async () => {
  const order: StartOrder = {
    kind: "start",
    config: { ...DEFAULTS, listen: [plainListen(udp("192.0.2.53", 53))] },
    material: NO_TLS,
    number: 2,
    secret: "00".repeat(16),
    pauses: [],
    byHand: NOTHING_BY_HAND,
    lists: null,
    round: 0,
    announces: true,
  };
  const host = new FakeSystem(["worker"], { ordered: [order, { kind: "stop" }] });
  assertEquals(await serveAsWorker(host, host.system), 0);
  assertStringIncludes(host.lines[0]!, `listens on ${SERVICE}. ANSWERS ARE MADE UP`);
});

Deno.test("serveAsWorker() does not serve without the lists that are in force: nobody is left unblocked", async () => {
  const order: StartOrder = {
    kind: "start",
    config: { ...DEFAULTS, listen: [plainListen(udp("192.0.2.53", 53))] },
    material: NO_TLS,
    number: 2,
    secret: "00".repeat(16),
    pauses: [],
    byHand: NOTHING_BY_HAND,
    lists: { path: "/state/lists-1.set", descriptor: null },
    round: 0,
    announces: false,
  };
  const host = new FakeSystem(["worker"], { ordered: [order, { kind: "stop" }] });
  assertEquals(await serveAsWorker(host, host.system), 1);
  assertEquals(host.lines, [
    "dns-forwarder: error: a worker does not serve without the lists that are in force: there is no such file",
  ]);
});

Deno.test("runProgram() imports files, and ends with exit code 2 for one that cannot be read", async () => {
  const host = new FakeSystem(["import", "dnsmasq", "/etc/a.conf", "/etc/b.conf"]);
  host.files.write("/etc/a.conf", "port=0\nno-hosts\nlog-dhcp\n");
  assertEquals(await runProgram(host, host.system), 2);
  assertEquals(host.lines, ["dns-forwarder: Cannot read /etc/b.conf: there is no such file"]);
  host.files.write("/etc/b.conf", "server=192.0.2.1\n");
  assertEquals(await runProgram(host, host.system), 0);
  assertStringIncludes(host.printed[0]!, 'servers = ["192.0.2.1"]  # /etc/b.conf:1');
  assertStringIncludes(host.printed[0]!, "# /etc/a.conf:3: no counterpart: log-dhcp");
});
