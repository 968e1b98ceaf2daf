import { assertEquals } from "@std/assert";
import type { SocketAddress } from "../../../lib/base/net/address.ts";
import type { Verdict } from "../../../lib/upstream/matching/verdict.ts";
import { OPCODE, RCODE } from "../../../lib/wire/iana.ts";
import { decode } from "../../../lib/wire/message.ts";
import { correlatorRig, PEER, queryFor, replyTo } from "../../support/correlator_rig.ts";
import { udp } from "../../support/fake_socket.ts";
import { hex, opt, question, wire } from "../../support/messages.ts";

Deno.test("[5452_01] Correlator.accept() takes the reply with the peer, port, ID and question of a query", async () => {
  const { correlator, register, deadlines, calls } = correlatorRig(0x1234);
  const query = queryFor("example.org");
  const { reply } = register(query);
  assertEquals(decode(query).id, 0x1234, "the ID is written into the query");
  const datagram = replyTo(0x1234);
  assertEquals(correlator.accept(datagram, PEER), "matched");
  assertEquals((await reply).octets, datagram);
  assertEquals([correlator.isIdle, deadlines.size, calls.idle], [true, 0, 1]);
});

Deno.test("[5452_01] Correlator.accept() takes a question whose letters have another case", () => {
  const { correlator, register } = correlatorRig(7);
  register(queryFor("eXample.org"));
  assertEquals(correlator.accept(replyTo(7, { questions: [question("ExAMPLE.ORG")] }), PEER), "matched");
});

const REJECTED: readonly [string, Verdict, Uint8Array<ArrayBuffer>, SocketAddress][] = [
  ["an ID that nobody waits for", "unsolicited", replyTo(8), PEER],
  ["fewer octets than a header", "unsolicited", replyTo(7).slice(0, 11), PEER],
  ["no octets", "unsolicited", hex(""), PEER],
  ["another address", "wrongPeer", replyTo(7), udp("192.0.2.54", 53)],
  ["another port", "wrongPeer", replyTo(7), udp("192.0.2.53", 5353)],
  ["another name", "wrongQuestion", replyTo(7, { questions: [question("example.com")] }), PEER],
  ["a name within the name", "wrongQuestion", replyTo(7, { questions: [question("a.example.org")] }), PEER],
  ["the name's parent", "wrongQuestion", replyTo(7, { questions: [question("org")] }), PEER],
  ["another type", "wrongQuestion", replyTo(7, { questions: [question("example.org AAAA")] }), PEER],
  ["another class", "wrongQuestion", replyTo(7, { questions: [question("example.org A 3")] }), PEER],
  ["QR=0", "wrongQuestion", replyTo(7, { isResponse: false }), PEER],
  ["another opcode", "wrongQuestion", replyTo(7, { opcode: OPCODE.NOTIFY }), PEER],
  [
    "the question twice",
    "wrongQuestion",
    replyTo(7, { questions: [question("example.org"), question("example.org")] }),
    PEER,
  ],
  ["no question and NOERROR", "wrongQuestion", wire({ id: 7, isResponse: true }), PEER],
  ["no question and SERVFAIL", "wrongQuestion", wire({ id: 7, isResponse: true, rcode: RCODE.SERVFAIL }), PEER],
  [
    "FORMERR without question yet with a record",
    "wrongQuestion",
    replyTo(7, { questions: [], rcode: RCODE.FORMERR }),
    PEER,
  ],
  // RFC 6891 §6.1.1: such an OPT record would pass for a record, and be sent on to the client.
  ["two OPT records", "garbled", replyTo(7, { additionals: [opt(), opt()] }), PEER],
  ["an OPT record in the answer section", "garbled", replyTo(7, { answers: [opt()] }), PEER],
  ["an OPT record in the authority section", "garbled", replyTo(7, { authorities: [opt()] }), PEER],
  ["an option that is cut", "garbled", replyTo(7, { additionals: [{ ...opt(), rdata: hex("000f00") }] }), PEER],
  [
    "an address of three octets [1035_13]",
    "garbled",
    replyTo(7, { answers: [{ ...question("example.org"), ttl: 60, rdata: hex("c00002") }] }),
    PEER,
  ],
];

