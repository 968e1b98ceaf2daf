import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes/concat";
import fc from "fast-check";
import { randomizeCase } from "../../../lib/upstream/exchange/case_randomization.ts";
import { restoreSpelling } from "../../../lib/upstream/exchange/restore_spelling.ts";
import { decode } from "../../../lib/wire/message.ts";
import { nameToText } from "../../../lib/wire/name.ts";
import { putUint16 } from "../../../lib/wire/octets.ts";
import { scriptedRandom } from "../../support/fake_random.ts";
import { hex, lines, question, questionLines, record, response, wire } from "../../support/messages.ts";
import { names, octets } from "../../wire/arbitraries.ts";
import { readResponse } from "../../support/read_response.ts";

type Octets = Uint8Array<ArrayBuffer>;

function questionOctets(text: string): Octets {
  return wire({ questions: [question(text)] }).slice(12);
}

Deno.test("restoreSpelling() restores the question, the owners that point to it, and those that repeat it in full", () => {
  const asked = questionOctets("example.org");
  const sent = questionOctets("eXAmPLE.oRg");
  const pointing = response({
    questions: [question("eXAmPLE.oRg")],
    answers: [record("eXAmPLE.oRg 9 IN A 192.0.2.1"), record("www.eXAmPLE.oRg 9 IN A 192.0.2.2")],
  });
  restoreSpelling(readResponse(pointing), sent, asked);
  const { questions, answers } = decode(pointing);
  assertEquals([...questionLines(questions), ...lines(answers)], [
    "example.org. IN A",
    "example.org. 9 IN A 192.0.2.1",
    "www.example.org. 9 IN A 192.0.2.2",
  ]);
});

/** What a reply to a question that was sent in a spelling of ours says to who asked for it in lower case. */
function restored(
  asked: string,
  sent: string,
  answers: readonly string[],
  authorities: readonly string[] = [],
): string[] {
  const reply = response({
    questions: [question(sent)],
    answers: answers.map((text) => record(text)),
    authorities: authorities.map((text) => record(text)),
  });
  restoreSpelling(readResponse(reply), questionOctets(sent), questionOctets(asked));
  const message = decode(reply);
  return [...lines(message.answers), ...lines(message.authorities)];
}

Deno.test("[4343_02] restoreSpelling() restores owners that a server has kept from an earlier query of ours", () => {
  assertEquals(
    restored("www.example.org", "WwW.eXample.oRg", ["wWW.EXAMPLE.org 9 IN A 192.0.2.1"], [
      "EXAMPLE.org 9 IN NS ns.net",
    ]),
    ["www.example.org. 9 IN A 192.0.2.1", "example.org. 9 IN NS ns.net."],
  );
  // By way of TCP, or in the second send of a question.
  assertEquals(restored("www.example.org", "www.example.org", ["wWW.EXAMPLE.org 9 IN A 192.0.2.1"]), [
    "www.example.org. 9 IN A 192.0.2.1",
  ]);
});

Deno.test("[4343_02] restoreSpelling() restores the question's name, and what it ends like, in RDATA that may be compressed", () => {
  assertEquals(
    restored("example.org", "eXAMPLE.oRG", [
      "eXAMPLE.oRG 9 IN MX 10 mail.ExamplE.ORG",
      "eXAMPLE.oRG 9 IN MX 20 Mail.Other.ORG",
      "eXAMPLE.oRG 9 IN MX 30 Mail.eXAMPLE.net",
    ], ["oRG 9 IN SOA eXAMPLE.oRG Host.eXAMPLE.oRG 1 2 3 4 5", "oRG 9 IN NS EXAMPLE.ORG"]),
    [
      "example.org. 9 IN MX 10 mail.example.org.",
      "example.org. 9 IN MX 20 Mail.Other.org.",
      "example.org. 9 IN MX 30 Mail.eXAMPLE.net.",
      "org. 9 IN SOA example.org. Host.example.org. 1 2 3 4 5",
      "org. 9 IN NS example.org.",
    ],
  );
});

Deno.test("[4343_02] restoreSpelling() restores owners that point to the question's name where a server spells it in its own way", () => {
  const sent = questionOctets("wWW.eXAMPLE.oRG");
  // BIND points to the signer of a signature, which it writes in full.
  const head = concat([hex("1234 8180 0001 0003 0001 0000"), sent]);
  const signer = head.length + 12 + 18;
  const reply = concat([
    head,
    hex("c00c 002e 0001 00000009 0023 0001 0d 02 00000009 60000000 50000000 1234 074578616d706c65034f726700 5359 4c4c"),
    hex("c000 0001 0001 00000009 0004 c0000201"),
    hex("03 575757 c000 0001 0001 00000009 0004 c0000202"),
    hex("c000 0002 0001 00000009 0005 02 6e73 c000"),
  ]);
  const pointer = 0xc000 | signer;
  const second = signer + 13 + 4;
  for (const offset of [second, second + 20, second + 36, second + 51]) putUint16(reply, offset, pointer);
  restoreSpelling(readResponse(reply), sent, questionOctets("www.example.org"));
  const { answers, authorities } = decode(reply);
  assertEquals(answers.map(({ name }) => nameToText(name)), ["www.example.org.", "example.org.", "www.example.org."]);
  assertEquals(lines(authorities), ["example.org. 9 IN NS ns.example.org."]);
  // What DNSSEC signs as it is spelled stays.
  assertEquals(answers[0]!.rdata.slice(18, 31), hex("074578616d706c65034f726700"));
});

