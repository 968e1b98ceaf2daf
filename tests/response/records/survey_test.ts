import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { addressRun } from "../../../lib/cache/store/address_run.ts";
import { assess } from "../../../lib/response/assess.ts";
import { isNormal } from "../../../lib/response/is_normal.ts";
import type { Response } from "../../../lib/response/response.ts";
import type { StorageRules } from "../../../lib/response/storable.ts";
import { restoreSpelling } from "../../../lib/upstream/exchange/restore_spelling.ts";
import { encode } from "../../../lib/wire/message.ts";
import { SCAN } from "../../../lib/wire/scan.ts";
import { messages, mutate, mutations } from "../../wire/arbitraries.ts";
import { opt, question, records, response } from "../../support/messages.ts";
import { readResponse } from "../../support/read_response.ts";

type Octets = Uint8Array<ArrayBuffer>;

const NAMES = ["a.example.", "A.EXAMPLE.", "b.a.example.", "B.a.Example.", "c.other.", "a.other.", "example.", "."];
const name = fc.constantFrom(...NAMES);
const ttl = fc.constantFrom(0, 1, 60, 60, 60, 60, 60, 300, 90_000, 2 ** 31);
const SOA = "ns.example. h.example. 1 2 3 4";

/** What a record says, the first to the third. */
const RDATA: Record<string, (i: number) => string> = {
  A: (i) => `192.0.2.${i}`,
  AAAA: (i) => `2001:db8::${i}`,
  TXT: (i) => `"text ${i}"`,
  MX: (i) => `${i} mx.${NAMES[i]}`,
  CNAME: (i) => `${NAMES[i + 3]}`,
  SOA: (i) => `ns${i}.example. h.example. 1 2 3 4 5`,
  HTTPS: (i) => `${i} .`,
  SRV: (i) => `${i} 1 53 srv.${NAMES[i]}`,
};

/** One of those that nearly all responses are, with what makes one uncommon now and then. */
const likely = fc.record({
  qname: name,
  qtype: fc.constantFrom("A", "A", "A", "AAAA", "TXT", "MX", "CNAME", "SOA", "HTTPS", "SRV"),
  links: fc.array(fc.tuple(name, ttl), { maxLength: 2 }),
  ttl,
  data: fc.oneof(fc.constant<number[]>([]), fc.subarray([1, 2, 3])),
  strays: fc.oneof(
    { weight: 6, arbitrary: fc.constant([]) },
    fc.tuple(name, ttl).map(([owner, ttl]) => [`${owner} ${ttl} IN A 192.0.2.1`]),
  ),
  zone: fc.option(
    fc.tuple(fc.constantFrom("example.", "EXAMPLE.", "a.example.", "other.", "."), ttl, fc.constantFrom(0, 5, 7200)),
    { freq: 2 },
  ),
  additional: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, name),
  rcode: fc.constantFrom(0, 0, 3),
  hasOpt: fc.boolean(),
}).map(({ qname, qtype, links, ttl, data, strays, zone, additional, rcode, hasOpt }) => {
  const chain = [qname, ...links.map(([target]) => target)];
  const answers = [
    ...links.map(([target, ttl], i) => `${chain[i]} ${ttl} IN CNAME ${target}`),
    ...data.map((i) => `${chain.at(-1)} ${ttl} IN ${qtype} ${RDATA[qtype]!(i)}`),
    ...strays,
  ];
  const authorities = zone === null ? [] : [`${zone[0]} ${zone[1]} IN SOA ${SOA} ${zone[2]}`];
  const additionals = additional === null ? [] : [`${additional} 60 IN A 192.0.2.9`];
  return response({
    rcode,
    questions: [question(`${qname} ${qtype}`)],
    answers: records(...answers),
    authorities: records(...authorities),
    additionals: [...records(...additionals), ...(hasOpt ? [opt()] : [])],
  });
});

