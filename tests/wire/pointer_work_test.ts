import { assertEquals, assertLessOrEqual, assertThrows } from "@std/assert";
import { concat } from "@std/bytes/concat";
import fc from "fast-check";
import { TYPE } from "../../lib/wire/iana.ts";
import { decode, encode, type Message, type ResourceRecord } from "../../lib/wire/message.ts";
import { nameFromText } from "../../lib/wire/name.ts";
import { PointerWork } from "../../lib/wire/pointer_work.ts";
import { rdataFromText } from "../../lib/wire/text/rdata_text.ts";
import { MessageScan, SCAN } from "../../lib/wire/scan.ts";
import { WireFormatError } from "../../lib/wire/wire_format_error.ts";
import {
  asQuery,
  fullMessageOf,
  longName,
  messageOf,
  messagesNearTheBound,
  pointerChain,
  staircase,
  stepsMax,
} from "./pointer_messages.ts";

Deno.test("PointerWork takes 4 steps for each octet and 4,096 besides, and none that it refuses", () => {
  const work = new PointerWork();
  assertEquals([work.take(4097, 0), work.steps], [false, 0]);
  assertEquals([work.take(4096, 0), work.steps], [true, 4096]);
  assertEquals([work.take(5, 1), work.take(4, 1), work.take(1, 1), work.steps], [false, true, false, 4100]);
});

for (const name of [pointerChain(126), longName(127), staircase(126), longName(64)]) {
  Deno.test(`MessageScan and decode() refuse 64 KiB of names of ${name.what} [1035_04]`, () => {
    const message = fullMessageOf(name);
    const scan = new MessageScan();
    assertEquals(scan.scan(message), SCAN.malformed);
    assertLessOrEqual(scan.pointerSteps, stepsMax(message.length));
    assertThrows(() => decode(message), WireFormatError, "too many steps");
    // Each name by itself is fine.
    assertEquals(decode(messageOf(name, 1)).answers.length, 2);
  });
}

const IP6_ARPA = `${"0.".repeat(32)}ip6.arpa`;

function record(owner: string, type: number, rdata: string): ResourceRecord {
  return { name: nameFromText(owner), type, class: 1, ttl: 60, rdata: rdataFromText(type, rdata) };
}

function reply(qname: string, count: number, next: (index: number) => ResourceRecord): Message {
  const questions = [{ name: nameFromText(qname), type: TYPE.ANY, class: 1 }];
  return { ...decode(new Uint8Array(12)), questions, answers: Array.from({ length: count }, (_, i) => next(i)) };
}

for (
  const [what, message] of [
    [
      "4,000 addresses of a name of 10 labels",
      reply("a.b.c.d.e.f.g.h.example.org", 4000, () => record("a.b.c.d.e.f.g.h.example.org", TYPE.A, "192.0.2.1")),
    ],
    ["2,800 names of one address", reply(IP6_ARPA, 2800, (i) => record(IP6_ARPA, TYPE.PTR, `h${i}.example.org`))],
    [
      "2,500 name servers, as in a zone transfer",
      reply("example.org", 2500, (i) => record(`h${i}.example.org`, TYPE.NS, `ns${i % 4}.example.org`)),
    ],
    [
      "a reverse zone of 2,000 names, as in a zone transfer",
      reply("ip6.arpa", 2000, (i) => {
        const nibbles = [...i.toString(16).padStart(4, "0")].reverse().join(".");
        return record(`${nibbles}.${"0.".repeat(28)}ip6.arpa`, TYPE.PTR, `h${i}.example.org`);
      }),
    ],
  ] as const
) {
  Deno.test(`MessageScan and decode() take ${what}`, () => {
    const octets = encode(message);
    const scan = new MessageScan();
    assertEquals(scan.scan(octets), SCAN.ok);
    assertEquals(decode(octets), message);
    // Far from the bound, so that other ways to compress are taken as well.
    assertLessOrEqual(scan.pointerSteps, 3 * octets.length);
  });
}

for (const [name, octets] of [[longName(62), 65_535], [longName(127), 1232], [staircase(62), 512]] as const) {
  Deno.test(`MessageScan and decode() take ${octets} octets of owners of ${name.what}`, () => {
    const message = fullMessageOf(name, octets);
    assertEquals(new MessageScan().scan(message), SCAN.ok);
    assertEquals(decode(message).answers.length, message[6]! * 256 + message[7]!);
  });
}

Deno.test("MessageScan and decode() take a message exactly when its pointers take 4,096 steps and 4 an octet", () => {
  const scan = new MessageScan();
  const verdicts = new Set<boolean>();
  fc.assert(
    fc.property(messagesNearTheBound, ({ message, steps, trailing }) => {
      // The bound is the tightest at the last name: up to there each record took more steps than it has octets for.
      const isWithin = steps <= stepsMax(message.length - 14);
      verdicts.add(isWithin);
      // Octets behind the last record buy nothing.
      for (const octets of [message, asQuery(message), concat([message, new Uint8Array(trailing)])]) {
        assertEquals(scan.scan(octets), isWithin ? SCAN.ok : SCAN.malformed);
        if (isWithin) assertEquals(scan.pointerSteps, steps);
        assertLessOrEqual(scan.pointerSteps, stepsMax(message.length));
        assertEquals(isDecodable(octets), isWithin);
      }
    }),
    { numRuns: 100 },
  );
  assertEquals(verdicts.size, 2);
});

Deno.test("MessageScan counts the steps of each message from nought", () => {
  const scan = new MessageScan();
  scan.scan(messageOf(longName(10), 3));
  assertEquals(scan.pointerSteps, 3 * 12);
  scan.scan(messageOf(longName(10), 1));
  assertEquals(scan.pointerSteps, 12);
});

function isDecodable(octets: Uint8Array): boolean {
  try {
    decode(octets);
    return true;
  } catch (error) {
    if (error instanceof WireFormatError) return false;
    throw error;
  }
}
