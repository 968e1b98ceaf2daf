import type { Timers } from "../../base/runtime.ts";
import { KernelBuffer } from "../kernel/kernel_buffer.ts";
import { C, SMALL_OCTETS } from "../kernel/layout.ts";
import type { Libc } from "../kernel/libc.ts";
import { pollLater } from "../kernel/poll.ts";
import { type Bell, Doorbell } from "./doorbell.ts";
import { EpollSet } from "./epoll_set.ts";
import { findEventQueue } from "./find_event_queue.ts";
import { Reactor, type ReactorOptions } from "./reactor.ts";

/** Once in a while it is looked whether anybody still wants to know. */
const LENT_WAIT_MS = 1000;

/** What a reactor over Deno is made from. */
export interface OpenReactorOptions extends Pick<ReactorOptions, "clock" | "onFault" | "onLent"> {
  /** The C library. */
  readonly libc: Libc;
  /** A fresh socket of Deno's on the loopback, for the doorbell; belongs to the reactor from now on. */
  readonly bell: Bell;
  /** Deno's timers. */
  readonly timers: Timers;
  /** A clock that is read anew each time. */
  readonly nowMs: () => number;
  /** Resolves when Deno's loop has gone round twice. */
  readonly twoRounds: () => Promise<void>;
}

/**
 * Makes a reactor with Deno's event queue in it. It does not wait for anything before `own`.
 *
 * @throws {Error} when this Deno, or this machine, is not made as it has to be, with the reason.
 */
export function openReactor({ libc, bell, timers, nowMs, twoRounds, ...options }: OpenReactorOptions): Reactor {
  const doorbell = new Doorbell({ libc, socket: bell, timers, nowMs });
  const descriptor = findEventQueue(libc, doorbell.descriptor);
  if (descriptor === -1) {
    doorbell.close();
    throw new Error("the event queue of the runtime cannot be found");
  }
  const memory = new KernelBuffer(SMALL_OCTETS);
  const guest = {
    descriptor,
    // Behind it, two rounds: with fewer, what the thread pool has done is handed out only at the next turn.
    takeTurn: async () => {
      const isHeard = await doorbell.ring();
      await twoRounds();
      return isHeard;
    },
    awaitReadable: (fd: number) => pollLater(libc, memory, fd, C.POLLIN, LENT_WAIT_MS),
    timers,
    close: () => doorbell.close(),
  };
  return new Reactor({ ...options, set: new EpollSet(libc), guest });
}
