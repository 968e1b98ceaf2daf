import { FileError } from "../../base/files.ts";
import type { TextFiles } from "../../lists/compile/compile_lists.ts";
import { fileError } from "../file_error.ts";

/** Files in pieces of up to so many octets. */
export function textFiles(pieceOctets: number): TextFiles {
  return { pieces: (path) => piecesOf(path, new Uint8Array(pieceOctets)) };
}

async function* piecesOf(path: string, buffer: Uint8Array<ArrayBuffer>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  try {
    // A pipe would wait for whoever writes into it.
    if (!(await Deno.stat(path)).isFile) throw new FileError("it is no ordinary file");
    using file = await Deno.open(path);
    for (;;) {
      const length = await file.read(buffer);
      if (length === null) return;
      yield buffer.subarray(0, length);
    }
  } catch (error) {
    throw fileError(error);
  }
}
