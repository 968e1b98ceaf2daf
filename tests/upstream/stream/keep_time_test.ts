import { assertEquals } from "@std/assert";
import { KeepTime } from "../../../lib/upstream/stream/keep_time.ts";
import { FakeTime } from "../../support/fake_time.ts";

function rig() {
  const time = new FakeTime();
  return { time, keepTime: new KeepTime(time, 60_000) };
}

Deno.test("KeepTime is four fifths of the time after which a server was found to close, for 15 minutes", async () => {
  const { time, keepTime } = rig();
  assertEquals(keepTime.ms, 60_000);
  keepTime.noteClosed(10_000);
  assertEquals(keepTime.ms, 8000);
  await time.passAndSettle(15 * 60_000);
  assertEquals(keepTime.ms, 60_000);
});

Deno.test("KeepTime learns nothing of a connection that was in use, nor of one that we would have closed as well", () => {
  const { keepTime } = rig();
  keepTime.noteClosed(999);
  keepTime.noteClosed(60_000);
  assertEquals(keepTime.ms, 60_000);
});

Deno.test("[7828_04] KeepTime is four fifths of what the server says, and never more than without it", () => {
  const { keepTime } = rig();
  keepTime.noteAnnounced(20_000);
  assertEquals(keepTime.ms, 16_000);
  keepTime.noteAnnounced(600_000);
  assertEquals(keepTime.ms, 60_000);
  keepTime.noteAnnounced(0);
  assertEquals(keepTime.ms, 0);
  keepTime.forget();
  assertEquals(keepTime.ms, 60_000);
});
