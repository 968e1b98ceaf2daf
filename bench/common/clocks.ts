import { KernelBuffer } from "../../lib/native/kernel/kernel_buffer.ts";
import { endedChildrenMs, treeOf } from "./process_tree.ts";
import { socketCalls } from "./socket_calls.ts";

/** clock_gettime(2): the clock that the kernel's timestamps of datagrams are of. */
const CLOCK_REALTIME = 0;
/** Room for a `struct timespec`: two numbers of 64 bits. */
const time = new KernelBuffer(128);
const SECONDS_WORD = 0;
const NANOSECONDS_WORD = 2;
/** Seconds begin with the bench, or nanoseconds would be more than a number can tell apart. */
const firstSecond = Math.floor(Date.now() / 1000);

/** Nanoseconds between the begin of the bench and the `struct timespec` at `word` of `words`. */
export function nanosecondsAt(words: Uint32Array, word: number): number {
  return (words[word + SECONDS_WORD]! - firstSecond) * 1e9 + words[word + NANOSECONDS_WORD]!;
}

/** The same of this moment. */
export function nowNs(): number {
  socketCalls().clockTime(CLOCK_REALTIME, time.octets);
  return nanosecondsAt(time.words, 0);
}

/**
 * User and system time of a process and all that descend from it, to the nanosecond. That of children which have ended
 * is only known in ticks of 10 ms.
 */
export function cpuNsOf(pid: number): number {
  return endedChildrenMs(pid) * 1e6 + treeOf(pid).reduce((sum, pid) => {
    // The clock of a process, as clock_getcpuclockid(3) makes it; one that has ended has none.
    if (socketCalls().clockTime((~pid << 3) | 2, time.octets) !== 0) return sum;
    return sum + time.words[SECONDS_WORD]! * 1e9 + time.words[NANOSECONDS_WORD]!;
  }, 0);
}
