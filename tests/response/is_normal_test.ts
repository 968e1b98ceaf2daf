import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { isNormal } from "../../lib/response/is_normal.ts";
import { normalizeThoroughly } from "../../lib/response/normalize.ts";
import { nameFromText, nameToText } from "../../lib/wire/name.ts";
import { isSameNameAt, isWithinAt } from "../../lib/wire/name_at.ts";
import { MessageScan } from "../../lib/wire/scan.ts";
import { question, records, response, wire } from "../support/messages.ts";
import { readResponse } from "../support/read_response.ts";

type Octets = Uint8Array<ArrayBuffer>;

const name = fc.constantFrom("example.", "a.example.", "B.a.example.", "b.a.EXAMPLE.", "c.b.a.example.", "other.", ".");
const type = fc.constantFrom("A", "AAAA", "CNAME", "MX", "HTTPS", "SRV", "NSEC", "DNAME", "NS", "SOA", "DS", "NSEC3");

const record = fc.oneof(
  fc.tuple(name, fc.constantFrom(1, 1, 2)).map(([owner, i]) => `${owner} 60 IN A 192.0.2.${i}`),
  name.map((owner) => `${owner} 60 IN AAAA 2001:db8::1`),
  fc.tuple(name, fc.constantFrom("CNAME", "NS", "DNAME", "MX 10", "SRV 1 1 53", "HTTPS 1", "PTR"), name)
    .map(([owner, kind, target]) => `${owner} 60 IN ${kind} ${target}`),
  fc.tuple(name, name).map(([owner, target]) => `${owner} 60 IN SOA ${target} h.example. 1 2 3 4 5`),
  fc.tuple(name, name).map(([owner, next]) => `${owner} 60 IN NSEC ${next} A`),
  name.map((owner) => `${owner} 60 IN DS 1 13 2 00`),
  fc.tuple(name, type, name).map(([owner, covered, signer]) => {
    return `${owner} 60 IN RRSIG ${covered} 13 2 60 20300101000000 20200101000000 7 ${signer} AQID`;
  }),
  name.map((owner) => `${owner} 60 CLASS3 TXT "a"`),
);
const section = fc.array(record, { maxLength: 3 });

function scanOf(octets: Octets): MessageScan {
  const scan = new MessageScan();
  scan.scan(octets);
  return scan;
}

/** A DNAME behind the answer: only the thorough way puts it in front. One run in some hundreds of thousands draws such a one. */
const FOUND: [string, string, string[], string[], string[], boolean] = [
  "a.example.",
  "NSEC",
  ["a.example. 60 IN NSEC example. A", "example. 60 IN DNAME example."],
  [],
  [],
  false,
];

Deno.test("isNormal() says so of no response that the thorough way would change", () => {
  let normalCount = 0;
  const qtypes = fc.constantFrom("A", "A", "MX", "CNAME", "NS", "SRV", "HTTPS", "DNAME", "NSEC", "RRSIG", "ANY");
  fc.assert(
    fc.property(
      name,
      qtypes,
      section,
      section,
      section,
      fc.boolean(),
      (qname, qtype, answers, authorities, others, dnssec) => {
        const reply = response({
          questions: [question(`${qname} ${qtype}`)],
          answers: records(...answers),
          authorities: records(...authorities),
          additionals: records(...others),
        });
        if (!isNormal(readResponse(reply), dnssec)) return;
        normalCount++;
        assertStrictEquals(normalizeThoroughly(reply, scanOf(reply), { wantsDnssec: dnssec }), reply);
      },
    ),
    { numRuns: 20_000, examples: [FOUND] },
  );
  assert(normalCount > 100, `${normalCount}`);
});

