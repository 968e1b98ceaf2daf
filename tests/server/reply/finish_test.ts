import { concat } from "@std/bytes/concat";
import { assert, assertEquals, assertGreater, assertLessOrEqual } from "@std/assert";
import { finish } from "../../support/finish.ts";
import { type Channel, Client } from "../../../lib/resolver/client.ts";
import { Query } from "../../../lib/resolver/query.ts";
import { ReplySlot } from "../../../lib/resolver/reply_slot.ts";
import { EDE, EDNS_OPTION } from "../../../lib/wire/iana.ts";
import { FLAG, putFlags } from "../../../lib/wire/header.ts";
import { decode, type Message } from "../../../lib/wire/message.ts";
import { readExtendedError } from "../../../lib/wire/edns/edns.ts";
import { uint16At } from "../../../lib/wire/octets.ts";
import {
  ednsOf,
  hex,
  lines,
  opt,
  question,
  questionLines,
  record,
  records,
  response,
  wire,
} from "../../support/messages.ts";
import { CLIENT, clientQuery, rawQuery, responseTo } from "../../support/resolving.ts";

const QUESTIONS = [question("eXample.org")];
const ANSWERS = records("example.org 300 IN A 192.0.2.1");

function finished(query: Query, fields: Partial<Message> = {}): Message {
  return decode(finish(responseTo(query, { answers: ANSWERS, ...fields }), query));
}

/** The second pair of octets of the reply to a query with `queryFlags`, out of a reply with `replyFlags`. */
function flagsOf(queryFlags: number, replyFlags: number): number {
  const query = wire({ questions: QUESTIONS });
  const reply = wire({ questions: QUESTIONS });
  putFlags(query, queryFlags);
  putFlags(reply, replyFlags);
  return uint16At(finish(reply, rawQuery(query)), 2);
}

Deno.test("[1035_05] finish() writes the client's ID", () => {
  const query = clientQuery({ id: 0xfffe, questions: QUESTIONS });
  assertEquals(finished(query, { id: 1 }).id, 0xfffe);
});

const FLAGS: readonly [string, query: number, reply: number, expected: number][] = [
  ["QR is set", 0, 0, FLAG.QR],
  ["[1035_05] RD is the query's, set", FLAG.RD, FLAG.QR, FLAG.QR | FLAG.RD],
  ["[1035_05] RD is the query's, clear", 0, FLAG.QR | FLAG.RD, FLAG.QR],
  ["[4035_01] CD is the query's, set", FLAG.CD, FLAG.QR, FLAG.QR | FLAG.CD],
  ["[4035_01] CD is the query's, clear", 0, FLAG.QR | FLAG.CD, FLAG.QR],
  ["[1035_05] the opcode is the query's", 0x2800, FLAG.QR | 0x1000, FLAG.QR | 0x2800],
  ["[8906_06] RD and RCODE are there for every opcode", 0x7900, FLAG.QR | 4, FLAG.QR | 0x7900 | 4],
  ["[8906_06] RA is for queries alone", 0x7800, FLAG.QR | FLAG.RA | 4, FLAG.QR | 0x7800 | 4],
  ["[8906_06] CD is for queries alone", 0x2800 | FLAG.CD, FLAG.QR | 4, FLAG.QR | 0x2800 | 4],
  ["[8906_06] TC is for queries alone", 0x2000, FLAG.QR | FLAG.TC | 4, FLAG.QR | 0x2000 | 4],
  ["[8906_06] AD is for queries alone", 0x0800 | FLAG.AD, FLAG.QR | FLAG.AD | 4, FLAG.QR | 0x0800 | 4],
  ["[8906_06] AA, Z and RCODE of an UPDATE are nothing", 0x2c4f, FLAG.QR | 4, FLAG.QR | 0x2800 | 4],
  ["RA is the reply's", 0, FLAG.QR | FLAG.RA, FLAG.QR | FLAG.RA],
  ["RA of the query is nothing", FLAG.RA, FLAG.QR, FLAG.QR],
  ["[5625_04] TC is the reply's", 0, FLAG.QR | FLAG.TC, FLAG.QR | FLAG.TC],
  ["TC of the query is nothing", FLAG.TC, FLAG.QR, FLAG.QR],
  ["AA is cleared: we are no authority", FLAG.AA, FLAG.QR | FLAG.AA, FLAG.QR],
  ["Z is cleared", FLAG.Z, FLAG.QR | FLAG.Z, FLAG.QR],
  ["the RCODE is the reply's", 0x0002, FLAG.QR | 0x000b, FLAG.QR | 0x000b],
  ["[6840_02] AD is cleared for those who do not ask", 0, FLAG.QR | FLAG.AD, FLAG.QR],
  ["[6840_01] AD stays for those who set AD", FLAG.AD, FLAG.QR | FLAG.AD, FLAG.QR | FLAG.AD],
  ["[4035_03] AD is never of our making", FLAG.AD, FLAG.QR, FLAG.QR],
];

