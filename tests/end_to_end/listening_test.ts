// Where the program listens and sends from: several addresses, both families, ports that are taken.

import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { formatSocketAddress, type SocketAddress } from "../../lib/base/net/address.ts";
import { decode } from "../../lib/wire/message.ts";
import { lines, question, wire } from "../support/messages.ts";
import { courseResolver } from "./course_resolver.ts";
import { runProgram, startProgram } from "./program.ts";
import { UdpClient } from "./udp_client.ts";
import { UdpServer } from "./udp_server.ts";

const QUERY = wire({ id: 0x1234, recursionDesired: true, questions: [question("codecrafters.io")] });
const ANSWER = ["codecrafters.io. 3600 IN A 76.76.21.21"];

const HELP = /Usage: .*--resolver.*Examples:/s;
const VERSION = /^dns-forwarder \d+\.\d+\.\d+ \(deno .*\)\n$/;
const HELP_AND_VERSION = [["--help", HELP], ["-h", HELP], ["--version", VERSION], ["-V", VERSION]] as const;

async function answersAt(server: SocketAddress): Promise<string[]> {
  using client = new UdpClient(server);
  return lines(decode(await client.ask(QUERY)).answers);
}

function hasIpv6(): boolean {
  try {
    Deno.listenDatagram({ transport: "udp", hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

Deno.test("the program serves on every --listen, repeated or comma-separated", async () => {
  const listen = ["--listen", "127.0.0.1:0,127.0.0.1:0", "--listen", "127.0.0.1:0"];
  await using program = startProgram("--answer", "76.76.21.21", ...listen);
  const { addresses } = program.app;
  assertEquals(new Set(addresses.map(formatSocketAddress)).size, 3);
  for (const address of addresses) {
    assertNotEquals(address.port, 0);
    assertEquals(await answersAt(address), ["codecrafters.io. 60 IN A 76.76.21.21"]);
  }
  assertMatch(program.lines[0]!, new RegExp(`listens on ${addresses.map(formatSocketAddress).join(" and ")}\\.`));
});

Deno.test({
  name: "the program serves and forwards over IPv6 (ignored on machines without ::1)",
  ignore: !hasIpv6(),
  async fn() {
    await using upstream = new UdpServer(({ octets }) => courseResolver(octets), "::1");
    const resolver = formatSocketAddress(upstream.address);
    await using program = startProgram("--listen", "[::1]:0,127.0.0.1:0", "--resolver", resolver);
    for (const address of program.app.addresses) assertEquals(await answersAt(address), ANSWER);
    assertEquals(upstream.queries[0]!.peer.hostname, "::1");
  },
});

Deno.test({
  name: "an IPv4 upstream written as an IPv6 address answers too (ignored on machines without ::1)",
  ignore: !hasIpv6(),
  async fn() {
    await using upstream = new UdpServer(({ octets }) => courseResolver(octets));
    await using program = startProgram("--resolver", `[::ffff:127.0.0.1]:${upstream.address.port}`);
    assertEquals(await answersAt(program.address), ANSWER);
  },
});

Deno.test("the program says where it listens and forwards, on one line", async () => {
  await using upstream = new UdpServer(({ octets }) => courseResolver(octets));
  const resolver = formatSocketAddress(upstream.address);
  await using program = startProgram("--resolver", `${resolver},tcp://192.0.2.53`, "--resolver", "[2001:db8::53]:5353");
  assertEquals(await answersAt(program.address), ANSWER);
  const [started, io, ...more] = program.lines;
  const where = `listens on ${formatSocketAddress(program.address)}`;
  assert(started!.endsWith(`${where}, forwards to ${resolver}, tcp://192.0.2.53:53, [2001:db8::53]:5353`), started);
  assertMatch(io!, /^dns-forwarder: takes datagrams (in batches|one by one: )/);
  assertEquals(more, []);
});

Deno.test("a port that is taken ends the program with exit code 1 and one line that names it", async () => {
  await using taken = new UdpServer(() => null);
  const address = formatSocketAddress(taken.address);
  assertEquals(await runProgram("--listen", `127.0.0.1:0,${address}`), {
    exitCode: 1,
    lines: [
      `dns-forwarder: Cannot listen on ${address}: port ${taken.address.port} is in use there; ` +
      "stop the other program or give another --listen",
    ],
    printed: [],
  });
});

Deno.test("an address that this machine does not have ends the program with exit code 1", async () => {
  const { exitCode, lines } = await runProgram("--listen", "192.0.2.1:2053");
  assertEquals(exitCode, 1);
  assertEquals(lines.length, 1);
  assertMatch(lines[0]!, /^dns-forwarder: Cannot listen on 192\.0\.2\.1:2053: /);
});

for (const [flag, expected] of HELP_AND_VERSION) {
  Deno.test(`${flag} prints on standard output and ends with exit code 0`, async () => {
    const { exitCode, lines, printed } = await runProgram(flag);
    assertEquals({ exitCode, lines }, { exitCode: 0, lines: [] });
    assertMatch(printed.join(""), expected);
  });
}

Deno.test("a wrong flag ends the program with exit code 2 and one line", async () => {
  assertEquals(await runProgram("--timeout", "soon"), {
    exitCode: 2,
    lines: ['dns-forwarder: Cannot use --timeout "soon": must be a whole number, 100–10000'],
    printed: [],
  });
});
