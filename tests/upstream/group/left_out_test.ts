import { assert, assertEquals } from "@std/assert";
import { answering, SILENT } from "../../support/fake_transport.ts";
import { groupRig } from "../../support/group_rig.ts";

/** When the fake wall clock says that so many seconds have passed from now. */
function inSeconds({ time }: ReturnType<typeof groupRig>, seconds: number): number {
  return Math.floor(time.nowMs() / 1000) + seconds;
}

function states({ registry }: ReturnType<typeof groupRig>): (string | number)[][] {
  return registry.states().map(({ state, leftOutSeconds = 0 }) => [state, leftOutSeconds]);
}

Deno.test("UpstreamRegistry.useLeftOut() has an upstream asked nothing until its time is over, and says so once", async () => {
  const rig = groupRig([answering(10), answering(20)]);
  rig.registry.useLeftOut([{ upstream: "192.0.2.1:53", untilSeconds: inSeconds(rig, 60) }]);
  assertEquals(states(rig), [["disabled", 60], ["up", 0]]);
  for (const { by } of await rig.askMany(20, 1000)) assertEquals(by, "192.0.2.2:53");
  assertEquals(rig.servers[0]!.asked.length, 0);
  await rig.time.passAndSettle(60_000);
  assertEquals(states(rig), [["up", 0], ["up", 0]]);
  const [outcome] = await rig.askMany(1, 100);
  assertEquals(outcome!.by, "192.0.2.1:53");
  assertEquals(rig.lines.filter((line) => line.includes("left out")), [
    "dns-forwarder: warn: upstream 192.0.2.1:53 is left out by hand for 60 s",
  ]);
  rig.upstreams.close();
});

Deno.test("UpstreamRegistry.useLeftOut() sends no probe to one that is down and left out", async () => {
  const rig = groupRig([SILENT, answering(10)]);
  await rig.askMany(4, 100);
  assertEquals(states(rig)[0], ["down", 0]);
  rig.registry.useLeftOut([{ upstream: "192.0.2.1:53", untilSeconds: inSeconds(rig, 600) }]);
  const before = rig.servers[0]!.asked.length;
  await rig.askMany(20, 5000);
  assertEquals(rig.servers[0]!.asked.length, before);
  rig.upstreams.close();
});

Deno.test("UpstreamGroup answers at once when all are left out, its fallback is asked, and failures of before do not count afterwards", async () => {
  const rig = groupRig([answering(10), answering(10)]);
  const fallback = rig.openGroup(1);
  const group = rig.openGroupOf({ fallback }, 0);
  rig.registry.useLeftOut([{ upstream: "192.0.2.1:53", untilSeconds: inSeconds(rig, 60) }]);
  const alone = rig.openGroup(0);
  assertEquals([alone.areKnownBad, group.areKnownBad], [true, false]);
  const [outcome, other] = [rig.ask("example.org", alone), rig.ask("example.org", group)];
  await rig.time.passAndSettle(100);
  const { by, tookMs, error } = await outcome as { by: null; tookMs: number; error: Error };
  assertEquals([by, tookMs, error.message], [null, 0, "Nobody is asked: left out are 192.0.2.1:53"]);
  assertEquals((await other).by, "192.0.2.2:53");
  const endMs = rig.time.nowMs();
  rig.registry.useLeftOut([]);
  assertEquals([alone.areKnownBad, alone.recoveredAtMs], [false, endMs]);
  for (const one of [alone, group, fallback, rig.upstreams]) one.close();
});

Deno.test("UpstreamRegistry.useLeftOut() holds for upstreams that come later, and for those that are reset", async () => {
  const rig = groupRig([answering(10), answering(10)]);
  rig.upstreams.close();
  rig.registry.useLeftOut([{ upstream: "192.0.2.1:53", untilSeconds: inSeconds(rig, 60) }]);
  const group = rig.openGroup(0, 1);
  rig.registry.reset();
  const asked = rig.ask("example.org", group);
  await rig.time.passAndSettle(100);
  assertEquals((await asked).by, "192.0.2.2:53");
  assert(rig.servers[0]!.asked.length === 0);
  group.close();
});
