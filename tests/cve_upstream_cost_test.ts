// Replies that cost more time than they are worth: an attacker with a zone and a client that asks for its names. What they
// may cost is stated as steps, see `PointerWork`; time is never asserted.

import { assert, assertEquals, assertLess } from "@std/assert";
import { concat } from "@std/bytes/concat";
import { formatSocketAddress, type SocketAddress } from "../lib/base/net/address.ts";
import { normalizeThoroughly } from "../lib/response/normalize.ts";
import { WRITTEN_NAME_OCTETS_MAX } from "../lib/response/records/rewrite.ts";
import { readExtendedError } from "../lib/wire/edns/edns.ts";
import { FLAG, HEADER_OCTETS, putFlags } from "../lib/wire/header.ts";
import { RCODE } from "../lib/wire/iana.ts";
import { decode } from "../lib/wire/message.ts";
import { NameNumbers } from "../lib/response/records/name_numbers.ts";
import { putUint16, uint16At } from "../lib/wire/octets.ts";
import { rdataNames } from "../lib/wire/rdata/rdata.ts";
import { MessageScan, SCAN } from "../lib/wire/scan.ts";
import { startProgram } from "./end_to_end/program.ts";
import { TcpClient } from "./end_to_end/tcp_client.ts";
import { TcpServer } from "./end_to_end/tcp_server.ts";
import { UdpClient } from "./end_to_end/udp_client.ts";
import { UdpServer } from "./end_to_end/udp_server.ts";
import { ednsOf, hex, opt, question, wire } from "./support/messages.ts";
import { stepsMax } from "./wire/pointer_messages.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** An empty reply with TC. */
function truncated(query: Octets): Octets {
  const scan = new MessageScan();
  scan.scan(query);
  const reply = query.slice(0, scan.questionsEnd);
  reply.fill(0, 6, 12);
  putFlags(reply, FLAG.QR | FLAG.RD | FLAG.RA | FLAG.TC);
  return reply;
}

/**
 * 64 KiB of MX records, each with a name of its own that ends, by a pointer, in one of `labels` labels or up to 59 fewer.
 * That name stands in the RDATA of a TXT record, where no writer would point to.
 */
function mxBomb(query: Octets, labels: number): Octets {
  const head = truncated(query);
  putFlags(head, FLAG.QR | FLAG.RD | FLAG.RA);
  const txt = hex(`c00c 0010 0001 0000003c 0100 ff ${"0161".repeat(127)} 00`);
  const nameOffset = head.length + 13 + 2 * (127 - labels);
  const parts = [head, txt];
  let length = head.length + txt.length;
  for (let i = 0; length + 18 < 65_535; i++, length += 18) {
    const mx = hex("c00c 000f 0001 0000003c 0006 0000 0121 c000");
    putUint16(mx, 12, i);
    mx[15] = 33 + i % 90;
    putUint16(mx, 16, 0xc000 | (nameOffset + 2 * (i % 60)));
    parts.push(mx);
  }
  const reply = concat(parts);
  putUint16(reply, 6, parts.length - 1);
  return reply;
}

/** A record of class IN with a TTL of 60 s. */
function rr(owner: Uint8Array, type: number, rdata: Uint8Array): Octets {
  const head = hex("0000 0001 0000003c 0000");
  putUint16(head, 0, type);
  putUint16(head, 8, rdata.length);
  return concat([owner, head, rdata]);
}

function pointer(offset: number): Octets {
  const octets = new Uint8Array(2);
  putUint16(octets, 0, 0xc000 | offset);
  return octets;
}

/** A label of three octets, and a pointer to the question's name. */
function ownName(index: number): Octets {
  return concat([hex("03"), new TextEncoder().encode(index.toString(36).padStart(3, "0")), pointer(HEADER_OCTETS)]);
}

