import { setImmediate } from "node:timers";
import type { SocketAddress } from "../../base/net/address.ts";
import { onLeftToPromises } from "../../base/left_to_promises.ts";
import type { Bell } from "../../native/reactor/doorbell.ts";
import { openLibc } from "../../native/kernel/libc.ts";
import { openReactor } from "../../native/reactor/open_reactor.ts";
import { DENO_TIMERS, PROCESS_LOOP } from "./process_loop.ts";
import { tryLoop } from "./try_loop.ts";

/** For comparisons: what the variable of this name says is who waits for the sockets, `own` or `deno`. */
const VARIABLE = "DNS_FORWARDER_LOOP";
const DEFAULT = "own";

/**
 * Lets this process wait for its sockets by itself, if everything else goes on as it should: that is tried before anything is
 * served. If it does not, Deno waits as ever, and `PROCESS_LOOP.whyNot` says why. Never rejects.
 *
 * @param writeLine Told if Deno gets the loop back later.
 */
export async function ownLoop(writeLine: (line: string) => void): Promise<void> {
  if (PROCESS_LOOP.reactor !== null) return;
  try {
    await begin(writeLine);
  } catch (error) {
    PROCESS_LOOP.whyNot = error instanceof Error ? error.message : String(error);
  }
}

async function begin(writeLine: (line: string) => void): Promise<void> {
  const { os, arch } = Deno.build;
  if (os !== "linux" || (arch !== "x86_64" && arch !== "aarch64")) {
    throw new Error(`it is not made for ${os} on ${arch}`);
  }
  if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") throw new Error("--allow-ffi is not given");
  const libc = openLibc();
  const wanted = libc.variable(new TextEncoder().encode(`${VARIABLE}\0`)) ?? DEFAULT;
  if (wanted !== "own") throw new Error(`${VARIABLE} is ${wanted}`);
  const reactor = openReactor({
    libc,
    bell: openBell(),
    timers: DENO_TIMERS,
    clock: PROCESS_LOOP.clock,
    nowMs: () => performance.now(),
    twoRounds: () => new Promise((resolve) => void setImmediate(() => setImmediate(resolve))),
    onFault: (error) => reportError(error),
    onLent: (why) => {
      PROCESS_LOOP.whyNot = why;
      writeLine(`dns-forwarder: warn: from now on Deno waits for the sockets: ${why}`);
    },
  });
  PROCESS_LOOP.reactor = reactor;
  onLeftToPromises(() => reactor.leave());
  reactor.own();
  try {
    await tryLoop(libc, reactor);
  } catch (error) {
    PROCESS_LOOP.reactor = null;
    reactor.close();
    throw error;
  }
}

function openBell(): Bell {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  return {
    address: socket.addr as SocketAddress,
    receive: (buffer) => socket.receive(buffer),
    close: () => socket.close(),
  };
}
