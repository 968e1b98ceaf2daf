// What only a process of its own shows: signals, exit codes, standard output, rights. `deno test --allow-net` ignores these
// tests, because it may not start processes; `deno task test` runs them.

import { assertEquals, assertMatch } from "@std/assert";
import { formatSocketAddress } from "../../lib/base/net/address.ts";
import { decode } from "../../lib/wire/message.ts";
import { lines, question, wire } from "../support/messages.ts";
import { CAN_RUN, ChildProgram, outputOf, ROOT } from "./child_program.ts";
import { courseResolver } from "./course_resolver.ts";
import { startProgram } from "./program.ts";
import { UdpClient } from "./udp_client.ts";
import { UdpServer } from "./udp_server.ts";

const QUERY = wire({ id: 0x1234, recursionDesired: true, questions: [question("codecrafters.io")] });
const ANSWER = ["codecrafters.io. 3600 IN A 76.76.21.21"];
const ANY_PORT = ["--listen", "127.0.0.1:0"];

function testWithProcesses(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `${name} (needs --allow-run)`, ignore: !CAN_RUN, fn });
}

function program(...args: readonly string[]): string[] {
  return [Deno.execPath(), "run", "--no-prompt", "--allow-net", `${ROOT}/main.ts`, ...args];
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  testWithProcesses(`${signal} lets the query in flight be answered, takes no other, and ends with 0`, async () => {
    const stopping = Promise.withResolvers<void>();
    let isSignalled = false;
    await using upstream = new UdpServer(async ({ octets }) => {
      // A second signal would end the program at once, and this resolver is asked twice: it minds letter case.
      if (!isSignalled) child.signal(signal);
      isSignalled = true;
      await stopping.promise;
      return courseResolver(octets);
    });
    await using child = new ChildProgram(program(...ANY_PORT, "--resolver", formatSocketAddress(upstream.address)));
    using client = new UdpClient(await child.address());
    const reply = client.ask(QUERY);
    await child.line(/stopping, 1 questions in flight/);
    using latecomer = new UdpClient(await child.address());
    await latecomer.send(QUERY);
    stopping.resolve();
    assertEquals(lines(decode(await reply).answers), ANSWER);
    const { exitCode, stdout } = await child.end();
    assertEquals({ exitCode, stdout }, { exitCode: 0, stdout: "" });
    // In random case and as it was asked; nothing for the latecomer.
    assertEquals(upstream.queries.length, 2);
  });
}

testWithProcesses("a second signal ends the program although a query is in flight", async () => {
  await using upstream = new UdpServer(() => {
    child.signal("SIGTERM");
    return null;
  });
  const resolver = formatSocketAddress(upstream.address);
  await using child = new ChildProgram(program(...ANY_PORT, "--timeout", "10000", "--resolver", resolver));
  using client = new UdpClient(await child.address());
  await client.send(QUERY);
  await child.line(/stopping, 1 questions in flight/);
  child.signal("SIGTERM");
  assertEquals((await child.end()).exitCode, 0);
  // It did not live to see the half of its time pass, when it would have asked again.
  assertEquals(upstream.queries.length, 1);
});

testWithProcesses("SIGUSR2 prints how the program is doing, and it goes on", async () => {
  await using upstream = new UdpServer(({ octets }) => courseResolver(octets));
  const resolver = formatSocketAddress(upstream.address);
  await using child = new ChildProgram(program(...ANY_PORT, "--resolver", resolver));
  using client = new UdpClient(await child.address());
  await client.ask(QUERY);
  await client.ask(QUERY);
  child.signal("SIGUSR2");
  await child.line(/^dns-forwarder: running for [0-9]+ s, 0 questions in flight$/);
  await child.line(/^dns-forwarder: cache: hits=1 \(50\.0 %\) misses=1 .* entries=1 bytes=[0-9]+ \(0\.0 of 64 MiB\)$/);
  await child.line(/^dns-forwarder: upstream 127\.0\.0\.1:[0-9]+: up, answers in /);
  await client.ask(QUERY);
  child.signal("SIGTERM");
  assertEquals((await child.end()).exitCode, 0);
});

testWithProcesses("SIGHUP costs a line, SIGPIPE nothing, and the program goes on", async () => {
  await using child = new ChildProgram(program(...ANY_PORT));
  using client = new UdpClient(await child.address());
  child.signal("SIGPIPE");
  child.signal("SIGHUP");
  await child.line(/^dns-forwarder: SIGHUP: nothing to reload/);
  assertEquals(lines(decode(await client.ask(QUERY)).answers), ["codecrafters.io. 60 IN A 127.0.0.1"]);
  child.signal("SIGTERM");
  assertEquals((await child.end()).exitCode, 0);
});

