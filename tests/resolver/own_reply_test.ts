import { assertEquals } from "@std/assert";
import { ownReply } from "../../lib/resolver/own_reply.ts";
import { SOURCE } from "../../lib/resolver/reply.ts";
import { RCODE } from "../../lib/wire/iana.ts";
import { decode } from "../../lib/wire/message.ts";
import { hex, message, opt, question, questionLines, wire } from "../support/messages.ts";
import { clientQuery, rawQuery } from "../support/resolving.ts";

const SERVFAIL = { rcode: RCODE.SERVFAIL, withQuestion: true, source: SOURCE.failure };

Deno.test("ownReply() is a header with QR, RA and RCODE, and the question where asked for", () => {
  const query = clientQuery({ questions: [question("eXample.org")], additionals: [opt()] });
  const withQuestion = decode(ownReply(query, SERVFAIL).octets);
  const questions = [question("eXample.org")];
  const expected = message({ isResponse: true, recursionAvailable: true, rcode: RCODE.SERVFAIL });
  assertEquals(withQuestion, { ...expected, questions });
  assertEquals(decode(ownReply(query, { ...SERVFAIL, withQuestion: false }).octets), expected);
});

Deno.test("ownReply() repeats several questions as they came, pointers included", () => {
  const query = rawQuery(hex("4321 2000 0002 0000 0000 0000  01 61 00 0001 0001  01 62 c00c 0001 0001"));
  const { questions } = decode(ownReply(query, SERVFAIL).octets);
  assertEquals(questionLines(questions), ["a. IN A", "b.a. IN A"]);
});

Deno.test("ownReply() leaves out a question section that cannot be read, or is longer than a reply may be", () => {
  const cut = wire({ questions: [question("example.org")] }).slice(0, -1);
  const many = Array.from({ length: 60 }, () => question("example.org"));
  for (
    const query of [rawQuery(cut), clientQuery({ questions: many }), rawQuery(hex("4321 0100 ffff 0000 0000 0000"))]
  ) {
    assertEquals(ownReply(query, SERVFAIL).octets, hex("0000 8082 0000 0000 0000 0000"));
  }
});

Deno.test("ownReply() leaves the query alone", () => {
  const query = clientQuery({ questions: [question("example.org")] });
  const before = query.wire.slice();
  ownReply(query, SERVFAIL).octets.fill(0xff);
  assertEquals(query.wire, before);
});
