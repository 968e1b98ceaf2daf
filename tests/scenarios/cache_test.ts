import { assert, assertEquals } from "@std/assert";
import { extendedErrorOption } from "../../lib/wire/edns/edns.ts";
import { EDE, EDNS_OPTION, RCODE } from "../../lib/wire/iana.ts";
import { decode, encode } from "../../lib/wire/message.ts";
import { askedCount, assertRemembered, cacheScene, nowSays, tell } from "../support/cache_scene.ts";
import { ednsOf, lines, opt, question, questionLines, record, records } from "../support/messages.ts";
import { recordZone } from "../support/record_zone.ts";

const ZONE = recordZone(
  "example.org 300 IN A 192.0.2.1",
  "short.example.org 5 IN A 192.0.2.5",
  "never.example.org 0 IN A 192.0.2.9",
  "alias.example.org 300 IN CNAME example.org",
);
const SOA = record("example.org 300 IN SOA ns.example.org hostmaster.example.org 1 7200 3600 86400 60");

Deno.test("an answer is given again without asking, in the client's spelling, with a TTL less its age [1035_07, 1035_09, 4343_02]", async () => {
  const scene = cacheScene({ zone: ZONE });
  const first = await tell(scene, "example.org", { passMs: 10_000 });
  assertEquals(first.answers, ["example.org. 300 IN A 192.0.2.1"]);
  const second = await assertRemembered(scene, "eXample.ORG", { id: 7 });
  assertEquals(second.answers, ["eXample.ORG. 290 IN A 192.0.2.1"]);
  assertEquals([second.message.id, questionLines(second.message.questions)], [7, ["eXample.ORG. IN A"]]);
  await scene.settle();
});

Deno.test("an answer is asked for anew when its TTL has run out, and not before", async () => {
  const scene = cacheScene({ zone: ZONE });
  await tell(scene, "short.example.org", { passMs: 4999 });
  const last = await assertRemembered(scene, "short.example.org");
  assertEquals(last.answers, ["short.example.org. 1 IN A 192.0.2.5"]);
  await scene.pass(1);
  assertEquals((await tell(scene, "short.example.org")).answers, ["short.example.org. 5 IN A 192.0.2.5"]);
  assertEquals(askedCount(scene), 2);
  await scene.settle();
});

Deno.test("an answer with TTL 0 is for those who wait for it, and nobody else [1035_07]", async () => {
  const scene = cacheScene({ zone: ZONE });
  for (let i = 0; i < 2; i++) {
    assertEquals((await tell(scene, "never.example.org", { passMs: 0 })).answers, [
      "never.example.org. 0 IN A 192.0.2.9",
    ]);
  }
  assertEquals(askedCount(scene), 2);
  await scene.settle();
});

Deno.test("a name that does not exist, does not for any type; its SOA grows older with it [2308_02, 2308_03]", async () => {
  const scene = cacheScene({ zone: ZONE });
  await tell(scene, "nosuch.example.org A", { passMs: 20_000 });
  const { rcode, message } = await assertRemembered(scene, "nosuch.example.org AAAA");
  assertEquals(rcode, RCODE.NXDOMAIN);
  assertEquals(lines(message.authorities), [
    "example.org. 280 IN SOA ns.example.org. hostmaster.example.org. 1 7200 3600 86400 300",
  ]);
  assertEquals(questionLines(message.questions), ["nosuch.example.org. IN AAAA"]);
  assertEquals(scene.app.counters.cacheNegativeHits, 1);
  await scene.settle();
});

Deno.test("that a type does not exist says nothing of the others [2308_03]", async () => {
  const scene = cacheScene({ zone: ZONE });
  await tell(scene, "example.org MX");
  const before = askedCount(scene);
  assertEquals((await assertRemembered(scene, "example.org MX")).rcode, RCODE.NOERROR);
  assertEquals((await tell(scene, "example.org A")).answers.length, 1);
  assertEquals(askedCount(scene), before + 1);
  await scene.settle();
});