/** 64 KiB of what `next` gives, in one section of a reply. */
function fullReply(asked: string, section: number, next: (index: number, offset: number) => Octets): Octets {
  const head = truncated(wire({ questions: [question(asked)] }));
  putFlags(head, FLAG.QR | FLAG.RD | FLAG.RA);
  const parts = [head];
  let length = head.length;
  for (let i = 0; length + 300 < 65_535; i++) {
    const part = next(i, length);
    parts.push(part);
    length += part.length;
  }
  const reply = concat(parts);
  putUint16(reply, 6 + 2 * section, parts.length - 1);
  return reply;
}

/** A name of 235 octets. */
const LONG = `${Array.from({ length: 3 }, () => "a".repeat(61)).join(".")}.${"b".repeat(47)}`;
const Q = pointer(HEADER_OCTETS);
const ADDRESS = hex("c0000201");

const LARGE_REPLIES: readonly [what: string, reply: () => Octets][] = [
  [
    "addresses of one name",
    () => fullReply(`${LONG} A`, 0, (i) => rr(Q, 1, hex("0a00" + i.toString(16).padStart(4, "0")))),
  ],
  ["equal addresses", () => fullReply("example.org A", 0, () => rr(Q, 1, ADDRESS))],
  ["addresses of names of their own", () => fullReply(`${LONG} A`, 0, (i) => rr(ownName(i), 1, ADDRESS))],
  ["MX of names that lead to themselves", () =>
    fullReply(`${LONG} MX`, 0, (i, offset) => {
      return rr(ownName(i), 15, concat([hex("0001"), offset < 0x3fff ? pointer(offset) : Q]));
    })],
  [
    "MX with exchanges of their own",
    () => fullReply(`${LONG} MX`, 0, (i) => rr(Q, 15, concat([hex("0001"), ownName(i)]))),
  ],
  ["MX behind a name of 62 labels", () =>
    fullReply(`${"a.".repeat(61)}a MX`, 0, (i) => {
      return rr(Q, 15, concat([hex("0001"), ownName(i)]));
    })],
  ["CNAMEs of one name", () => fullReply("example.org A", 0, (i) => rr(Q, 5, ownName(i)))],
  ["a chain of CNAMEs", () => fullReply("example.org A", 0, (i) => rr(i === 0 ? Q : ownName(i - 1), 5, ownName(i)))],
  [
    "RP, compressed as it must not be",
    () => fullReply(`${LONG} RP`, 0, (i) => rr(Q, 17, concat([ownName(i), ownName(i)]))),
  ],
  [
    "NSEC that nobody has signed",
    () => fullReply(`${LONG} A`, 1, (i) => rr(ownName(i), 47, concat([Q, hex("000140")]))),
  ],
  ["signatures", () =>
    fullReply("example.org A", 1, (i) => {
      return rr(ownName(i), 46, concat([hex(`002f0802${"00".repeat(14)}`), Q, hex("01")]));
    })],
  [
    "HTTPS aliases, additional",
    () => fullReply(`${LONG} HTTPS`, 2, (i) => rr(ownName(i), 65, concat([hex("0000"), ownName(i + 1)]))),
  ],
];

for (const [what, make] of LARGE_REPLIES) {
  Deno.test(`CVE-2024-8508: 64 KiB of ${what} are judged with fewer steps than they have octets`, () => {
    const reply = make();
    const scan = new MessageScan();
    if (scan.scan(reply) !== SCAN.ok) return assertLess(scan.pointerSteps, stepsMax(reply.length));
    for (const wantsDnssec of [false, true]) {
      const names = new NameNumbers(reply);
      const normal = normalizeThoroughly(reply, scan, { wantsDnssec, names });
      // To read each name in full takes up to twenty times the octets of the message.
      assertLess(names.steps, reply.length);
      if (!(normal instanceof Uint8Array) || normal === reply) continue;
      assertLess(nameOctetsOf(normal), WRITTEN_NAME_OCTETS_MAX + 1);
      assertEquals(scan.scan(normal), SCAN.ok);
      scan.scan(reply);
    }
  });
}

