// Run by link_local_test.ts on a machine with two links; see machine.sh. Both ends of each link are here, so the program
// and its neighbours can be in one process.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { formatSocketAddress } from "../../../lib/base/net/address.ts";
import { decode, encode } from "../../../lib/wire/message.ts";
import { udp } from "../../support/fake_socket.ts";
import { lines, question, records, wire } from "../../support/messages.ts";
import { ChildProgram, ROOT } from "../child_program.ts";
import { runProgram, startProgram } from "../program.ts";
import { TcpClient } from "../tcp_client.ts";
import { UdpClient } from "../udp_client.ts";
import { UdpServer } from "../udp_server.ts";

const PORT = 5300;
const QUERY = wire({ id: 0x1234, recursionDesired: true, questions: [question("example.org")] });
const LISTEN = ["--listen", `[fe80::1%a0]:${PORT},[fe80::1%b0]:${PORT}`];

/** The program, as its neighbours on this link know it. */
function programOn(link: "a" | "b") {
  return udp(`fe80::1%${link}1`, PORT);
}

/** Asks as the neighbour on this link, over UDP from this port, and over TCP. */
async function askOn(link: "a" | "b"): Promise<string[]> {
  using client = new UdpClient(programOn(link), `fe80::2%${link}1`);
  using stream = await TcpClient.connect(programOn(link));
  return [await client.ask(QUERY), await stream.ask(QUERY)].map((reply) => lines(decode(reply).answers).join());
}

/** An upstream on this link, which says which one it is. */
function upstreamOn(link: "a" | "b"): UdpServer {
  const address = link === "a" ? "192.0.2.10" : "192.0.2.11";
  return new UdpServer(({ octets }) => {
    const query = decode(octets);
    const answers = records(`example.org 0 IN A ${address}`).map((record) => {
      return { ...record, name: query.questions[0]!.name };
    });
    return encode({ ...query, isResponse: true, answers, additionals: [] });
  }, `fe80::2%${link}1`);
}

/** The numbers of our interfaces. */
const NUMBERS = { a0: 100, b0: 200 };

for (const io of ["plain", "native"] as const) {
  const start = (...args: readonly string[]) => startProgram("--io", io, ...args);

  Deno.test(`[4007_01] [4007_02] --io ${io}: a listener on each link answers that link's clients, over UDP and TCP`, async () => {
    await using program = start(...LISTEN, "--allow", "fe80::/10", "--answer", "192.0.2.1");
    const listeners = program.app.addresses.map(formatSocketAddress);
    assertEquals(listeners, [`[fe80::1%a0]:${PORT}`, `[fe80::1%b0]:${PORT}`]);
    for (const link of ["a", "b", "a"] as const) {
      assertEquals(await askOn(link), Array(2).fill("example.org. 60 IN A 192.0.2.1"));
    }
  });

  Deno.test(`[4007_01] --io ${io}: a listener by the number of its link serves there`, async () => {
    await using _program = start("--listen", `[fe80::1%${NUMBERS.b0}]:${PORT}`, "--answer", "192.0.2.1");
    assertEquals(await askOn("b"), Array(2).fill("example.org. 60 IN A 192.0.2.1"));
  });

  for (const scheme of ["", "tcp://"]) {
    Deno.test(`[4007_01] --io ${io}: two ${scheme} upstreams with the same address on two links are two`, async () => {
      await using a = upstreamOn("a");
      await using b = upstreamOn("b");
      const [tcpA, tcpB] = scheme === ""
        ? [null, null]
        : [streamOn("a", a.address.port), streamOn("b", b.address.port)];
      try {
        const resolvers = [`[fe80::2%b0]:${b.address.port}`, `[fe80::2%${NUMBERS.a0}]:${a.address.port}`];
        for (
          const [first, second, expected] of [[...resolvers, "192.0.2.11"], [...resolvers.toReversed(), "192.0.2.10"]]
        ) {
          const resolver = `${scheme}${first},${scheme}${second}`;
          await using _program = start(...LISTEN, "--resolver", resolver, "--cache-size", "0");
          // More often than one socket's first datagram: what comes one by one and what comes in batches is told apart.
          for (let i = 0; i < 8; i++) {
            using client = new UdpClient(programOn("a"), "fe80::2%a1");
            assertEquals(lines(decode(await client.ask(QUERY)).answers), [`example.org. 0 IN A ${expected}`]);
          }
        }
      } finally {
        await tcpA?.close();
        await tcpB?.close();
      }
    });
  }

  Deno.test(`[4007_01] --io ${io}: a link that there is not is named when it cannot be listened on`, async () => {
    const { exitCode, lines } = await runProgram("--io", io, "--listen", `[fe80::1%nowhere]:${PORT}`);
    assertEquals({ exitCode, count: lines.length }, { exitCode: 1, count: 1 });
    assertMatch(lines[0]!, /Cannot listen on \[fe80::1%nowhere\]:5300: this machine has no interface "nowhere" with/);
  });
}

