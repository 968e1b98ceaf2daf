import { KernelBuffer } from "../../native/kernel/kernel_buffer.ts";
import { SMALL_OCTETS } from "../../native/kernel/layout.ts";
import type { Libc } from "../../native/kernel/libc.ts";
import type { Reactor } from "../../native/reactor/reactor.ts";

/** Each of them takes a tenth of a millisecond where nothing else runs. */
const LIMIT_MS = 50;
/** The machine may be busy: so often is it tried. */
const TRIES_MAX = 5;
/** Ignored where nobody listens, and sent by nobody else. */
const SIGNAL = { name: "SIGURG", number: 23 } as const;

/**
 * Tries whether all that Deno waits for still comes while the reactor waits for it.
 *
 * @throws {Error} what does not.
 */
export async function tryLoop(libc: Libc, reactor: Reactor): Promise<void> {
  const trials: readonly [what: string, trial: () => Promise<void>][] = [
    ["a timer", () => new Promise((resolve) => void reactor.timers.start(1, resolve))],
    ["a connection", connection],
    ["the thread pool", async () => void await libc.pollLater(new KernelBuffer(SMALL_OCTETS).octets, 0n, 1)],
    ["a signal", () => signal(libc)],
  ];
  for (const [what, trial] of trials) await inTime(what, trial, reactor);
}

async function inTime(what: string, trial: () => Promise<void>, reactor: Reactor): Promise<void> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const late = Promise.withResolvers<false>();
    const cancel = reactor.timers.start(LIMIT_MS, () => late.resolve(false));
    const isInTime = await Promise.race([trial().then(() => true), late.promise]);
    cancel();
    if (!reactor.isOwner) break;
    if (isInTime) return;
  }
  throw new Error(`the self-test failed: ${what} does not come within ${LIMIT_MS} ms`);
}

/** An octet to ourselves and back. */
async function connection(): Promise<void> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = listener.accept();
  using asking = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  using answering = await accepted;
  const octets = new Uint8Array(1);
  await asking.write(octets);
  await answering.read(octets);
  await answering.write(octets);
  await asking.read(octets);
}

async function signal(libc: Libc): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  Deno.addSignalListener(SIGNAL.name, resolve);
  libc.kill(libc.processId(), SIGNAL.number);
  await promise;
  Deno.removeSignalListener(SIGNAL.name, resolve);
}
