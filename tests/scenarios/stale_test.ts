import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { EDE, EDNS_OPTION, RCODE, TYPE } from "../../lib/wire/iana.ts";
import { assertRemembered, cacheScene, nowSays, tell } from "../support/cache_scene.ts";
import { ednsOf, lines, opt, question, records } from "../support/messages.ts";
import { recordZone } from "../support/record_zone.ts";
import type { Scene } from "../support/scene.ts";

const ZONE = recordZone("example.org 300 IN A 192.0.2.1", "two.example.org 300 IN A 192.0.2.2");
const STALE = ["example.org. 30 IN A 192.0.2.1"];
const DAY_MS = 86_400_000;

/** A scene in which example.org has been asked for, and has expired. */
async function expired(options: Parameters<typeof cacheScene>[0] = {}): Promise<Scene> {
  const scene = cacheScene({ zone: ZONE, ...options });
  await tell(scene, "example.org", { passMs: 301_000 });
  return scene;
}

Deno.test("when the upstream has gone, an expired answer comes after 1.8 s, then at once [8767_01, 8767_02, 8767_06, 8767_07]", async () => {
  const scene = await expired();
  scene.upstream.die();
  const first = await tell(scene, "example.org", { passMs: 2000 });
  assertEquals([first.answers, first.errors], [STALE, [EDE.STALE_ANSWER]]);
  assertAround(first.waitedMs, 1800);
  for (let i = 0; i < 5; i++) {
    const next = await tell(scene, "example.org", { passMs: 1000 });
    assertEquals([next.answers, next.errors, next.waitedMs], [STALE, [EDE.STALE_ANSWER], 0]);
  }
  assertEquals(scene.app.counters.cacheStaleHits, 6);
  await scene.settle();
});

for (const [timeoutMs, waitMs] of [[400, 200], [1000, 800], [2000, 1800], [5000, 1800]] as const) {
  Deno.test(`with --timeout ${timeoutMs}, an expired answer is waited with for ${waitMs} ms [8767_07]`, async () => {
    const scene = await expired({ config: { timeoutMs } });
    scene.upstream.die();
    const { answers, waitedMs } = await tell(scene, "example.org");
    assertEquals(answers, STALE);
    assertAround(waitedMs, waitMs);
    await scene.settle();
  });
}

Deno.test("an answer that comes after the stale one is kept for its own question, whoever asks what meanwhile", async () => {
  const scene = await expired();
  scene.upstream.onQuery = (query) => scene.upstream.answer(query, { afterMs: 1900 });
  scene.upstream.onStreamQuery = () => {};
  const first = scene.client();
  first.ask([question("example.org")], { additionals: [opt()] });
  await scene.pass(1850);
  assertEquals(lines(first.reply.message.answers), STALE);
  // The first query is answered, and what it has asked goes on.
  const second = scene.client();
  second.ask([question("two.example.org")], { additionals: [opt()] });
  await scene.pass(1950);
  assertEquals(lines(second.reply.message.answers), ["two.example.org. 300 IN A 192.0.2.2"]);
  const { answers, errors, waitedMs } = await tell(scene, "example.org", { passMs: 1000 });
  assertEquals([answers, errors, waitedMs], [["example.org. 299 IN A 192.0.2.1"], [], 0]);
  await scene.settle();
});

Deno.test("an answer that comes after the stale one changes nothing of a reply that waits for other types [10029_02]", async () => {
  const scene = await expired();
  // The address is answered behind the stale one, and then the next type, whose answer the reply waits for.
  scene.upstream.onQuery = (query) => {
    const isAddress = query.message.questions[0]!.type === TYPE.A;
    scene.upstream.answer(query, { afterMs: isAddress ? 1850 : 100 });
  };
  scene.upstream.onStreamQuery = () => {};
  const types = { code: EDNS_OPTION.MQTYPE_QUERY, data: Uint8Array.of(0, TYPE.TXT) };
  const { rcode, answers, errors, message } = await tell(scene, "example.org", {
    additionals: [opt({ options: [types] })],
  });
  assertEquals([rcode, answers, errors], [RCODE.NOERROR, STALE, [EDE.STALE_ANSWER]]);
  const told = ednsOf(message)!.options.find(({ code }) => code === EDNS_OPTION.MQTYPE_RESPONSE);
  assertEquals(told?.data, types.data);
  await scene.settle();
});

for (const afterMs of [350, 600, 1700]) {
  Deno.test(`a healthy upstream that needs ${afterMs} ms for a name gives the new answer [8767_07]`, async () => {
    const scene = await expired();
    scene.upstream.onQuery = (query) => scene.upstream.answer(query, { afterMs });
    const { answers, errors } = await tell(scene, "example.org", { passMs: 3000 });
    assertEquals([answers, errors], [["example.org. 300 IN A 192.0.2.1"], []]);
    await scene.settle();
  });
}

