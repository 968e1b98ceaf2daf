/**
 * Lets a rejection for which nobody waited when it came cost a line in place of the process. Whoever comes to wait for
 * the promise afterwards hears of it all the same: a receive may fail while a reply before it cannot leave yet, say.
 *
 * @param tell Given what was rejected with.
 * @returns Takes it back.
 */
export function onStrayRejection(tell: (reason: unknown) => void): () => void {
  const listener = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    tell(event.reason);
  };
  globalThis.addEventListener("unhandledrejection", listener);
  return () => globalThis.removeEventListener("unhandledrejection", listener);
}