for (const [what, verdict, datagram, peer] of REJECTED) {
  Deno.test(`[5452_01] [5452_02] Correlator.accept() drops ${what}, and the wait goes on`, async () => {
    const { correlator, register } = correlatorRig(7);
    const { reply } = register();
    assertEquals(correlator.accept(datagram, peer), verdict);
    assertEquals(correlator.accept(replyTo(7), PEER), "matched");
    assertEquals((await reply).octets, replyTo(7));
  });
}

Deno.test("Correlator.accept() tells a zero octet inside a label from the end of the name", () => {
  const { correlator, register } = correlatorRig(7);
  register(queryFor("a\\000b.example.org"));
  const wrong = replyTo(7, { questions: [question("a\\000c.example.org")] });
  assertEquals(correlator.accept(wrong, PEER), "wrongQuestion");
  assertEquals(correlator.accept(replyTo(7, { questions: [question("A\\000B.example.org")] }), PEER), "matched");
});

Deno.test("Correlator.accept() folds A–Z only: octets beyond ASCII and those next to the letters stay apart", () => {
  const { correlator, register } = correlatorRig(7);
  register(queryFor("\\064\\196.example.org"));
  // 0x40 and 0x60 lie around the letters; 0xC4 and 0xE4 are one letter in Latin-1.
  for (const wrong of ["\\096\\196.example.org", "\\064\\228.example.org"]) {
    assertEquals(correlator.accept(replyTo(7, { questions: [question(wrong)] }), PEER), "wrongQuestion");
  }
});

Deno.test("[2181_09] Correlator.accept() takes a truncated reply that breaks off anywhere for one with nothing but the question", async () => {
  const whole = replyTo(7, { isTruncated: true, additionals: [opt()] });
  const bare = replyTo(7, { isTruncated: true, answers: [] });
  for (let length = 12; length < whole.length; length++) {
    const { correlator, register } = correlatorRig(7);
    const { reply } = register();
    assertEquals(correlator.accept(whole.slice(0, length), PEER), "matched");
    assertEquals((await reply).octets, bare);
  }
});

Deno.test("[6891_15] Correlator.accept() takes no RCODE from a truncated reply that breaks off: it may be half of an extended one", async () => {
  const badCookie = { isTruncated: true, answers: [], rcode: RCODE.BADCOOKIE & 0xf };
  const whole = replyTo(7, { ...badCookie, additionals: [opt({ extendedRcode: RCODE.BADCOOKIE >> 4 })] });
  for (let length = 12; length < whole.length; length++) {
    const { correlator, register } = correlatorRig(7);
    const { reply } = register();
    assertEquals(correlator.accept(whole.slice(0, length), PEER), "matched");
    assertEquals((await reply).octets, replyTo(7, { isTruncated: true, answers: [] }));
  }
});

Deno.test("[2181_09] Correlator.accept() takes a truncated reply without question, and ignores a copy of it", async () => {
  const { correlator, register } = correlatorRig(7, 7, 8);
  const { reply } = register();
  const headless = replyTo(7, { isTruncated: true, questions: [] });
  assertEquals(correlator.accept(headless, PEER), "matched");
  assertEquals((await reply).octets, replyTo(7, { isTruncated: true, answers: [] }));
  assertEquals(register().id, 8, "its ID rests");
  assertEquals(correlator.accept(headless, PEER), "late");
});

Deno.test("[2181_09] [5452_01] Correlator.accept() takes no truncated reply of which as much as there is has another question", () => {
  const { correlator, register } = correlatorRig(7);
  register();
  for (const text of ["example.net", "example.org AAAA", "example.org A 3"]) {
    const cut = replyTo(7, { isTruncated: true, questions: [question(text)] }).slice(0, -3);
    assertEquals(correlator.accept(cut, PEER), "wrongQuestion");
  }
  assertEquals(correlator.accept(replyTo(7, { isTruncated: true }).slice(0, -3), udp("192.0.2.54", 53)), "wrongPeer");
  const twice = [question("example.org"), question("example.org")];
  assertEquals(
    correlator.accept(replyTo(7, { isTruncated: true, questions: twice }).slice(0, -3), PEER),
    "wrongQuestion",
  );
});