Deno.test("negative answers without SOA are not remembered [2308_01]", async () => {
  const scene = cacheScene({ zone: ZONE });
  for (const rcode of [RCODE.NXDOMAIN, RCODE.NOERROR]) {
    nowSays(scene.upstream, { rcode });
    await tell(scene, "gone.example.org");
  }
  nowSays(scene.upstream, { answers: records("gone.example.org 9 IN A 192.0.2.7") });
  assertEquals((await tell(scene, "gone.example.org")).answers.length, 1);
  await scene.settle();
});

Deno.test("a chain that ends in nothing is remembered, and its end for those who ask for that [2308_06, 6604_01]", async () => {
  const scene = cacheScene();
  nowSays(scene.upstream, {
    rcode: RCODE.NXDOMAIN,
    answers: records("www.example.org 300 IN CNAME gone.example.org"),
    authorities: [SOA],
  });
  await tell(scene, "www.example.org");
  const chain = await assertRemembered(scene, "www.example.org");
  assertEquals([chain.rcode, chain.answers.length], [RCODE.NXDOMAIN, 1]);
  const end = await assertRemembered(scene, "gone.example.org AAAA");
  assertEquals([end.rcode, end.answers], [RCODE.NXDOMAIN, []]);
  // The alias itself exists: other types of it are for the upstream to say.
  const before = askedCount(scene);
  await tell(scene, "www.example.org AAAA");
  assertEquals(askedCount(scene), before + 1);
  await scene.settle();
});

Deno.test("DO and CD have answers of their own [4035_02, 4035_04]", async () => {
  const scene = cacheScene({ zone: ZONE });
  const variants = [
    {},
    { checkingDisabled: true },
    { additionals: [opt({ wantsDnssec: true })] },
    { checkingDisabled: true, additionals: [opt({ wantsDnssec: true })] },
  ];
  for (const [i, fields] of variants.entries()) {
    await tell(scene, "example.org", fields);
    assertEquals(askedCount(scene), i + 1);
  }
  for (const fields of variants) await assertRemembered(scene, "example.org", fields);
  await scene.settle();
});

Deno.test("another class has answers of its own [1035_08]", async () => {
  const scene = cacheScene({ zone: ZONE });
  await tell(scene, "example.org A");
  await tell(scene, "example.org A 4");
  assertEquals(askedCount(scene), 2);
  await scene.settle();
});

Deno.test("a query without RD is answered from memory; what an upstream says to one is not remembered [rd_02]", async () => {
  const scene = cacheScene({ zone: ZONE });
  for (let i = 0; i < 2; i++) await tell(scene, "example.org", { recursionDesired: false });
  assertEquals(askedCount(scene), 2);
  await tell(scene, "example.org");
  const { message } = await assertRemembered(scene, "example.org", { recursionDesired: false });
  assertEquals([message.recursionDesired, message.answers.length], [false, 1]);
  await scene.settle();
});

Deno.test("AD comes from memory for those who understand it, and nobody else [4035_03, 6840_02]", async () => {
  const scene = cacheScene();
  nowSays(scene.upstream, { isAuthenticData: true, answers: records("example.org 9 IN A 192.0.2.1") });
  assertEquals((await tell(scene, "example.org", { passMs: 0 })).message.isAuthenticData, false);
  for (const isAuthenticData of [true, false]) {
    const { message } = await assertRemembered(scene, "example.org", { isAuthenticData });
    assertEquals(message.isAuthenticData, isAuthenticData);
  }
  await scene.settle();
});

Deno.test("several questions are answered from memory one by one, and never remembered together", async () => {
  const scene = cacheScene({ zone: ZONE });
  await tell(scene, "example.org");
  const client = scene.client();
  client.ask([question("example.org"), question("short.example.org")]);
  await scene.pass(1000);
  assertEquals(client.reply.message.answers.length, 2);
  assertEquals(askedCount(scene), 2);
  await assertRemembered(scene, "short.example.org");
  assertEquals(scene.app.counters.cacheMisses, 2);
  await scene.settle();
});

