import { assert, assertEquals, assertLessOrEqual, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { finish } from "../../lib/server/finish.ts";
import { cutRecords, truncate } from "../../lib/server/truncate.ts";
import { TYPE } from "../../lib/wire/iana.ts";
import { decode, encode, type Message, type ResourceRecord } from "../../lib/wire/message.ts";
import { hex, lines, message, opt, question, record, records } from "../support/messages.ts";
import { clientQuery, responseTo } from "../support/resolving.ts";

const QUESTIONS = [question("example.org")];
const ADDRESSES = records("example.org 9 IN A 192.0.2.1", "example.org 9 IN A 192.0.2.2");
const TEXT = record(`example.org 9 IN TXT "${"x".repeat(100)}"`);
const NAME_SERVER = record("example.org 9 IN NS ns.example.net");
const GLUE = records("ns.example.net 9 IN A 192.0.2.53", "ns.example.net 9 IN AAAA 2001:db8::53");

function whole(fields: Partial<Message>): Message {
  return message({ isResponse: true, questions: QUESTIONS, ...fields });
}

/** What is left of a message when it may have as many octets as `fitting` has, and `room` more. */
function cutTo(fields: Partial<Message>, fitting: Partial<Message>, room = 0) {
  const limitOctets = encode(whole(fitting)).length + room;
  const octets = truncate(encode(whole(fields)), limitOctets);
  assertLessOrEqual(octets.length, limitOctets);
  const { isTruncated, questions, answers, authorities, additionals } = decode(octets);
  assertEquals(questions, QUESTIONS);
  return { isTruncated, answers: lines(answers), authorities: lines(authorities), additionals: lines(additionals) };
}

function sections({ answers = [], authorities = [], additionals = [] }: Partial<Message>, isTruncated: boolean) {
  return { isTruncated, answers: lines(answers), authorities: lines(authorities), additionals: lines(additionals) };
}

Deno.test("truncate() leaves a reply alone that fits to the octet", () => {
  const octets = encode(whole({ answers: ADDRESSES }));
  assertStrictEquals(truncate(octets, octets.length), octets);
});

Deno.test("[2181_03] truncate() drops additional records first, RRset by RRset, and without TC", () => {
  const all = { answers: ADDRESSES, authorities: [NAME_SERVER], additionals: GLUE };
  const oneLess = { ...all, additionals: GLUE.slice(0, 1) };
  assertEquals(cutTo(all, all, -1), sections(oneLess, false));
  const none = { ...all, additionals: [] };
  assertEquals(cutTo(all, oneLess, -1), sections(none, false));
});

Deno.test("[5625_03] [2181_03] truncate() sets TC when authority or answer records go, authority first", () => {
  const all = { answers: ADDRESSES, authorities: [NAME_SERVER], additionals: GLUE };
  assertEquals(cutTo(all, { ...all, additionals: [] }, -1), sections({ answers: ADDRESSES }, true));
  assertEquals(cutTo(all, { answers: ADDRESSES }, -1), sections({}, true));
});

Deno.test("[1035_01] truncate() keeps the RRsets before the one that does not fit, and none behind it", () => {
  const answers = [...ADDRESSES, TEXT, ...records("other.example 9 IN A 192.0.2.9")];
  assertEquals(cutTo({ answers }, { answers: ADDRESSES }, 20), sections({ answers: ADDRESSES }, true));
});

Deno.test("truncate() never keeps a part of an RRset, even when its records do not stand together", () => {
  const [first, second] = ADDRESSES as [ResourceRecord, ResourceRecord];
  const answers = [TEXT, first, NAME_SERVER, second];
  const allButOne = { answers: answers.slice(0, 3) };
  assertEquals(cutTo({ answers }, allButOne), sections({ answers: [TEXT] }, true));
  // Letter case does not make another RRset, and another section does.
  const spelled = [first, { ...second, name: question("EXAMPLE.org").name }];
  assertEquals(cutTo({ answers: spelled }, { answers: spelled }, -1), sections({}, true));
  const apart = { answers: [first], additionals: [second] };
  assertEquals(cutTo(apart, apart, -1), sections({ answers: [first] }, false));
});

Deno.test("truncate() takes the signature of each type for an RRset of its own", () => {
  const signature = (type: string) => {
    return record(`example.org 9 IN RRSIG ${type} 13 2 300 19700101000002 19700101000001 7 example.org AQIDBA==`);
  };
  const answers = [...ADDRESSES, signature("A"), TEXT, signature("TXT")];
  const signed = { answers: answers.slice(0, 3) };
  assertEquals(cutTo({ answers }, signed), sections(signed, true));
});

Deno.test("[5625_04] truncate() leaves a TC that is set, also when only additional records are cut", () => {
  const all = { isTruncated: true, answers: ADDRESSES, additionals: GLUE };
  assertEquals(cutTo(all, { answers: ADDRESSES }), sections({ answers: ADDRESSES }, true));
  assertEquals(cutTo(all, all), sections(all, true));
});

Deno.test("truncate() compresses names before it cuts anything", () => {
  // An upstream that writes every name in full: header, question, then the owner in full twice.
  const owner = "076578616d706c65 036f7267 00";
  const address = `${owner} 0001 0001 00000009 0004 c0000201`;
  const octets = hex(`0000 8180 0001 0002 0000 0000 ${owner} 0001 0001 ${address} ${address}`);
  const compressed = truncate(octets, octets.length - 1);
  assertEquals(octets.length - compressed.length, 2 * (13 - 2));
  assertEquals(decode(compressed), decode(octets));
});

Deno.test("truncate() cuts the message as it came when writing its names in full would make it longer", () => {
  // SRV: RFC 3597 §4 lets its target come compressed, and not leave so.
  const target = `0021 0001 00000009 0008 0001 0002 0035 c00c`;
  const octets = hex(
    `0000 8180 0001 0002 0000 0000 ${"3f" + "61".repeat(63)} 00 0021 0001 c00c ${target} c00c ${target}`,
  );
  const cut = decode(truncate(octets, octets.length - 1));
  assertEquals([cut.isTruncated, cut.answers.length], [true, 0]);
});

Deno.test("finish() drops what follows the upstream's OPT record when the rest cannot be written anew", () => {
  // 3,000 SRV records of 20 octets whose targets take 255 octets each in full: 765,000 octets.
  const name = `${("3f" + "61".repeat(63)).repeat(3)} 3d${"61".repeat(61)} 00`;
  const service = "c00c 0021 0001 00000009 0008 0001 0002 0035 c00c";
  const bare = "00 0029 04d0 00000000 0000";
  const octets = hex(`0000 8180 0001 0000 0000 0bba ${name} 0021 0001 ${service.repeat(3000)} ${bare} ${service}`);
  const query = clientQuery({ questions: decode(octets).questions, additionals: [opt({ udpPayloadOctets: 900 })] });
  const reply = decode(finish(octets, query));
  assertEquals([reply.isTruncated, reply.additionals.map(({ type }) => type)], [false, [TYPE.OPT]]);
});

const names = fc.constantFrom("example.org", "EXAMPLE.org", "www.example.org", "ns.example.net", ".");
const rdata = fc.oneof(
  fc.integer({ min: 1, max: 9 }).map((last) => `A 192.0.2.${last}`),
  fc.constantFrom("NS ns.example.net", "MX 10 mail.example.org", "SRV 1 2 53 www.example.org", "TYPE65280 \\# 2 c00c"),
  fc.integer({ min: 1, max: 200 }).map((length) => `TXT "${"x".repeat(length)}"`),
  fc.constantFrom("A", "TXT").map((type) => {
    return `RRSIG ${type} 13 2 300 19700101000002 19700101000001 7 example.org AQIDBA==`;
  }),
);
const section = fc.array(fc.tuple(names, rdata).map(([owner, rest]) => record(`${owner} 9 IN ${rest}`)), {
  maxLength: 12,
});
const replies = fc.record({
  isTruncated: fc.boolean(),
  answers: section,
  authorities: section,
  additionals: section,
});

Deno.test("[2181_03] [9715_03] truncate() keeps to any limit, with whole RRsets from the front, and TC iff needed", () => {
  const property = fc.property(replies, fc.integer({ min: 29, max: 1300 }), (fields, limitOctets) => {
    const before = whole(fields);
    const octets = truncate(encode(before), limitOctets);
    assertLessOrEqual(octets.length, limitOctets);
    const after = decode(octets);
    const isNeededCut = after.answers.length < fields.answers.length ||
      after.authorities.length < fields.authorities.length;
    assertEquals(after.isTruncated, fields.isTruncated || isNeededCut);
    assertEquals(after.questions, QUESTIONS);
    let isCut = false;
    for (const name of ["answers", "authorities", "additionals"] as const) {
      const [all, kept] = [lines(before[name]), lines(after[name])];
      assertEquals(kept, isCut ? [] : all.slice(0, kept.length));
      assertWholeRrsets(all, kept.length);
      isCut ||= kept.length < all.length;
    }
    assert(isCut || encode(before).length <= limitOctets);
  });
  fc.assert(property, { numRuns: 500 });
});

/** By the plainest means: nothing that was cut has a relative among what was kept. */
function assertWholeRrsets(all: readonly string[], keptCount: number): void {
  const rrset = (line: string) => {
    const [owner, , , type, first] = line.toLowerCase().split(" ");
    return `${owner} ${type} ${type === "rrsig" ? first : ""}`;
  };
  const kept = new Set(all.slice(0, keptCount).map(rrset));
  assertEquals(all.slice(keptCount).filter((line) => kept.has(rrset(line))), []);
}

Deno.test("[5625_03] finish() keeps to what the client takes, or sets TC, for any reply", () => {
  const sizes = fc.constantFrom(null, 0, 512, 700, 1232, 4096);
  const property = fc.property(replies, sizes, (fields, size) => {
    const additionals = size === null ? [] : [opt({ udpPayloadOctets: size })];
    const query = clientQuery({ questions: QUESTIONS, additionals });
    const octets = finish(responseTo(query, fields), query);
    assertLessOrEqual(octets.length, Math.min(1232, Math.max(512, size ?? 512)));
    const reply = decode(octets);
    assertEquals(reply.additionals.filter(({ type }) => type === TYPE.OPT).length, additionals.length);
    assert(reply.isTruncated || reply.answers.length === fields.answers.length);
  });
  fc.assert(property, { numRuns: 300 });
});

Deno.test("cutRecords() returns the message as it came when nothing has to go", () => {
  const all = whole({ answers: ADDRESSES, authorities: [NAME_SERVER], additionals: GLUE });
  const octets = encode(all);
  assertEquals(decode(cutRecords(octets, all, octets.length)), all);
});
