import type { KernelBuffer } from "./kernel_buffer.ts";
import type { Libc } from "./libc.ts";

/**
 * Waits until `fd` is ready for `events` (`POLLIN`, `POLLOUT`), at most `waitMs`, with nothing else happening on this
 * thread.
 *
 * @param memory For `struct pollfd`.
 */
export function poll(libc: Libc, memory: KernelBuffer, fd: number, events: number, waitMs: number): void {
  putPollfd(memory, fd, events);
  libc.poll(memory.octets, 1n, waitMs);
}

/** Like `poll`, on a thread of its own, without an end unless `waitMs` says it. `memory` must not be used until it settles. */
export async function pollLater(
  libc: Libc,
  memory: KernelBuffer,
  fd: number,
  events: number,
  waitMs = -1,
): Promise<void> {
  putPollfd(memory, fd, events);
  await libc.pollLater(memory.octets, 1n, waitMs);
}

/** `struct pollfd`: the descriptor (32 bits), what is waited for (16) and what has come (16). */
function putPollfd({ words }: KernelBuffer, fd: number, events: number): void {
  words[0] = fd;
  words[1] = events;
}