Deno.test("what is too long for a client is cut from memory, and whole over TCP [2181_03]", async () => {
  const scene = cacheScene();
  const texts = Array.from({ length: 20 }, (_, i) => `big.example.org 300 IN TXT ${`${i}-`.repeat(60).slice(0, 60)}`);
  nowSays(scene.upstream, { answers: records(...texts) });
  scene.upstream.onStreamQuery = scene.upstream.onQuery;
  await tell(scene, "big.example.org TXT");
  const { message, octets } = await assertRemembered(scene, "big.example.org TXT", { additionals: [] });
  assert(octets.length <= 512);
  assertEquals([message.isTruncated, message.answers.length], [true, 0]);
  const before = askedCount(scene);
  const client = await scene.streamClient();
  client.ask([question("big.example.org TXT")]);
  await scene.pass(0);
  assertEquals([client.reply.message.answers.length, askedCount(scene)], [20, before]);
  await scene.settle();
});

Deno.test("extended errors are remembered with the answer [8914_03]", async () => {
  const scene = cacheScene();
  const blocked = extendedErrorOption({ infoCode: EDE.OTHER, text: "on a list" });
  nowSays(scene.upstream, { rcode: RCODE.NXDOMAIN, authorities: [SOA], additionals: [opt({ options: [blocked] })] });
  for (let i = 0; i < 2; i++) {
    const { message, errors } = await tell(scene, "blocked.example.org");
    assertEquals(errors, [EDE.OTHER]);
    assertEquals(ednsOf(message)!.options, [blocked]);
  }
  // In mixed case, and, because that was denied, in the client's spelling.
  assertEquals(askedCount(scene), 2);
  await scene.settle();
});

Deno.test("the OPT record of the first client is not the next one's [6891_06]", async () => {
  const scene = cacheScene({ zone: ZONE });
  await tell(scene, "example.org");
  const plain = await assertRemembered(scene, "example.org", { additionals: [] });
  assertEquals(ednsOf(plain.message), null);
  assertEquals(decode(plain.octets.slice()).additionals, []);
  await scene.settle();
});

Deno.test("a machine that has slept has older answers; one whose clock was set has not", async () => {
  const scene = cacheScene({ zone: ZONE });
  await tell(scene, "example.org", { passMs: 1000 });
  scene.world.sleptMs = 200_000;
  const { answers } = await assertRemembered(scene, "example.org");
  assertEquals(answers, ["example.org. 98 IN A 192.0.2.1"]);
  scene.world.sleptMs += 100_000;
  await scene.pass(1000);
  assertEquals((await tell(scene, "example.org", { passMs: 0 })).answers, ["example.org. 300 IN A 192.0.2.1"]);
  await scene.settle();
});

Deno.test("--cache-size 0 remembers nothing", async () => {
  const scene = cacheScene({ zone: ZONE, config: { cacheSizeMib: 0 } });
  for (let i = 0; i < 2; i++) await tell(scene, "example.org");
  assertEquals(askedCount(scene), 2);
  await scene.settle();
});

Deno.test("the bounds of TTLs hold for the first client as for the next", async () => {
  const scene = cacheScene({
    zone: ZONE,
    config: { minTtlSeconds: 20, maxTtlSeconds: 100, negativeMaxTtlSeconds: 30 },
  });
  assertEquals((await tell(scene, "example.org", { passMs: 0 })).answers, ["example.org. 100 IN A 192.0.2.1"]);
  assertEquals((await tell(scene, "short.example.org", { passMs: 0 })).answers, [
    "short.example.org. 20 IN A 192.0.2.5",
  ]);
  assertEquals((await tell(scene, "gone.example.org", { passMs: 0 })).message.authorities[0]!.ttl, 30);
  await scene.settle();
});

Deno.test("a reply that waits for other types is not overwritten by the replies to others meanwhile", async () => {
  const scene = cacheScene({ zone: ZONE });
  await tell(scene, "example.org", { passMs: 0 });
  await tell(scene, "short.example.org", { passMs: 0 });
  scene.upstream.onQuery = (query) => {
    const refusal = { ...query.message, isResponse: true, rcode: RCODE.REFUSED, additionals: [] };
    scene.upstream.reply(query, encode(refusal), { afterMs: 100 });
  };
  const client = scene.client();
  const types = { code: EDNS_OPTION.MQTYPE_QUERY, data: Uint8Array.of(0, 16) };
  client.ask([question("example.org")], { additionals: [opt({ options: [types] })] });
  await scene.pass(10);
  await assertRemembered(scene, "short.example.org");
  await scene.pass(1000);
  assertEquals(lines(client.reply.message.answers), ["example.org. 300 IN A 192.0.2.1"]);
  await scene.settle();
});

