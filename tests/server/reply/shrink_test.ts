import { assertEquals, assertLessOrEqual, assertStrictEquals } from "@std/assert";
import { shrink } from "../../../lib/server/reply/shrink.ts";
import { TYPE } from "../../../lib/wire/iana.ts";
import { decode, type Message } from "../../../lib/wire/message.ts";
import { ednsOf, hex, lines, opt, question, questionLines, record, records, response } from "../../support/messages.ts";

const QUESTIONS = [question("eXample.org")];
const COOKIE = { code: 10, data: hex("0102030405060708 0102030405060708") };
const OPT = opt({ wantsDnssec: true, options: [COOKIE] });

function addresses(count: number) {
  return Array.from({ length: count }, (_, i) => record(`eXample.org 9 IN A 192.0.2.${i}`));
}

/** What is left of a reply; `null` when nothing can be cut. */
function shrunk(fields: Partial<Message>): { octets: number; message: Message } | null {
  const reply = shrink(response({ id: 7, questions: QUESTIONS, ...fields }));
  return reply === null ? null : { octets: reply.length, message: decode(reply) };
}

Deno.test("[9715_06] shrink() cuts a reply to 512 octets with its OPT record, and sets TC when something needed goes", () => {
  const { octets, message } = shrunk({ answers: addresses(60), additionals: [OPT] })!;
  assertLessOrEqual(octets, 512);
  assertEquals([message.id, message.isTruncated, questionLines(message.questions)], [7, true, ["eXample.org. IN A"]]);
  assertEquals([message.answers, ednsOf(message)!.options, ednsOf(message)!.wantsDnssec], [[], [COOKIE], true]);
});

Deno.test("[9715_06] shrink() leaves TC clear when what is needed fits into 512 octets", () => {
  const glue = Array.from({ length: 40 }, (_, i) => record(`ns${i}.example.net 9 IN A 192.0.2.${i}`));
  for (const additionals of [glue, [...glue, OPT]]) {
    const { octets, message } = shrunk({ answers: addresses(9), additionals })!;
    assertLessOrEqual(octets, 512);
    assertEquals([message.isTruncated, lines(message.answers)], [false, lines(addresses(9))]);
    assertEquals(message.additionals.filter(({ type }) => type === TYPE.OPT).length, additionals.includes(OPT) ? 1 : 0);
  }
});

Deno.test("[9715_06] shrink() leaves the question, TC and a bare OPT record of what has 512 octets or less", () => {
  const { octets, message } = shrunk({ answers: addresses(9), additionals: [OPT] })!;
  assertEquals(octets, 12 + 17 + 11);
  assertEquals([message.isTruncated, message.answers, ednsOf(message)!.options], [true, [], []]);
  assertEquals([questionLines(message.questions), ednsOf(message)!.wantsDnssec], [["eXample.org. IN A"], true]);
  const plain = shrunk({ answers: addresses(9) })!;
  assertEquals([plain.octets, plain.message.isTruncated, plain.message.additionals], [12 + 17, true, []]);
});

Deno.test("[9715_06] shrink() gives up what has no more than its question", () => {
  assertStrictEquals(shrunk({ additionals: [opt()] }), null);
  assertStrictEquals(shrunk({}), null);
});

Deno.test("shrink() shrinks any reply to nothing in two steps at most", () => {
  for (
    const fields of [{ answers: addresses(60) }, { authorities: records("org 9 IN SOA a.example b.example 1 2 3 4 5") }]
  ) {
    for (const additionals of [[], [OPT]]) {
      let reply: Uint8Array<ArrayBuffer> | null = response({ questions: QUESTIONS, ...fields, additionals });
      let steps = 0;
      for (; reply !== null; reply = shrink(reply.slice())) steps++;
      assertLessOrEqual(steps, 3);
    }
  }
});
