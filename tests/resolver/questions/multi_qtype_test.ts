import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { MultiQtype } from "../../../lib/resolver/questions/multi_qtype.ts";
import type { Query } from "../../../lib/resolver/query.ts";
import { finish } from "../../support/finish.ts";
import { EDNS_OPTION, RCODE, TYPE, typeToText } from "../../../lib/wire/iana.ts";
import { decode, type Message } from "../../../lib/wire/message.ts";
import { ednsOf, lines, opt, question, questionLines, record, records } from "../../support/messages.ts";
import { clientQuery, responseTo, StubResolver } from "../../support/resolving.ts";
import { settableClock } from "../../support/serving.ts";
import { Reply } from "../../../lib/resolver/reply.ts";

type Octets = Uint8Array<ArrayBuffer>;

const SOA = record("example.org. 60 IN SOA ns.example. h.example. 1 2 3 4 60");
const A = "www.example.org. 300 IN A 192.0.2.1";
const AAAA = "www.example.org. 300 IN AAAA 2001:db8::1";
const TXT = 'www.example.org. 300 IN TXT "hello"';

/** What is answered for each type. */
type Answers = Readonly<Record<string, Partial<Message>>>;

const USUAL: Answers = {
  A: { answers: records(A) },
  AAAA: { answers: records(AAAA) },
  TXT: { answers: records(TXT) },
};

/** A query for A that asks for other types besides, as the server lets it pass. */
function queryFor(otherTypes: readonly number[], udpPayloadOctets = 1232): Query {
  const query = clientQuery({ questions: [question("www.example.org")], additionals: [opt({ udpPayloadOctets })] });
  query.otherTypes = otherTypes;
  query.reply.options = [{ code: EDNS_OPTION.MQTYPE_RESPONSE, data: new Uint8Array(0) }];
  return query;
}

function stub(answers: Answers): StubResolver {
  return new StubResolver((query) => {
    return responseTo(query, answers[typeToText(query.qtype)] ?? { authorities: [SOA] });
  });
}

/** The reply as the client gets it, the types that it says it has, and those that were asked for. */
async function ask(otherTypes: readonly number[], answers: Answers = {}, udpPayloadOctets = 1232) {
  const next = stub({ ...USUAL, ...answers });
  const query = queryFor(otherTypes, udpPayloadOctets);
  const octets = finish(await new MultiQtype({ next, clock: settableClock() }).resolve(query), query);
  const reply = decode(octets);
  const options = ednsOf(reply)!.options.filter(({ code }) => code === EDNS_OPTION.MQTYPE_RESPONSE);
  assertEquals(options.length, 1, "one MQTYPE-Response option");
  return {
    ...reply,
    octets,
    types: options[0]!.data.toHex(),
    asked: next.queries.map(({ qtype }) => typeToText(qtype)),
  };
}

Deno.test("MultiQtype.resolve() asks for no other type when the time is up", async () => {
  const clock = settableClock();
  const asked: string[] = [];
  const next = new StubResolver((query) => {
    asked.push(typeToText(query.qtype));
    // The deadline of the query is met at 2000, up to a tick late.
    clock.set(2000);
    return Promise.resolve(responseTo(query, { answers: records(A) }));
  });
  const query = queryFor([TYPE.AAAA, TYPE.TXT]);
  const reply = decode(finish(await new MultiQtype({ next, clock }).resolve(query), query));
  assertEquals([asked, lines(reply.answers)], [["A"], [A]]);
  assertEquals(ednsOf(reply)!.options, [{ code: EDNS_OPTION.MQTYPE_RESPONSE, data: new Uint8Array(0) }]);
});

Deno.test("MultiQtype.resolve() passes a query for one type on as it is", () => {
  const next = stub(USUAL);
  const query = clientQuery({ questions: [question("www.example.org")] });
  assert(
    new MultiQtype({ next, clock: settableClock() }).resolve(query) instanceof Reply,
    "what is known is returned by a plain call",
  );
  assertStrictEquals(next.queries[0], query);
});

Deno.test("[10029_03] MultiQtype.resolve() answers the primary type, then the others in order, under one question", async () => {
  const { questions, answers, types, asked, rcode, isTruncated } = await ask([TYPE.TXT, TYPE.AAAA]);
  assertEquals([rcode, isTruncated, questionLines(questions)], [RCODE.NOERROR, false, ["www.example.org. IN A"]]);
  assertEquals(lines(answers), [A, TXT, AAAA]);
  assertEquals([types, asked], ["0010001c", ["A", "TXT", "AAAA"]]);
});

Deno.test("[10029_03] MultiQtype.resolve() asks for nothing else before the primary type is answered, then for all", async () => {
  const replies: PromiseWithResolvers<Octets>[] = [];
  const next = new StubResolver(() => {
    replies.push(Promise.withResolvers<Octets>());
    return replies.at(-1)!.promise;
  });
  const reply = new MultiQtype({ next, clock: settableClock() }).resolve(queryFor([TYPE.TXT, TYPE.AAAA]));
  assertEquals(next.queries.length, 1);
  replies[0]!.resolve(responseTo(next.queries[0]!, USUAL.A));
  await Promise.resolve();
  await Promise.resolve();
  assertEquals(next.queries.length, 3);
  for (const i of [2, 1]) replies[i]!.resolve(responseTo(next.queries[i]!, { authorities: [SOA] }));
  assertEquals(lines(decode((await reply).octets).answers), [A]);
});

