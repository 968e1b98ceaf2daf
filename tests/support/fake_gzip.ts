import { gzipSync } from "node:zlib";
import { concat } from "@std/bytes/concat";
import type { StartGzip } from "../../lib/base/octets/gzip.ts";

/** Compresses all of it at its end, which takes no turn of the event loop. */
export const startFakeGzip: StartGzip = () => {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  return Promise.resolve({
    add: (piece) => {
      pieces.push(piece.slice());
      return Promise.resolve([]);
    },
    end: () => Promise.resolve([new Uint8Array(gzipSync(concat(pieces)))]),
  });
};
