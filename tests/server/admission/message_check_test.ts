import { assert, assertEquals } from "@std/assert";
import { Client } from "../../../lib/resolver/client.ts";
import { Query } from "../../../lib/resolver/query.ts";
import { admit, ADMITTED, IGNORED } from "../../../lib/server/admission/message_check.ts";
import { EDE, RCODE } from "../../../lib/wire/iana.ts";
import { decode, type Message, type ResourceRecord } from "../../../lib/wire/message.ts";
import { concat } from "@std/bytes/concat";
import { FLAG } from "../../../lib/wire/header.ts";
import { uint16At } from "../../../lib/wire/octets.ts";
import { finish } from "../../support/finish.ts";
import { ednsOf, hex, opt, question, questionLines, record, wire } from "../../support/messages.ts";
import { clientQuery, rawQuery } from "../../support/resolving.ts";
import type { Reply } from "../../../lib/resolver/reply.ts";

const QUESTIONS = [question("eXample.org")];
const TSIG = record("key.example 0 CLASS255 TSIG \\# 0");
const SIG0: ResourceRecord = {
  ...record(". 0 IN SIG A 13 0 0 19700101000002 19700101000001 7 example.org AQIDBA=="),
  class: 255,
};
SIG0.rdata.set([0, 0]);

/** The reply that admission makes by itself, as the client would get it. */
function ownReply(query: Query): Message {
  const verdict = admit(query);
  assert(typeof verdict !== "string", `expected a reply, got "${verdict}"`);
  return decode(finish(verdict, query));
}

const ADMITTED_QUERIES: readonly [string, Partial<Message>][] = [
  ["a plain question", { questions: QUESTIONS }],
  ["RD=0", { questions: QUESTIONS, recursionDesired: false }],
  ["[8906_03] AA, TC and RA set", {
    questions: QUESTIONS,
    isAuthoritative: true,
    isTruncated: true,
    recursionAvailable: true,
  }],
  ["an RCODE", { questions: QUESTIONS, rcode: 15 }],
  ["[8906_01] an unknown type and class", { questions: [question("example.org TYPE65280 4660")] }],
  ["[9619_03] no question", {}],
  ["eight questions", { questions: Array.from({ length: 8 }, () => QUESTIONS[0]!) }],
  ["records in every section", {
    questions: QUESTIONS,
    answers: [record("a.example 9 IN A 192.0.2.1")],
    authorities: [record("a.example 9 IN A 192.0.2.1")],
    additionals: [record("a.example 9 IN A 192.0.2.1")],
  }],
  ["[8906_04] [6891_07] unknown EDNS options", {
    questions: QUESTIONS,
    additionals: [opt({ options: [{ code: 65_001, data: hex("01") }, { code: 3, data: hex("") }] })],
  }],
  ["[8906_04] unknown EDNS flags", {
    questions: QUESTIONS,
    additionals: [{ ...opt(), ttl: 0x7fff }],
  }],
  ["a SIG record that covers a type", {
    questions: QUESTIONS,
    additionals: [{ ...SIG0, rdata: withType(SIG0.rdata, 1) }],
  }],
];

function withType(rdata: Uint8Array<ArrayBuffer>, type: number): Uint8Array<ArrayBuffer> {
  const changed = rdata.slice();
  changed[1] = type;
  return changed;
}

for (const [what, fields] of ADMITTED_QUERIES) {
  Deno.test(`admit() lets a query pass with ${what}`, () => {
    assertEquals(admit(clientQuery(fields)), ADMITTED);
  });
}

Deno.test("[1035_12] admit() lets a query pass with octets behind its last record", () => {
  assertEquals(admit(rawQuery(concat([wire({ questions: QUESTIONS }), hex("deadbeef")]))), ADMITTED);
});

Deno.test("[1035_11] admit() ignores what is shorter than a header, at each of the twelve lengths", () => {
  const octets = wire({ questions: QUESTIONS });
  for (let length = 0; length < 12; length++) assertEquals(admit(rawQuery(octets.slice(0, length))), IGNORED);
});