const MANY_TEXTS = Array.from({ length: 4 }, (_, i) => `www.example.org. 300 IN TXT "${"x".repeat(240)}${i}"`);
const MANY_ADDRESSES = Array.from({ length: 200 }, (_, i) => `www.example.org. 300 IN A 192.0.2.${i}`);

const CUT: readonly [what: string, Partial<Message>][] = [
  ["is cut by the upstream", { isTruncated: true }],
  ["does not fit", { answers: records(...MANY_TEXTS, ...MANY_ADDRESSES.slice(0, 20)) }],
  ["has too many records to be looked at", { answers: records(...MANY_ADDRESSES) }],
];

for (const [what, fields] of CUT) {
  Deno.test(`[10029_03] [10029_02] MultiQtype.resolve() asks for no other type when the primary one ${what}`, async () => {
    const { types, asked, isTruncated } = await ask([TYPE.AAAA], { A: fields });
    assertEquals([types, asked, isTruncated], ["", ["A"], true]);
  });
}

for (const rcode of [RCODE.SERVFAIL, RCODE.REFUSED]) {
  Deno.test(`[10029_02] MultiQtype.resolve() asks for no other type when the primary one gets RCODE ${rcode}`, async () => {
    const reply = await ask([TYPE.AAAA], { A: { rcode }, AAAA: { rcode } });
    assertEquals([reply.rcode, reply.types, reply.asked], [rcode, "", ["A"]]);
  });
}

const DIFFERENT: readonly [what: string, Partial<Message>][] = [
  ["another RCODE", { rcode: RCODE.SERVFAIL }],
  ["another RA", { recursionAvailable: false }],
  ["another AD", { isAuthenticData: true }],
  ["TC", { isTruncated: true }],
];

for (const [what, fields] of DIFFERENT) {
  Deno.test(`[10029_04] [10029_06] MultiQtype.resolve() leaves a type out whose reply has ${what}`, async () => {
    const reply = await ask([TYPE.AAAA, TYPE.TXT], { AAAA: { ...USUAL.AAAA, ...fields } });
    assertEquals([lines(reply.answers), reply.types], [[A, TXT], "0010"]);
    const { rcode, recursionAvailable, isAuthenticData, isTruncated } = reply;
    assertEquals([rcode, recursionAvailable, isAuthenticData, isTruncated], [RCODE.NOERROR, true, false, false]);
  });
}

Deno.test("[10029_04] MultiQtype.resolve() says NXDOMAIN once when all types do", async () => {
  const nowhere = { rcode: RCODE.NXDOMAIN, authorities: [SOA] };
  const reply = await ask([TYPE.AAAA], { A: nowhere, AAAA: nowhere });
  assertEquals([reply.rcode, lines(reply.authorities), reply.types], [RCODE.NXDOMAIN, lines([SOA]), "001c"]);
});

Deno.test("[10029_05] MultiQtype.resolve() gives records once in each section, in the section in which they came", async () => {
  const alias = "www.example.org. 300 IN CNAME web.example.org.";
  const authorities = records("example.org. 60 IN NS ns.example.");
  const additionals = records("ns.example. 60 IN A 192.0.2.53");
  const fields = { authorities, additionals };
  const reply = await ask([TYPE.AAAA, TYPE.MX], {
    A: { ...fields, answers: records(alias, "web.example.org. 300 IN A 192.0.2.1") },
    AAAA: { ...fields, answers: records(alias, "web.example.org. 300 IN AAAA 2001:db8::1"), additionals: [opt()] },
    MX: { answers: records(alias), authorities: [SOA] },
  });
  assertEquals(lines(reply.answers), [
    alias,
    "web.example.org. 300 IN A 192.0.2.1",
    "web.example.org. 300 IN AAAA 2001:db8::1",
  ]);
  assertEquals(lines(reply.authorities), lines([...authorities, SOA]));
  assertEquals(reply.additionals.length, 2, "the address of the name server, and our OPT record");
  assertEquals(reply.types, "001c000f");
});

Deno.test("[10029_06] MultiQtype.resolve() leaves out what does not fit, never sets TC, and takes a later type that fits", async () => {
  const lengths: number[] = [];
  for (let textOctets = 1; textOctets < 256; textOctets++) {
    const text = records(`www.example.org. 300 IN TXT "${"x".repeat(textOctets)}" "${"x".repeat(200)}"`);
    const reply = await ask([TYPE.TXT, TYPE.AAAA], { TXT: { answers: text } }, 512);
    assertEquals([reply.isTruncated, reply.octets.length <= 512], [false, true]);
    const hasText = reply.answers.some(({ type }) => type === TYPE.TXT);
    const hasAddress = reply.answers.some(({ type }) => type === TYPE.AAAA);
    assertEquals(reply.types, `${hasText ? "0010" : ""}${hasAddress ? "001c" : ""}`);
    assert(hasText || hasAddress);
    lengths.push(reply.octets.length);
  }
  assertEquals(Math.max(...lengths), 512, "to the last octet");
});
