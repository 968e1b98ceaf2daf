import { assertEquals } from "@std/assert";
import { runProgram } from "../../../lib/program/run_program.ts";
import { FakeSystem } from "../../support/fake_system.ts";

const LINE =
  '{"time":"2026-11-30T14:02:37.123Z","tookMs":1.250,"channel":"udp","client":"192.0.2.77","name":"www.example.com",' +
  '"type":"A","source":"blocked","rcode":"NXDOMAIN","reason":"list ads, line 7","sizeOctets":58}\n';

async function run(args: readonly string[], files: Readonly<Record<string, string>> = { "/log/queries.jsonl": LINE }) {
  const host = new FakeSystem(["queries", ...args]);
  for (const [path, text] of Object.entries(files)) host.files.write(path, text);
  const code = await runProgram(host, host.system);
  return { code, printed: host.printed.join(""), lines: host.lines };
}

Deno.test("queries --folder prints a table, and with --json the lines as they are", async () => {
  const { code, printed, lines } = await run(["--folder", "/log"]);
  assertEquals([code, lines], [0, []]);
  assertEquals(
    printed.replace(/2026-\S+ \S+/, "T").replaceAll(/ +/g, " "),
    [
      "time client name type result source ms by\n",
      "T 192.0.2.77 www.example.com A NXDOMAIN blocked 1.3 list ads, line 7\n",
    ].join(""),
  );
  assertEquals((await run(["--folder", "/log", "--json"])).printed, LINE);
});

Deno.test("queries says when there is nothing, and how to go on when there is more", async () => {
  const nothing = await run(["--folder", "/log", "--name", "example.org"]);
  assertEquals([nothing.code, nothing.printed, nothing.lines], [0, "", ["dns-forwarder: nothing found in /log"]]);
  const more = await run(["--folder", "/log", "--limit", "1"], { "/log/queries.jsonl": LINE + LINE });
  assertEquals(more.lines, [
    "dns-forwarder: 1 found, searched back to 2026-11-30T14:02:37.123Z; go on with --until 2026-11-30T14:02:37.123Z",
  ]);
});

Deno.test("queries --config takes the folder that the file names", async () => {
  const files = { "/a.toml": '[query-log]\nfolder = "/log"\n', "/log/queries.jsonl": LINE };
  assertEquals((await run(["--config", "/a.toml", "--json"], files)).printed, LINE);
  const without = await run(["--config", "/a.toml"], { "/a.toml": "" });
  assertEquals([without.code, without.lines], [1, ["dns-forwarder: Cannot search: /a.toml has no query-log.folder"]]);
});

Deno.test("queries without a program tells what to do", async () => {
  const { code, lines } = await run([]);
  assertEquals([code, lines.length, lines[0]!.endsWith("Without it: queries --folder <path>, or --config <file>")], [
    3,
    1,
    true,
  ]);
});

Deno.test("queries in a folder that is not there says so", async () => {
  const { code, lines } = await run(["--folder", "/nowhere"]);
  assertEquals([code, lines], [1, ["dns-forwarder: Cannot search /nowhere: there is no such file"]]);
});

Deno.test("queries --follow prints the last lines, and ends when it is told to", async () => {
  const host = new FakeSystem(["queries", "--folder", "/log", "--follow"]);
  host.files.write("/log/queries.jsonl", LINE);
  const running = runProgram(host, host.system);
  await host.world.time.pass(1000);
  host.files.write("/log/queries.jsonl", LINE + LINE);
  await host.world.time.pass(1000);
  host.end();
  assertEquals([await running, host.lines], [0, []]);
  const rows = host.printed.join("").replaceAll(/2026-\S+ \S+/g, "T").replaceAll(/ +/g, " ").split("\n");
  const row = "T 192.0.2.77 www.example.com A NXDOMAIN blocked 1.3 list ads, line 7";
  assertEquals(rows, ["time client name type result source ms by", row, row, ""]);
});

Deno.test("queries --follow --json prints lines as they are, and waits for a log that is not there", async () => {
  const host = new FakeSystem(["queries", "--folder", "/log", "--follow", "--json", "--limit", "0"]);
  const running = runProgram(host, host.system);
  await host.world.time.pass(1000);
  host.files.write("/log/queries.jsonl", LINE);
  await host.world.time.pass(1000);
  host.end();
  assertEquals([await running, host.printed.join("")], [0, LINE]);
  assertEquals(host.lines, ["dns-forwarder: nothing in /log yet: there is no such file; waiting for it"]);
});

const WRONG: readonly [readonly string[], string][] = [
  [["example.com"], 'Cannot use "example.com" with queries: --name example.com searches for it, see queries --help'],
  [["--nam", "x"], 'Cannot use "--nam" with queries: no such flag, see queries --help'],
  [["--name"], "Cannot use --name: it needs a value"],
  [
    ["--source", "memory"],
    'Cannot use --source "memory": must be one of cache, stale, upstream, local, policy, refused, failure, blocked',
  ],
  [["--rcode", "BAD"], 'Cannot use --rcode "BAD": must be an RCODE such as NXDOMAIN'],
  [
    ["--since", "monday"],
    "Cannot use --since \"monday\": must be a time such as 2h, 14:02, '2026-11-30 14:02' or 2026-11-30T14:02:37Z",
  ],
  [
    ["--follow", "--since", "1h"],
    "Cannot use --follow with --since or --until: it tells of what comes from now on",
  ],
  [["--limit", "0"], 'Cannot use --limit "0": must be a number from 1 to 1000000'],
];
for (const [args, message] of WRONG) {
  Deno.test(`queries ${args.join(" ")} is refused`, async () => {
    const { code, lines } = await run(args);
    assertEquals([code, lines], [2, [`dns-forwarder: ${message}`]]);
  });
}