Deno.test("normalizeThoroughly() leaves nothing to do", () => {
  fc.assert(
    fc.property(name, section, section, section, fc.boolean(), (qname, answers, authorities, others, dnssec) => {
      const reply = response({
        questions: [question(qname)],
        answers: records(...answers),
        authorities: records(...authorities),
        additionals: records(...others),
      });
      const normal = normalizeThoroughly(reply, scanOf(reply), { wantsDnssec: dnssec });
      if (!(normal instanceof Uint8Array)) return;
      assertStrictEquals(normalizeThoroughly(normal, scanOf(normal), { wantsDnssec: dnssec }), normal);
    }),
    { numRuns: 3000 },
  );
});

for (
  const [what, fields] of [
    ["an address", { answers: ["a.example. 60 IN A 192.0.2.1"] }],
    ["a signed chain", {
      answers: [
        "a.example. 60 IN CNAME b.other.",
        "a.example. 60 IN RRSIG CNAME 13 2 60 20300101000000 20200101000000 7 example. AQID",
        "b.other. 60 IN A 192.0.2.1",
        "b.other. 60 IN A 192.0.2.2",
        "b.other. 60 IN RRSIG A 13 2 60 20300101000000 20200101000000 7 other. AQID",
      ],
    }],
    ["a signed denial", {
      authorities: [
        "example. 60 IN SOA ns.example. h.example. 1 2 3 4 5",
        "example. 60 IN RRSIG SOA 13 1 60 20300101000000 20200101000000 7 example. AQID",
        "0.example. 60 IN NSEC b.example. A",
        "0.example. 60 IN RRSIG NSEC 13 2 60 20300101000000 20200101000000 7 example. AQID",
      ],
    }],
    ["an address with servers and theirs", {
      answers: ["a.example. 60 IN A 192.0.2.1"],
      authorities: ["example. 60 IN NS ns1.example.", "example. 60 IN NS ns2.example."],
      additionals: ["ns1.example. 60 IN A 192.0.2.3", "ns1.example. 60 IN AAAA 2001:db8::1"],
    }],
  ] as const
) {
  Deno.test(`isNormal() knows ${what} as the usual thing`, () => {
    const { answers = [], authorities = [], additionals = [] }: Partial<Record<string, readonly string[]>> = fields;
    const reply = response({
      questions: [question("a.example")],
      answers: records(...answers),
      authorities: records(...authorities),
      additionals: records(...additionals),
    });
    assertEquals(isNormal(readResponse(reply), true), true);
  });
}

Deno.test("isNormal() compares the names of 24 records, and of no more", () => {
  const own = (count: number) => records(...Array.from({ length: count }, (_, i) => `a.example. 60 IN A 192.0.2.${i}`));
  const ofRecords = (count: number) => response({ questions: [question("a.example")], answers: own(count) });
  const verdicts = [24, 25].map((count) => isNormal(readResponse(ofRecords(count)), false));
  assertEquals(verdicts, [true, false]);
});

Deno.test("isSameNameAt() and isWithinAt() say what the names' texts say, through pointers too", () => {
  const lower = (text: string) => text.toLowerCase();
  fc.assert(
    fc.property(fc.array(name, { minLength: 2, maxLength: 5 }), (names) => {
      // As owners, so that they are compressed; each record has 14 octets behind its owner.
      const message = wire({ answers: records(...names.map((owner) => `${owner} 60 IN A 192.0.2.1`)) });
      const offsets: number[] = [];
      let offset = 12;
      for (const text of names) {
        offsets.push(offset);
        const wireName = nameFromText(text);
        while (message[offset] !== 0 && message[offset]! < 0xc0) offset += message[offset]! + 1;
        offset += (message[offset] === 0 ? 1 : 2) + 14;
        assertEquals(nameToText(wireName), text);
      }
      const [a, b] = [lower(names[0]!), lower(names[1]!)];
      assertEquals(isSameNameAt(message, offsets[0]!, offsets[1]!), a === b);
      const isWithin = b === "." || a === b || a.endsWith(`.${b}`);
      assertEquals(isWithinAt(message, offsets[0]!, offsets[1]!), isWithin);
    }),
  );
});
