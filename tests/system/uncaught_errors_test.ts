import { assertEquals } from "@std/assert";
import { onUncaughtError } from "../../lib/system/process/uncaught_errors.ts";

Deno.test("onUncaughtError() is told of what nobody caught, in place of Deno", async () => {
  const told: unknown[] = [];
  const takeBack = onUncaughtError((error) => told.push(error));
  const error = new Error("broken");
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(() => {
    setTimeout(resolve);
    throw error;
  });
  await promise;
  takeBack();
  assertEquals(told, [error]);
});
