import type { Timers } from "../base/runtime.ts";
import type { Log } from "../observe/log.ts";
import type { Host } from "./host.ts";

/**
 * Lets `seconds` go by, in which the program serves as before. Resolves sooner when it shall stop again: whoever says so twice
 * does not want to wait.
 */
export async function serveOn(
  seconds: number,
  { host, timers, log }: { readonly host: Host; readonly timers: Timers; readonly log: Log },
): Promise<void> {
  if (seconds === 0) return;
  log.info(`stopping in ${seconds} s, and serving until then (server.drain)`);
  const { promise, resolve } = Promise.withResolvers<void>();
  const stopHearing = host.onStopAgain?.(resolve) ?? (() => {});
  const cancel = timers.start(1000 * seconds, resolve);
  await promise;
  cancel();
  stopHearing();
}