for (const [what, queryFlags, replyFlags, expected] of FLAGS) {
  Deno.test(`finish() flags: ${what}`, () => assertEquals(flagsOf(queryFlags, replyFlags), expected));
}

Deno.test("[6840_01] finish() leaves AD for those who set DO", () => {
  for (const wantsDnssec of [true, false]) {
    const query = clientQuery({ questions: QUESTIONS, additionals: [opt({ wantsDnssec })] });
    assertEquals(finished(query, { isAuthenticData: true }).isAuthenticData, wantsDnssec);
  }
});

Deno.test("[4343_02] finish() restores the client's spelling, in the question and in the owners that point to it", () => {
  const query = clientQuery({ questions: QUESTIONS });
  const reply = finished(query, { questions: [question("example.org")] });
  assertEquals(questionLines(reply.questions), ["eXample.org. IN A"]);
  assertEquals(lines(reply.answers), ["eXample.org. 300 IN A 192.0.2.1"]);
});

Deno.test("finish() leaves a reply without question, with another or with several, as it is", () => {
  const query = clientQuery({ questions: QUESTIONS });
  assertEquals(finished(query, { questions: [] }).questions, []);
  const other = [question("longer.example.org")];
  assertEquals(finished(query, { questions: other }).questions, other);
  const several = [question("a.example"), question("b.example")];
  assertEquals(finished(clientQuery({ questions: several }), { questions: several }).questions, several);
});

/** An OPT record as an upstream sends it: with a size, an option and an extended error of its own. */
const THEIRS = opt({
  udpPayloadOctets: 4096,
  wantsDnssec: true,
  options: [{ code: EDNS_OPTION.EXTENDED_ERROR, data: hex("0016 6e6f") }, { code: 10, data: hex("0102030405060708") }],
});
const GLUE = records("ns1.other.example 9 IN A 192.0.2.1", "ns2.other.example 9 IN A 192.0.2.2");
const OPT_PLACES: readonly [string, Partial<Message>][] = [
  ["behind the other records", { additionals: [...GLUE, THEIRS] }],
  // The second of GLUE points into the first: its pointer counts the octets of what stood before.
  ["before the other records", { additionals: [THEIRS, ...GLUE] }],
  ["between the other records", { additionals: [GLUE[0]!, THEIRS, GLUE[1]!] }],
  ["nowhere", { additionals: GLUE }],
];

for (const [where, fields] of OPT_PLACES) {
  Deno.test(`[6891_06] [6891_04] finish() removes the upstream's OPT record ${where}, and adds ours iff asked`, () => {
    for (const additionals of [[], [opt()]]) {
      const query = clientQuery({ questions: QUESTIONS, additionals });
      const octets = finish(responseTo(query, { answers: ANSWERS, ...fields }), query);
      const reply = decode(octets);
      assertEquals(lines(reply.answers).map((line) => line.toLowerCase()), ["example.org. 300 in a 192.0.2.1"]);
      assertEquals([reply.authorities, reply.additionals], [[], [...GLUE, ...additionals]]);
    }
  });
}

Deno.test("[6891_12] [6891_09] finish() copies DO into our OPT record and advertises 1232 octets", () => {
  for (const wantsDnssec of [true, false]) {
    const query = clientQuery({ questions: QUESTIONS, additionals: [opt({ wantsDnssec, udpPayloadOctets: 4096 })] });
    assertEquals(finished(query).additionals, [opt({ wantsDnssec, udpPayloadOctets: 1232 })]);
  }
});

