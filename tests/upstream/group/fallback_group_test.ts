// A group that is followed by another one: when that is asked, whose answer counts, and what is told when nobody has one.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { EDE, RCODE } from "../../../lib/wire/iana.ts";
import { UpstreamError } from "../../../lib/upstream/upstream_error.ts";
import { AnswerRule } from "../../../lib/upstream/group/answer_rule.ts";
import type { GroupOptions } from "../../../lib/upstream/registry.ts";
import { settled } from "../../support/fake_time.ts";
import { answering, type Habit, saying, SILENT } from "../../support/fake_transport.ts";
import { groupRig } from "../../support/group_rig.ts";
import { requestFor } from "../../support/upstream_rig.ts";

/** RFC 2136 §2.2. */
const NOTAUTH = 9;
/** Names of the servers of a rig, by index. */
const NAMES = Array.from({ length: 4 }, (_, i) => `192.0.2.${i + 1}:53`);

/**
 * Servers with habits, of which the last `fallbackCount` are each a group of their own, one the fallback of the other, and the
 * rest is the group that is asked.
 */
function setUp(habits: readonly Habit[], options: Partial<GroupOptions> = {}, { fallbackCount = 1 } = {}) {
  const rig = groupRig(habits);
  let fallback = null;
  for (let i = habits.length - 1; i >= habits.length - fallbackCount; i--) {
    fallback = rig.openGroupOf({ fallback }, i);
  }
  const group = rig.openGroupOf({ fallback, ...options }, ...habits.keys().take(habits.length - fallbackCount));
  const ask = async (text = "example.org", passMs = 2500) => {
    const outcome = rig.ask(text, group);
    await rig.time.passAndSettle(passMs);
    await settled();
    return await outcome;
  };
  /** How often each server was asked since the last call. */
  const asked = () => rig.servers.map((server) => server.asked.splice(0).length);
  return { ...rig, group, fallback: fallback!, ask, asked };
}

/** Brings a group to know that its servers are bad. */
async function findBad({ ask, group }: ReturnType<typeof setUp>): Promise<void> {
  for (let i = 0; i < 4 && !group.members.every(({ isKnownBad }) => isKnownBad); i++) await ask(`n${i}.example`);
}

Deno.test("FallbackGroup asks its members alone as long as they answer, however slow they are within half of the time", async () => {
  for (const afterMs of [10, 900]) {
    const { ask, asked, counters } = setUp([answering(afterMs), answering()]);
    assertEquals(await ask(), { by: NAMES[0]!, rcode: RCODE.NOERROR, tookMs: afterMs });
    assertEquals([asked()[1], counters.upstreamFallbacks], [0, 0]);
  }
});

for (const rcode of [RCODE.NXDOMAIN, RCODE.YXDOMAIN]) {
  Deno.test(`FallbackGroup takes RCODE ${rcode} of its members for an answer`, async () => {
    const { ask, asked } = setUp([saying(rcode), answering()]);
    assertEquals([(await ask()).by, asked()[1]], [NAMES[0], 0]);
  });
}

for (const rcode of [RCODE.SERVFAIL, RCODE.REFUSED, RCODE.FORMERR, RCODE.NOTIMP, NOTAUTH, 12]) {
  Deno.test(`FallbackGroup asks the fallback at once when all members say RCODE ${rcode}`, async () => {
    const { ask, counters } = setUp([saying(rcode), saying(rcode), answering()]);
    const { by, tookMs } = await ask();
    assertEquals([by, tookMs < 100, counters.upstreamFallbacks], [NAMES[2], true, 1]);
  });
}

Deno.test("FallbackGroup asks the fallback for what dead members leave unanswered after half of the time, or when their time is over", async () => {
  // Deadlines are met up to a tick of 10 ms late.
  for (const [timeoutMs, tookMs] of [[Infinity, 1020], [1500, 1020], [400, 420]] as const) {
    const { ask, asked } = setUp([SILENT, answering()], { timeoutMs });
    assertEquals(await ask(), { by: NAMES[1]!, rcode: RCODE.NOERROR, tookMs });
    assertEquals(asked()[1], 1);
  }
});