/** The same, anything else, and what has been changed on the way. */
const replies = fc.tuple(
  fc.oneof({ weight: 6, arbitrary: likely }, messages.map((message): Octets => encode(message))),
  fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, mutations),
).map(([octets, changes]) => changes === null ? octets : mutate(octets, changes))
  .filter((octets) => readResponse(octets).scan.status === SCAN.ok);

/** One that is looked at in the thorough way, whatever the survey has found. */
function unsurveyed(octets: Octets): Response {
  const found = readResponse(octets.slice());
  found.survey.isUsual = found.survey.keepsSpelling = found.isChainKnown = false;
  return found;
}

Deno.test("Survey finds no response usual that isNormal() does not, and follows the same chain", () => {
  const counts = { usual: 0, other: 0 };
  fc.assert(
    fc.property(replies, fc.boolean(), (octets, wantsDnssec) => {
      const found = readResponse(octets);
      counts[found.isUsual ? "usual" : "other"]++;
      if (!found.isUsual) return;
      const thorough = unsurveyed(octets);
      assert(isNormal(thorough, wantsDnssec), octets.toHex());
      assertEquals(found.chain, thorough.chain);
    }),
    { numRuns: 4000 },
  );
  assert(counts.usual > 400 && counts.other > 400, JSON.stringify(counts));
});

const rules: fc.Arbitrary<StorageRules> = fc.record({
  minTtlSeconds: fc.constantFrom(0, 0, 10, 100),
  maxTtlSeconds: fc.constantFrom(86_400, 86_400, 200),
  negativeMaxTtlSeconds: fc.constantFrom(3600, 2, 0),
});

Deno.test("assess() says of a usual response what it says when it looks at the records once more", () => {
  const counts = { positive: 0, nodata: 0, nxdomain: 0, addresses: 0 };
  fc.assert(
    fc.property(replies, rules, (octets, rules) => {
      const found = readResponse(octets.slice());
      if (!found.isUsual) return;
      const verdict = assess(found, rules);
      const thorough = assess(unsurveyed(octets), rules);
      if (!verdict.isStorable || !thorough.isStorable) return assertEquals(verdict, thorough);
      assertEquals({ ...verdict, dataCount: null }, thorough);
      counts[verdict.kind === 0 ? "positive" : verdict.kind === 1 ? "nodata" : "nxdomain"]++;
      const { message, ttlOffsets } = verdict;
      const run = addressRun(message, found.scan.questionsEnd, ttlOffsets, verdict.dataCount);
      assertEquals(run, addressRun(message, found.scan.questionsEnd, ttlOffsets, null));
      if (run !== null) counts.addresses++;
    }),
    { numRuns: 8000 },
  );
  for (const count of Object.values(counts)) assert(count > 20, JSON.stringify(counts));
});

Deno.test("Survey says that no name has to be spelled only where restoreSpelling() changes none", () => {
  const counts = { kept: 0, restored: 0 };
  fc.assert(
    fc.property(replies, (octets) => {
      const found = readResponse(octets);
      if (found.scan.questionCount !== 1) return;
      const sent = octets.slice(12, found.scan.questionsEnd);
      const asked = sent.map((octet, i) => {
        const isLetter = i < sent.length - 4 && (octet & 0xdf) >= 0x41 && (octet & 0xdf) <= 0x5a;
        return isLetter ? octet ^ 0x20 : octet;
      });
      const thorough = unsurveyed(octets);
      restoreSpelling(thorough, sent, asked);
      const expected = octets.slice();
      expected.set(asked, 12);
      const isKept = thorough.octets.toHex() === expected.toHex();
      if (found.survey.keepsSpelling) assert(isKept, octets.toHex());
      counts[found.survey.keepsSpelling ? "kept" : "restored"]++;
    }),
    { numRuns: 4000 },
  );
  assert(counts.kept > 400 && counts.restored > 100, JSON.stringify(counts));
});