Deno.test("finish() writes the extended RCODE of the query's making into our OPT record", () => {
  const query = clientQuery({ questions: QUESTIONS, additionals: [opt()] });
  query.reply.extendedRcode = 1;
  assertEquals(ednsOf(finished(query))!.extendedRcode, 1);
});

Deno.test("[8914_01] [8914_02] finish() tells all extended errors to those who speak EDNS, and nobody else", () => {
  const errors = [{ infoCode: EDE.NETWORK_ERROR, text: "Größe" }, { infoCode: EDE.OTHER, text: "" }];
  const plain = clientQuery({ questions: QUESTIONS });
  const edns = clientQuery({ questions: QUESTIONS, additionals: [opt()] });
  for (const query of [plain, edns]) query.reply.extendedErrors.push(...errors);
  assertEquals(ednsOf(finished(plain)), null);
  assertEquals(ednsOf(finished(edns))!.options.map(readExtendedError), errors);
});

/** A TXT record of `count` octets when its owner is a pointer to the question; 20 at least. */
function filler(count: number) {
  const strings: string[] = [];
  for (let left = count - 12; left > 0; left -= 256) strings.push(`"${"x".repeat(Math.min(left, 256) - 1)}"`);
  return record(`eXample.org 9 IN TXT ${strings.join(" ")}`);
}

/** Header and question. */
const HEAD_OCTETS = wire({ questions: QUESTIONS }).length;

/** Size that the client advertises (`null`: no OPT), and the octets of the largest reply without OPT. */
const LIMITS: readonly [string, number | null, number][] = [
  ["[1035_01] 512 octets without EDNS", null, 512],
  ["[6891_05] 512 octets for any lower size", 100, 501],
  ["[9715_02] the client's size", 900, 889],
  ["[9715_02] [9715_04] 1232 octets for any higher size", 4096, 1221],
];

for (const [what, size, limitOctets] of LIMITS) {
  Deno.test(`[9715_03] [2181_03] finish() keeps to ${what}: one octet more becomes header, question and TC`, () => {
    const additionals = size === null ? [] : [opt({ udpPayloadOctets: size })];
    const query = clientQuery({ questions: QUESTIONS, additionals });
    const fitting = finish(responseTo(query, { answers: [filler(limitOctets - HEAD_OCTETS)] }), query);
    assertEquals(fitting.length, limitOctets + (size === null ? 0 : 11));
    assertEquals([decode(fitting).isTruncated, decode(fitting).answers.length], [false, 1]);
    for (const [excess, authorities] of [[1, []], [600, ANSWERS]] as const) {
      const answers = [filler(limitOctets - HEAD_OCTETS + excess)];
      const cut = decode(finish(responseTo(query, { answers, authorities, additionals: [THEIRS] }), query));
      assertEquals([cut.isTruncated, questionLines(cut.questions)], [true, ["eXample.org. IN A"]]);
      assertEquals([cut.answers, cut.authorities, cut.additionals.length], [[], [], additionals.length]);
    }
  });
}

Deno.test("finish() does not count the upstream's OPT record against the client's size", () => {
  const query = clientQuery({ questions: QUESTIONS });
  const reply = finish(responseTo(query, { answers: [filler(512 - HEAD_OCTETS)], additionals: [THEIRS] }), query);
  assertEquals([reply.length, decode(reply).isTruncated], [512, false]);
});

Deno.test("[8914_04] finish() tells as much of an extended error as fits, and never cuts a record for it", () => {
  const text = "x".repeat(34) + "ßßß";
  const told: [free: number, text: string | null][] = [
    [46, text],
    [45, text.slice(0, -1)],
    [44, text.slice(0, -1)],
    [43, text.slice(0, -2)],
    [7, "x"],
    [6, ""],
    [5, null],
    [0, null],
  ];
  for (const [free, expected] of told) {
    const query = clientQuery({ questions: QUESTIONS, additionals: [opt({ udpPayloadOctets: 700 })] });
    query.reply.extendedErrors.push({ infoCode: EDE.OTHER, text });
    const octets = finish(responseTo(query, { answers: [filler(700 - 11 - HEAD_OCTETS - free)] }), query);
    assertLessOrEqual(octets.length, 700);
    const reply = decode(octets);
    assertEquals([reply.isTruncated, reply.answers.length], [false, 1]);
    const errors = expected === null ? [] : [{ infoCode: EDE.OTHER, text: expected }];
    assertEquals(ednsOf(reply)!.options.map(readExtendedError), errors, `${free}`);
  }
});

