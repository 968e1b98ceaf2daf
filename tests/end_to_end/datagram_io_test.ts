// How the program speaks UDP, as `--io` says.

import { assertEquals, assertMatch } from "@std/assert";
import { decode } from "../../lib/wire/message.ts";
import { udp } from "../support/fake_socket.ts";
import { lines, question, wire } from "../support/messages.ts";
import { openPlain } from "../support/plain_socket.ts";
import { courseResolver } from "./course_resolver.ts";
import { runProgram, startProgram } from "./program.ts";
import { UdpClient } from "./udp_client.ts";
import { UdpServer } from "./udp_server.ts";

const QUERY = wire({ id: 0x1234, recursionDesired: true, questions: [question("codecrafters.io")] });
const ANSWER = ["codecrafters.io. 3600 IN A 76.76.21.21"];

const CAN_CALL = Deno.build.os === "linux" && Deno.permissions.querySync({ name: "ffi" }).state === "granted";

for (
  const { io, says, ignore } of [
    { io: "plain", says: /: takes datagrams one by one: --io plain$/, ignore: false },
    {
      io: "native",
      says: /: takes datagrams in batches of up to 32, the kernel keeps up to \d+ KiB/,
      ignore: !CAN_CALL,
    },
  ]
) {
  const name = `the program with --io ${io} forwards many questions at once, and says how`;
  Deno.test({
    name: ignore ? `${name} (needs --allow-ffi)` : name,
    ignore,
    async fn() {
      await using upstream = new UdpServer(({ octets }) => courseResolver(octets));
      await using program = startProgram("--io", io, "--resolver", `127.0.0.1:${upstream.address.port}`);
      assertMatch(program.lines[1]!, says);
      const clients = Array.from({ length: 100 }, () => new UdpClient(program.address));
      const replies = await Promise.all(clients.map((client) => client.ask(QUERY)));
      for (const reply of replies) assertEquals(lines(decode(reply).answers), ANSWER);
      for (const client of clients) client[Symbol.dispose]();
      assertEquals(await program.stop(), 0);
      const { received, replied, dropped, unsendable } = program.app.counters;
      assertEquals({ received, replied, dropped, unsendable }, {
        received: 100,
        replied: 100,
        dropped: 0,
        unsendable: 0,
      });
    },
  });
}

Deno.test({
  name: "the program says nothing of room for datagrams of clients who all come over streams (needs --allow-ffi)",
  ignore: !CAN_CALL,
  async fn() {
    await using program = startProgram("--io", "native", "--listen", "http://127.0.0.1:0");
    assertEquals(program.lines[1], "dns-forwarder: takes datagrams in batches of up to 32");
  },
});

Deno.test({
  name: "2181_04: the program on 0.0.0.0 answers from the address that was asked (needs --allow-ffi)",
  ignore: !CAN_CALL,
  async fn() {
    await using upstream = new UdpServer(({ octets }) => courseResolver(octets));
    const resolver = `127.0.0.1:${upstream.address.port}`;
    await using program = startProgram("--io", "native", "--resolver", resolver, "--listen", "0.0.0.0:0");
    assertEquals(program.lines.filter((line) => line.includes("warn")), []);
    const client = openPlain(udp("127.0.0.1", 0));
    for (const hostname of ["127.0.0.2", "127.0.0.1", "127.0.0.3"]) {
      await client.send(QUERY, udp(hostname, program.address.port));
      const [reply, from] = await client.receive(new Uint8Array(512));
      assertEquals([from.hostname, from.port], [hostname, program.address.port]);
      assertEquals(lines(decode(reply).answers), ANSWER);
    }
    client.close();
    assertEquals(await program.stop(), 0);
    // Closed it is, and not only soon: the port is free.
    openPlain(program.address).close();
  },
});

Deno.test("the program on 0.0.0.0 warns where it cannot tell which address was asked", async () => {
  await using program = startProgram("--io", "plain", "--listen", "0.0.0.0:0");
  assertMatch(program.lines[0]!, /^dns-forwarder: warn: --listen 0\.0\.0\.0:0 may answer from another address/);
});

Deno.test({
  name: "--io native ends the program with exit code 2 where it is not allowed (ignored with --allow-ffi)",
  ignore: CAN_CALL,
  async fn() {
    const { exitCode, lines } = await runProgram("--io", "native", "--listen", "127.0.0.1:0");
    assertEquals([exitCode, lines], [2, ["dns-forwarder: Cannot use --io native: --allow-ffi is not given"]]);
  },
});

Deno.test({
  name: "the program says why it takes datagrams one by one (ignored with --allow-ffi)",
  ignore: CAN_CALL,
  async fn() {
    await using program = startProgram();
    assertEquals(program.lines[1], "dns-forwarder: takes datagrams one by one: --allow-ffi is not given");
  },
});
