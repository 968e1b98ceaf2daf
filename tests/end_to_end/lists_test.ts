// Lists from servers that misbehave, on disks that are full, in programs that are killed: the last good one stays.

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { SocketAddress } from "../../lib/base/net/address.ts";
import { RCODE } from "../../lib/wire/iana.ts";
import { decode } from "../../lib/wire/message.ts";
import { lines, question, wire } from "../support/messages.ts";
import { TEST_AUTHORITY, TEST_CERTIFICATE, TEST_KEY } from "../support/test_certificates.ts";
import { outputOf } from "./child_program.ts";
import { breaking, chunks, hostsText, ListServer, type Manner, stalling } from "./list_server.ts";
import { CAN_KEEP_LISTS, ListsProgram } from "./lists_program.ts";
import { UdpClient } from "./udp_client.ts";

const GOOD = hostsText("good", 1000);
/** An answer that takes longer has waited for something. */
const PROMPT_MS = 1000;

function test(name: string, fn: (rig: ListsProgram) => Promise<void>): void {
  Deno.test({
    name: `${name} (needs Linux, --allow-run and --allow-write)`,
    ignore: !CAN_KEEP_LISTS,
    fn: async () => {
      await using rig = new ListsProgram();
      await fn(rig);
    },
  });
}

/** Asks again and again while something else is done. Every answer must come promptly. */
async function whileAsking(address: SocketAddress, act: () => Promise<void>): Promise<void> {
  using client = new UdpClient(address);
  let isDone = false;
  const ask = async () => {
    for (let i = 0; !isDone; i++) {
      const startedAtMs = performance.now();
      // Every tenth is asked of the upstream.
      const name = i % 10 === 0 ? `n${i}.example.net` : "www.example.net";
      const reply = await client.ask(wire({ id: i & 0xffff, recursionDesired: true, questions: [question(name)] }));
      assertEquals(decode(reply).rcode, RCODE.NOERROR);
      const elapsedMs = performance.now() - startedAtMs;
      assert(elapsedMs < PROMPT_MS, `an answer took ${elapsedMs} ms`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  await Promise.all([ask(), act().finally(() => isDone = true)]);
}

/** 300 MB of line feeds, packed into 300 kB: a program that had it in memory as a whole would show. */
const BOMB = CAN_KEEP_LISTS ? await gzip(chunks("\n".repeat(1_000_000), 300)) : new Uint8Array();

function gzip(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Uint8Array<ArrayBuffer>> {
  return new Response(body.pipeThrough(new CompressionStream("gzip"))).bytes();
}

const HOSTILE: readonly { what: string; manner: Manner; why: RegExp; list?: string }[] = [
  { what: "empty", manner: () => new Response(""), why: /^it has 0 names \(min-names is 1\)$/ },
  {
    what: "a web page",
    manner: () => new Response(GOOD, { headers: { "content-type": "text/html" } }),
    why: /^it is a web page, not a list$/,
  },
  { what: "a portal's page", manner: () => new Response("\n<!DOCTYPE html>"), why: /^it is a web page, not a list$/ },
  { what: "cut off", manner: () => new Response(breaking(GOOD)), why: /^error reading a body from connection/ },
  {
    what: "not half of it",
    manner: () => new Response(GOOD.slice(0, GOOD.length / 3)),
    why: /^it has lost 6\d(\.\d)? % of its names, 3\d\d of 1000 are left \(max-shrink is 50 %\)$/,
  },
  {
    what: "endless",
    manner: () => new Response(chunks(GOOD)),
    why: /^it has more than 16777216 octets$/,
    list: 'max-size = "16MiB"',
  },
  {
    what: "binary",
    manner: () => new Response(crypto.getRandomValues(new Uint8Array(65_536))),
    why: /^\d+ of its \d+ lines are no lines of a list \(max-errors is 5 %, the first is line \d+: /,
  },
  {
    what: "one line of 100 MB",
    manner: () => new Response(chunks("a".repeat(100_000), 1000)),
    why: /^its only line is no line of a list \(max-errors is 5 %, the first is line 1: /,
  },
  {
    what: "a gzip bomb",
    manner: () => new Response(BOMB),
    why: /^it has more than 16777216 octets$/,
    list: 'max-size = "16MiB"',
  },
  {
    what: "a gzip bomb on its way",
    manner: () => new Response(BOMB, { headers: { "content-encoding": "gzip" } }),
    why: /^it has more than 16777216 octets$/,
    list: 'max-size = "16MiB"',
  },
  {
    what: "a broken gzip file",
    manner: () => new Response(Uint8Array.of(0x1f, 0x8b, 8, 0, 1, 2, 3, 4)),
    why: /^it is a broken gzip file$/,
  },
  {
    what: "redirected in a circle",
    manner: ({ url }) => new Response(null, { status: 302, headers: { location: url } }),
    why: /^it is redirected in a circle$/,
  },
  {
    what: "redirected on and on",
    manner: ({ url }) => new Response(null, { status: 302, headers: { location: `${url}x` } }),
    why: /^it is redirected more than 5 times$/,
  },
  {
    what: "an error",
    manner: () => new Response("Oops", { status: 500 }),
    why: /^its server answers with status 500$/,
  },
];

const STALLS: readonly (readonly [string, Manner])[] = [
  ["before its answer", () => new Promise(() => {})],
  ["in the middle of it", () => new Response(stalling(GOOD))],
];

for (const { what, manner, why, list = "" } of HOSTILE) {
  test(`a list that is ${what} leaves the last good one, with one line about it, and no answer waits`, async (rig) => {
    rig.server.serve(GOOD);
    await using child = rig.start({ list: `sources = ["${rig.url}"]\n${list}` });
    await child.line(/: lists are ready: 1000 names in 1 list/);
    await child.line(/takes commands at/);
    rig.server.manner = manner;
    await whileAsking(await child.address(), async () => {
      for (let i = 0; i < 2; i++) {
        const { names, sources: [source] } = await rig.refresh();
        assertEquals(names, 1000);
        assertMatch(source!.error!, why);
      }
    });
    rig.server.serve(hostsText("better", 1001));
    assertEquals((await rig.refresh()).names, 1001);
    await child.line(/: lists are ready: 1001 names in 1 list/);
    child.signal("SIGTERM");
    const { lines, exitCode } = await child.end();
    assertEquals(exitCode, 0);
    const warnings = lines.filter((line) => line.includes(" warn: list"));
    assertEquals(warnings.length, 1, warnings.join("\n"));
    assertMatch(
      warnings[0]!,
      /: warn: list ads: http:\/\/lists\.example\.org:\d+\/ads\.txt: .*; its last good text stays$/,
    );
  });
}

for (const [where, manner] of STALLS) {
  test(`a server that stalls ${where} keeps nobody waiting, nor the end of the program`, async (rig) => {
    rig.server.serve(GOOD);
    await using child = rig.start();
    await child.line(/: lists are ready: 1000 names in 1 list/);
    await child.line(/takes commands at/);
    const { promise, resolve } = Promise.withResolvers<void>();
    rig.server.manner = (request) => {
      resolve();
      return manner(request);
    };
    const refreshing = rig.refresh().catch(() => null);
    await promise;
    await whileAsking(await child.address(), async () => {
      assertEquals((await rig.status()).names, 1000);
    });
    child.signal("SIGTERM");
    const { exitCode, lines } = await child.end();
    assertEquals([exitCode, lines.filter((line) => line.includes(" warn: list"))], [0, []]);
    await refreshing;
  });
}

test("a program that is killed at any moment of an update begins with a list that was good", async (rig) => {
  rig.server.serve(hostsText("zero", 5000));
  {
    await using child = rig.start();
    await child.line(/: lists are ready: 5000 names/);
  }
  for (let i = 1; i <= 8; i++) {
    rig.server.serve(hostsText(`v${i}x`, 5000 + i));
    await using child = rig.start();
    await child.line(/: lists are in force as they were: ads$/);
    await child.line(/takes commands at/);
    rig.refresh().catch(() => {});
    // Through all that an update is.
    await new Promise((resolve) => setTimeout(resolve, 40 * i));
    child.signal("SIGKILL");
  }
  rig.server.manner = () => new Response(null, { status: 503 });
  await using child = rig.start();
  await child.line(/: lists are in force as they were: ads$/);
  await child.line(/takes commands at/);
  const { names } = await rig.status();
  assert(names >= 5000 && names <= 5008, `${names} names`);
  child.signal("SIGTERM");
  assertEquals((await child.end()).lines.filter((line) => line.includes("is not used")), []);
});

test("a disk that is full keeps what is on it, and one line tells", async (rig) => {
  rig.server.serve(GOOD);
  Deno.mkdirSync(rig.stateDir);
  const mount = `mount -t tmpfs -o size=200k none ${rig.stateDir} && exec "$@"`;
  await using child = rig.start({ around: ["unshare", "--mount", "--map-root-user", "sh", "-c", mount, "sh"] });
  await child.line(/: lists are ready: 1000 names in 1 list/);
  await child.line(/takes commands at/);
  rig.server.serve(hostsText("large", 20_000));
  for (let i = 0; i < 2; i++) {
    const { names, sources: [source] } = await rig.refresh();
    assertEquals({ names, error: source!.error }, { names: 1000, error: "the disk is full" });
  }
  rig.server.serve(hostsText("small", 1100));
  assertEquals((await rig.refresh()).names, 1100);
  child.signal("SIGTERM");
  const { lines } = await child.end();
  assertEquals(lines.filter((line) => line.includes(" warn: list")).length, 1);
});

test("without the right to start a process lists are made ready in this one, and no answer waits", async (rig) => {
  rig.server.serve(GOOD);
  await using child = rig.start({ rights: [] });
  await child.line(/: lists are ready: 1000 names in 1 list/);
  await child.line(/takes commands at/);
  rig.server.serve(hostsText("more", 100_000));
  await whileAsking(await child.address(), async () => {
    assertEquals((await rig.refresh()).names, 100_000);
  });
  child.signal("SIGTERM");
  assertEquals((await child.end()).exitCode, 0);
});

test("without a folder that may be written to, it is told what is missing, and clients are served", async (rig) => {
  rig.server.serve(GOOD);
  await using child = rig.start({ stateDir: "/var/lib/dns-forwarder-test" });
  await child.line(/takes commands at/);
  const { sources: [source] } = await rig.refresh();
  assertEquals(source!.error, "--allow-write is not given for it");
  await whileAsking(await child.address(), () => Promise.resolve());
  child.signal("SIGTERM");
  const { lines, exitCode } = await child.end();
  assertEquals([exitCode, lines.filter((line) => line.includes(" warn: list")).length], [0, 1]);
});

test("two programs with one folder do not write to it both: the second one says so, and keeps the lists when the first has ended", async (rig) => {
  rig.server.serve(GOOD);
  await using first = rig.start();
  await first.line(/: lists are ready: 1000 names/);
  await using second = rig.start();
  await second.line(/: lists are in force as they were: ads/);
  await second.line(/: warn: .*state is another program's: the lists that it keeps there are in force/);
  // What has died has let go.
  first.signal("SIGKILL");
  await second.line(/state is this program's from now on/);
  second.signal("SIGTERM");
  assertEquals((await second.end()).exitCode, 0);
});

for (
  const [what, make] of [
    ["leads nowhere", (path: string) => Deno.symlinkSync(`${path}/nowhere`, path)],
    ["is a file", (path: string) => Deno.writeTextFileSync(path, "")],
  ] as const
) {
  test(`a state-dir that ${what} is told at the start`, async (rig) => {
    make(rig.stateDir);
    await using child = rig.start();
    await child.line(
      /: warn: .*state \(server\.state-dir\) cannot be written to, nothing new is kept there: no folder stands at its path, but /,
    );
    child.signal("SIGTERM");
    assertEquals((await child.end()).exitCode, 0);
  });
}

test("a list comes over TLS from whoever has the name in its URL, found by the program's own upstream", async (rig) => {
  await using server = new ListServer({ cert: TEST_CERTIFICATE, key: TEST_KEY });
  server.serve(GOOD);
  const authority = `${rig.folder}/authority.pem`;
  Deno.writeTextFileSync(authority, TEST_AUTHORITY);
  const env = { DENO_CERT: authority };
  const [good, bad] = ["lists.example.org", "other.example.org"].map((name) => `https://${name}:${server.port}/a.txt`);
  await using child = rig.start({ list: `sources = ["${good}", "${bad}"]`, env });
  await child.line(/: lists are ready: 1000 names in 1 list/);
  await child.line(/takes commands at/);
  const { sources } = await rig.refresh();
  assertEquals(sources[0]!.error, null);
  assertMatch(sources[1]!.error!, /^invalid peer certificate: certificate not valid for name "other\.example\.org"/);
  child.signal("SIGTERM");
  assertEquals((await child.end()).exitCode, 0);
});

const CAN_CALL = Deno.permissions.querySync({ name: "ffi" }).state === "granted";
if (CAN_CALL) {
  test("with workers the supervisor alone fetches, and all of them use what it has made ready", async (rig) => {
    rig.server.serve(GOOD);
    const rights = ["--allow-run", "--allow-ffi", "--allow-sys=osUptime,inspector"];
    await using child = rig.start({ rights, flags: ["--workers", "2"] });
    await child.line(/: lists are ready: 1000 names in 1 list/);
    await child.line(/takes commands at/);
    assertEquals(rig.server.asked, ["/ads.txt"]);
    const pids = (await outputOf("pgrep", "-P", `${child.pid}`, "-f", "main.ts worker$")).trim().split("\n");
    const mapped = (set: string) => Promise.all(pids.map((pid) => outputOf("grep", "-c", set, `/proc/${pid}/maps`)));
    // It is told before they have it.
    while ((await mapped("lists-1.set")).some((count) => count.trim() !== "1"));
    rig.server.serve(hostsText("other", 1200));
    assertEquals((await rig.refresh()).names, 1200);
    while ((await mapped("lists-2.set")).some((count) => count.trim() !== "1"));
    // The memory of the former one is given back.
    assertEquals((await mapped("lists-1.set")).map((count) => count.trim()), ["0", "0"]);
    child.signal("SIGTERM");
    assertEquals((await child.end()).exitCode, 0);
  });

  test("a worker that takes the place of another one blocks, too, although the folder of the lists is gone", async (rig) => {
    rig.server.serve(GOOD);
    const rights = ["--allow-run", "--allow-ffi", "--allow-sys=osUptime,inspector"];
    await using child = rig.start({ rights, flags: ["--workers", "2"] });
    await child.line(/takes commands at/);
    for (const names of [1000, 1100]) {
      rig.server.serve(hostsText("good", names));
      await rig.refresh();
      await child.line(new RegExp(`: lists are ready: ${names} names in 1 list`));
    }
    const workers = async () =>
      (await outputOf("pgrep", "-P", `${child.pid}`, "-f", "main.ts worker$")).trim().split("\n");
    for (const pid of await workers()) {
      while ((await outputOf("grep", "-c", "lists-2.set", `/proc/${pid}/maps`)).trim() !== "1");
    }
    Deno.removeSync(rig.stateDir, { recursive: true });
    for (const number of [1, 2]) {
      // The older one is worker 1 at first, and then worker 2.
      Deno.kill(Number((await workers())[0]), "SIGKILL");
      await child.line(new RegExp(`worker ${number}: serves in the place of the one that died`));
      const address = await child.address();
      const clients = Array.from({ length: 32 * number }, () => new UdpClient(address));
      const query = wire({ id: 1, recursionDesired: true, questions: [question("good1099.example.org")] });
      for (const reply of await Promise.all(clients.map((client) => client.ask(query)))) {
        assertEquals(lines(decode(reply).answers), ["good1099.example.org. 60 IN A 0.0.0.0"]);
      }
      for (const client of clients) client[Symbol.dispose]();
    }
    child.signal("SIGTERM");
    assertEquals((await child.end()).exitCode, 0);
  });
}