Deno.test("[4007_02] --io native: a listener on [::] answers the same client address and port on each link where it asks", async () => {
  await using _program = startProgram("--io", "native", "--listen", `[::]:${PORT}`, "--answer", "192.0.2.1");
  for (const link of ["a", "b", "a", "b"] as const) {
    const client = Deno.listenDatagram({ transport: "udp", hostname: `fe80::2%${link}1`, port: 4000 });
    await client.send(QUERY, programOn(link) as Deno.NetAddr);
    const timer = setTimeout(() => client.close(), 2000);
    const [reply, from] = await client.receive();
    clearTimeout(timer);
    client.close();
    assertEquals((from as Deno.NetAddr).hostname, "fe80::1");
    assertEquals(lines(decode(reply as Uint8Array<ArrayBuffer>).answers), ["example.org. 60 IN A 192.0.2.1"]);
    assertEquals(await askOn(link), Array(2).fill("example.org. 60 IN A 192.0.2.1"));
  }
});

Deno.test("[4007_03] --io plain: a listener on [::] says which clients it does not answer where they ask", async () => {
  await using program = startProgram("--io", "plain", "--listen", `[::]:${PORT}`, "--answer", "192.0.2.1");
  assert(
    program.lines.some((line) => line.includes("link-local addresses on the first link alone")),
    program.lines.join(),
  );
  assertEquals(await askOn("a"), Array(2).fill("example.org. 60 IN A 192.0.2.1"));
});

Deno.test("[4007_01] workers share a link's listener", async () => {
  const rights = ["--no-prompt", "--allow-net", "--allow-ffi", "--allow-run", `${ROOT}/main.ts`];
  const flags = [...LISTEN, "--answer", "192.0.2.1", "--workers", "2"];
  await using child = new ChildProgram([Deno.execPath(), "run", ...rights, ...flags]);
  await child.line(/: 2 workers serve$/);
  for (let i = 0; i < 16; i++) {
    for (const link of ["a", "b"] as const) {
      assertEquals(await askOn(link), Array(2).fill("example.org. 60 IN A 192.0.2.1"));
    }
  }
});

Deno.test("[4007_01] check asks on a link", async () => {
  await using _program = startProgram(...LISTEN);
  const { exitCode, printed } = await runProgram("check", `[fe80::1%b1]:${PORT}`);
  assertEquals(exitCode, 0, printed.join());
});

/** What `upstreamOn` says, over TCP on the same port. */
function streamOn(link: "a" | "b", port: number): { close(): Promise<void> } {
  const address = link === "a" ? "192.0.2.10" : "192.0.2.11";
  const listener = Deno.listen({ hostname: `fe80::2%${link}1`, port });
  const connections = new Set<Deno.TcpConn>();
  const serving = (async () => {
    for await (const connection of listener) {
      connections.add(connection);
      serve(connection).catch(() => {});
    }
  })();
  async function serve(connection: Deno.TcpConn): Promise<void> {
    const frame = new Uint8Array(4096);
    for (;;) {
      const count = await connection.read(frame);
      if (count === null) return;
      const query = decode(frame.slice(2, count));
      const answers = records(`example.org 0 IN A ${address}`).map((record) => {
        return { ...record, name: query.questions[0]!.name };
      });
      const reply = encode({ ...query, isResponse: true, answers, additionals: [] });
      await connection.write(Uint8Array.of(reply.length >> 8, reply.length & 0xff, ...reply));
    }
  }
  return {
    async close() {
      listener.close();
      for (const connection of connections) connection.close();
      await serving;
    },
  };
}
