import { FileError, type Files } from "../../base/files.ts";
import type { Timers } from "../../base/runtime.ts";
import type { WritableFiles } from "../../base/writable_files.ts";

/** Compressing a piece of a file takes 0.3 ms: others have their turns in between. */
const PAUSE_MS = 2;

/** What a file is compressed with. */
export interface CompressOptions {
  /** Where it is. */
  readonly files: Pick<Files, "pieces">;
  /** Where what comes of it is written. */
  readonly writableFiles: Pick<WritableFiles, "create" | "replace" | "remove">;
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
  { files, writableFiles, timers, signal }: CompressOptions,
): Promise<void> {
  const part = `${path}.gz.part`;
  const out = await writableFiles.create(part);
  try {
    const { readable, writable } = new CompressionStream("gzip");
    const written = (async () => {
      for await (const octets of readable) await out.write(octets as Uint8Array<ArrayBuffer>);
    })();
    // Whichever fails is told below; the other one must not be left alone with it.
    written.catch(() => {});
    const writer = writable.getWriter();
    writer.closed.catch(() => {});
    try {
      for await (const piece of files.pieces(path)) {
        if (signal.aborted) throw new FileError("the program ends");
        await Promise.race([writer.write(piece.slice()), written]);
        await new Promise<void>((resolve) => timers.start(PAUSE_MS, resolve));
      }
      await writer.close();
    } catch (error) {
      await writer.abort(error).catch(() => {});
      await written.catch(() => {});
      throw error;
    }
    await written;
    await out.finish();
    await writableFiles.replace(part, `${path}.gz`);
    await writableFiles.remove(path);
  } finally {
    await out.discard();
  }
}