Deno.test("while upstreams are failing, an expired answer comes after the hedge and 300 ms [8767_07]", async () => {
  const scene = await expired();
  scene.upstream.die();
  // One question that nobody answers is one silence short of what tells that the upstream is down.
  scene.client().ask([question("a.example.org")]);
  await scene.pass(1000);
  const { answers, waitedMs } = await tell(scene, "example.org", { passMs: 2000 });
  assertEquals(answers, STALE);
  assertAround(waitedMs, 330);
  await scene.settle();
});

Deno.test("clients that wait for an upstream do so no longer when it turns out to be bad [8767_07]", async () => {
  const scene = await expired();
  scene.upstream.die();
  const client = scene.client();
  const startMs = scene.nowMs;
  client.ask([question("example.org")]);
  await scene.pass(200);
  for (const name of ["a", "b"]) scene.client().ask([question(`${name}.example.org`)]);
  await scene.pass(1800);
  assertEquals(lines(client.reply.message.answers), STALE);
  // Their silence is noted after 250 ms, and looked at 330 and 630 ms after the beginning.
  assertAround(client.reply.atMs - startMs, 630);
  await scene.settle();
});

/** Deadlines are met in ticks of 10 ms. */
function assertAround(actualMs: number, expectedMs: number): void {
  assert(actualMs >= expectedMs && actualMs <= expectedMs + 20, `${actualMs} ms instead of ${expectedMs} ms`);
}

Deno.test("a stale answer is refreshed behind the client's back, at most once every 30 s [8767_04]", async () => {
  const scene = await expired();
  scene.upstream.die();
  const before = scene.upstream.queries.length;
  const sentAt: number[] = [];
  scene.upstream.onQuery = ({ atMs }) => void sentAt.push(atMs);
  for (let i = 0; i < 60; i++) await tell(scene, "example.org", { passMs: 2000 });
  assert(scene.upstream.queries.length > before);
  // A refresh is one question, which may be sent twice: the second time half a timeout later.
  const starts = sentAt.filter((atMs, i) => i === 0 || atMs - sentAt[i - 1]! > 2000);
  for (let i = 1; i < starts.length; i++) assert(starts[i]! - starts[i - 1]! >= 30_000);
  assertLessOrEqual(starts.length, 5);
  await scene.settle();
});

Deno.test("while the upstreams are known to be bad, nobody waits for an expired answer", async () => {
  const scene = await expired();
  await tell(scene, "two.example.org", { passMs: 0 });
  scene.upstream.die();
  for (let i = 0; i < 4; i++) await tell(scene, `n${i}.example.org`);
  const { answers, waitedMs } = await tell(scene, "example.org");
  assertEquals([answers, waitedMs], [STALE, 0]);
  await scene.settle();
});

Deno.test("an upstream that is back refreshes what was stale", async () => {
  const scene = await expired();
  scene.upstream.die();
  await tell(scene, "example.org");
  scene.upstream.revive();
  await scene.pass(30_000);
  const refreshing = await tell(scene, "example.org", { passMs: 1000 });
  const { answers } = await tell(scene, "example.org", { passMs: 0 });
  assert(refreshing.waitedMs === 0);
  assertEquals(answers[0]!.startsWith("example.org. 30"), false);
  await scene.settle();
});

Deno.test("an error of the upstream gives way to the expired answer at once", async () => {
  for (const rcode of [RCODE.SERVFAIL, RCODE.REFUSED]) {
    const scene = await expired();
    nowSays(scene.upstream, { rcode });
    const { answers, waitedMs } = await tell(scene, "example.org");
    assertEquals([answers, waitedMs], [STALE, 0]);
    await scene.settle();
  }
});

Deno.test("a slow answer within the client's patience is better than an expired one", async () => {
  const scene = await expired();
  scene.upstream.onQuery = (query) => scene.upstream.answer(query, { afterMs: 200 });
  const { answers, errors, waitedMs } = await tell(scene, "example.org");
  assertEquals([answers, errors, waitedMs], [["example.org. 300 IN A 192.0.2.1"], [], 200]);
  await scene.settle();
});

Deno.test("the answer that came too late for one client serves the next", async () => {
  const scene = await expired();
  scene.upstream.fallSilent();
  scene.upstream.onQuery = (query) => scene.upstream.answer(query, { afterMs: 1900 });
  assertEquals((await tell(scene, "example.org", { passMs: 2900 })).answers, STALE);
  assertEquals((await assertRemembered(scene, "example.org")).answers, ["example.org. 299 IN A 192.0.2.1"]);
  await scene.settle();
});

