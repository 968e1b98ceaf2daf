import { assertEquals } from "@std/assert";
import { addressRun } from "../../../lib/cache/store/address_run.ts";
import { MessageScan, skipName } from "../../../lib/wire/scan.ts";
import { uint16At } from "../../../lib/wire/octets.ts";
import { question, records, response } from "../../support/messages.ts";

/** Where the records of a message begin, and where their TTLs stand. */
function placesIn(message: Uint8Array<ArrayBuffer>) {
  const scan = new MessageScan();
  scan.scan(message);
  const ttlOffsets: number[] = [];
  for (let offset = scan.questionsEnd; offset < message.length;) {
    const head = skipName(message, offset, message.length);
    ttlOffsets.push(head + 4);
    offset = head + 10 + uint16At(message, head + 8);
  }
  return { start: scan.questionsEnd, ttlOffsets };
}

const SIGNATURE = "a.example 9 IN RRSIG A 13 2 300 19700101000002 19700101000001 7 example AQIDBA==";
const ALIAS = "a.example 9 IN CNAME b.example";

const RUNS: readonly [what: string, answers: readonly string[], run: [start: number, count: number] | null][] = [
  ["one address", ["a.example 9 IN A 192.0.2.1"], null],
  ["no answer", [], null],
  ["two addresses", ["a.example 9 IN A 192.0.2.1", "a.example 9 IN A 192.0.2.2"], [0, 2]],
  ["two IPv6 addresses", ["a.example 9 IN AAAA 2001:db8::1", "a.example 9 IN AAAA 2001:db8::2"], [0, 2]],
  ["letter case", ["a.example 9 IN A 192.0.2.1", "A.EXAMPLE 9 IN A 192.0.2.2"], [0, 2]],
  ["addresses behind an alias", [ALIAS, "b.example 9 IN A 192.0.2.1", "b.example 9 IN A 192.0.2.2"], [1, 2]],
  ["a signature behind them", ["a.example 9 IN A 192.0.2.1", "a.example 9 IN A 192.0.2.2", SIGNATURE], [0, 2]],
  ["a signature between them", ["a.example 9 IN A 192.0.2.1", SIGNATURE, "a.example 9 IN A 192.0.2.2"], null],
  ["different names", ["a.example 9 IN A 192.0.2.1", "b.example 9 IN A 192.0.2.2"], null],
  ["different types", ["a.example 9 IN A 192.0.2.1", "a.example 9 IN AAAA 2001:db8::2"], null],
  ["another class", ["a.example 9 CLASS3 A \\# 4 c0000201", "a.example 9 CLASS3 A \\# 4 c0000202"], null],
  ["an order that matters", ["a.example 9 IN MX 1 b.example", "a.example 9 IN MX 2 c.example"], null],
  ["the longer of two", [
    "a.example 9 IN A 192.0.2.1",
    "a.example 9 IN A 192.0.2.2",
    "b.example 9 IN A 192.0.2.3",
    "b.example 9 IN A 192.0.2.4",
    "b.example 9 IN A 192.0.2.5",
  ], [2, 3]],
  ["300 addresses", Array.from({ length: 300 }, (_, i) => `a.example 9 IN A 192.0.${i >> 8}.${i & 0xff}`), [0, 255]],
];

for (const [what, answers, run] of RUNS) {
  Deno.test(`[order_01] addressRun() finds ${run === null ? "nothing" : `${run[1]} addresses`} in an answer with ${what}`, () => {
    const additionals = records("ns.example 9 IN A 192.0.2.8", "ns.example 9 IN A 192.0.2.9");
    const message = response({ questions: [question("a.example")], answers: records(...answers), additionals });
    const { start, ttlOffsets } = placesIn(message);
    const found = addressRun(message, start, ttlOffsets, null);
    assertEquals(found === null ? null : [found.start, found.count], run);
  });
}

Deno.test("addressRun() takes no octets for addresses of which there are too few or too many", () => {
  const answers = records("a.example 9 IN A 192.0.2.1", "a.example 9 IN A 192.0.2.2");
  for (const rdata of [new Uint8Array(3), new Uint8Array(5)]) {
    const message = response({ questions: [question("a.example")], answers: answers.map((r) => ({ ...r, rdata })) });
    const { start, ttlOffsets } = placesIn(message);
    assertEquals(addressRun(message, start, ttlOffsets, null), null);
  }
});
