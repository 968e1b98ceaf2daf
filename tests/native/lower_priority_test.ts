import { assertEquals } from "@std/assert";
import { lowerPriority } from "../../lib/native/lower_priority.ts";
import { nativeTest } from "../support/native.ts";

const ignore = Deno.permissions.querySync({ name: "run" }).state !== "granted";

nativeTest("lowerPriority() lets a process wait for others", async () => {
  const child = new Deno.Command("sleep", { args: ["60"] }).spawn();
  const before = await niceOf(child.pid);
  lowerPriority(child.pid);
  assertEquals(await niceOf(child.pid), Math.max(before, 10));
  child.kill();
  await child.status;
}, { ignore });

/** Deno shows nobody's /proc but with all permissions. */
async function niceOf(pid: number): Promise<number> {
  const { stdout } = await new Deno.Command("cat", { args: [`/proc/${pid}/stat`] }).output();
  const fromThird = new TextDecoder().decode(stdout).replace(/^.*\) /, "").split(" ");
  return Number(fromThird[19 - 3]);
}