Deno.test("admit() ignores responses, of every opcode and however malformed", () => {
  for (let opcode = 0; opcode < 16; opcode++) {
    const octets = wire({ isResponse: true, opcode, questions: QUESTIONS });
    assertEquals(admit(rawQuery(octets)), IGNORED);
    assertEquals(admit(rawQuery(octets.slice(0, -1))), IGNORED);
  }
});

Deno.test("admit() ignores who has no port to which a reply could be sent", () => {
  const query = new Query({
    wire: wire({ questions: QUESTIONS }),
    client: new Client("198.51.100.7", "udp", false),
    deadlineMs: 2000,
  });
  assertEquals(admit(query), IGNORED);
});

for (let opcode = 1; opcode < 16; opcode++) {
  Deno.test(`[1035_10] [8906_02] admit() answers opcode ${opcode} with NOTIMP, opcode and question echoed`, () => {
    const reply = ownReply(clientQuery({ opcode, questions: QUESTIONS }));
    assertEquals([reply.rcode, reply.opcode, reply.isResponse, reply.id], [RCODE.NOTIMP, opcode, true, 0x4321]);
    assertEquals(questionLines(reply.questions), ["eXample.org. IN A"]);
    // What looks malformed may be well formed under this opcode (DSO has no sections at all).
    const cut = ownReply(rawQuery(wire({ opcode, questions: QUESTIONS }).slice(0, -1)));
    assertEquals([cut.rcode, cut.opcode, cut.questions], [RCODE.NOTIMP, opcode, []]);
  });
}

const MALFORMED: readonly [string, Uint8Array<ArrayBuffer>][] = [
  ["[1035_02] a label of 64 octets", hex("4321 0100 0001 0000 0000 0000 40" + "61".repeat(64) + "00 0001 0001")],
  [
    "[1035_02] a name of 256 octets",
    hex(`4321 0100 0001 0000 0000 0000 ${`3f${"61".repeat(63)}`.repeat(3)} 3e${"61".repeat(62)} 00 0001 0001`),
  ],
  ["[1035_03] label type 01", hex("4321 0100 0001 0000 0000 0000 4161 00 0001 0001")],
  ["[1035_03] label type 10", hex("4321 0100 0001 0000 0000 0000 8161 00 0001 0001")],
  ["[1035_04] a pointer to itself", hex("4321 0100 0001 0000 0000 0000 c00c 0001 0001")],
  ["[1035_04] a pointer forward", hex("4321 0100 0001 0000 0000 0000 c010 0001 0001 00")],
  ["[1035_04] a pointer into the header", hex("4321 0100 0001 0000 0000 0000 c004 0001 0001")],
  ["[1035_04] a loop of two", hex("4321 0100 0001 0000 0000 0000 0161 c00c 0001 0001")],
  ["[2.1.3] 65535 questions declared and one present", hex("4321 0100 ffff 0000 0000 0000 0161 00 0001 0001")],
  ["a record declared and none present", hex("4321 0100 0001 0000 0000 0001 0161 00 0001 0001")],
  ["RDATA beyond the end", hex("4321 0100 0001 0000 0000 0001 0161 00 0001 0001 00 0001 0001 00000000 0005 c0000201")],
];

for (const [what, octets] of MALFORMED) {
  Deno.test(`admit() answers FORMERR without question to ${what}`, () => {
    const reply = ownReply(rawQuery(octets));
    assertEquals([reply.id, reply.rcode, reply.isResponse, reply.recursionDesired], [
      0x4321,
      RCODE.FORMERR,
      true,
      true,
    ]);
    assertEquals([reply.questions, reply.answers, reply.additionals], [[], [], []]);
  });
}

