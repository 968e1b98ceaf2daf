import { assertEquals } from "@std/assert";
import { noteLeft } from "../../lib/system/network/quic/left_behind.ts";

Deno.test("noteLeft() lets garbage be collected, with what connections over QUIC have left, before there is much", async () => {
  const left = weakly();
  // What a turn has looked at through a WeakRef stays until its end.
  await new Promise((resolve) => setTimeout(resolve, 0));
  for (let i = 0; i < 1000; i++) noteLeft();
  assertEquals(left.deref(), undefined);
});

function weakly(): WeakRef<object> {
  return new WeakRef({});
}