Deno.test("[1035_12] finish() drops octets behind the last record", () => {
  for (const additionals of [[], [opt()]]) {
    const query = clientQuery({ questions: QUESTIONS, additionals });
    for (const theirs of [[], [THEIRS]]) {
      const octets = response({ questions: QUESTIONS, answers: ANSWERS, additionals: theirs });
      const trailing = finish(concat([octets, hex("deadbeef")]), query);
      assertEquals(trailing, finish(octets, query));
    }
  }
});

Deno.test("finish() returns memory of its own, not the query's", () => {
  const query = clientQuery({ questions: QUESTIONS });
  const before = query.wire.slice();
  const reply = finish(responseTo(query), query);
  assertGreater(reply.length, 12);
  reply.fill(0xff);
  assert(query.wire.every((octet, i) => octet === before[i]));
});

Deno.test("[8914_04] finish() keeps the first extended errors where not all fit, and begins the next one", () => {
  const query = clientQuery({ questions: QUESTIONS, additionals: [opt({ udpPayloadOctets: 512 })] });
  for (const text of ["first", "second", "x".repeat(500), "fourth"]) {
    query.reply.extendedErrors.push({ infoCode: EDE.OTHER, text });
  }
  const octets = finish(responseTo(query), query);
  const texts = ednsOf(decode(octets))!.options.map((option) => readExtendedError(option)!.text);
  assertEquals([octets.length, texts.slice(0, 2)], [512, ["first", "second"]]);
  assertEquals([texts.length, /^x{300,}$/.test(texts[2]!)], [3, true]);
});

Deno.test("[6891_04] finish() finishes a reply in the query's slot where it stands", () => {
  const slot = new ReplySlot();
  for (const additionals of [[], [opt({ wantsDnssec: true })]]) {
    const octets = wire({ id: 0x4321, recursionDesired: true, questions: QUESTIONS, additionals });
    const query = new Query({ wire: octets, client: CLIENT, deadlineMs: 2000, slot });
    const written = responseTo(query, { answers: ANSWERS });
    slot.octets.set(written);
    const reply = finish(slot.first(written.length), query);
    assert(slot.holds(reply));
    assertEquals(reply.toHex(), finish(written, query).toHex());
  }
});

Deno.test("[7873_05] finish() writes a cookie, and other options, behind a reply in the query's slot, as behind any other", () => {
  const cookie = hex("0102030405060708010000005cf79f111f8130c3eee29480");
  for (const channel of ["udp", "tcp"] as const) {
    for (const others of [[], [{ code: EDNS_OPTION.TCP_KEEPALIVE, data: hex("0064") }]]) {
      const slot = new ReplySlot();
      const octets = wire({ questions: QUESTIONS, additionals: [opt({ wantsDnssec: true })] });
      const query = new Query({ wire: octets, client: new Client("192.0.2.7", channel), deadlineMs: 2000, slot });
      query.reply.options = others;
      query.reply.addCookie(cookie);
      const written = responseTo(query, { answers: ANSWERS });
      slot.octets.set(written);
      const reply = finish(slot.first(written.length), query);
      assert(slot.holds(reply));
      assertEquals(reply.toHex(), finish(written, query).toHex());
      assertEquals(ednsOf(decode(reply))!.options, [...others, { code: EDNS_OPTION.COOKIE, data: cookie }]);
    }
  }
});

Deno.test("finish() takes a reply out of the slot when there is no room for its options there", () => {
  const client = new Client("192.0.2.7", "tcp");
  for (const [room, isInSlot] of [[0, true], [1, false]] as const) {
    const slot = new ReplySlot();
    const octets = wire({ questions: QUESTIONS, additionals: [opt()] });
    const query = new Query({ wire: octets, client, deadlineMs: 2000, slot });
    query.reply.addCookie(new Uint8Array(24));
    const rest = slot.octets.length - responseTo(query).length - 11 - 28 + room;
    const answers = [record(`eXample.org 300 IN TYPE65280 \\# ${rest - 12} ${"00".repeat(rest - 12)}`)];
    const written = responseTo(query, { answers });
    slot.octets.set(written);
    const reply = finish(slot.first(written.length), query);
    assertEquals([slot.holds(reply), written.length], [isInSlot, slot.octets.length - 39 + room]);
    assertEquals(reply.toHex(), finish(written, query).toHex());
  }
});

