import { PROCESS_LOOP } from "./loop/process_loop.ts";

/** Deno hears of the signal on its own, before us or after. */
const DEBUGGER_CLOSED_AFTER_MS = [0, 10, 100];

/** Calls `tell` at each SIGUSR1 and SIGUSR2, where there are such things. Returns the function that ends it. */
export function onStatusSignal(tell: () => void): () => void {
  if (Deno.build.os === "windows") return () => {};
  const tellAndClose = () => {
    tell();
    closeDebugger();
  };
  Deno.addSignalListener("SIGUSR1", tellAndClose);
  Deno.addSignalListener("SIGUSR2", tell);
  return () => {
    Deno.removeSignalListener("SIGUSR1", tellAndClose);
    Deno.removeSignalListener("SIGUSR2", tell);
  };
}

/**
 * Deno 2.9.2 and later open their debugger on 127.0.0.1:9229 at every SIGUSR1, and whoever can connect to that can make
 * the program do anything. There is no way to forbid it, so it is closed at once; where that is not allowed
 * (`--allow-sys=inspector`), SIGUSR2 is the signal to use; also where nobody reads standard error, on which Deno announces
 * the debugger and waits.
 */
async function closeDebugger(): Promise<void> {
  if (Deno.permissions.querySync({ name: "sys", kind: "inspector" as "osUptime" }).state !== "granted") return;
  const { close } = await import("node:inspector");
  for (const afterMs of DEBUGGER_CLOSED_AFTER_MS) PROCESS_LOOP.start(afterMs, close);
}
