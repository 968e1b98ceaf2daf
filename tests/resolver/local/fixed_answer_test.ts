import { assertEquals } from "@std/assert";
import { FixedAnswer } from "../../../lib/resolver/local/fixed_answer.ts";
import { RCODE } from "../../../lib/wire/iana.ts";
import { decode } from "../../../lib/wire/message.ts";
import { lines, opt, question, questionLines } from "../../support/messages.ts";
import { clientQuery } from "../../support/resolving.ts";

const IPV4 = Uint8Array.of(192, 0, 2, 1);
const IPV6 = Uint8Array.fromHex("20010db8000000000000000000000001");

function ask(text: string, ipv6: Uint8Array<ArrayBuffer> | null = IPV6) {
  const resolver = new FixedAnswer({ ipv4: IPV4, ipv6 });
  return decode(resolver.resolve(clientQuery({ questions: [question(text)], additionals: [opt()] })).octets);
}

const ANSWERS: readonly [string, string[]][] = [
  ["example.org A", ["example.org. 60 IN A 192.0.2.1"]],
  ["eXample.ORG A", ["eXample.ORG. 60 IN A 192.0.2.1"]],
  [". A", [". 60 IN A 192.0.2.1"]],
  ["example.org AAAA", ["example.org. 60 IN AAAA 2001:db8::1"]],
  ["example.org TXT", []],
  ["example.org ANY", []],
  ["example.org TYPE65280", []],
  // [1035_08] an address is one of the Internet.
  ["example.org A 3", []],
  ["example.org A 255", []],
];

for (const [text, answers] of ANSWERS) {
  Deno.test(`FixedAnswer.resolve() answers ${text} with ${answers[0] ?? "no record"}`, () => {
    const reply = ask(text);
    assertEquals([reply.rcode, lines(reply.answers)], [RCODE.NOERROR, answers]);
    assertEquals(questionLines(reply.questions), questionLines([question(text)]));
    assertEquals([reply.authorities, reply.additionals], [[], []]);
  });
}

Deno.test("FixedAnswer.resolve() has no AAAA records when there is no IPv6 address", () => {
  const reply = ask("example.org AAAA", null);
  assertEquals([reply.rcode, reply.answers], [RCODE.NOERROR, []]);
});

Deno.test("[1035_05] FixedAnswer.resolve() leaves AA=0: nothing is authoritative", () => {
  const reply = ask("example.org A");
  assertEquals([reply.isResponse, reply.isAuthoritative], [true, false]);
});
