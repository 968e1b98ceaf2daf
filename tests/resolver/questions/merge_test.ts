import { assert, assertEquals } from "@std/assert";
import { mergeReplies, type Part } from "../../../lib/resolver/questions/merge.ts";
import { RCODE } from "../../../lib/wire/iana.ts";
import { decode, type Message } from "../../../lib/wire/message.ts";
import { lines, message, opt, question, questionLines, records } from "../../support/messages.ts";

const { NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED } = RCODE;

interface Parts {
  readonly parts: readonly Part[];
  readonly wantsDnssec?: boolean;
  readonly limitOctets?: number;
}

/** The reply to `text`, which says `fields`. */
function part(text: string, fields: Partial<Message> = {}): Part {
  return { question: question(text), reply: message({ isResponse: true, recursionAvailable: true, ...fields }) };
}

function merge({ parts, wantsDnssec = false, limitOctets = 1232 }: Parts): Message {
  const questions = parts.map(({ question }) => question);
  return decode(mergeReplies({ questions, parts, wantsDnssec, limitOctets }));
}

const RCODES: readonly [readonly number[], number][] = [
  // All equal: that.
  [[NOERROR, NOERROR], NOERROR],
  [[NXDOMAIN, NXDOMAIN], NXDOMAIN],
  [[SERVFAIL, SERVFAIL, SERVFAIL], SERVFAIL],
  [[REFUSED, REFUSED], REFUSED],
  [[FORMERR, FORMERR], FORMERR],
  // Mixed: NOERROR if any part is.
  [[NXDOMAIN, NOERROR], NOERROR],
  [[SERVFAIL, NOERROR], NOERROR],
  [[SERVFAIL, REFUSED, NXDOMAIN, NOERROR], NOERROR],
  // Else the worst: SERVFAIL > REFUSED > NXDOMAIN.
  [[NXDOMAIN, SERVFAIL], SERVFAIL],
  [[NXDOMAIN, REFUSED], REFUSED],
  [[REFUSED, SERVFAIL], SERVFAIL],
  [[NXDOMAIN, REFUSED, SERVFAIL], SERVFAIL],
  // What is none of these names no part's trouble exactly.
  [[FORMERR, NOTIMP], SERVFAIL],
  [[NXDOMAIN, FORMERR], SERVFAIL],
];

for (const [rcodes, expected] of RCODES) {
  Deno.test(`[2.1.5] [multi_05] mergeReplies() makes RCODE ${expected} out of ${rcodes}, in any order`, () => {
    const parts = rcodes.map((rcode, i) => part(`n${i}.example`, { rcode }));
    assertEquals(merge({ parts }).rcode, expected);
    assertEquals(merge({ parts: parts.toReversed() }).rcode, expected);
  });
}

Deno.test("[2.1.5] [4035_07] [multi_05] mergeReplies() joins RA and AD by AND, TC by OR, and never sets AA", () => {
  for (const [a, b] of [[false, false], [false, true], [true, false], [true, true]] as const) {
    const flags = (isSet: boolean) => ({
      recursionAvailable: isSet,
      isAuthenticData: isSet,
      isTruncated: isSet,
      isAuthoritative: isSet,
    });
    const merged = merge({ parts: [part("a.example", flags(a)), part("b.example", flags(b))] });
    assertEquals([merged.recursionAvailable, merged.isAuthenticData], [a && b, a && b]);
    assertEquals([merged.isTruncated, merged.isAuthoritative, merged.isResponse], [a || b, false, true]);
  }
});

Deno.test("[2.1.5] [multi_03] mergeReplies() returns the questions in order and groups the answers in that order", () => {
  const parts = [
    part("b.example", { answers: records("b.example 9 IN CNAME c.example", "c.example 9 IN A 192.0.2.3") }),
    part("a.example", { answers: records("a.example 9 IN A 192.0.2.1") }),
  ];
  const merged = merge({ parts });
  assertEquals(questionLines(merged.questions), ["b.example. IN A", "a.example. IN A"]);
  assertEquals(lines(merged.answers), [
    "b.example. 9 IN CNAME c.example.",
    "c.example. 9 IN A 192.0.2.3",
    "a.example. 9 IN A 192.0.2.1",
  ]);
});

