import type { Network, Runtime } from "../base/runtime.ts";
import { connectStream } from "./sockets.ts";

/** What the program chooses by its flags, and what is the same for all. */
export interface DenoRuntimeOptions {
  /** How UDP is spoken. */
  readonly openDatagram: Network["openDatagram"];
  /** How TCP connections are taken. */
  readonly listenStream: Network["listenStream"];
  /** See `Runtime`. */
  readonly writeLine: (line: string) => void;
}

/** The operating system, as the rest of `lib/` sees it. */
export function denoRuntime({ openDatagram, listenStream, writeLine }: DenoRuntimeOptions): Runtime {
  return {
    clock: { nowMs: () => performance.now() },
    uptimeSeconds: uptimeSource(),
    wallClock: { epochSeconds: () => Math.floor(Date.now() / 1000) },
    timers: {
      start(delayMs, callback) {
        const timer = setTimeout(callback, delayMs);
        return () => clearTimeout(timer);
      },
    },
    random: { fill: (octets) => void crypto.getRandomValues(octets) },
    network: { openDatagram, listenStream, connectStream },
    writeLine,
  };
}

/** Only where it is allowed: asking for permission would stop a service at its start. */
function uptimeSource(): () => number | null {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "osUptime" });
  return state === "granted" ? () => Deno.osUptime() : () => null;
}