Deno.test("admit() answers FORMERR to a query cut at any octet behind its header", () => {
  const octets = wire({ questions: QUESTIONS, additionals: [opt({ options: [{ code: 10, data: hex("0102") }] })] });
  for (let length = 12; length < octets.length; length++) {
    assertEquals(ownReply(rawQuery(octets.slice(0, length))).rcode, RCODE.FORMERR, `cut at ${length}`);
  }
});

const OPT_FAULTS: readonly [string, Partial<Message>][] = [
  ["[6891_01] two OPT records", { additionals: [opt(), opt()] }],
  ["[6891_01] an OPT record in the answer section", { answers: [opt()] }],
  ["[6891_01] an OPT record in the authority section", { authorities: [opt()] }],
  ["[6891_02] an OPT record that is not the root's", { additionals: [{ ...opt(), name: QUESTIONS[0]!.name }] }],
  ["[6891_11] an option longer than the RDATA", { additionals: [{ ...opt(), rdata: hex("000a 0009 0102") }] }],
  ["[6891_11] an option without a length", { additionals: [{ ...opt(), rdata: hex("000a 00") }] }],
  ["[6891_01] two OPT records of another version", { additionals: [opt({ version: 1 }), opt({ version: 1 })] }],
];

for (const [what, fields] of OPT_FAULTS) {
  Deno.test(`admit() answers FORMERR to ${what}`, () => {
    const reply = ownReply(clientQuery({ questions: QUESTIONS, ...fields }));
    assertEquals([reply.rcode, reply.questions], [RCODE.FORMERR, []]);
    assertEquals([ednsOf(reply)?.version, ednsOf(reply)?.extendedRcode], [0, 0]);
  });
}

Deno.test("[6891_03] [8906_04] admit() answers BADVERS with our version to any higher one", () => {
  for (const version of [1, 2, 255]) {
    const reply = ownReply(clientQuery({ questions: QUESTIONS, additionals: [opt({ version })] }));
    const edns = ednsOf(reply)!;
    assertEquals((edns.extendedRcode << 4) | reply.rcode, RCODE.BADVERS);
    assertEquals([edns.version, edns.options, questionLines(reply.questions)], [0, [], ["eXample.org. IN A"]]);
  }
});

for (const [kind, signature] of [["TSIG", TSIG], ["SIG(0)", SIG0]] as const) {
  Deno.test(`[5625_06] admit() answers a message signed with ${kind} with NOTIMP and extended error 21`, () => {
    const query = clientQuery({ questions: QUESTIONS, additionals: [opt(), signature] });
    const reply = ownReply(query);
    assertEquals([reply.rcode, questionLines(reply.questions)], [RCODE.NOTIMP, ["eXample.org. IN A"]]);
    assertEquals(query.reply.extendedErrors.map(({ infoCode }) => infoCode), [EDE.NOT_SUPPORTED]);
  });

  Deno.test(`[2.1.4] [multi_02] admit() answers several questions signed with ${kind} with FORMERR`, () => {
    const reply = ownReply(clientQuery({ questions: [...QUESTIONS, ...QUESTIONS], additionals: [signature] }));
    assertEquals([reply.rcode, reply.questions], [RCODE.FORMERR, []]);
  });
}

Deno.test("[8906_06] admit() echoes opcode and RD of what is no query, and sets no bit that queries have", () => {
  for (let opcode = 1; opcode < 16; opcode++) {
    for (const recursionDesired of [true, false]) {
      const asked = wire({
        opcode,
        recursionDesired,
        isAuthoritative: true,
        isTruncated: true,
        recursionAvailable: true,
        isAuthenticData: true,
        checkingDisabled: true,
        questions: QUESTIONS,
      });
      asked[3]! |= FLAG.Z;
      const verdict = finish(admit(rawQuery(asked)) as Reply, rawQuery(asked));
      assertEquals(uint16At(verdict, 2), FLAG.QR | (opcode << 11) | (recursionDesired ? FLAG.RD : 0) | RCODE.NOTIMP);
    }
  }
});