Deno.test("FallbackGroup asks the fallback alone, and at once, when its members are known to be bad", async () => {
  const rig = setUp([SILENT, SILENT, answering()]);
  await findBad(rig);
  rig.asked();
  const outcome = await rig.ask();
  assertEquals(outcome, { by: NAMES[2]!, rcode: RCODE.NOERROR, tookMs: 10 });
  // No client waits for the probe of one that may be back.
  const [first, second, third] = rig.asked();
  assertEquals([first! + second! <= 3, third, rig.group.areKnownBad], [true, 1, false]);
});

Deno.test("FallbackGroup goes on with a question that waits when its members turn out to be bad meanwhile", async () => {
  const { ask, group, time } = setUp([SILENT, answering()]);
  const outcomes = Array.from({ length: 6 }, (_, i) => ask(`n${i}.example`, 0));
  await time.passAndSettle(2500);
  const took = (await Promise.all(outcomes)).map(({ tookMs }) => tookMs);
  // An upstream that has never answered is given 600 ms, and it is looked four times a second.
  assertEquals([took, group.members[0]!.isKnownBad], [Array(6).fill(790), true]);
});

Deno.test("FallbackGroup finds out that its members are back, and asks them again", async () => {
  const rig = setUp([SILENT, answering()]);
  await findBad(rig);
  rig.servers[0]!.habit = answering();
  for (let i = 0; i < 20; i++) await rig.ask(`m${i}.example`);
  assertEquals([(await rig.ask()).by, rig.group.members[0]!.isUp], [NAMES[0], true]);
  assertEquals(rig.group.recoveredAtMs > 0, true);
});

Deno.test("FallbackGroup takes the answer of a slow member that comes before that of the fallback", async () => {
  const { ask } = setUp([answering(1200), answering(500)]);
  assertEquals(await ask(), { by: NAMES[0]!, rcode: RCODE.NOERROR, tookMs: 1200 });
});

Deno.test("FallbackGroup takes the answer of a member that comes behind its time, as long as the question has some", async () => {
  const { ask } = setUp([answering(700), answering(800)], { timeoutMs: 300 });
  assertEquals(await ask(), { by: NAMES[0]!, rcode: RCODE.NOERROR, tookMs: 700 });
});

Deno.test("FallbackGroup sends nothing more to its members when the fallback has answered", async () => {
  const { ask, asked, servers, time } = setUp([SILENT, answering()]);
  await ask();
  asked();
  await time.passAndSettle(3000);
  assertEquals([asked(), servers.length], [[0, 0], 2]);
});

Deno.test("FallbackGroup waits for slow members when the fallback refuses, and for the fallback when they do", async () => {
  const slow = setUp([answering(1500), saying(RCODE.REFUSED)]);
  assertEquals(await slow.ask(), { by: NAMES[0]!, rcode: RCODE.NOERROR, tookMs: 1500 });
  const late = setUp([saying(RCODE.REFUSED), answering(1800)]);
  assertEquals(await late.ask(), { by: NAMES[1]!, rcode: RCODE.NOERROR, tookMs: 1820 });
});

Deno.test("FallbackGroup gives the members' refusal when nobody has an answer, and tells who was asked when nobody says anything", async () => {
  const refused = setUp([saying(RCODE.REFUSED), saying(RCODE.SERVFAIL)]);
  const outcome = await refused.ask();
  assertEquals([outcome.by, "rcode" in outcome && outcome.rcode], [NAMES[0], RCODE.REFUSED]);
  const partly = await setUp([SILENT, saying(RCODE.SERVFAIL)]).ask();
  assertEquals([partly.by, "rcode" in partly && partly.rcode], [NAMES[1], RCODE.SERVFAIL]);
  const dead = await setUp([SILENT, SILENT]).ask();
  const error = "error" in dead ? dead.error : null;
  assertEquals([dead.tookMs, error instanceof UpstreamError && error.infoCode], [2010, EDE.NO_REACHABLE_AUTHORITY]);
  for (const name of NAMES.slice(0, 2)) assertStringIncludes(String(error), name);
});

