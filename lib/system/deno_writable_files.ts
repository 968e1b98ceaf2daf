import type { Hash } from "node:crypto";
import { dirname } from "node:path";
import { FileError } from "../base/files.ts";
import type { FileWriter, WritableFiles, WrittenFile } from "../base/writable_files.ts";
import { fileError } from "./file_error.ts";

/** For the program's user alone. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

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
  async replace(from, to) {
    await orFileError("--allow-write", async () => {
      await Deno.rename(from, to);
      // The name is on the disk when the folder is.
      using folder = await Deno.open(dirname(to));
      await folder.sync();
    });
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
    await orFileError("--allow-write", async () => {
      for (let written = 0; written < octets.length;) written += await file.write(octets.subarray(written));
    });
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

async function orFileError<T>(permission: string, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    throw fileError(error, permission);
  }
}
