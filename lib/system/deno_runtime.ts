import type { Network, ProcessUsage, Runtime } from "../base/runtime.ts";
import { DENO_FILES } from "./deno_files.ts";
import { PROCESS_LOOP } from "./loop/process_loop.ts";
import { DENO_NETWORK } from "./network/deno_network.ts";

/**
 * The operating system, as the rest of `lib/` sees it.
 *
 * @param network What of it is not to be as Deno gives it.
 * @param writeLine See `Runtime`; so is `lostLineCount`.
 */
export function denoRuntime(
  network: Partial<Network>,
  writeLine: (line: string) => void,
  lostLineCount: () => number = () => 0,
): Runtime {
  return {
    clock: PROCESS_LOOP.clock,
    turns: PROCESS_LOOP,
    uptimeSeconds: uptimeSource(),
    usage,
    wallClock: { epochSeconds: () => Math.floor(Date.now() / 1000), epochMs: () => Date.now() },
    timers: PROCESS_LOOP,
    random: { fill: (octets) => void crypto.getRandomValues(octets) },
    network: { ...DENO_NETWORK, ...network },
    files: DENO_FILES,
    writeLine,
    lostLineCount,
  };
}

/** The types of Deno 2.9.5 do not know it. In microseconds. */
const { cpuUsage } = Deno as unknown as { cpuUsage(): { readonly user: number; readonly system: number } };

function usage(): ProcessUsage {
  const { user, system } = cpuUsage();
  return { cpuMs: (user + system) / 1000, residentOctets: Deno.memoryUsage().rss };
}

/** Only where it is allowed: asking for permission would stop a service at its start. */
function uptimeSource(): () => number | null {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "osUptime" });
  return state === "granted" ? () => Deno.osUptime() : () => null;
}
