import { createHash } from "node:crypto";
import { type CompileOptions, type Digest, followOrder } from "../../lists/compile/compile_lists.ts";
import type { ListOrder, ListReport } from "../../lists/compile/orders.ts";
import { DENO_WRITABLE_FILES } from "../deno_writable_files.ts";
import { textFiles } from "./text_pieces.ts";

/** Octets of a text that are read at a time by a process that does nothing else. */
const LARGE_PIECE_OCTETS = 262_144;
/** The same between other things: half a millisecond's work. */
const SMALL_PIECE_OCTETS = 32_768;

/** So long a turn may take. */
const TURN_MS = 1;

/** Does what an order says in this process, which has nothing else to do. */
export function compileAlone(order: ListOrder): Promise<ListReport> {
  return followOrder(order, { ...COMMON, texts: textFiles(LARGE_PIECE_OCTETS), pause: null });
}

/** Does what an order says bit by bit: whatever comes meanwhile has its turn within a few milliseconds. */
export function compileBetween(order: ListOrder): Promise<ListReport> {
  return followOrder(order, { ...COMMON, texts: textFiles(SMALL_PIECE_OCTETS), pause: pauses() });
}

const COMMON: Pick<CompileOptions, "writableFiles" | "random" | "newDigest"> = {
  writableFiles: DENO_WRITABLE_FILES,
  random: { fill: (octets) => void crypto.getRandomValues(octets) },
  newDigest,
};

function newDigest(): Digest {
  const hash = createHash("sha256");
  return { update: (octets) => void hash.update(octets), hex: () => hash.digest("hex") };
}

/** Ends a turn when it has taken long enough: a timer takes a millisecond, and most of many pieces are done in less. */
function pauses(): () => Promise<void> | null {
  let beganMs = performance.now();
  return () => {
    if (performance.now() - beganMs < TURN_MS) return null;
    // Not a microtask: datagrams come with the turns of the event loop.
    return new Promise((resolve) =>
      setTimeout(() => {
        beganMs = performance.now();
        resolve();
      }, 0)
    );
  };
}
