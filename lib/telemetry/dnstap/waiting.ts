import type { Timers } from "../../base/runtime.ts";
import { FrameStreamError } from "./control_frames.ts";

/** What `promise` brings, unless `signal` aborts before; then it rejects with the reason of that. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: first, resolve, reject } = Promise.withResolvers<T>();
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);
  promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  return first;
}

/**
 * What `promise` brings, if it does so in time.
 *
 * @throws {FrameStreamError} when it does not.
 */
export async function within<T>(timers: Timers, ms: number, promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const cancel = timers.start(ms, () => late.reject(new FrameStreamError("what is there hangs")));
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    cancel();
  }
}
