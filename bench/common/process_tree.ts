/** What a process and all that descend from it have used. */
export interface Usage {
  /** User and system time of all threads, those that have ended included. */
  readonly cpuMs: number;
  /** Resident memory; what parent and child share counts twice. */
  readonly residentOctets: number;
  /** The most that it ever was; of each process, whenever that was. */
  readonly peakOctets: number;
}

/** USER_HZ: what `/proc` counts in on every platform that Deno runs on, whatever the kernel itself counts in. */
const TICKS_PER_SECOND = 100;
/** A child may come or go while the tree is read; then it is read again. */
const READINGS_MAX = 20;

/**
 * Reads from `/proc` what the tree below `pid` has used so far.
 *
 * @param root For tests: another folder that looks like `/proc`.
 */
export function usageOf(pid: number, root = "/proc"): Usage {
  for (let reading = 1;; reading++) {
    const pids = treeOf(pid, root);
    const usages = pids.map((pid) => ({
      cpuMs: cpuTicks(read(`${root}/${pid}/stat`)) * 1000 / TICKS_PER_SECOND,
      residentOctets: memoryOctets("VmRSS", read(`${root}/${pid}/status`)),
      peakOctets: memoryOctets("VmHWM", read(`${root}/${pid}/status`)),
    }));
    if (reading < READINGS_MAX && `${treeOf(pid, root)}` !== `${pids}`) continue;
    return {
      cpuMs: usages.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
      residentOctets: usages.reduce((sum, { residentOctets }) => sum + residentOctets, 0),
      peakOctets: usages.reduce((sum, { peakOctets }) => sum + peakOctets, 0),
    };
  }
}

/**
 * Ticks in the text of `/proc/<pid>/stat` (proc(5)): utime and stime of all threads, and cutime and cstime of the
 * children that have ended and been waited for. 0 of no text.
 */
export function cpuTicks(stat: string): number {
  return sumOfFields(stat, 14, 17);
}

/**
 * Processor time, in ticks of 10 ms, of those children of the tree below `pid` that have ended and been waited for.
 *
 * @param root See `usageOf`.
 */
export function endedChildrenMs(pid: number, root = "/proc"): number {
  const ticks = treeOf(pid, root).map((pid) => sumOfFields(read(`${root}/${pid}/stat`), 16, 17));
  return ticks.reduce((sum, ticks) => sum + ticks, 0) * 1000 / TICKS_PER_SECOND;
}

/** The sum of the fields `first` to `last` of that text, counted from 1; 0 of no text. */
function sumOfFields(stat: string, first: number, last: number): number {
  if (stat === "") return 0;
  // The second field is the program's name in parentheses, and may have spaces and parentheses in it.
  const fromThird = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fromThird.slice(first - 3, last - 2).reduce((sum, ticks) => sum + Number(ticks), 0);
}

/** VmRSS or VmHWM in the text of `/proc/<pid>/status`; a process that has ended but was not waited for has none. */
export function memoryOctets(field: "VmRSS" | "VmHWM", status: string): number {
  return 1024 * Number(new RegExp(`^${field}:\\s*(\\d+) kB$`, "m").exec(status)?.[1] ?? 0);
}

/**
 * The process and all that descend from it, parents before their children. Who has ended and was not waited for is among
 * them.
 *
 * @param root See `usageOf`.
 */
export function treeOf(pid: number, root = "/proc"): number[] {
  const children = threadsOf(pid, root).flatMap((thread) => {
    return read(`${root}/${pid}/task/${thread}/children`).split(" ").filter((text) => text.trim() !== "").map(Number);
  });
  return [pid, ...children.flatMap((child) => treeOf(child, root))];
}

function threadsOf(pid: number, root: string): string[] {
  try {
    return [...Deno.readDirSync(`${root}/${pid}/task`)].map(({ name }) => name);
  } catch (error) {
    if (!hasGone(error)) throw error;
    return [];
  }
}

function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (!hasGone(error)) throw error;
    return "";
  }
}

/** Opening a file of a process that has ended says ENOENT; reading one that was opened before says ESRCH. */
function hasGone(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || (error instanceof Error && "code" in error && error.code === "ESRCH");
}
