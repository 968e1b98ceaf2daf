import { assert, assertEquals, assertLessOrEqual, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { finish } from "../../support/finish.ts";
import { cutRecords, truncate } from "../../../lib/server/reply/truncate.ts";
import { TYPE } from "../../../lib/wire/iana.ts";
import { decode, encode, type Message, type ResourceRecord } from "../../../lib/wire/message.ts";
import { hex, lines, message, opt, question, record, records } from "../../support/messages.ts";
import { clientQuery, responseTo } from "../../support/resolving.ts";

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

Deno.test("[5625_03] [2181_03] truncate() drops authority records before answers, and sets TC when those go", () => {
  const all = { answers: ADDRESSES, authorities: [NAME_SERVER], additionals: GLUE };
  assertEquals(cutTo(all, { ...all, additionals: [] }, -1), sections({ answers: ADDRESSES }, false));
  assertEquals(cutTo(all, { answers: ADDRESSES }, -1), sections({}, true));
});

const SIGNED = "13 2 300 19700101000002 19700101000001 7 example.org AQIDBA==";
const SIGNATURE = record(`example.org 9 IN RRSIG A ${SIGNED}`);
const NAME_SERVERS = records(
  "example.org 9 IN NS ns.example.net",
  "example.org 9 IN NS ns.example.org",
  `example.org 9 IN RRSIG NS ${SIGNED}`,
);
const IN_DOMAIN = records("ns.example.org 9 IN A 192.0.2.53", "ns.example.org 9 IN AAAA 2001:db8::53");
const SOA = record("example.org 9 IN SOA ns.example.net h.example.net 1 2 3 4 5");
const SIGNED_SOA = [SOA, record(`example.org 9 IN RRSIG SOA ${SIGNED}`)];
const PROOF = records("a.example.org 9 IN NSEC c.example.org A", `a.example.org 9 IN RRSIG NSEC ${SIGNED}`);
const HASH = "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom";
const HASHED_PROOF = records(
  `${HASH}.example.org 9 IN NSEC3 1 0 0 - ${HASH} A`,
  `${HASH}.example.org 9 IN RRSIG NSEC3 ${SIGNED}`,
);
const ALIAS = record("example.org 9 IN CNAME www.example.net");
const DS = records("example.org 9 IN DS 1 13 2 00", `example.org 9 IN RRSIG DS ${SIGNED}`);

/** What a reply consists of, and how much of it is left, with TC or without, when it is one octet too long. */
const NEEDED: readonly [what: string, all: Partial<Message>, left: Partial<Message>, isTruncated: boolean][] = [
  ["the name servers of an answer's zone", { answers: ADDRESSES, authorities: NAME_SERVERS }, {
    answers: ADDRESSES,
    authorities: NAME_SERVERS.slice(0, 2),
  }, false],
  ["the addresses of those", { answers: ADDRESSES, authorities: NAME_SERVERS, additionals: IN_DOMAIN }, {
    answers: ADDRESSES,
    authorities: NAME_SERVERS,
    additionals: IN_DOMAIN.slice(0, 1),
  }, false],
  ["the answer", { answers: ADDRESSES }, {}, true],
  ["the answer's signature", { answers: [...ADDRESSES, SIGNATURE] }, { answers: ADDRESSES }, true],
  ["a wildcard's proof", { answers: ADDRESSES, authorities: PROOF }, {
    answers: ADDRESSES,
    authorities: PROOF.slice(0, 1),
  }, true],
  ["name servers before a wildcard's proof", { answers: ADDRESSES, authorities: [...NAME_SERVERS, ...PROOF] }, {
    answers: ADDRESSES,
    authorities: PROOF,
  }, false],
  ["name servers behind a wildcard's proof", { answers: ADDRESSES, authorities: [...HASHED_PROOF, ...NAME_SERVERS] }, {
    answers: ADDRESSES,
    authorities: [...HASHED_PROOF, ...NAME_SERVERS.slice(0, 2)],
  }, false],
  ["the SOA of NODATA or NXDOMAIN", { authorities: [SOA] }, {}, true],
  ["its signature", { authorities: SIGNED_SOA }, { authorities: [SOA] }, true],
  ["the proof of a negative answer", { authorities: [...SIGNED_SOA, ...HASHED_PROOF] }, {
    authorities: [...SIGNED_SOA, ...HASHED_PROOF.slice(0, 1)],
  }, true],
  ["the SOA at a chain's negative end", { answers: [ALIAS], authorities: [SOA] }, { answers: [ALIAS] }, true],
  ["a referral", { authorities: NAME_SERVERS.slice(0, 2) }, {}, true],
  ["a referral at the end of a chain", { answers: [ALIAS], authorities: NAME_SERVERS.slice(0, 2) }, {
    answers: [ALIAS],
  }, true],
  ["the DS records of a referral", { authorities: [...NAME_SERVERS.slice(0, 2), ...DS] }, {
    authorities: [...NAME_SERVERS.slice(0, 2), ...DS.slice(0, 1)],
  }, true],
  [
    "addresses inside the zone that is referred to",
    {
      authorities: NAME_SERVERS.slice(0, 2),
      additionals: IN_DOMAIN,
    },
    { authorities: NAME_SERVERS.slice(0, 2), additionals: IN_DOMAIN.slice(0, 1) },
    true,
  ],
  ["addresses outside of it", { authorities: NAME_SERVERS.slice(0, 2), additionals: GLUE }, {
    authorities: NAME_SERVERS.slice(0, 2),
    additionals: GLUE.slice(0, 1),
  }, false],
  [
    "addresses outside of it, before those inside",
    {
      authorities: NAME_SERVERS.slice(0, 2),
      additionals: [...GLUE, ...IN_DOMAIN],
    },
    { authorities: NAME_SERVERS.slice(0, 2), additionals: IN_DOMAIN },
    false,
  ],
];

for (const [what, all, left, isTruncated] of NEEDED) {
  Deno.test(`[2181_03] truncate() ${isTruncated ? "sets TC" : "leaves TC clear"} where there is no room for ${what}`, () => {
    assertEquals(cutTo(all, all, -1), sections(left, isTruncated));
  });
}

Deno.test("[2181_03] finish() sends 472 octets of TXT without TC and without the name servers, to a client without EDNS", () => {
  const questions = [question("example.org TXT")];
  const text = (octets: number) =>
    record(`example.org 9 IN TXT "${"x".repeat(220)}" "${"x".repeat(octets - 252 - 2)}"`);
  const query = clientQuery({ questions });
  const answers = [text(472 - 29 + 20)];
  const reply = decode(finish(responseTo(query, { answers, authorities: NAME_SERVERS.slice(0, 2) }), query));
  assertEquals([reply.isTruncated, lines(reply.answers), reply.authorities], [false, lines(answers), []]);
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

Deno.test("[2181_03] [9715_03] truncate() keeps to any limit, with whole RRsets, and TC iff something needed is missing", () => {
  const property = fc.property(replies, fc.integer({ min: 29, max: 1300 }), (fields, limitOctets) => {
    const before = whole(fields);
    const octets = truncate(encode(before), limitOctets);
    assertLessOrEqual(octets.length, limitOctets);
    const after = decode(octets);
    assertEquals(after.questions, QUESTIONS);
    const [all, kept] = [before, after].map(labelled) as [string[], string[]];
    const needed = all.filter((line) => isNeeded(line, fields));
    const isNeededCut = kept.filter((line) => isNeeded(line, fields)).length < needed.length;
    assertEquals(after.isTruncated, fields.isTruncated || isNeededCut);
    // Either what comes first, or what is needed alone.
    if (JSON.stringify(kept) === JSON.stringify(all.slice(0, kept.length))) assertWholeRrsets(all, kept.length);
    else assertEquals(kept, needed);
    assert(kept.length < all.length || encode(before).length <= limitOctets);
  });
  fc.assert(property, { numRuns: 500 });
});

/** Each record as a line with its section in front. */
function labelled(message: Message): string[] {
  return (["answers", "authorities", "additionals"] as const).flatMap((name) => {
    return lines(message[name]).map((line) => `${name} ${line}`);
  });
}

/** Whether a reply with QTYPE A cannot do without a record, by the plainest means. */
function isNeeded(line: string, { answers, authorities }: Pick<Message, "answers" | "authorities">): boolean {
  const hasAddress = answers.some(({ type }) => type === TYPE.A);
  const [section, owner, , , type, first] = line.toLowerCase().split(" ");
  if (section === "answers") return true;
  if (section === "authorities") return !hasAddress || (type !== "ns" && !(type === "rrsig" && first === "ns"));
  const referral = authorities.find((record) => record.type === TYPE.NS || record.type === TYPE.SOA);
  if (hasAddress || referral === undefined || referral.type === TYPE.SOA) return false;
  const zone = lines([referral])[0]!.toLowerCase().split(" ")[0]!;
  return (type === "a" || type === "aaaa") && (zone === "." || owner === zone || owner!.endsWith(`.${zone}`));
}

/** By the plainest means: nothing that was cut has a relative among what was kept. */
function assertWholeRrsets(all: readonly string[], keptCount: number): void {
  const rrset = (line: string) => {
    const [section, owner, , , type, first] = line.toLowerCase().split(" ");
    return `${section} ${owner} ${type} ${type === "rrsig" ? first : ""}`;
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
