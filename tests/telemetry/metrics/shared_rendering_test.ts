import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { SharedRendering } from "../../../lib/telemetry/metrics/shared_rendering.ts";
import { FakeTime } from "../../support/fake_time.ts";
import { snapshotWith } from "./snapshots.ts";

/** One that tells how often somebody has looked, as the number of questions in flight. */
function setUp() {
  const time = new FakeTime();
  let looks = 0;
  let failure: Error | null = null;
  const look = async () => {
    looks++;
    await Promise.resolve();
    if (failure !== null) throw failure;
    return snapshotWith({ inFlight: looks });
  };
  const rendering = new SharedRendering({ clock: time, look });
  return { time, rendering, looks: () => looks, fail: (error: Error | null) => void (failure = error) };
}

Deno.test("SharedRendering looks once for all who ask within a tenth of a second, for each format", async () => {
  const { time, rendering, looks } = setUp();
  const [first, second] = await Promise.all([rendering.metrics("text"), rendering.metrics("text")]);
  assertStringIncludes(first, "dns_forwarder_questions_in_flight 1\n");
  assertEquals([first === second, looks()], [true, 1]);
  assertStringIncludes(await rendering.metrics("openMetrics"), "dns_forwarder_questions_in_flight 2\n");
  time.pass(99);
  assertEquals([await rendering.metrics("text") === first, looks()], [true, 2]);
  time.pass(1);
  assertStringIncludes(await rendering.metrics("text"), "dns_forwarder_questions_in_flight 3\n");
});

Deno.test("SharedRendering gives a failure to those who have waited for it, and not to the next", async () => {
  const { rendering, fail } = setUp();
  fail(new Error("no"));
  await assertRejects(() => rendering.metrics("text"), Error, "no");
  fail(null);
  assertStringIncludes(await rendering.metrics("text"), "dns_forwarder_questions_in_flight 2\n");
});
