import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { isPlainlyRelevant } from "../../lib/response/plain_relevance.ts";
import { removeIrrelevant } from "../../lib/response/relevance.ts";
import { nameFromText, nameToText } from "../../lib/wire/name.ts";
import { isSameNameAt, isWithinAt } from "../../lib/wire/name_at.ts";
import { question, records, response, wire } from "../support/messages.ts";

const name = fc.constantFrom("example.", "a.example.", "B.a.example.", "b.a.EXAMPLE.", "c.b.a.example.", "other.", ".");

const record = fc.oneof(
  name.map((owner) => `${owner} 60 IN A 192.0.2.1`),
  fc.tuple(name, name).map(([owner, target]) => `${owner} 60 IN CNAME ${target}`),
  fc.tuple(name, name).map(([owner, target]) => `${owner} 60 IN NS ${target}`),
  fc.tuple(name, name).map(([owner, target]) => `${owner} 60 IN MX 10 ${target}`),
  fc.tuple(name, name).map(([owner, target]) => `${owner} 60 IN DNAME ${target}`),
  fc.tuple(name, name).map(([owner, target]) => `${owner} 60 IN SOA ${target} h.example. 1 2 3 4 5`),
);
const section = fc.array(record, { maxLength: 2 });

Deno.test("isPlainlyRelevant() says so of no reply from which the thorough way would remove something", () => {
  let plainCount = 0;
  fc.assert(
    fc.property(name, section, section, section, (qname, answers, authorities, additionals) => {
      const reply = response({
        questions: [question(qname)],
        answers: records(...answers),
        authorities: records(...authorities),
        additionals: records(...additionals),
      });
      if (!isPlainlyRelevant(reply)) return;
      plainCount++;
      assertStrictEquals(removeIrrelevant(reply), reply);
    }),
    { numRuns: 3000 },
  );
  assert(plainCount > 100);
});

Deno.test("isPlainlyRelevant() compares the names of 24 records, and of no more", () => {
  const own = (count: number) => records(...Array.from({ length: count }, (_, i) => `a.example. 60 IN A 192.0.2.${i}`));
  const ofRecords = (count: number) => response({ questions: [question("a.example")], answers: own(count) });
  assertEquals([isPlainlyRelevant(ofRecords(24)), isPlainlyRelevant(ofRecords(25))], [true, false]);
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
