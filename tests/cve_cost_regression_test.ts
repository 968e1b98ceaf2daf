// Messages that have cost other servers more time than they are worth: here each is answered, and what it may cost at most
// is stated as steps, see `PointerWork`. Time is never asserted.

import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { concat } from "@std/bytes/concat";
import { formatSocketAddress } from "../lib/base/net/address.ts";
import { HEADER_OCTETS, putId } from "../lib/wire/header.ts";
import { EDNS_OPTION, RCODE } from "../lib/wire/iana.ts";
import { decode } from "../lib/wire/message.ts";
import { nameToText } from "../lib/wire/name.ts";
import { putUint16, uint16At } from "../lib/wire/octets.ts";
import { MessageScan, SCAN } from "../lib/wire/scan.ts";
import { toFrame } from "../lib/wire/stream_frames.ts";
import { startProgram } from "./end_to_end/program.ts";
import { TcpClient } from "./end_to_end/tcp_client.ts";
import { UdpClient } from "./end_to_end/udp_client.ts";
import { UdpServer } from "./end_to_end/udp_server.ts";
import { ednsOf, hex, opt, question, records, wire } from "./support/messages.ts";
import { asQuery, fullMessageOf, longName, pointerChain, staircase, stepsMax } from "./wire/pointer_messages.ts";

type Octets = Uint8Array<ArrayBuffer>;

const MESSAGE_OCTETS_MAX = 65_535;
const HEADER = hex("1234 0100 0001 0000 0000 0000");
const SOA = records("example.org. 300 IN SOA ns1.example.org. hostmaster.example.org. 1 7200 900 86400 300");
const QUESTION_END = hex("0001 0001");

/** A query of as many octets as a stream allows, filled up with what `next` gives; its count of questions is true. */
function fullOfQuestions(first: Octets, next: (index: number) => Octets): Octets {
  const parts = [HEADER.slice(), first];
  let length = HEADER.length + first.length;
  for (let i = 0; length + next(i).length <= MESSAGE_OCTETS_MAX; i++) {
    parts.push(next(i));
    length += next(i).length;
  }
  const message = concat(parts);
  putUint16(message, 4, parts.length - 1);
  return message;
}

/** Each question has a name of 127 labels, and no two are the same. */
function labelBomb(): Octets {
  return fullOfQuestions(new Uint8Array(0), (index) => {
    const name = new Uint8Array(255);
    for (let i = 0; i < 254; i += 2) name.set([1, 0x61 + (index + i) % 26], i);
    return concat([name, QUESTION_END]);
  });
}

/** A question for the root over and over, 5 octets each: more of them than these no message holds. */
function shortQuestions(): Octets {
  return fullOfQuestions(new Uint8Array(0), () => hex("00 0001 0001"));
}

function withQuestionCount(message: Octets, count: number): Octets {
  putUint16(message, 4, count);
  return message;
}

for (
  const [cve, name] of [
    ["CVE-2024-8508, CVE-2026-44390", pointerChain(126)],
    ["CVE-2026-52682", longName(127)],
    ["CVE-2026-52682", staircase(126)],
  ] as const
) {
  Deno.test(`${cve}: 64 KiB of names of ${name.what} are not read to their end, and answered`, async () => {
    const bomb = asQuery(fullMessageOf(name));
    const scan = new MessageScan();
    assertEquals(scan.scan(bomb), SCAN.malformed);
    // All the names together would have taken half a million steps or more; this is when the scan stopped.
    assertLess(scan.pointerSteps, 16_384);
    await using program = startProgram();
    using client = await TcpClient.connect(program.address);
    for (let i = 0; i < 20; i++) assertEquals(decode(await client.ask(bomb)).rcode, RCODE.FORMERR);
  });
}

Deno.test("CVE-2026-52682: the costliest query that can be read takes 4 steps an octet, and is answered", async () => {
  const query = asQuery(fullMessageOf(longName(62)));
  const scan = new MessageScan();
  assertEquals(scan.scan(query), SCAN.ok);
  assertGreater(scan.pointerSteps, 3.9 * query.length);
  assertLess(scan.pointerSteps, stepsMax(query.length));
  await using program = startProgram();
  using client = await TcpClient.connect(program.address);
  for (let i = 0; i < 20; i++) assertEquals(decode(await client.ask(query)).rcode, RCODE.NOERROR);
});