Deno.test("a definitive answer replaces the stale one, also that the name is gone [8767_05]", async () => {
  const scene = await expired();
  const soa = "example.org 60 IN SOA ns.example.org hostmaster.example.org 2 7200 3600 86400 60";
  nowSays(scene.upstream, { rcode: RCODE.NXDOMAIN, authorities: records(soa) });
  assertEquals((await tell(scene, "example.org AAAA")).rcode, RCODE.NXDOMAIN);
  assertEquals((await assertRemembered(scene, "example.org A")).rcode, RCODE.NXDOMAIN);
  await scene.pass(60_000);
  scene.upstream.die();
  const { rcode, errors } = await tell(scene, "example.org A");
  assertEquals([rcode, errors], [RCODE.NXDOMAIN, [EDE.STALE_NXDOMAIN_ANSWER]]);
  await scene.settle();
});

Deno.test("a name that exists again is not denied by a stale answer [8767_05]", async () => {
  const scene = cacheScene({ zone: ZONE });
  await tell(scene, "new.example.org AAAA", { passMs: 301_000 });
  nowSays(scene.upstream, { answers: records("new.example.org 5 IN A 192.0.2.3") });
  await tell(scene, "new.example.org A", { passMs: 6000 });
  scene.upstream.die();
  assertEquals((await tell(scene, "new.example.org AAAA")).rcode, RCODE.SERVFAIL);
  await scene.settle();
});

Deno.test("an answer is given for a day after it has expired, and no longer [8767_03]", async () => {
  const scene = cacheScene({ zone: ZONE });
  await tell(scene, "example.org", { passMs: 0 });
  await scene.pass(300_000 + DAY_MS - 60_000);
  scene.upstream.die();
  assertEquals((await tell(scene, "example.org", { passMs: 60_000 })).answers, STALE);
  assertEquals((await tell(scene, "example.org")).rcode, RCODE.SERVFAIL);
  await scene.settle();
});

Deno.test("--no-stale gives nothing that has expired", async () => {
  const scene = await expired({ config: { servesStale: false } });
  scene.upstream.die();
  assertEquals((await tell(scene, "example.org")).rcode, RCODE.SERVFAIL);
  await scene.settle();
});

Deno.test("parts of a message with several questions are given stale, too", async () => {
  const scene = await expired();
  scene.upstream.die();
  const client = scene.client();
  client.ask([question("example.org"), question("nosuch.example.org")]);
  await scene.pass(5000);
  assertEquals(lines(client.reply.message.answers), STALE);
  await scene.settle();
});

Deno.test("an answer with TTL 0 replaces what was said before, although it is not kept [8767_05]", async () => {
  const scene = await expired();
  nowSays(scene.upstream, { answers: records("example.org 0 IN A 192.0.2.77") });
  await tell(scene, "example.org", { passMs: 60_000 });
  scene.upstream.die();
  const { rcode, answers } = await tell(scene, "example.org");
  assertEquals([rcode, answers], [RCODE.SERVFAIL, []]);
  await scene.settle();
});

Deno.test("a refresh that our own limit refuses has not been tried: the next client brings another", async () => {
  const scene = await expired({ config: { maxInFlight: 1 } });
  scene.upstream.die();
  for (let i = 0; i < 5; i++) await tell(scene, `n${i}.example.org`);
  scene.client().ask([question("other.example.org")]);
  await scene.pass(0);
  assertEquals((await tell(scene, "example.org", { passMs: 5000 })).answers, STALE);
  scene.upstream.revive();
  assertEquals((await tell(scene, "example.org", { passMs: 0 })).answers, STALE);
  assertEquals((await assertRemembered(scene, "example.org")).answers, ["example.org. 300 IN A 192.0.2.1"]);
  await scene.settle();
});

Deno.test("a query without RD gets nothing stale, not even in place of a failure", async () => {
  const scene = cacheScene();
  nowSays(scene.upstream, { rcode: RCODE.REFUSED });
  for (let i = 0; i < 8; i++) await tell(scene, "gone.example.org A", { passMs: 32_000 });
  await tell(scene, "gone.example.org A", { passMs: 0 });
  const authorities = records("example.org 1 IN SOA ns.example.org hostmaster.example.org 1 7200 3600 86400 1");
  nowSays(scene.upstream, { rcode: RCODE.NXDOMAIN, authorities });
  await tell(scene, "gone.example.org AAAA", { passMs: 1500 });
  const stale = await assertRemembered(scene, "gone.example.org A");
  assertEquals([stale.rcode, stale.errors], [RCODE.NXDOMAIN, [EDE.STALE_NXDOMAIN_ANSWER]]);
  const failure = await assertRemembered(scene, "gone.example.org A", { recursionDesired: false });
  assertEquals([failure.rcode, failure.errors], [RCODE.REFUSED, [EDE.CACHED_ERROR]]);
  await scene.settle();
});
