import { FileError, type Files } from "../../base/files.ts";
import type { StartGzip } from "../../base/octets/gzip.ts";
import type { Timers } from "../../base/runtime.ts";
import type { WritableFiles } from "../../base/writable_files.ts";

/** Compressing a piece of a file takes 0.12 ms, and others have their turns in between. To be woken takes 50 µs: not more often. */
const PAUSE_MS = 2;

/** What a file is compressed with. */
export interface CompressOptions {
  /** Where it is. */
  readonly files: Pick<Files, "pieces">;
  /** Where what comes of it is written. */
  readonly writableFiles: Pick<WritableFiles, "create" | "replace" | "remove">;
  /** Compresses. */
  readonly startGzip: StartGzip;
  /** What pauses are made with. */
  readonly timers: Timers;
  /** Aborts when it is not to be gone on with. */
  readonly signal: AbortSignal;
}

/**
 * Puts a compressed file (RFC 1952) in the place of one, `.gz` behind its name. Whenever it ends early, one of them is there and whole.
 *
 * @throws {FileError}
 */
export async function compressFile(
  path: string,
  { files, writableFiles, startGzip, timers, signal }: CompressOptions,
): Promise<void> {
  const part = `${path}.gz.part`;
  const out = await writableFiles.create(part);
  try {
    const gzip = await startGzip();
    for await (const piece of files.pieces(path)) {
      if (signal.aborted) throw new FileError("the program ends");
      for (const octets of await gzip.add(piece)) await out.write(octets);
      await new Promise<void>((resolve) => timers.start(PAUSE_MS, resolve));
    }
    for (const octets of await gzip.end()) await out.write(octets);
    await out.finish();
    await writableFiles.replace(part, `${path}.gz`);
    await writableFiles.remove(path);
  } finally {
    await out.discard();
  }
}
