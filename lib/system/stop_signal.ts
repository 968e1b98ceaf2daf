import { onHangup } from "./hangup_signal.ts";
import { onStatusSignal } from "./status_signal.ts";

/** The signals that mean "stop". */
export interface StopSignal {
  /** Resolves at the first. */
  readonly stop: Promise<void>;
  /** Further ones call `hear` until what this returns is called; else they end the program at once. */
  onStopAgain(hear: () => void): () => void;
}

/** Hears the signals that mean "stop"; all but the first call `endAtOnce`, unless somebody else wants to hear them. */
export function stopSignal(endAtOnce: () => void): StopSignal {
  const { promise, resolve } = Promise.withResolvers<void>();
  let isStopping = false;
  let again = endAtOnce;
  for (const signal of stopSignals()) {
    Deno.addSignalListener(signal, () => {
      if (isStopping) again();
      isStopping = true;
      resolve();
    });
  }
  const onStopAgain = (hear: () => void) => {
    again = hear;
    return () => void (again = endAtOnce);
  };
  return { stop: promise, onStopAgain };
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
