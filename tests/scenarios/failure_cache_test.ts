import { assertEquals } from "@std/assert";
import { EDE, RCODE } from "../../lib/wire/iana.ts";
import { question, records } from "../support/messages.ts";
import { askedCount, assertRemembered, cacheScene, nowSays, tell } from "../support/cache_scene.ts";

Deno.test("a failure is remembered for a second, then for twice as long each time, up to thirty seconds [2308_04, 9520_01, 9520_02, 9520_03]", async () => {
  const scene = cacheScene();
  nowSays(scene.upstream, { rcode: RCODE.SERVFAIL });
  for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
    const before = askedCount(scene);
    assertEquals((await tell(scene, "broken.example", { passMs: 0 })).rcode, RCODE.SERVFAIL);
    assertEquals(askedCount(scene) > before, true);
    await scene.pass(1000 * seconds - 1);
    const { rcode, errors } = await assertRemembered(scene, "broken.example");
    assertEquals([rcode, errors[0]], [RCODE.SERVFAIL, EDE.CACHED_ERROR]);
    await scene.pass(1);
  }
  await scene.settle();
});

Deno.test("silence, REFUSED, and what cannot be understood are failures, too [9520_05]", async () => {
  for (const rcode of [null, RCODE.REFUSED, RCODE.FORMERR, RCODE.NOTIMP]) {
    const scene = cacheScene();
    if (rcode === null) {
      scene.upstream.die();
      // Otherwise somebody might wait for what the upstream says after all.
      for (let i = 0; i < 4; i++) await tell(scene, `n${i}.example`, { passMs: 2100 });
    } else nowSays(scene.upstream, { rcode, additionals: [] });
    // The time of the failure is when the client is told.
    const first = await tell(scene, "broken.example", { passMs: rcode === null ? 2100 : 0 });
    const again = await assertRemembered(scene, "broken.example");
    assertEquals(again.rcode, first.rcode);
    assertEquals(again.errors, [EDE.CACHED_ERROR, ...first.errors]);
    await scene.settle();
  }
});

Deno.test("YXDOMAIN is no failure: whoever asks gets the DNAME that proves it [9520_05]", async () => {
  const scene = cacheScene();
  const answers = records("old.example 60 IN DNAME new.example");
  nowSays(scene.upstream, { rcode: RCODE.YXDOMAIN, answers });
  for (let i = 0; i < 2; i++) {
    const { rcode, message } = await tell(scene, "long.old.example", { passMs: 0 });
    assertEquals([rcode, message.answers], [RCODE.YXDOMAIN, answers]);
  }
  await scene.settle();
});

Deno.test("a failure is that of one question alone", async () => {
  const scene = cacheScene();
  nowSays(scene.upstream, { rcode: RCODE.SERVFAIL });
  await tell(scene, "broken.example", { passMs: 0 });
  for (const [text, fields] of [["broken.example AAAA", {}], ["broken.example", { checkingDisabled: true }]] as const) {
    const before = askedCount(scene);
    await tell(scene, text, { passMs: 0, ...fields });
    assertEquals(askedCount(scene) > before, true, text);
  }
  await scene.settle();
});

Deno.test("an answer ends the row of failures", async () => {
  const scene = cacheScene();
  const fail = () => nowSays(scene.upstream, { rcode: RCODE.SERVFAIL });
  fail();
  for (let i = 0; i < 3; i++) await tell(scene, "example.org", { passMs: 4000 });
  scene.upstream.revive();
  await tell(scene, "example.org", { passMs: 86_700_000 });
  fail();
  await tell(scene, "example.org", { passMs: 999 });
  await assertRemembered(scene, "example.org");
  await scene.pass(1);
  const before = askedCount(scene);
  await tell(scene, "example.org", { passMs: 0 });
  assertEquals(askedCount(scene) > before, true);
  await scene.settle();
});

Deno.test("an upstream that is back is asked for what has failed while it was away", async () => {
  const scene = cacheScene();
  scene.upstream.die();
  // Long enough for the breaker to open, and for the failure to be remembered for long.
  for (let i = 0; i < 6; i++) await tell(scene, "example.org", { passMs: 32_000 });
  await assertRemembered(scene, "example.org").then(({ rcode }) => assertEquals(rcode, RCODE.SERVFAIL), () => {});
  await tell(scene, "example.org", { passMs: 3000 });
  scene.upstream.revive();
  for (let i = 0; i < 3; i++) await tell(scene, `other${i}.example.org`, { passMs: 100 });
  assertEquals((await tell(scene, "example.org", { passMs: 100 })).rcode, RCODE.NOERROR);
  await scene.settle();
});

Deno.test("a refusal of our own is not remembered", async () => {
  const scene = cacheScene({ config: { maxInFlight: 1 } });
  scene.upstream.onQuery = (query) => scene.upstream.answer(query, { afterMs: 100 });
  const first = scene.client();
  first.ask([question("a.example.org")]);
  assertEquals((await tell(scene, "example.org", { passMs: 0 })).rcode, RCODE.REFUSED);
  await scene.pass(200);
  assertEquals((await tell(scene, "example.org", { passMs: 200 })).rcode, RCODE.NOERROR);
  await scene.settle();
});

Deno.test("what is known is told while everything that may be in flight is", async () => {
  const scene = cacheScene({ config: { maxInFlight: 1 } });
  await tell(scene, "example.org", { passMs: 1000 });
  scene.upstream.die();
  scene.client().ask([question("a.example.org")]);
  await scene.pass(0);
  assertEquals((await assertRemembered(scene, "example.org")).rcode, RCODE.NOERROR);
  assertEquals((await tell(scene, "b.example.org", { passMs: 0 })).rcode, RCODE.REFUSED);
  await scene.settle();
});

Deno.test("a row of failures is forgotten when nobody has asked for a while", async () => {
  const scene = cacheScene();
  nowSays(scene.upstream, { rcode: RCODE.SERVFAIL });
  for (let i = 0; i < 6; i++) await tell(scene, "example.org", { passMs: 32_000 });
  await scene.pass(3_600_000);
  await tell(scene, "example.org", { passMs: 1000 });
  const before = askedCount(scene);
  await tell(scene, "example.org", { passMs: 0 });
  assertEquals(askedCount(scene) > before, true);
  await scene.settle();
});
