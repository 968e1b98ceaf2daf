import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { Any } from "../../../lib/resolver/local/any.ts";
import { Chaos } from "../../../lib/resolver/local/chaos.ts";
import { MultiQtype } from "../../../lib/resolver/questions/multi_qtype.ts";
import { PlainFirst } from "../../../lib/resolver/questions/plain_first.ts";
import { Split } from "../../../lib/resolver/questions/split.ts";
import { takeClientOptions, takeOtherTypes } from "../../../lib/server/admission/client_options.ts";
import { admit, ADMITTED } from "../../../lib/server/admission/message_check.ts";
import { EDNS_OPTION, RCODE } from "../../../lib/wire/iana.ts";
import type { Message } from "../../../lib/wire/message.ts";
import { hex, opt, question, record, wire } from "../../support/messages.ts";
import { clientQuery, rawQuery, StubResolver } from "../../support/resolving.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { cookies, settableClock } from "../../support/serving.ts";

const QUESTIONS = [question("eXample.org")];
const COOKIE = { code: EDNS_OPTION.COOKIE, data: hex("0102030405060708") };

function setUp() {
  const [next, others] = [new StubResolver(), new StubResolver()];
  return { next, others, plainFirst: new PlainFirst({ next, others }) };
}

const PLAIN: readonly [string, Partial<Message>][] = [
  ["a question", { questions: QUESTIONS }],
  ["RD=0, AD and CD", {
    questions: QUESTIONS,
    recursionDesired: false,
    isAuthenticData: true,
    checkingDisabled: true,
  }],
  ["an OPT record", { questions: QUESTIONS, additionals: [opt()] }],
  ["a cookie", { questions: QUESTIONS, additionals: [opt({ options: [COOKIE] })] }],
  ["the largest type below the meta types", { questions: [question("example.org TYPE127")] }],
  ["the first type above them", { questions: [question("example.org TYPE256")] }],
];

for (const [what, fields] of PLAIN) {
  Deno.test(`PlainFirst.resolve() lets a query pass at once with ${what}`, () => {
    const { next, others, plainFirst } = setUp();
    const query = clientQuery(fields);
    plainFirst.resolve(query);
    assertStrictEquals(next.queries[0], query);
    assertEquals(others.queries, []);
  });
}

const OTHERS: readonly [string, Partial<Message>][] = [
  ["no question", {}],
  ["two questions", { questions: [...QUESTIONS, question("example.org AAAA")] }],
  ["class CH", { questions: [question("version.bind CH TXT")] }],
  ["type ANY", { questions: [question("example.org ANY")] }],
  ["a record beside the OPT record", { questions: QUESTIONS, additionals: [opt(), record("a. 9 IN A 192.0.2.1")] }],
  ["a record in place of the OPT record", { questions: QUESTIONS, additionals: [record("a. 9 IN A 192.0.2.1")] }],
  ["an answer", { questions: QUESTIONS, answers: [record("a. 9 IN A 192.0.2.1")] }],
];

for (const [what, fields] of OTHERS) {
  Deno.test(`PlainFirst.resolve() gives a query with ${what} to the others`, () => {
    const { next, others, plainFirst } = setUp();
    const query = clientQuery(fields);
    plainFirst.resolve(query);
    assertStrictEquals(others.queries[0], query);
    assertEquals(next.queries, []);
  });
}

Deno.test("PlainFirst.resolve() gives a query that asks for other types as well to the others", () => {
  const { others, plainFirst } = setUp();
  const query = clientQuery({
    questions: QUESTIONS,
    additionals: [opt({ options: [{ code: EDNS_OPTION.MQTYPE_QUERY, data: hex("001c") }] })],
  });
  assertEquals(takeOtherTypes(query), RCODE.NOERROR);
  plainFirst.resolve(query);
  assertStrictEquals(others.queries[0], query);
});

/** The octets of a good query, a few of them changed. */
function changed(random: SeededRandom, octets: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const copy = octets.slice();
  for (let count = random.between(0, 3); count > 0; count--) {
    copy[random.between(2, copy.length - 1)] = random.pick([0, 1, 2, 0x10, 0x29, 0x80, 0xff, random.between(0, 255)]);
  }
  return copy;
}

Deno.test("what is plain is admitted, has nothing in its options to be acted on, and is let pass by all of the others", () => {
  const random = new SeededRandom(19);
  const messages = [{}, { additionals: [opt()] }, { additionals: [opt({ wantsDnssec: true })] }]
    .map((fields) => wire({ questions: QUESTIONS, recursionDesired: true, ...fields }));
  let plainCount = 0;
  for (let i = 0; i < 20_000; i++) {
    const query = rawQuery(changed(random, random.pick(messages)));
    if (!query.isPlain) continue;
    plainCount++;
    assertStrictEquals(admit(query), ADMITTED);
    if (!query.scan.hasOptions) {
      assertEquals([takeClientOptions(query, cookies()), takeOtherTypes(query)], [RCODE.NOERROR, RCODE.NOERROR]);
      assertEquals([query.otherTypes, query.reply.options, query.hasValidCookie], [[], [], false]);
    }
    const next = new StubResolver();
    const chaos = new Chaos({ next: new Any({ next }), serverId: "x", version: "x" });
    const split = new Split({ next: chaos, multiQuestion: "split" });
    new MultiQtype({ next: split, clock: settableClock() }).resolve(query);
    assertStrictEquals(next.queries[0], query);
  }
  assert(plainCount > 5000 && plainCount < 20_000, `${plainCount} were plain`);
});