Deno.test("finish() takes a reply out of the slot when an extended error goes with it", () => {
  const slot = new ReplySlot();
  const octets = wire({ id: 0x4321, questions: QUESTIONS, additionals: [opt()] });
  const query = new Query({ wire: octets, client: CLIENT, deadlineMs: 2000, slot });
  query.reply.extendedErrors.push({ infoCode: EDE.STALE_ANSWER, text: "" });
  const written = responseTo(query, { answers: ANSWERS });
  slot.octets.set(written);
  assertEquals(finish(slot.first(written.length), query).toHex(), finish(written, query).toHex());
});

Deno.test("[ra_01] finish() leaves RA as it is where there is an upstream, and takes it off where there is none", () => {
  const query = clientQuery({ questions: [question("example.org")] });
  for (const recursionAvailable of [true, false]) {
    const said = responseTo(query, { recursionAvailable });
    assertEquals(decode(finish(said.slice(), query)).recursionAvailable, recursionAvailable);
    assertEquals(decode(finish(said.slice(), query, false)).recursionAvailable, false);
  }
});

const SPELLED_THE_SAME = [question("example.org")];

/** Octets of the reply over a channel, and of the padding option in it; `null` without one. */
function padding(channel: Channel, { ofAnswer = ANSWERS, hasOpt = true } = {}): [number, number | null] {
  const client = new Client("192.0.2.7", channel);
  const additionals = hasOpt ? [opt()] : [];
  const query = new Query({ wire: wire({ questions: SPELLED_THE_SAME, additionals }), client, deadlineMs: 0 });
  const octets = finish(responseTo(query, { answers: ofAnswer }), query);
  const option = ednsOf(decode(octets))?.options.find(({ code }) => code === EDNS_OPTION.PADDING);
  assert(option === undefined || option.data.every((octet) => octet === 0));
  return [octets.length, option?.data.length ?? null];
}

Deno.test("[8467_01] finish() pads replies to multiples of 468 octets on encrypted channels, for those who speak EDNS", () => {
  for (const channel of ["tls", "https", "quic"] as const) {
    // 12 for the header, 17 for the question, 16 for the answer and 11 for the OPT record; 4 for the option.
    assertEquals(padding(channel), [468, 468 - 12 - 17 - 16 - 11 - 4]);
    assertEquals(padding(channel, { hasOpt: false }), [45, null]);
  }
  for (const channel of ["udp", "tcp"] as const) assertEquals(padding(channel), [56, null]);
});

Deno.test("[8467_01] finish() pads a reply that stands in the query's slot as any other", () => {
  for (const channel of ["tls", "tcp"] as const) {
    const slot = new ReplySlot();
    const client = new Client("192.0.2.7", channel);
    const octets = wire({ questions: SPELLED_THE_SAME, additionals: [opt()] });
    const query = new Query({ wire: octets, client, deadlineMs: 0, slot });
    const written = responseTo(query, { answers: ANSWERS });
    slot.octets.set(written);
    assertEquals(finish(slot.first(written.length), query).length, padding(channel)[0]);
  }
});

Deno.test("[8467_01] finish() pads long replies to the next multiple, and the longest as far as a message goes", () => {
  const octetsOf = (count: number) => padding("tls", { ofAnswer: new Array(count).fill(ANSWERS[0]!) })[0];
  assertEquals([1, 26, 27, 4000].map(octetsOf), [468, 468, 936, 64_116]);
  assertEquals(octetsOf(4093), 65_535);
});

Deno.test("[8467_01] finish() pads behind all else that it has to tell", () => {
  const client = new Client("192.0.2.7", "tls");
  const query = new Query({ wire: wire({ questions: SPELLED_THE_SAME, additionals: [opt()] }), client, deadlineMs: 0 });
  query.reply.extendedErrors.push({ infoCode: EDE.PROHIBITED, text: "no" });
  const message = decode(finish(responseTo(query, { answers: ANSWERS }), query));
  assertEquals(ednsOf(message)?.options.map(({ code }) => code), [EDNS_OPTION.EXTENDED_ERROR, EDNS_OPTION.PADDING]);
});
