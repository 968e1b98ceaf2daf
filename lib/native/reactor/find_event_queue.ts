import { SMALL_OCTETS } from "../kernel/layout.ts";
import type { Libc } from "../kernel/libc.ts";

/** More descriptors than are open when the program starts. */
const DESCRIPTORS_MAX = 4096;
const EVENT_QUEUE = "anon_inode:[eventpoll]";
/** O_RDONLY | O_CLOEXEC. */
const READ_ONLY = 0x80000;
const READ_OCTETS = 65_536;

/**
 * The descriptor of the epoll set that `fd`, a socket of Deno's, is in: Deno's own event queue. Found by what the kernel says
 * of each set (proc(5), /proc/pid/fdinfo), read past Deno, whose permissions it is not about; -1 when there is none.
 */
export function findEventQueue(libc: Libc, fd: number): number {
  const member = new RegExp(`^tfd:\\s+${fd}\\s`, "m");
  for (let candidate = 0; candidate < DESCRIPTORS_MAX; candidate++) {
    if (linkAt(libc, `/proc/self/fd/${candidate}`) !== EVENT_QUEUE) continue;
    if (member.test(textAt(libc, `/proc/self/fdinfo/${candidate}`))) return candidate;
  }
  return -1;
}

function linkAt(libc: Libc, path: string): string {
  const target = new Uint8Array(SMALL_OCTETS);
  const length = Number(libc.readlink(pathOctets(path), target, BigInt(SMALL_OCTETS)));
  return new TextDecoder().decode(target.subarray(0, Math.max(0, length)));
}

function textAt(libc: Libc, path: string): string {
  const file = libc.open(pathOctets(path), READ_ONLY);
  if (file < 0) return "";
  const decoder = new TextDecoder();
  const octets = new Uint8Array(READ_OCTETS);
  let text = "";
  for (;;) {
    const length = Number(libc.read(file, octets, BigInt(READ_OCTETS)));
    if (length <= 0) break;
    text += decoder.decode(octets.subarray(0, length), { stream: true });
  }
  libc.closeDescriptor(file);
  return text;
}

/** As C has it: with a zero octet behind it. */
function pathOctets(path: string): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(SMALL_OCTETS);
  new TextEncoder().encodeInto(path, octets.subarray(0, SMALL_OCTETS - 1));
  return octets;
}
