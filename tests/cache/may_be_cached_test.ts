import { assertEquals } from "@std/assert";
import { mayBeCached } from "../../lib/cache/may_be_cached.ts";
import { CLASS, OPCODE, TYPE } from "../../lib/wire/iana.ts";
import type { Message } from "../../lib/wire/message.ts";
import { ROOT } from "../../lib/wire/name.ts";
import { MessageScan } from "../../lib/wire/scan.ts";
import { opt, question, wire } from "../support/messages.ts";

function scanned(octets: Uint8Array): MessageScan {
  const scan = new MessageScan();
  scan.scan(octets);
  return scan;
}

function verdict(fields: Partial<Message>): boolean {
  const query = wire({ recursionDesired: true, questions: [question("example.org")], ...fields });
  return mayBeCached(scanned(query), query);
}

function ofType(type: number, qclass: number = CLASS.IN): Partial<Message> {
  return { questions: [{ ...question("example.org"), type, class: qclass }] };
}

const signature = { name: ROOT, class: CLASS.ANY, ttl: 0 };

for (
  const [what, expected, fields] of [
    ["a plain question", true, {}],
    ["one with EDNS", true, { additionals: [opt({ wantsDnssec: true })] }],
    ["CD=1", true, { checkingDisabled: true }],
    ["RD=0 [rd_02]", false, { recursionDesired: false }],
    ["no question", false, { questions: [] }],
    ["two questions", false, { questions: [question("example.org"), question("example.org AAAA")] }],
    ["a response", false, { isResponse: true }],
    ["NOTIFY", false, { opcode: OPCODE.NOTIFY }],
    ["TSIG", false, { additionals: [{ ...signature, type: TYPE.TSIG, rdata: new Uint8Array() }] }],
    ["the type of a signature [4035_06]", true, ofType(TYPE.RRSIG)],
    ["DS [4035_06]", true, ofType(TYPE.DS)],
    ["type 0", false, ofType(0)],
    ["type 1", true, ofType(1)],
    ["OPT", false, ofType(TYPE.OPT)],
    ["type 127", true, ofType(127)],
    ["NXNAME", false, ofType(TYPE.NXNAME)],
    ["TKEY", false, ofType(TYPE.TKEY)],
    ["IXFR", false, ofType(TYPE.IXFR)],
    ["AXFR", false, ofType(TYPE.AXFR)],
    ["MAILB", false, ofType(TYPE.MAILB)],
    ["MAILA", false, ofType(TYPE.MAILA)],
    ["ANY", false, ofType(TYPE.ANY)],
    ["type 256", true, ofType(256)],
    ["type 61439", true, ofType(61439)],
    ["type 61440", false, ofType(61440)],
    ["type 65279", false, ofType(65279)],
    ["type 65280", true, ofType(65280)],
    ["type 65534", true, ofType(65534)],
    ["type 65535", false, ofType(65535)],
    ["class CH", true, ofType(TYPE.A, CLASS.CH)],
    ["class 0", false, ofType(TYPE.A, 0)],
    ["class NONE", false, ofType(TYPE.A, CLASS.NONE)],
    ["class ANY", false, ofType(TYPE.A, CLASS.ANY)],
    ["class 65280", true, ofType(TYPE.A, 65280)],
  ] as const
) {
  Deno.test(`mayBeCached() says ${expected ? "yes" : "no"} to ${what}`, () => {
    assertEquals(verdict(fields), expected);
  });
}

Deno.test("mayBeCached() says no to what is no message", () => {
  const query = wire({ recursionDesired: true, questions: [question("example.org")] });
  for (let length = 0; length < query.length; length++) {
    const cut = query.subarray(0, length);
    assertEquals(mayBeCached(scanned(cut), cut), false);
  }
});
