import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { assess } from "../../lib/response/assess.ts";
import type { Storable, StorageRules } from "../../lib/response/storable.ts";
import { assessTail } from "../../lib/response/assess_tail.ts";
import { KIND } from "../../lib/response/kind.ts";
import { TYPE } from "../../lib/wire/iana.ts";
import { decode, encode, type Message, type ResourceRecord } from "../../lib/wire/message.ts";
import { nameToText } from "../../lib/wire/name.ts";
import { MessageScan, SCAN } from "../../lib/wire/scan.ts";
import { uint16At } from "../../lib/wire/octets.ts";
import { opt, question, records, response } from "../support/messages.ts";
import { messages, mutate, mutations } from "../wire/arbitraries.ts";
import { readResponse } from "../support/read_response.ts";

const RULES: StorageRules = { minTtlSeconds: 0, maxTtlSeconds: 86_400, negativeMaxTtlSeconds: 3_600 };

const ttls = fc.oneof(
  { weight: 30, arbitrary: fc.integer({ min: 1, max: 200_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 2 ** 31) },
);
/** A chain of names, in two spellings. */
const chains = fc.shuffledSubarray(["a.example.", "B.a.example.", "c.B.a.EXAMPLE.", "D.example."], { minLength: 1 });
const SIGNATURE = "13 2 300 20300101000000 20200101000000 7 example. AQIDBA==";
const SOA = "IN SOA a.example. h.example. 1 2 3 4";

type Lines = fc.Arbitrary<readonly string[]>;

/** Each line with a TTL of its own in place of "TTL", or not at all; and rarely in some other order. */
function withTtls(lines: readonly string[], presence: fc.Arbitrary<boolean> = fc.boolean()): Lines {
  const each = lines.map((text) =>
    fc.tuple(presence, ttls).map(([is, ttl]) => is ? [text.replace("TTL", `${ttl}`)] : [])
  );
  return fc.tuple(...each).map((kept) => kept.flat()).chain((kept) =>
    fc.oneof({ weight: 4, arbitrary: fc.constant(kept) }, fc.shuffledSubarray(kept, { minLength: kept.length }))
  );
}

const rarely = fc.nat({ max: 30 }).map((n) => n === 0);

/** Responses that have a good chance to be storable. */
const likelyReplies = chains.chain((chain) => {
  const last = chain.at(-1)!;
  const links = chain.slice(1).map((target, i) => `${chain[i]} TTL IN CNAME ${target}`);
  const data = [
    `${last} TTL IN A 192.0.2.1`,
    `${last.toLowerCase()} TTL IN A 192.0.2.2`,
    `${last} TTL IN RRSIG A ${SIGNATURE}`,
  ];
  return fc.record({
    links: withTtls(links, fc.nat({ max: 20 }).map((n) => n > 0)),
    data: fc.oneof(withTtls(data), fc.constant([])),
    strays: withTtls(["x.example. TTL IN A 192.0.2.3", `${last} TTL IN CNAME ${chain[0]}`], rarely),
    soa: withTtls([`example. TTL ${SOA} 120`, `example. TTL ${SOA} 7200`, `example. TTL IN RRSIG SOA ${SIGNATURE}`]),
    authorities: withTtls(["Example. TTL IN NS a.example.", "b.example. TTL IN NSEC c.example. A"]),
    additionals: withTtls(["A.example. TTL IN A 192.0.2.1", "x.example. TTL IN A 192.0.2.4"]),
    opt: fc.option(fc.nat({ max: 2 })),
    rcode: fc.constantFrom(0, 0, 3),
    isAuthoritative: fc.boolean(),
  }).map(({ links, data, strays, soa, authorities, additionals, opt: at, rcode, isAuthoritative }) => {
    const section = records(...additionals);
    if (at !== null) section.splice(at, 0, opt({ options: [{ code: 15, data: new Uint8Array(3) }] }));
    return response({
      rcode,
      isAuthoritative,
      questions: [question(chain[0]!)],
      answers: records(...links, ...data, ...strays),
      authorities: records(...soa, ...authorities),
      additionals: section,
    });
  });
});

/** Any octets, most of them readable, some of them storable. */
const anyReplies = fc
  .tuple(
    fc.oneof({ weight: 4, arbitrary: likelyReplies }, messages.map((message) => encode(message))),
    fc.option(mutations, { freq: 2 }),
  )
  .map(([octets, changes]) => changes === null ? octets : mutate(octets, changes));

function recordsOf({ answers, authorities, additionals }: Message): ResourceRecord[] {
  return [...answers, ...authorities, ...additionals].filter(({ type }) => type !== TYPE.OPT);
}

/** Owner, class and type; signatures go with what they cover. */
function setOf({ name, type, class: rrclass, rdata }: ResourceRecord): string {
  return `${nameToText(name).toLowerCase()} ${rrclass} ${type === TYPE.RRSIG ? uint16At(rdata, 0) : type}`;
}

function withoutTtl(record: ResourceRecord): ResourceRecord {
  return { ...record, ttl: 0 };
}

function assertWellMade(storable: Storable, reply: Uint8Array, rules: StorageRules): void {
  const { message, ttlOffsets, lifetimeSeconds } = storable;
  const scan = new MessageScan();
  assertEquals([scan.scan(message), scan.end, scan.hasOpt], [SCAN.ok, message.length, false]);
  const [before, after] = [decode(reply), decode(message)];
  assertEquals(after.questions, before.questions);
  assertEquals(after.answers.map(withoutTtl), before.answers.map(withoutTtl));
  assertEquals(after.authorities.map(withoutTtl), before.authorities.map(withoutTtl));
  assertEquals(
    after.additionals.map(withoutTtl),
    recordsOf({ ...before, answers: [], authorities: [] }).map(withoutTtl),
  );
  const [received, stored] = [recordsOf(before), recordsOf(after)];
  const view = new DataView(message.buffer);
  assertEquals(ttlOffsets.map((offset) => view.getUint32(offset)), stored.map(({ ttl }) => ttl));
  assert(Number.isInteger(lifetimeSeconds) && lifetimeSeconds >= 1);
  const ttlOfSet = new Map<string, number>();
  stored.forEach((record, i) => {
    assert(record.ttl >= lifetimeSeconds && record.ttl <= rules.maxTtlSeconds);
    assert(record.ttl <= Math.max(received[i]!.ttl, rules.minTtlSeconds) && record.ttl < 2 ** 31);
    assertEquals(ttlOfSet.get(setOf(record)) ?? record.ttl, record.ttl);
    ttlOfSet.set(setOf(record), record.ttl);
  });
  if (storable.kind !== KIND.positive) assert(lifetimeSeconds <= rules.negativeMaxTtlSeconds);
}

Deno.test("assess() takes any octets, and what it stores has the records of the response with TTLs to count down [1035_09]", () => {
  const counts = { positive: 0, negative: 0, tails: 0, unstorable: 0 };
  fc.assert(
    fc.property(anyReplies, fc.constantFrom(0, 0, 60), (reply, minTtlSeconds) => {
      const rules = { ...RULES, minTtlSeconds };
      const verdict = assess(readResponse(reply), rules);
      if (!verdict.isStorable) return void counts.unstorable++;
      counts[verdict.kind === KIND.positive ? "positive" : "negative"]++;
      assertWellMade(verdict, reply, rules);
      const tail = assessTail(verdict, rules);
      if (tail === null) return;
      counts.tails++;
      assertWellMade(tail, tail.message, rules);
      assert(tail.lifetimeSeconds >= verdict.lifetimeSeconds);
    }),
    { numRuns: 2000 },
  );

  for (const count of Object.values(counts)) assert(count > 50, JSON.stringify(counts));
});

Deno.test("assess() stores what it stored in the same form, for as long", () => {
  fc.assert(
    fc.property(likelyReplies, (reply) => {
      const first = assess(readResponse(reply), RULES);
      if (!first.isStorable) return;
      // Whether records were counted is no part of the form.
      const again = assess(readResponse(first.message), RULES) as Storable;
      assertEquals(again, { ...first, hadOpt: false, dataCount: again.dataCount });
    }),
    { numRuns: 1000 },
  );
});