testWithProcesses("the program goes on when nobody reads its log any more", async () => {
  const [executable, ...args] = program(...ANY_PORT, "--log-level", "debug");
  const child = new Deno.Command(executable!, { args, stdin: "null", stdout: "null", stderr: "piped" }).spawn();
  const reader = child.stderr.getReader();
  const { value } = await reader.read();
  const [, port] = /listens on 127\.0\.0\.1:([0-9]+)/.exec(new TextDecoder().decode(value))!;
  await reader.cancel();
  using client = new UdpClient({ transport: "udp", hostname: "127.0.0.1", port: Number(port) });
  assertEquals(lines(decode(await client.ask(QUERY)).answers), ["codecrafters.io. 60 IN A 127.0.0.1"]);
  child.kill("SIGTERM");
  assertEquals((await child.status).code, 0);
});

for (
  const [args, line] of [
    [["--resolver", "8.8.8.8:99999"], 'Cannot use --resolver "8.8.8.8:99999": port must be 1–65535'],
    [["--timeout", "-5"], 'Cannot use --timeout "-5": must be a whole number, 100–10000'],
    [["--resolvr", "8.8.8.8"], 'Cannot use "--resolvr": no such flag, the closest is --resolver, see --help'],
  ] as const
) {
  testWithProcesses(`${args.join(" ")} ends with exit code 2 and one line`, async () => {
    await using child = new ChildProgram(program(...args));
    assertEquals(await child.end(), { exitCode: 2, stdout: "", lines: [`dns-forwarder: ${line}`] });
  });
}

testWithProcesses("a port in use ends with exit code 1 and one line that names it", async () => {
  await using other = startProgram();
  const address = formatSocketAddress(other.address);
  await using child = new ChildProgram(program("--listen", address));
  const { exitCode, stdout, lines } = await child.end();
  assertEquals({ exitCode, stdout, count: lines.length }, { exitCode: 1, stdout: "", count: 1 });
  assertMatch(
    lines[0]!,
    new RegExp(`^dns-forwarder: Cannot listen on ${address}: port ${other.address.port} is in use`),
  );
});

for (
  const [flag, expected] of [["--help", /^dns-forwarder answers .*Examples:/s], [
    "-V",
    /^dns-forwarder \S+ \(deno \S+, \S+, from source\)\n$/,
  ]] as const
) {
  testWithProcesses(`${flag} prints on standard output alone and ends with 0`, async () => {
    await using child = new ChildProgram(program(flag));
    const { exitCode, stdout, lines } = await child.end();
    assertEquals({ exitCode, lines }, { exitCode: 0, lines: [] });
    assertMatch(stdout, expected);
  });
}

testWithProcesses("check asks a running program, prints what it says, and ends with 0 or 1", async () => {
  await using upstream = new UdpServer(({ octets }) => courseResolver(octets));
  await using server = startProgram("--resolver", formatSocketAddress(upstream.address));
  const address = formatSocketAddress(server.address);
  for (const names of [[], ["codecrafters.io"]]) {
    await using child = new ChildProgram(program("check", address, ...names));
    const { exitCode, stdout, lines } = await child.end();
    assertEquals({ exitCode, lines }, { exitCode: 0, lines: [] });
    assertMatch(stdout, new RegExp(`^${address}: .* IN A: NOERROR in .* ms: .*\n$`));
  }
  // One that does not serve this machine.
  await using choosy = startProgram("--allow", "192.0.2.0/24");
  await using child = new ChildProgram(program("check", formatSocketAddress(choosy.address)));
  const { exitCode, stdout, lines } = await child.end();
  assertEquals({ exitCode, stdout, count: lines.length }, { exitCode: 1, stdout: "", count: 1 });
  assertMatch(lines[0]!, /^dns-forwarder: .*: localhost\. IN A: REFUSED in .* ms$/);
});

/** What goes before a command so that it may not use ports below 1024; `null` where this cannot be had. */
async function withoutLowPorts(): Promise<readonly string[] | null> {
  if (!CAN_RUN || Deno.build.os !== "linux") return null;
  const lowestPort = await outputOf("cat", "/proc/sys/net/ipv4/ip_unprivileged_port_start");
  if (Number(lowestPort) <= 53) return null;
  if ((await outputOf("id", "-u")).trim() !== "0") return [];
  const prefix = ["setpriv", "--bounding-set=-net_bind_service"];
  const works = await outputOf("sh", "-c", `${prefix.join(" ")} true && echo yes`);
  return works.trim() === "yes" ? prefix : null;
}

const lowPortsPrefix = await withoutLowPorts();
Deno.test({
  name:
    "a port that is forbidden ends with exit code 1 and advice (needs --allow-run, and Linux that forbids low ports)",
  ignore: lowPortsPrefix === null,
  async fn() {
    await using child = new ChildProgram([...lowPortsPrefix!, ...program("--listen", "127.0.0.1:53")]);
    const { exitCode, stdout, lines } = await child.end();
    assertEquals({ exitCode, stdout, count: lines.length }, { exitCode: 1, stdout: "", count: 1 });
    assertMatch(lines[0]!, /Cannot listen on 127\.0\.0\.1:53: .*ordinary users; run as root, .*setcap.*--listen/);
  },
});
