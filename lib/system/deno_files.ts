import { FileError, type FileInfo, type Files, type FollowedFile, type GrowingFiles } from "../base/files.ts";
import { fileError } from "./file_error.ts";

/** Whom the mode of a file lets read: all others. */
const READ_BY_OTHERS = 0o004;

/** Octets of a piece. */
const PIECE_OCTETS = 65_536;

/** The machine's files. */
export const DENO_FILES: Files & GrowingFiles = {
  async stat(path) {
    try {
      return infoOf(await Deno.stat(path));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw fileError(error);
    }
  },
  async read(path, octetsMax) {
    try {
      checkReadable(infoOf(await Deno.stat(path)), octetsMax);
      using file = await Deno.open(path);
      return await readAll(file, octetsMax);
    } catch (error) {
      throw fileError(error);
    }
  },
  pieces: piecesOf,
  async follow(path) {
    try {
      checkReadable(infoOf(await Deno.stat(path)), Infinity);
      return followed(path, await Deno.open(path));
    } catch (error) {
      throw fileError(error);
    }
  },
  statNow(path) {
    try {
      return infoOf(Deno.statSync(path));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw fileError(error);
    }
  },
  readNow(path, octetsMax) {
    try {
      checkReadable(infoOf(Deno.statSync(path)), octetsMax);
      const octets = Deno.readFileSync(path);
      if (octets.length > octetsMax) throw tooLong(octets.length, octetsMax);
      return octets;
    } catch (error) {
      throw fileError(error);
    }
  },
  async list(folder) {
    try {
      return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
    } catch (error) {
      throw fileError(error);
    }
  },
};

/** A pipe would wait for whoever writes into it: what stands at a path is looked at before it is opened. */
function checkReadable({ kind, sizeOctets }: FileInfo, octetsMax: number): void {
  if (kind !== "file") throw new FileError(kind === "folder" ? "it is a folder" : "it is no ordinary file");
  if (sizeOctets > octetsMax) throw tooLong(sizeOctets, octetsMax);
}

async function* piecesOf(path: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  try {
    checkReadable(infoOf(await Deno.stat(path)), Infinity);
    using file = await Deno.open(path);
    const buffer = new Uint8Array(PIECE_OCTETS);
    for (;;) {
      const length = await file.read(buffer);
      if (length === null) return;
      yield buffer.subarray(0, length);
    }
  } catch (error) {
    throw fileError(error);
  }
}

function followed(path: string, file: Deno.FsFile): FollowedFile {
  const buffer = new Uint8Array(PIECE_OCTETS);
  let at = 0;
  return {
    async readMore() {
      try {
        if ((await file.stat()).size < at) at = await file.seek(0, Deno.SeekMode.Start);
        const length = await file.read(buffer) ?? 0;
        at += length;
        return buffer.slice(0, length);
      } catch (error) {
        throw fileError(error);
      }
    },
    async isInPlace() {
      try {
        const [open, there] = await Promise.all([file.stat(), Deno.stat(path)]);
        return open.dev === there.dev && open.ino === there.ino;
      } catch {
        // Whatever the reason: opening it anew tells.
        return false;
      }
    },
    close: () => file.close(),
  };
}

/** Its size is as true as when it was asked for: files grow, and those of /proc have none. */
async function readAll(file: Deno.FsFile, octetsMax: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const chunk of file.readable) {
    length += chunk.length;
    if (length > octetsMax) throw tooLong(length, octetsMax);
    chunks.push(chunk as Uint8Array<ArrayBuffer>);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

function tooLong(octets: number, octetsMax: number): FileError {
  return new FileError(`it has ${octets} octets, ${octetsMax} at most are read`);
}

function infoOf(info: Deno.FileInfo): FileInfo {
  const { isFile, isDirectory, size, mtime, ctime, mode, dev, ino } = info;
  return {
    kind: isFile ? "file" : isDirectory ? "folder" : "other",
    sizeOctets: size,
    modifiedMs: mtime?.getTime() ?? null,
    version: `${dev} ${ino} ${size} ${mtime?.getTime()} ${ctime?.getTime()}`,
    isPublic: ((mode ?? 0) & READ_BY_OTHERS) !== 0,
  };
}
