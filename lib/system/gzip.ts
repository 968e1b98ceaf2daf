import type { Gzip } from "../base/octets/gzip.ts";

/**
 * How hard it tries, 1–9. Lines of the query log become a tenth of what they were, which takes 0.36 µs each; at 6, as the compression
 * streams of the Web have it, it is a twelfth, and 1.1 µs.
 */
const LEVEL = 2;

/** Compresses by Node's library, which is loaded only now: few programs need it. */
export async function startGzip(): Promise<Gzip> {
  const { createGzip } = await import("node:zlib");
  const gzip = createGzip({ level: LEVEL });
  let ready: Uint8Array<ArrayBuffer>[] = [];
  let fail: (error: Error) => void = () => {};
  gzip.on("data", (octets: Uint8Array<ArrayBuffer>) => void ready.push(octets));
  gzip.on("error", (error: Error) => fail(error));
  const taken = (begin: (done: () => void) => void) =>
    new Promise<readonly Uint8Array<ArrayBuffer>[]>((resolve, reject) => {
      fail = reject;
      begin(() => {
        const all = ready;
        ready = [];
        resolve(all);
      });
    });
  return {
    add: (piece) => taken((done) => void gzip.write(piece, done)),
    end: () => taken((done) => void gzip.once("end", done).end()),
  };
}
