import type { Hash } from "node:crypto";
import { dirname } from "node:path";
import { FileError } from "../base/files.ts";
import type { FileWriter, LineFile, WritableFiles, WrittenFile } from "../base/writable_files.ts";
import { fileError } from "./file_error.ts";

/** For the program's user alone. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
/** A last line is looked for in pieces of so many octets. */
const BACK_OCTETS = 4096;
const LINE_FEED = 0x0a;

/** Files of the program's own, as the machine keeps them. */
export const DENO_WRITABLE_FILES: WritableFiles = {
  async makeFolder(path) {
    await orFileError("--allow-write", () => Deno.mkdir(path, { recursive: true, mode: FOLDER_MODE }));
  },
  async create(path) {
    // What may stand there is of a program that was killed; perhaps with another mode, perhaps a link.
    await remove(path);
    const options = { write: true, createNew: true, mode: FILE_MODE };
    // A program that writes nothing goes without it.
    const { createHash } = await import("node:crypto");
    const file = await orFileError("--allow-write", () => Deno.open(path, options));
    return new DenoFileWriter(path, file, createHash("sha256"));
  },
  async appendLines(path) {
    return await orFileError("--allow-write", () => openLines(path));
  },
  async replace(from, to) {
    await orFileError("--allow-write", async () => {
      await Deno.rename(from, to);
      // The name is on the disk when the folder is.
      using folder = await Deno.open(dirname(to));
      await folder.sync();
    });
  },
  async move(from, to) {
    await orFileError("--allow-write", () => Deno.rename(from, to));
  },
  async lock(path) {
    return await orFileError("--allow-write", async () => {
      const file = await Deno.open(path, { write: true, create: true, mode: FILE_MODE });
      const release = () => file.close();
      try {
        if (await file.tryLock(true)) return release;
      } catch (error) {
        release();
        throw error;
      }
      release();
      return null;
    });
  },
  remove,
};

async function remove(path: string): Promise<void> {
  await orFileError("--allow-write", async () => {
    try {
      await Deno.remove(path, { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  });
}

class DenoFileWriter implements FileWriter {
  readonly #path: string;
  readonly #hash: Hash;
  #file: Deno.FsFile | null;
  #sizeOctets = 0;

  constructor(path: string, file: Deno.FsFile, hash: Hash) {
    this.#path = path;
    this.#hash = hash;
    this.#file = file;
  }

  async write(octets: Uint8Array<ArrayBuffer>): Promise<void> {
    const file = this.#opened();
    await orFileError("--allow-write", () => writeAll(file, octets));
    this.#hash.update(octets);
    this.#sizeOctets += octets.length;
  }

  async finish(): Promise<WrittenFile> {
    const file = this.#opened();
    await orFileError("--allow-write", () => file.sync());
    this.#close();
    return { sizeOctets: this.#sizeOctets, sha256: this.#hash.digest("hex") };
  }

  async discard(): Promise<void> {
    if (this.#file === null) return;
    this.#close();
    await remove(this.#path);
  }

  #opened(): Deno.FsFile {
    if (this.#file === null) throw new FileError("it is closed");
    return this.#file;
  }

  #close(): void {
    this.#file?.close();
    this.#file = null;
  }
}

async function openLines(path: string): Promise<LineFile> {
  // A pipe would wait for whoever reads it.
  const info = await Deno.lstat(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  });
  if (info !== null && !info.isFile) throw new FileError("it is no ordinary file");
  const file = await Deno.open(path, { read: true, append: true, create: true, mode: FILE_MODE });
  try {
    const { size } = await file.stat();
    const sizeOctets = await wholeLinesOf(file, size);
    if (sizeOctets < size) await file.truncate(sizeOctets);
    const write = (octets: Uint8Array<ArrayBuffer>) => orFileError("--allow-write", () => writeAll(file, octets));
    return { sizeOctets, write, close: () => file.close() };
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Where the last line feed of a file ends. */
async function wholeLinesOf(file: Deno.FsFile, size: number): Promise<number> {
  const buffer = new Uint8Array(BACK_OCTETS);
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - BACK_OCTETS);
    await file.seek(start, Deno.SeekMode.Start);
    const piece = buffer.subarray(0, end - start);
    for (let read = 0; read < piece.length;) {
      const length = await file.read(piece.subarray(read));
      if (length === null) break;
      read += length;
    }
    const at = piece.lastIndexOf(LINE_FEED);
    if (at !== -1) return start + at + 1;
    end = start;
  }
  return 0;
}

async function writeAll(file: Deno.FsFile, octets: Uint8Array<ArrayBuffer>): Promise<void> {
  for (let written = 0; written < octets.length;) written += await file.write(octets.subarray(written));
}

async function orFileError<T>(permission: string, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    throw fileError(error, permission);
  }
}
