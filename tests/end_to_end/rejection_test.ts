// What the program says, over real sockets, to messages that it cannot or will not forward.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { formatSocketAddress } from "../../lib/base/net/address.ts";
import { concat } from "@std/bytes/concat";
import { RCODE } from "../../lib/wire/iana.ts";
import { decode } from "../../lib/wire/message.ts";
import { hex, question, wire } from "../support/messages.ts";
import { courseResolver } from "./course_resolver.ts";
import { startProgram } from "./program.ts";
import { UdpClient } from "./udp_client.ts";
import { UdpServer } from "./udp_server.ts";

/** `example.org A IN` as it stands in a question section. */
const QUESTION = "07 6578616d706c65 03 6f7267 00 0001 0001";
const NINE_QUESTIONS = Array.from({ length: 9 }, (_, i) => question(`host${i}.example.org`));

for (
  const [what, query, reply] of [
    [
      "1035_10: opcode STATUS gets NOTIMP",
      `1234 1100 0001 0000 0000 0000 ${QUESTION}`,
      `1234 9104 0001 0000 0000 0000 ${QUESTION}`,
    ],
    ["8906_02: opcode 15 without RD gets NOTIMP", `1234 7800 0000 0000 0000 0000`, `1234 f804 0000 0000 0000 0000`],
    [
      "8906_06: an UPDATE with every flag set gets NOTIMP and RD",
      `1234 2ff0 0001 0000 0000 0000 ${QUESTION}`,
      `1234 a904 0001 0000 0000 0000 ${QUESTION}`,
    ],
    [
      "a question that is cut off gets FORMERR",
      "1234 0100 0001 0000 0000 0000 07 6578",
      "1234 8181 0000 0000 0000 0000",
    ],
    [
      "a question count that the octets cannot hold gets FORMERR",
      `1234 0100 ffff 0000 0000 0000 ${QUESTION}`,
      "1234 8181 0000 0000 0000 0000",
    ],
    [
      "1035_04: a pointer to itself gets FORMERR",
      "1234 0000 0001 0000 0000 0000 c00c 0001 0001",
      "1234 8081 0000 0000 0000 0000",
    ],
    [
      "1035_03: a label of type 01 gets FORMERR",
      "1234 0000 0001 0000 0000 0000 41 00 0001 0001",
      "1234 8081 0000 0000 0000 0000",
    ],
    [
      "9619_03: a header without questions gets NOERROR",
      "1234 0100 0000 0000 0000 0000",
      "1234 8180 0000 0000 0000 0000",
    ],
    [
      "6891_01: two OPT records get FORMERR",
      `1234 0000 0001 0000 0000 0002 ${QUESTION} 00 0029 0400 00000000 0000 00 0029 0400 00000000 0000`,
      // With extended error 0, "Malformed OPT record".
      "1234 8081 0000 0000 0000 0001 00 0029 04d0 00000000 001a 000f 0016 0000 4d616c666f726d6564204f5054207265636f7264",
    ],
    [
      "6891_03: EDNS version 1 gets BADVERS",
      `1234 0000 0001 0000 0000 0001 ${QUESTION} 00 0029 0400 00010000 0000`,
      `1234 8080 0001 0000 0000 0001 ${QUESTION} 00 0029 04d0 01000000 0000`,
    ],
  ] as const
) {
  Deno.test(`${what}, and the upstream hears nothing`, async () => {
    await using upstream = new UdpServer(({ octets }) => courseResolver(octets));
    await using program = startProgram("--resolver", formatSocketAddress(upstream.address));
    using client = new UdpClient(program.address);
    assertEquals((await client.ask(hex(query))).toHex(), hex(reply).toHex());
    assertEquals(upstream.queries.length, 0);
  });
}

Deno.test("more than eight questions get FORMERR", async () => {
  await using program = startProgram();
  using client = new UdpClient(program.address);
  const eight = await client.ask(wire({ id: 8, questions: NINE_QUESTIONS.slice(1) }));
  assertEquals(decode(eight).answers.length, 8);
  const nine = await client.ask(wire({ id: 9, questions: NINE_QUESTIONS }));
  assertEquals(nine.toHex(), "000980010000000000000000");
});

Deno.test("9619_02: --multi-question formerr rejects the second question", async () => {
  await using program = startProgram("--multi-question", "formerr");
  using client = new UdpClient(program.address);
  const reply = decode(await client.ask(wire({ id: 2, questions: NINE_QUESTIONS.slice(0, 2) })));
  assertEquals(reply.rcode, RCODE.FORMERR);
  assertEquals(decode(await client.ask(wire({ id: 1, questions: [question("example.org")] }))).rcode, RCODE.NOERROR);
});

Deno.test("1035_11: fewer than 12 octets and responses get silence", async () => {
  await using program = startProgram();
  using client = new UdpClient(program.address);
  for (const octets of ["", "12", "1234 0100 0001 0000 0000 00", `1234 8100 0001 0000 0000 0000 ${QUESTION}`]) {
    await client.send(hex(octets));
  }
  // Datagrams of one client arrive in order, so this one's reply would come behind theirs.
  await client.send(wire({ id: 0x4321, questions: [question("example.org")] }));
  assertEquals(decode(await client.receive()).id, 0x4321);
  assertEquals(program.app.counters.ignored, 4);
});

Deno.test("garbage gets at most a header, and the program goes on", async () => {
  await using program = startProgram();
  using client = new UdpClient(program.address);
  for (let length = 0; length < 64; length++) {
    await client.send(crypto.getRandomValues(new Uint8Array(length)));
    await client.send(concat([hex("ffff 0000 0001 0000 0000 0000"), crypto.getRandomValues(new Uint8Array(length))]));
  }
  const reply = await client.ask(wire({ id: 1, questions: [question("example.org")] }));
  assertEquals(decode(reply).rcode, RCODE.NOERROR);
  assertEquals(program.app.counters.broken, 0);
});

Deno.test("made-up answers are announced loudly", async () => {
  await using program = startProgram("--answer", "192.0.2.80,2001:db8::80");
  assertStringIncludes(
    program.lines[0]!,
    "ANSWERS ARE MADE UP: every name has the address 192.0.2.80 and 2001:db8::80",
  );
});