Deno.test("FallbackGroup asks all at once when the fallback is known to be bad as well", async () => {
  const rig = setUp([SILENT, SILENT]);
  await findBad(rig);
  for (let i = 0; i < 4; i++) await rig.ask(`m${i}.example`);
  assertEquals(rig.group.areKnownBad, true);
  rig.servers[1]!.habit = answering();
  assertEquals(await rig.ask(), { by: NAMES[1]!, rcode: RCODE.NOERROR, tookMs: 10 });
});

Deno.test("FallbackGroup goes on to the fallback of the fallback, each having half of the time that is left", async () => {
  const { ask, group, counters } = setUp([SILENT, SILENT, answering()], {}, { fallbackCount: 2 });
  assertEquals(await ask(), { by: NAMES[2]!, rcode: RCODE.NOERROR, tookMs: 1520 });
  assertEquals(counters.upstreamFallbacks, 2);
  assertEquals([group.reach.map(({ name }) => name), group.upstreamCount], [NAMES.slice(0, 3), 3]);
});

Deno.test("FallbackGroup goes down a chain of three that refuse, and of three that are dead and known for it, at once", async () => {
  const refusing = setUp([saying(RCODE.REFUSED), saying(RCODE.SERVFAIL), answering()], {}, { fallbackCount: 2 });
  assertEquals(await refusing.ask(), { by: NAMES[2]!, rcode: RCODE.NOERROR, tookMs: 50 });
  // Each has been asked once more in the client's spelling, in which it may know the name.
  const dead = setUp([SILENT, SILENT, answering()], {}, { fallbackCount: 2 });
  for (let i = 0; i < 6; i++) await dead.ask(`n${i}.example`);
  assertEquals(await dead.ask(), { by: NAMES[2]!, rcode: RCODE.NOERROR, tookMs: 10 });
});

Deno.test("FallbackGroup is asked through a loop that is cut: then the fallback answers", async () => {
  const { ask, group } = setUp([answering(), answering()]);
  group.members[0]!.cutLoop();
  assertEquals(await ask(), { by: NAMES[1]!, rcode: RCODE.NOERROR, tookMs: 10 });
});

Deno.test("FallbackGroup keeps its fallback open for as long as it is, whoever closes that first", async () => {
  const { ask, group, fallback, registry, upstreams } = setUp([saying(RCODE.REFUSED), answering()]);
  upstreams.close();
  fallback.close();
  assertEquals(registry.upstreams.length, 2);
  const pending = ask();
  group.close();
  assertEquals((await pending).by, NAMES[1]);
  assertEquals([registry.upstreams, registry.openSockets], [[], 0]);
});

Deno.test("FallbackGroup leaves nothing behind: deadlines, requests and sockets", async () => {
  const { ask, deadlines, time, registry, group, upstreams, fallback } = setUp([SILENT, answering()]);
  for (let i = 0; i < 5; i++) await ask(`n${i}.example`);
  await time.passAndSettle(30_000);
  assertEquals(deadlines.size, 0);
  for (const each of [upstreams, fallback, group]) each.close();
  assertEquals([registry.upstreams, registry.openSockets], [[], 0]);
});

Deno.test("FallbackGroup stops when the answer has come from elsewhere: neither group sends anything more", async () => {
  const { group, asked, time } = setUp([SILENT, SILENT]);
  const request = requestFor("example.org", time.nowMs());
  let isSettled = false;
  group.exchange(request).then(() => isSettled = true, () => isSettled = true);
  await time.passAndSettle(1100);
  asked();
  request.owner!.stop();
  await time.passAndSettle(5000);
  assertEquals([asked(), isSettled], [[0, 0], false]);
});

