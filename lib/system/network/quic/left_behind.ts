import { NODE } from "../node_modules.ts";

/** Connections that are over, at most, whose memory may wait to be given back. */
const LEFT_MAX = 1000;

let leftCount = 0;
let collect: (() => void) | null = null;

/**
 * A connection is over. What Deno (2.9.5) has kept for it outside of the heap, some 20 KB, it gives back when the garbage
 * collector comes by; which does not know of it, and seldom comes where little garbage is made. So it is called: whoever opens
 * connections and leaves shall not fill the memory. It takes some milliseconds.
 */
export function noteLeft(): void {
  if (++leftCount < LEFT_MAX) return;
  leftCount = 0;
  collect ??= collector();
  collect();
}

/** What a program gets from V8 only if it asks. */
function collector(): () => void {
  NODE.v8.setFlagsFromString("--expose-gc");
  return NODE.vm.runInNewContext("gc");
}
