/**
 * Lets an error that nobody caught be told of by `tell` before the process ends: what Deno itself writes then waits for its
 * reader, and a process that waits is not started again. `tell` has to end the process.
 *
 * @returns Takes it back.
 */
export function onUncaughtError(tell: (error: unknown) => void): () => void {
  const listener = (event: ErrorEvent) => {
    event.preventDefault();
    tell(event.error);
  };
  globalThis.addEventListener("error", listener);
  return () => globalThis.removeEventListener("error", listener);
}
