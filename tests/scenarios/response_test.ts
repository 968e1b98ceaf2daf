import { assertEquals } from "@std/assert";
import { RCODE } from "../../lib/wire/iana.ts";
import { ednsOf, lines, opt, records } from "../support/messages.ts";
import { askedCount, cacheScene, nowSays, tell } from "../support/cache_scene.ts";
import { readExtendedError } from "../../lib/wire/edns/edns.ts";

const CHAIN = [
  "www.example.org. 60 IN CNAME web.example.org.",
  "web.example.org. 60 IN CNAME edge.example.net.",
  "edge.example.net. 60 IN A 192.0.2.1",
];
const SIGNATURE = "A 13 3 60 20300101000000 20200101000000 7 example.org. AQIDBA==";
const NAME = "www.example.org. 60 IN";
const SOA = "example.org. 60 IN SOA ns1.example.org. hostmaster.example.org. 1 3600 900 604800 60";

Deno.test("a chain out of order reaches clients in order, from the upstream and from memory [1034_01]", async () => {
  const scene = cacheScene();
  nowSays(scene.upstream, { answers: records(CHAIN[2]!, CHAIN[0]!, CHAIN[1]!) });
  for (let i = 0; i < 2; i++) {
    const { answers } = await tell(scene, "www.example.org", { passMs: 0 });
    assertEquals(answers, CHAIN);
  }
  assertEquals(askedCount(scene), 1);
  await scene.settle();
});

for (
  const [what, answers] of [
    ["leads in a circle", [
      "www.example.org. 60 IN CNAME web.example.org.",
      "web.example.org. 60 IN CNAME www.example.org.",
    ]],
    ["has 65 links", [
      "www.example.org. 60 IN CNAME n1.example.org.",
      ...Array.from({ length: 64 }, (_, i) => `n${i + 1}.example.org. 60 IN CNAME n${i + 2}.example.org.`),
      "n65.example.org. 60 IN A 192.0.2.1",
    ]],
  ] as const
) {
  Deno.test(`a CNAME chain that ${what} gets SERVFAIL and is told why, and for a while nobody asks again [1034_02]`, async () => {
    const scene = cacheScene();
    nowSays(scene.upstream, { answers: records(...answers) });
    scene.upstream.onStreamQuery = scene.upstream.onQuery;
    for (let i = 0; i < 2; i++) {
      const { rcode, message } = await tell(scene, "www.example.org", { passMs: 0 });
      assertEquals([rcode, message.answers, askedCount(scene)], [RCODE.SERVFAIL, [], 1]);
      const last = ednsOf(message)!.options.map(readExtendedError).findLast((error) => error !== null);
      assertEquals(last!.text, "203.0.113.53:53 answers with a CNAME chain without an end");
    }
    await scene.settle();
  });
}

Deno.test("signatures and proofs that came unasked reach nobody without DO, from memory neither [4035_02]", async () => {
  const scene = cacheScene();
  const answers = records(`${NAME} A 192.0.2.1`, `${NAME} RRSIG ${SIGNATURE}`);
  const authorities = records(
    SOA,
    "a.example.org. 60 IN NSEC z.example.org. A",
    "example.org. 60 IN NS ns.example.net.",
  );
  nowSays(scene.upstream, { answers, authorities });
  for (let i = 0; i < 2; i++) {
    const { message } = await tell(scene, "www.example.org", { passMs: 0 });
    assertEquals(lines(message.answers), [`${NAME} A 192.0.2.1`]);
    assertEquals(lines(message.authorities), [SOA, "example.org. 60 IN NS ns.example.net."]);
  }
  assertEquals(askedCount(scene), 1);
  const signed = await tell(scene, "www.example.org", { passMs: 0, additionals: [opt({ wantsDnssec: true })] });
  assertEquals([lines(signed.message.answers), signed.message.authorities.length], [lines(answers), 3]);
  await scene.settle();
});

Deno.test("an address of three octets counts as no reply, and the one behind it as the answer [1035_13]", async () => {
  const scene = cacheScene();
  const [good] = records("www.example.org. 60 IN A 192.0.2.1");
  const { upstream } = scene;
  upstream.onQuery = (query) => {
    for (const rdata of [good!.rdata.slice(0, 3), good!.rdata]) {
      nowSays(upstream, { answers: [{ ...good!, rdata }] });
      upstream.onQuery(query);
    }
  };
  const { answers } = await tell(scene, "www.example.org", { passMs: 0 });
  assertEquals([answers, scene.app.counters.upstreamGarbled], [lines([good!]), 1]);
  await scene.settle();
});
