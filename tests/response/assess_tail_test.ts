import { assertEquals } from "@std/assert";
import { assess } from "../../lib/response/assess.ts";
import type { Storable, StorageRules } from "../../lib/response/storable.ts";
import { assessTail } from "../../lib/response/assess_tail.ts";
import { KIND } from "../../lib/response/kind.ts";
import { RCODE } from "../../lib/wire/iana.ts";
import { decode, type Message } from "../../lib/wire/message.ts";
import { lines, question, questionLines, records, response } from "../support/messages.ts";
import { readResponse } from "../support/read_response.ts";

const RULES: StorageRules = { minTtlSeconds: 0, maxTtlSeconds: 86_400, negativeMaxTtlSeconds: 3_600 };
const CHAIN = ["www.example.org. 30 IN CNAME web.example.org.", "web.example.org. 200 IN CNAME Edge.example.net."];
const SOA = "example.net. 600 IN SOA ns1.example.net. hostmaster.example.net. 1 3600 900 604800 120";
const SIGNATURE = "13 2 300 20300101000000 20200101000000 7 example.net. AQIDBA==";

function tailOf(fields: Partial<Message>, rules: StorageRules = RULES): Storable | null {
  const whole = assess(readResponse(response({ questions: [question("www.example.org AAAA")], ...fields })), rules);
  if (!whole.isStorable) throw new Error(`Not storable: ${whole.reason}`);
  return assessTail(whole, rules);
}

for (
  const [what, kind, rcode] of [
    ["NXDOMAIN", KIND.nxdomain, RCODE.NXDOMAIN],
    ["NODATA", KIND.nodata, RCODE.NOERROR],
  ] as const
) {
  Deno.test(`assessTail() says ${what} of the end of a chain by itself [2308_06] [6604_01]`, () => {
    const tail = tailOf({ rcode, isAuthenticData: true, answers: records(...CHAIN), authorities: records(SOA) })!;
    const message = decode(tail.message);
    assertEquals(questionLines(message.questions), questionLines([question("Edge.example.net. AAAA")]));
    assertEquals(lines(message.authorities), [SOA.replace(" 600 ", " 120 ")]);
    assertEquals([message.answers, message.additionals], [[], []]);
    assertEquals([message.rcode, message.isAuthenticData, message.isResponse], [rcode, true, true]);
    // Its own lifetime, not that of the CNAME which led there.
    assertEquals([tail.kind, tail.lifetimeSeconds, tail.ttlOffsets.length], [kind, 120, 1]);
    assertEquals(tail.holdsForEveryType, kind === KIND.nxdomain);
  });
}

Deno.test("assessTail() takes along the proofs of the end's zone and nothing else [2308_06]", () => {
  const authorities = [
    SOA.replace(" 600 ", " 120 "),
    `example.net. 120 IN RRSIG SOA ${SIGNATURE}`,
    "a.example.net. 300 IN NSEC z.example.net. A",
    `a.example.net. 300 IN RRSIG NSEC ${SIGNATURE}`,
  ];
  const others = ["example.net. 300 IN NS ns1.example.net.", "a.example.org. 300 IN NSEC z.example.org. A"];
  const tail = tailOf({ answers: records(...CHAIN), authorities: records(...authorities, ...others) })!;
  assertEquals(lines(decode(tail.message).authorities), authorities);
});

Deno.test("assessTail() does not raise a denial to --min-ttl [2308_06]", () => {
  const tail = tailOf({ answers: records(...CHAIN), authorities: records(SOA) }, { ...RULES, minTtlSeconds: 1_000 });
  assertEquals(tail!.lifetimeSeconds, 120);
});

Deno.test("assessTail() has nothing to say without a chain, or of one that ends in data", () => {
  const soa = records(SOA.replaceAll("example.net", "example.org"));
  assertEquals(tailOf({ rcode: RCODE.NXDOMAIN, authorities: soa }), null);
  assertEquals(tailOf({ answers: records(...CHAIN, "edge.example.net. 60 IN AAAA 2001:db8::1") }), null);
});