Deno.test("an alias whose end is said to be lacking denies nothing that is known of that end [2308_06]", async () => {
  const denials = [{ rcode: RCODE.NXDOMAIN }, { rcode: RCODE.NOERROR }];
  for (const { rcode } of denials) {
    const scene = cacheScene({ zone: ZONE });
    await tell(scene, "short.example.org", { passMs: 0 });
    const answers = records("liar.example.org 300 IN CNAME short.example.org");
    nowSays(scene.upstream, { rcode, answers, authorities: [SOA] });
    await tell(scene, "liar.example.org", { passMs: 0 });
    assertEquals((await assertRemembered(scene, "short.example.org")).answers.length, 1);
    // When that has expired, the denial is learned as ever.
    await scene.pass(5000);
    await tell(scene, "liar.example.org TXT", { passMs: 0 });
    assertEquals((await tell(scene, "short.example.org TXT", { passMs: 0 })).rcode, rcode);
    await scene.settle();
  }
});

Deno.test("every question counts as one hit, miss, stale answer or failure", async () => {
  const scene = cacheScene({ zone: ZONE });
  await tell(scene, "short.example.org");
  scene.upstream.onQuery = (query) => scene.upstream.answer(query, { afterMs: 100 });
  await tell(scene, "short.example.org", { passMs: 1000 });
  await tell(scene, "short.example.org", { passMs: 9000 });
  scene.upstream.die();
  for (let i = 0; i < 2; i++) await tell(scene, "short.example.org");
  for (let i = 0; i < 2; i++) await tell(scene, "nosuch.example.org", { passMs: 2500 });
  const { cacheHits, cacheMisses, cacheStaleHits, cacheFailureHits } = scene.app.counters;
  assertEquals({ cacheHits, cacheMisses, cacheStaleHits, cacheFailureHits }, {
    cacheHits: 1,
    cacheMisses: 3,
    cacheStaleHits: 2,
    cacheFailureHits: 1,
  });
  await scene.settle();
});

Deno.test("[order_01] clients that are answered from memory get another address first each time, and the alias before them", async () => {
  const zone = recordZone("www.example.org 300 IN CNAME host.example.org");
  const scene = cacheScene({ zone });
  const addresses = ["192.0.2.1", "192.0.2.2", "192.0.2.3"];
  const answers = [
    "www.example.org 300 IN CNAME host.example.org",
    ...addresses.map((address) => `host.example.org 300 IN A ${address}`),
  ];
  nowSays(scene.upstream, { answers: records(...answers) });
  await tell(scene, "www.example.org", { passMs: 2000 });
  const orders: string[][] = [];
  for (let i = 0; i < 4; i++) {
    const { answers, message } = await assertRemembered(scene, "www.example.org");
    assertEquals([answers[0], message.answers.length], ["www.example.org. 298 IN CNAME host.example.org.", 4]);
    orders.push(answers.slice(1).map((line) => line.split(" ").at(-1)!));
  }
  const [a, b, c] = addresses as [string, string, string];
  assertEquals(orders, [[b, c, a], [c, a, b], [a, b, c], [b, c, a]]);
  await scene.settle();
});

Deno.test("[2181_03] a client without EDNS gets an answer without TC when only name servers are missing, asked for or remembered", async () => {
  const scene = cacheScene();
  const answers = records(`example.org 300 IN TXT "${"x".repeat(200)}" "${"x".repeat(200)}"`);
  const authorities = records(
    "example.org 300 IN NS a.example.net",
    `example.org 300 IN NS ${"b".repeat(60)}.example.net`,
  );
  nowSays(scene.upstream, { answers, authorities });
  for (const ask of [tell, assertRemembered]) {
    const { message } = await ask(scene, "example.org TXT", { additionals: [], passMs: 0 });
    assertEquals([message.isTruncated, message.answers.length, message.authorities], [false, 1, []]);
  }
  await scene.settle();
});
