import { onHangup } from "./hangup_signal.ts";
import { onStatusSignal } from "./status_signal.ts";

/** Resolves at the first signal that means "stop"; a second one calls `endAtOnce`. */
export function stopSignal(endAtOnce: () => void): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let isStopping = false;
  for (const signal of stopSignals()) {
    Deno.addSignalListener(signal, () => {
      if (isStopping) endAtOnce();
      isStopping = true;
      resolve();
    });
  }
  return promise;
}

/**
 * For a worker: a terminal and a service manager signal all processes of the program, but only its first one knows whether
 * it is the first signal or the second. It passes on what is to be done.
 */
export function leaveSignalsToSupervisor(): void {
  for (const signal of stopSignals()) Deno.addSignalListener(signal, () => {});
  onStatusSignal(() => {});
  onHangup(() => {});
}

function stopSignals(): Deno.Signal[] {
  return Deno.build.os === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM"];
}