Deno.test("[5452_02] Correlator.accept() calls a reply cut at any octet garbled or wrong, and the wait goes on", () => {
  const { correlator, register } = correlatorRig(7);
  register();
  const whole = replyTo(7);
  const questionEnd = queryFor("example.org").length;
  for (let length = 12; length < whole.length; length++) {
    const verdict = length < questionEnd ? "wrongQuestion" : "garbled";
    assertEquals(correlator.accept(whole.slice(0, length), PEER), verdict, `cut at ${length}`);
  }
  assertEquals(correlator.accept(whole, PEER), "matched");
});

Deno.test("Correlator.accept() takes a bare header with FORMERR or NOTIMP for an answer", () => {
  for (const rcode of [RCODE.FORMERR, RCODE.NOTIMP]) {
    const { correlator, register } = correlatorRig(7);
    register();
    assertEquals(correlator.accept(wire({ id: 7, isResponse: true, rcode }), PEER), "matched");
  }
});

Deno.test("Correlator.accept() lets the ID of a bare error rest: its copy could pass for another query's reply", () => {
  const { correlator, register } = correlatorRig(7, 7, 8);
  const bare = wire({ id: 7, isResponse: true, rcode: RCODE.FORMERR });
  register();
  assertEquals(correlator.accept(bare, PEER), "matched");
  const query = queryFor("example.com");
  register(query);
  assertEquals([decode(query).id, correlator.accept(bare, PEER)], [8, "late"]);
});

Deno.test("Correlator.accept() resolves with a copy, without the octets behind the last record", async () => {
  const { correlator, register } = correlatorRig(7);
  const { reply } = register();
  const whole = replyTo(7);
  const buffer = new Uint8Array(4096).fill(0xff);
  buffer.set(whole);
  assertEquals(correlator.accept(buffer.subarray(0, whole.length + 9), PEER), "matched");
  buffer.fill(0);
  assertEquals((await reply).octets, whole);
});

Deno.test("Correlator.accept() matches each of many replies to its own query, in any order", async () => {
  const { correlator, register } = correlatorRig(1, 2, 3);
  const names = ["a.example.org", "b.example.org", "c.example.org"];
  const pending = names.map((name) => register(queryFor(name)));
  for (const i of [2, 0, 1]) {
    assertEquals(correlator.accept(replyTo(i + 1, { questions: [question(names[i]!)] }), PEER), "matched");
  }
  const replies = await Promise.all(pending.map(({ reply }) => reply));
  assertEquals(replies.map(({ octets }) => decode(octets).id), [1, 2, 3]);
});

Deno.test("[5452_02] Correlator.accept() takes a second reply to a query for late: networks duplicate datagrams", async () => {
  const { correlator, register } = correlatorRig(7);
  const { reply } = register();
  correlator.accept(replyTo(7), PEER);
  for (let i = 0; i < 3; i++) assertEquals(correlator.accept(replyTo(7, { answers: [] }), PEER), "late");
  assertEquals(correlator.accept(replyTo(7), udp(PEER.hostname, 54)), "unsolicited");
  assertEquals((await reply).octets, replyTo(7));
});

Deno.test("Correlator.accept() remembers the last 64 IDs that were answered, and no more", () => {
  const ids = Array.from({ length: 66 }, (_, i) => i);
  const { correlator, register } = correlatorRig(...ids);
  for (const id of ids) {
    register();
    correlator.accept(replyTo(id), PEER);
  }
  assertEquals([1, 2, 65].map((id) => correlator.accept(replyTo(id), PEER)), ["unsolicited", "late", "late"]);
});