for (const [who, habits] of [["a member", [SILENT, SILENT]], ["the fallback", [SILENT, SILENT]]] as const) {
  Deno.test(`FallbackGroup gives what ${who} says behind the deadline to who listens`, async () => {
    const { group, servers, time } = setUp(habits);
    const late = Promise.withResolvers<string>();
    const pending = group.exchange(requestFor("example.org", time.nowMs()), {
      listens: (answer) => void answer.then(({ upstream }) => late.resolve(upstream!.name), late.reject),
    }).then(() => "answered", () => "failed");
    servers[who === "a member" ? 0 : 1]!.habit = answering(2500);
    await time.passAndSettle(2100);
    assertEquals(await pending, "failed");
    await time.passAndSettle(2500);
    assertEquals(await late.promise, NAMES[who === "a member" ? 0 : 1]);
  });
}

Deno.test("FallbackGroup has nothing for who listens when nothing comes behind the deadline", async () => {
  const { group, time, deadlines } = setUp([SILENT, SILENT]);
  const late = Promise.withResolvers<string>();
  group.exchange(requestFor("example.org", time.nowMs()), {
    listens: (answer) => void answer.then(() => late.resolve("answer"), () => late.resolve("nothing")),
  }).then(() => {}, () => {});
  await time.passAndSettle(15_000);
  await settled();
  assertEquals([await late.promise, deadlines.size], ["nothing", 0]);
});

Deno.test("UpstreamGroup gives up when its own time is over, though the question has more", async () => {
  const rig = groupRig([SILENT]);
  const group = rig.openGroupOf({ timeoutMs: 500 }, 0);
  const outcome = rig.ask("example.org", group);
  await rig.time.passAndSettle(2500);
  assertEquals((await outcome).tookMs, 510);
});

Deno.test("UpstreamGroup does not fail over on what its rule takes for an answer, and does on NXDOMAIN where that is none", async () => {
  const cases = [
    { failoverOn: [RCODE.SERVFAIL, RCODE.REFUSED], first: RCODE.SERVFAIL, by: NAMES[1] },
    { failoverOn: [RCODE.SERVFAIL, RCODE.REFUSED], first: RCODE.NXDOMAIN, by: NAMES[0] },
    { failoverOn: [RCODE.REFUSED], first: RCODE.SERVFAIL, by: NAMES[0] },
    { failoverOn: [RCODE.REFUSED], first: RCODE.REFUSED, by: NAMES[1] },
    { failoverOn: [RCODE.NXDOMAIN], first: RCODE.NXDOMAIN, by: NAMES[1] },
    { failoverOn: [], first: RCODE.REFUSED, by: NAMES[0] },
    // These speak of the server, not of the name.
    { failoverOn: [], first: NOTAUTH, by: NAMES[1] },
    { failoverOn: [], first: 12, by: NAMES[1] },
    { failoverOn: [RCODE.NOERROR, RCODE.YXDOMAIN], first: RCODE.YXDOMAIN, by: NAMES[0] },
  ];
  for (const { failoverOn, first, by } of cases) {
    const rig = groupRig([saying(first), answering()]);
    const group = rig.openGroupOf({ rule: new AnswerRule({ failoverOn, trustsAd: true }) }, 0, 1);
    const outcome = rig.ask("example.org", group);
    await rig.time.passAndSettle(500);
    assertEquals((await outcome).by, by, `${first} where ${failoverOn} is no answer`);
  }
});

Deno.test("UpstreamGroup blames nobody for NXDOMAIN that is no answer, and gives it rather than a refusal", async () => {
  const rig = groupRig([saying(RCODE.REFUSED), saying(RCODE.NXDOMAIN), answering()]);
  const rule = new AnswerRule({ failoverOn: [RCODE.NXDOMAIN, RCODE.REFUSED], trustsAd: true });
  const [group, vain] = [rig.openGroupOf({ rule }, 1, 2), rig.openGroupOf({ rule }, 0, 1)];
  const ask = async (text: string, whom: typeof group) => {
    const outcome = rig.ask(text, whom);
    await rig.time.passAndSettle(500);
    return await outcome;
  };
  for (let i = 0; i < 10; i++) assertEquals((await ask(`n${i}.example${i}`, group)).by, NAMES[2]);
  assertEquals(group.members.map(({ isUp }) => isUp), [true, true]);
  const outcome = await ask("example.org", vain);
  assertEquals("rcode" in outcome && outcome.rcode, RCODE.NXDOMAIN);
});
