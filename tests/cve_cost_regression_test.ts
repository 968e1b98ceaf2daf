// Messages that have cost other servers more time than they are worth: here each is answered, while the client waits.

import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes/concat";
import { formatSocketAddress } from "../lib/base/address.ts";
import { EDNS_OPTION, RCODE } from "../lib/wire/iana.ts";
import { decode } from "../lib/wire/message.ts";
import { nameToText } from "../lib/wire/name.ts";
import { putId, putUint16 } from "../lib/wire/patch.ts";
import { uint16At } from "../lib/wire/scan.ts";
import { toFrame } from "../lib/wire/stream_frames.ts";
import { startProgram } from "./end_to_end/program.ts";
import { TcpClient } from "./end_to_end/tcp_client.ts";
import { UdpClient } from "./end_to_end/udp_client.ts";
import { UdpServer } from "./end_to_end/udp_server.ts";
import { ednsOf, hex, opt, question, records, wire } from "./support/messages.ts";

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

/** Each question's name takes 126 jumps, to a name of one label. */
function hopBomb(): Octets {
  const label = hex("0161");
  const root = concat([label, hex("00"), QUESTION_END]);
  // The pointers stand where a second question's name, type and class are, which nobody has to understand.
  let chain = root;
  for (let i = 0; i < 125; i++) {
    const target = 12 + (i === 0 ? 0 : chain.length - 6);
    chain = concat([chain, Uint8Array.of(0xc0 | (target >> 8), target & 0xff), QUESTION_END]);
  }
  const last = 12 + chain.length - 6;
  return fullOfQuestions(chain, () => concat([Uint8Array.of(0xc0 | (last >> 8), last & 0xff), QUESTION_END]));
}

/** Each question has a name of 127 labels, and no two are the same. */
function labelBomb(): Octets {
  return fullOfQuestions(new Uint8Array(0), (index) => {
    const name = new Uint8Array(255);
    for (let i = 0; i < 254; i += 2) name.set([1, 0x61 + (index + i) % 26], i);
    return concat([name, QUESTION_END]);
  });
}

for (
  const [cve, what, bomb] of [
    ["CVE-2024-8508, CVE-2026-44390", "names of 126 jumps", hopBomb()],
    ["CVE-2026-52682", "names of 127 labels", labelBomb()],
  ] as const
) {
  Deno.test(`${cve}: 64 KiB of ${what} are answered`, async () => {
    await using program = startProgram();
    using client = await TcpClient.connect(program.address);
    for (let i = 0; i < 20; i++) assertEquals(decode(await client.ask(bomb)).rcode, RCODE.FORMERR);
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