Deno.test("[2.1.5] [multi_04] mergeReplies() drops repeated records per section, letter case of names ignored", () => {
  const chain = records("www.example 9 IN CNAME host.example", "host.example 9 IN A 192.0.2.1");
  const parts = [
    part("www.example", { answers: chain, additionals: records("ns.example 9 IN A 192.0.2.53") }),
    part("host.example", {
      answers: records("host.example 9 IN A 192.0.2.1"),
      additionals: records("NS.example 9 IN A 192.0.2.53", "host.example 9 IN A 192.0.2.1"),
    }),
    part("WWW.example AAAA", { answers: records("WWW.EXAMPLE 9 IN CNAME HOST.example") }),
  ];
  const merged = merge({ parts });
  assertEquals(lines(merged.answers), ["www.example. 9 IN CNAME host.example.", "host.example. 9 IN A 192.0.2.1"]);
  assertEquals(lines(merged.additionals), ["ns.example. 9 IN A 192.0.2.53", "host.example. 9 IN A 192.0.2.1"]);
});

Deno.test("[2.1.5] mergeReplies() keeps records that differ in owner, class, type or RDATA, strings by their letters", () => {
  const answers = records(
    "a.example 9 IN A 192.0.2.1",
    "a.example 9 IN A 192.0.2.2",
    "b.example 9 IN A 192.0.2.1",
    "a.example 9 CLASS3 A 192.0.2.1",
    'a.example 9 IN TXT "text"',
    'a.example 9 IN TXT "TEXT"',
    "a.example 9 IN SPF text",
  );
  const merged = merge({ parts: [part("a.example", { answers }), part("b.example")] });
  assertEquals(merged.answers.length, answers.length);
});

Deno.test("[2.1.5] [2181_02] [1035_09] [multi_04] mergeReplies() gives each RRset its lowest TTL, and no other", () => {
  const parts = [
    part("a.example", { answers: records("a.example 300 IN A 192.0.2.1", "a.example 200 IN A 192.0.2.2") }),
    part("A.example AAAA", { answers: records("A.example 100 IN A 192.0.2.1", "A.example 400 IN AAAA 2001:db8::1") }),
  ];
  assertEquals(lines(merge({ parts }).answers), [
    "a.example. 100 IN A 192.0.2.1",
    "a.example. 100 IN A 192.0.2.2",
    "A.example. 400 IN AAAA 2001:db8::1",
  ]);
});

Deno.test("[2181_02] mergeReplies() leaves signatures over different types their own TTLs (RFC 4034 §3)", () => {
  const signature = (ttl: number, covered: string) =>
    `a.example ${ttl} IN RRSIG ${covered} 13 2 300 19700101000002 19700101000001 7 example AQIDBA==`;
  const answers = records(signature(300, "A"), signature(60, "AAAA"), signature(200, "A"));
  const merged = merge({ parts: [part("a.example", { answers }), part("b.example")], wantsDnssec: true });
  assertEquals(merged.answers.map(({ ttl }) => ttl), [200, 60]);
});

Deno.test("[2181_01] mergeReplies() takes a TTL with the top bit set for 0", () => {
  const answers = records("a.example 2147483648 IN A 192.0.2.1", "b.example 2147483647 IN A 192.0.2.1");
  const merged = merge({ parts: [part("a.example", { answers }), part("b.example")] });
  assertEquals(merged.answers.map(({ ttl }) => ttl), [0, 2_147_483_647]);
});

Deno.test("[4343_02] mergeReplies() spells owners that are the QNAME as the client does, and no others", () => {
  const parts = [
    part("wWw.Example", { answers: records("www.example 9 IN CNAME Host.example", "Host.example 9 IN A 192.0.2.1") }),
    part("b.example"),
  ];
  const merged = merge({ parts });
  assertEquals(lines(merged.answers), ["wWw.Example. 9 IN CNAME Host.example.", "Host.example. 9 IN A 192.0.2.1"]);
});

Deno.test("[4343_02] mergeReplies() spells an alias's target that is asked for as well as the client does, in every part", () => {
  const alias = "www.example 9 IN CNAME host.example";
  const parts = [
    part("www.example", { answers: records(alias, "host.example 9 IN A 192.0.2.1") }),
    part("HOST.example", { answers: records("host.example 9 IN A 192.0.2.1") }),
    part("host.EXAMPLE AAAA", { authorities: records("host.example 9 IN SOA ns.example mail.example 1 2 3 4 5") }),
  ];
  const merged = merge({ parts });
  assertEquals(lines(merged.answers), ["www.example. 9 IN CNAME host.example.", "HOST.example. 9 IN A 192.0.2.1"]);
  // What is said to a question has that question's spelling.
  assert(lines(merged.authorities)[0]!.startsWith("host.EXAMPLE. "));
});

const SOA = "example 9 IN SOA ns.example mail.example 1 2 3 4 5";
const SIGNATURE = "example 9 IN RRSIG SOA 13 1 9 19700101000002 19700101000001 7 example AQIDBA==";
const PROOF = "a.example 9 IN NSEC c.example A";
const NEGATIVE_AUTHORITIES = [SOA, "example 9 IN NS ns.example", SIGNATURE, PROOF];