/** What the names of a message take in full. */
function nameOctetsOf(message: Octets): number {
  const { answers, authorities, additionals } = decode(message);
  const names = [...answers, ...authorities, ...additionals].flatMap(({ name, type, rdata }) => {
    return [name, ...rdataNames(type, rdata)];
  });
  return names.reduce((sum, name) => sum + name.length, 0);
}

Deno.test("CVE-2024-8508: a large reply that takes too much work to put in order is none, and its client is told", async () => {
  // All of it belongs to the answer, and one record came twice.
  const exchanges = (query: Octets) => {
    const reply = fullReply(`${LONG} MX`, 0, (i) => rr(Q, 15, concat([hex("0001"), ownName(i % 3000)])));
    reply.set(query.subarray(0, 2));
    return reply;
  };
  await using upstream = await truncatingUpstream(exchanges);
  await using program = startProgram("--resolver", formatSocketAddress(upstream.address));
  using client = await TcpClient.connect(program.address);
  const asked = wire({ id: 7, recursionDesired: true, questions: [question(`${LONG} MX`)], additionals: [opt()] });
  const reply = decode(await client.ask(asked));
  assertEquals([reply.rcode, reply.answers.length], [RCODE.SERVFAIL, 0]);
  const errors = ednsOf(reply)!.options.map(readExtendedError).filter((error) => error !== null);
  assert(errors.at(-1)!.text.endsWith("answers with what takes too much work to put in order"), errors.at(-1)!.text);
});

/** An upstream whose replies are truncated over UDP; over TCP, on the same port, it replies with what `whole` makes. */
async function truncatingUpstream(
  whole: (query: Octets) => Octets,
): Promise<AsyncDisposable & { address: SocketAddress }> {
  for (;;) {
    const datagrams = new UdpServer(({ octets }) => truncated(octets));
    const { address } = datagrams;
    try {
      const streams = new TcpServer(whole, address.port);
      const dispose = async () => {
        await datagrams[Symbol.asyncDispose]();
        await streams[Symbol.asyncDispose]();
      };
      return { address, [Symbol.asyncDispose]: dispose };
    } catch (error) {
      // Whether a port is free for UDP says nothing of TCP.
      await datagrams[Symbol.asyncDispose]();
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}

/** The costliest names of which `PointerWork` lets 64 KiB be full, and some beyond. */
const LABELS = { costly: 90, tooCostly: 126 };

for (
  const [what, labels, status] of [["takes", LABELS.costly, SCAN.ok], [
    "refuses",
    LABELS.tooCostly,
    SCAN.malformed,
  ]] as const
) {
  Deno.test(`CVE-2024-8508: MessageScan ${what} a reply of 64 KiB whose names have up to ${labels} labels`, () => {
    const reply = mxBomb(wire({ questions: [question("r0n0.example.org MX")] }), labels);
    const scan = new MessageScan();
    assertEquals(scan.scan(reply), status);
    assertLess(scan.pointerSteps, stepsMax(reply.length));
  });
}

for (const questionCount of [1, 8]) {
  for (const labels of [LABELS.costly, LABELS.tooCostly]) {
    const title = `${questionCount} questions with replies of 64 KiB over TCP, of ${labels} labels a name`;
    Deno.test(`CVE-2024-8508: ${title}, do not stop the program`, async () => {
      await using upstream = await truncatingUpstream((query) => mxBomb(query, labels));
      const flags = ["--resolver", formatSocketAddress(upstream.address), "--timeout", "300"];
      await using program = startProgram(...flags);
      using client = new UdpClient(program.address);
      for (let round = 0; round < 3; round++) {
        const names = Array.from({ length: questionCount }, (_, i) => question(`r${round}n${i}.example.org MX`));
        const query = wire({ id: round, recursionDesired: true, questions: names, additionals: [opt()] });
        // What cannot be read is ignored as if it had not come, and the truncated reply is all that there is in the end.
        assert((uint16At(await client.ask(query), 2) & FLAG.TC) !== 0, "TC");
      }
    });
  }
}
