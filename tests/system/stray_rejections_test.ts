import { assertEquals, assertRejects } from "@std/assert";
import { onStrayRejection } from "../../lib/system/process/stray_rejections.ts";

Deno.test("onStrayRejection() is told of what nobody waited for, and who comes later hears of it, too", async () => {
  const told: unknown[] = [];
  const takeBack = onStrayRejection((reason) => told.push(reason));
  const error = new Error("Connection reset");
  const receive = Promise.reject(error);
  // Rejections are looked at when the microtasks are done; one that nobody hears of would end the process.
  await new Promise<void>((resolve) => setTimeout(resolve));
  takeBack();
  assertEquals(told, [error]);
  await assertRejects(() => receive, Error, "Connection reset");
});