Deno.test("[2.1.5] mergeReplies() keeps the SOA of negative parts once, and drops the NS of all parts", () => {
  const parts = [
    part("a.example", { rcode: NXDOMAIN, authorities: records(SOA, "example 9 IN NS ns.example") }),
    part("b.example", { authorities: records(SOA) }),
    part("c.example", {
      answers: records("c.example 9 IN A 192.0.2.1"),
      authorities: records("example 9 IN NS ns.example"),
    }),
    part("d.other", { rcode: NXDOMAIN, authorities: records("other 9 IN SOA ns.other mail.other 1 2 3 4 5") }),
  ];
  assertEquals(lines(merge({ parts }).authorities), [
    "example. 9 IN SOA ns.example. mail.example. 1 2 3 4 5",
    "other. 9 IN SOA ns.other. mail.other. 1 2 3 4 5",
  ]);
});

Deno.test("[4035_02] mergeReplies() keeps the records that prove an answer for clients that set DO", () => {
  const parts = [
    part("b.example", { rcode: NXDOMAIN, authorities: records(...NEGATIVE_AUTHORITIES) }),
    part("c.example"),
  ];
  const types = (wantsDnssec: boolean) =>
    lines(merge({ parts, wantsDnssec }).authorities).map((line) => line.split(" ")[3]);
  assertEquals(types(false), ["SOA"]);
  assertEquals(types(true), ["SOA", "RRSIG", "NSEC"]);
});

Deno.test("[6891_06] mergeReplies() drops what belongs to one hop: OPT and TSIG", () => {
  const additionals = [opt(), ...records("ns.example 9 IN A 192.0.2.53", "key.example 0 CLASS255 TSIG \\# 0")];
  const merged = merge({ parts: [part("a.example", { additionals }), part("b.example")] });
  assertEquals(lines(merged.additionals), ["ns.example. 9 IN A 192.0.2.53"]);
});

/** Three parts of about 170 octets each. */
function longParts(fields: Partial<Message> = {}): Part[] {
  return ["a.example", "b.example", "c.example"].map((name) => {
    return part(`${name} TXT`, { answers: records(`${name} 9 IN TXT "${"x".repeat(150)}"`), ...fields });
  });
}

Deno.test("[2.1.5] [5625_03] [multi_06] mergeReplies() cuts by whole questions from the end, and sets TC", () => {
  const parts = longParts();
  const questions = parts.map(({ question }) => question);
  const whole = mergeReplies({ questions, parts, wantsDnssec: false, limitOctets: 1232 }).length;
  const kept = (limitOctets: number) => {
    const { answers, questions, isTruncated } = merge({ parts, limitOctets });
    return [answers.length, questions.length, isTruncated];
  };
  assertEquals(kept(whole), [3, 3, false]);
  assertEquals(kept(whole - 1), [2, 3, true]);
  assertEquals(kept(300), [1, 3, true]);
  assertEquals(kept(100), [0, 3, true]);
});

Deno.test("[2.1.5] mergeReplies() cuts a question with its authority section, and never within one question", () => {
  const parts = longParts().map((part, i) => i < 2 ? part : { ...part, reply: message({ authorities: records(SOA) }) });
  const whole = merge({ parts });
  assertEquals([whole.answers.length, whole.authorities.length], [2, 1]);
  const cut = merge({ parts, limitOctets: 420 });
  assertEquals([cut.answers.length, cut.authorities.length, cut.isTruncated], [2, 0, true]);
});

Deno.test("[2181_03] mergeReplies() drops additional records first, and that without TC", () => {
  const additionals = records(`x.example 9 IN TXT "${"x".repeat(200)}"`);
  const { answers, additionals: kept, isTruncated } = merge({ parts: longParts({ additionals }), limitOctets: 560 });
  assertEquals([answers.length, kept.length, isTruncated], [3, 0, false]);
});

Deno.test("[2.1.5] mergeReplies() says TC alone when not even the questions fit", () => {
  const label = "x".repeat(60);
  const parts = [..."abcdefgh"].map((letter) => part(`${letter}.${label}.${label}.${label}.${label}`));
  const octets = mergeReplies({
    questions: parts.map(({ question }) => question),
    parts,
    wantsDnssec: false,
    limitOctets: 1221,
  });
  assert(octets.length <= 1221);
  const { isTruncated, questions, recursionAvailable } = decode(octets);
  assertEquals([isTruncated, questions, recursionAvailable], [true, [], true]);
});