for (
  const [what, bomb] of [
    ["251 questions of 127 labels in full", labelBomb()],
    ["13,104 questions for the root", shortQuestions()],
    ["13,104 questions for the root where 65,535 are announced", withQuestionCount(shortQuestions(), 0xffff)],
  ] as const
) {
  Deno.test(`CVE-2026-52682: ${what} get a bare header`, async () => {
    // Without a pointer each octet is read once, so nothing bounds these but their length: 0.1 ms for 64 KiB.
    const scan = new MessageScan();
    scan.scan(bomb);
    assertEquals(scan.pointerSteps, 0);
    await using program = startProgram();
    using client = await TcpClient.connect(program.address);
    for (let i = 0; i < 20; i++) {
      const reply = await client.ask(bomb);
      assertEquals([reply.length, decode(reply).rcode], [HEADER_OCTETS, RCODE.FORMERR]);
    }
  });
}

Deno.test("CVE-2026-41292, CVE-2026-42944: thousands of options, repeated ones too, cost little and go nowhere", async () => {
  await using upstream = new UdpServer(({ octets }) => wire({ ...decode(octets), isResponse: true }));
  await using program = startProgram("--resolver", formatSocketAddress(upstream.address));
  using client = await TcpClient.connect(program.address);
  const { COOKIE, TCP_KEEPALIVE, EXTENDED_ERROR } = EDNS_OPTION;
  const cookies = Array.from(
    { length: 1000 },
    (_, i) => ({ code: COOKIE, data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, i) }),
  );
  const others = Array.from({ length: 12_000 }, (_, i) => {
    return { code: [TCP_KEEPALIVE, EXTENDED_ERROR, 8, 9, 65_001][i % 5]!, data: new Uint8Array(0) };
  });
  for (let i = 0; i < 20; i++) {
    const reply = decode(
      await client.ask(
        wire({
          id: i,
          recursionDesired: true,
          questions: [question(`host${i}.example.org`)],
          additionals: [opt({ options: [...cookies, ...others] })],
        }),
      ),
    );
    assertEquals(reply.rcode, RCODE.NOERROR);
    const codes = ednsOf(reply)!.options.map(({ code }) => code).sort((a, b) => a - b);
    assertEquals(codes, [COOKIE, TCP_KEEPALIVE]);
  }
  // What we ask with is short, whatever we were asked with: our own cookie at most.
  for (const { octets } of upstream.queries) assert(octets.length < 100, octets.toHex());
});

Deno.test("CVE-2025-30193: 5,000 queries in one go on one connection are all answered", async () => {
  await using program = startProgram();
  using client = await TcpClient.connect(program.address);
  const count = 5000;
  const frame = toFrame(wire({ recursionDesired: true, questions: [question("example.org")] }));
  const frames = Array.from({ length: count }, (_, id) => {
    const copy = frame.slice();
    putId(copy.subarray(2), id);
    return copy;
  });
  const ids = new Set<number>();
  const sending = client.send(concat(frames));
  while (ids.size < count) ids.add(uint16At((await client.receive())!, 0));
  await sending;
  assertEquals(program.app.counters.broken, 0);
});

/** Another address of this machine, which Linux has and others may not. */
const OTHER_CLIENT = "127.0.0.2";

function hasOtherClient(): boolean {
  try {
    Deno.listenDatagram({ transport: "udp", hostname: OTHER_CLIENT, port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

Deno.test({
  name: `CVE-2026-42534: who fills the table does not keep others out (ignored on machines without ${OTHER_CLIENT})`,
  ignore: !hasOtherClient(),
  async fn() {
    await using upstream = new UdpServer(({ octets }) => {
      const { questions } = decode(octets);
      return nameToText(questions[0]!.name).toLowerCase() === "good.example.org."
        ? wire({ ...decode(octets), isResponse: true, rcode: RCODE.NXDOMAIN, authorities: SOA })
        : null;
    });
    const flags = ["--max-in-flight", "20", "--timeout", "1000"];
    await using program = startProgram("--resolver", formatSocketAddress(upstream.address), ...flags);
    using greedy = new UdpClient(program.address);
    for (let id = 0; id < 100; id++) {
      await greedy.send(wire({ id, recursionDesired: true, questions: [question(`silent${id}.example.org`)] }));
    }
    // The table is full, and the newest of the greedy one are refused at once.
    for (let i = 0; i < 80; i++) assertEquals(decode(await greedy.receive()).rcode, RCODE.REFUSED);
    using modest = new UdpClient(program.address, OTHER_CLIENT);
    const asked = wire({ id: 7, recursionDesired: true, questions: [question("good.example.org")] });
    assertEquals(decode(await modest.ask(asked)).rcode, RCODE.NXDOMAIN);
  },
});