Deno.test("[4343_02] restoreSpelling() restores what a DNAME puts before another name, of this query or an earlier one", () => {
  const dname = "old.example.org 9 IN DNAME New.example.net";
  for (const spelling of ["a.HoSt", "A.hOSt"]) {
    assertEquals(
      restored("A.host.old.example.org", "a.HoSt.oLD.ExamPLe.oRG", [
        dname,
        `a.HoSt.oLD.ExamPLe.oRG 9 IN CNAME ${spelling}.New.example.net`,
        `${spelling}.New.example.net 9 IN A 192.0.2.1`,
      ]),
      [
        "old.example.org. 9 IN DNAME New.example.net.",
        "A.host.old.example.org. 9 IN CNAME A.host.New.example.net.",
        "A.host.New.example.net. 9 IN A 192.0.2.1",
      ],
    );
  }
  // Who shows no DNAME may have followed one: what is spelled as we have sent it is ours.
  assertEquals(restored("host.example.org", "hOSt.example.org", ["hOSt.example.org 9 IN CNAME hOSt.Example.net"]), [
    "host.example.org. 9 IN CNAME host.Example.net.",
  ]);
  assertEquals(restored("host.example.org", "hOSt.example.org", ["hOSt.example.org 9 IN CNAME HOST.Example.net"]), [
    "host.example.org. 9 IN CNAME HOST.Example.net.",
  ]);
});

Deno.test("restoreSpelling() leaves names alone that have nothing to do with the question, and RDATA that is signed as it is spelled", () => {
  const answers = [
    "example.org. 9 IN SRV 1 2 3 EXAMPLE.ORG.",
    "WWW.Example.NET. 9 IN A 192.0.2.1",
    "EXAMPLE.org.NET. 9 IN A 192.0.2.1",
    "Net. 9 IN A 192.0.2.1",
    ". 9 IN A 192.0.2.1",
    'example.org. 9 IN TXT "EXAMPLE.ORG"',
  ];
  assertEquals(restored("example.org", "eXAmPLE.oRg", answers), answers);
});

Deno.test("restoreSpelling() leaves a bare header as it is", () => {
  const bare = hex("1234 8181 0000 0000 0000 0000");
  restoreSpelling(readResponse(bare), questionOctets("A"), questionOctets("a"));
  assertEquals(bare, hex("1234 8181 0000 0000 0000 0000"));
});

/** A record of an echoing server: its owner is the question's name in full, a pointer to it, or a name of its own. */
interface Echoed {
  readonly owner: "full" | "pointer" | Octets;
  readonly rdata: Octets;
}

/** The reply of a server that repeats the spelling of `asked`; records of a type that nobody reads. */
function echoing(asked: Octets, echoed: readonly Echoed[]): Octets {
  const head = hex("1234 8180 0001 0000 0000 0000");
  // Spread over the sections: a record in three goes to each.
  for (let i = 0; i < echoed.length; i++) head[7 + 2 * Math.floor(3 * i / echoed.length)]!++;
  const records = echoed.map(({ owner, rdata }) => {
    const fields = hex("ff00 0001 00000009 0000");
    putUint16(fields, 8, rdata.length);
    const name = owner === "full" ? asked.slice(0, -4) : owner === "pointer" ? hex("c00c") : owner;
    return concat([name, fields, rdata]);
  });
  return concat([head, asked, ...records]);
}

const echoed: fc.Arbitrary<Echoed> = fc.record({
  owner: fc.oneof(
    fc.constant("full" as const),
    fc.constant("pointer" as const),
    // It begins and ends like no question.
    names.filter((name) => name.length < 230).map((name) => {
      return concat([hex("08 756e636f6d6d6f6e"), name.subarray(0, -1), hex("08 756e636f6d6d6f6e 00")]);
    }),
  ),
  rdata: octets(0, 40),
});

Deno.test("restoreSpelling() after randomizeCase(): an echoing server's reply is as if it had been asked plainly", () => {
  const random = scriptedRandom();
  const property = fc.property(names, octets(4, 4), fc.array(echoed, { maxLength: 6 }), (name, tail, echoed) => {
    const asked = concat([name, tail]);
    const sent = randomizeCase(asked, random);
    const reply = echoing(sent, echoed);
    restoreSpelling(readResponse(reply), sent, asked);
    assertEquals(reply, echoing(asked, echoed));
  });
  fc.assert(property, { numRuns: 300 });
});

Deno.test("[4343_02] restoreSpelling() restores our spelling in names that must not be compressed, and no other", () => {
  const sent = "_sip._tcp.eXaMple.oRg";
  assertEquals(
    restored("_sip._tcp.example.org", sent, [
      `${sent} 9 IN SRV 0 5 53 ns.eXaMple.oRg.`,
      `${sent} 9 IN SRV 0 5 53 ns.Example.org.`,
      `${sent} 9 IN NAPTR 1 2 "s" "SIP+D2T" "" _tcp.eXaMple.oRg.`,
    ]),
    [
      "_sip._tcp.example.org. 9 IN SRV 0 5 53 ns.example.org.",
      "_sip._tcp.example.org. 9 IN SRV 0 5 53 ns.Example.org.",
      '_sip._tcp.example.org. 9 IN NAPTR 1 2 "s" "SIP+D2T" "" _tcp.example.org.',
    ],
  );
});
