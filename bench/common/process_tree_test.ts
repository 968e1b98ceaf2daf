import { assertEquals } from "@std/assert";
import { cpuTicks, endedChildrenMs, memoryOctets, usageOf } from "./process_tree.ts";

const ignore = ["read", "write"].some((name) => {
  return Deno.permissions.querySync({ name: name as "read" | "write" }).state !== "granted";
});

/** The text of `/proc/<pid>/stat` with utime, stime, cutime and cstime. */
function stat(name: string, [utime, stime, cutime, cstime]: [number, number, number, number]): string {
  const before = `8421 (${name}) S 8418 8418 3113 0 -1 4194304 105 0 0 0`;
  return `${before} ${utime} ${stime} ${cutime} ${cstime} 20 0 1 0 144241 2998272 417 18446744073709551615`;
}

Deno.test("cpuTicks() adds up user and system time, that of children that have ended included", () => {
  assertEquals(cpuTicks(stat("named", [1000, 200, 30, 4])), 1234);
});

Deno.test("cpuTicks() is not misled by a program's name with spaces and parentheses", () => {
  assertEquals(cpuTicks(stat("a) R 1 (b", [1, 2, 3, 4])), 10);
});

Deno.test("cpuTicks() and memoryOctets() are 0 of a process that has gone", () => {
  assertEquals([cpuTicks(""), memoryOctets("VmRSS", "")], [0, 0]);
});

Deno.test("memoryOctets() reads VmRSS, or VmHWM, and takes no other line for it", () => {
  const status = "VmPeak:\t 9 kB\nVmHWM:\t 8 kB\nVmRSS:\t    1720 kB\nRssAnon:\t 7 kB\n";
  assertEquals([memoryOctets("VmRSS", status), memoryOctets("VmHWM", status)], [1720 * 1024, 8 * 1024]);
});

Deno.test({
  name: "usageOf() adds up a process and all that descend from any of its threads (needs --allow-read, --allow-write)",
  ignore,
  fn: () => {
    const root = Deno.makeTempDirSync();
    try {
      addProcess(root, 10, { threads: { 10: "", 11: "20 21 " }, ticks: 100 });
      addProcess(root, 20, { threads: { 20: "30" }, ticks: 10 });
      addProcess(root, 21, { threads: { 21: "" }, ticks: 5 });
      addProcess(root, 30, { threads: { 30: "" }, ticks: 1 });
      addProcess(root, 40, { threads: { 40: "" }, ticks: 7777 });
      assertEquals(endedChildrenMs(10, root), 0);
      assertEquals(usageOf(10, root), { cpuMs: 1160, residentOctets: 4 * 1024, peakOctets: 0 });
    } finally {
      Deno.removeSync(root, { recursive: true });
    }
  },
});

Deno.test({
  name: "endedChildrenMs() is of children that have ended, of the whole tree (needs --allow-read, --allow-write)",
  ignore,
  fn: () => {
    const root = Deno.makeTempDirSync();
    try {
      addProcess(root, 10, { threads: { 10: "20" }, ticks: 100, endedTicks: 3 });
      addProcess(root, 20, { threads: { 20: "" }, ticks: 100, endedTicks: 4 });
      assertEquals(endedChildrenMs(10, root), 70);
    } finally {
      Deno.removeSync(root, { recursive: true });
    }
  },
});

Deno.test({
  name: "usageOf() reads nothing of a process that has gone (needs --allow-read, --allow-write)",
  ignore,
  fn: () => {
    const root = Deno.makeTempDirSync();
    try {
      assertEquals(endedChildrenMs(10, root), 0);
      assertEquals(usageOf(10, root), { cpuMs: 0, residentOctets: 0, peakOctets: 0 });
    } finally {
      Deno.removeSync(root, { recursive: true });
    }
  },
});

function addProcess(
  root: string,
  pid: number,
  { threads, ticks, endedTicks = 0 }: { threads: Record<number, string>; ticks: number; endedTicks?: number },
): void {
  for (const [thread, children] of Object.entries(threads)) {
    Deno.mkdirSync(`${root}/${pid}/task/${thread}`, { recursive: true });
    Deno.writeTextFileSync(`${root}/${pid}/task/${thread}/children`, children);
  }
  Deno.writeTextFileSync(`${root}/${pid}/stat`, stat("program", [ticks, 0, endedTicks, 0]));
  Deno.writeTextFileSync(`${root}/${pid}/status`, "VmRSS:\t 1 kB\n");
}
