import { FileError, type Files } from "../../base/files.ts";
import type { WritableFiles } from "../../base/writable_files.ts";
import type { Pause } from "../../lists/schedule/pause.ts";
import type { Log } from "../../observe/log.ts";

const OCTETS_MAX = 1_048_576;

/** What pauses are kept with. */
export interface KeptPausesOptions {
  /** Their file. */
  readonly path: string;
  /** Where it is read. */
  readonly files: Pick<Files, "stat" | "read">;
  /** Where it is written. */
  readonly writableFiles: WritableFiles;
  /** Where the operator reads. */
  readonly log: Log;
}

/** Pauses by command, in a file: they last over a restart. */
export class KeptPauses {
  readonly #options: KeptPausesOptions;
  /** What is to be written comes one after another. */
  #writing: Promise<void> = Promise.resolve();

  /** See {@linkcode KeptPausesOptions}. */
  constructor(options: KeptPausesOptions) {
    this.#options = options;
  }

  /** Those that were kept last; none where there is no file, or what is in it was written by somebody else. */
  async read(): Promise<readonly Pause[]> {
    const { path, files, log } = this.#options;
    try {
      if (await files.stat(path) === null) return [];
      const pauses = pausesFromText(new TextDecoder().decode(await files.read(path, OCTETS_MAX)));
      if (pauses !== null) return pauses;
      log.warn(`${path} is not used: there are no pauses in it`);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      log.warn(`${path} is not used: ${error.message}`);
    }
    return [];
  }

  /** Keeps these, and no others. Resolves when they are on the disk, or the operator has been told why not. */
  write(pauses: readonly Pause[]): Promise<void> {
    return this.#writing = this.#writing.then(() => this.#write(pauses)).catch((error: unknown) => {
      if (!(error instanceof FileError)) throw error;
      this.#options.log.warn(`Pauses end with a restart, they cannot be kept: ${error.message}`);
    });
  }

  async #write(pauses: readonly Pause[]): Promise<void> {
    const { path, writableFiles } = this.#options;
    const writer = await writableFiles.create(`${path}.new`);
    try {
      await writer.write(new TextEncoder().encode(`${JSON.stringify(pauses, null, 2)}\n`));
      await writer.finish();
    } finally {
      await writer.discard();
    }
    await writableFiles.replace(`${path}.new`, path);
  }
}

function pausesFromText(text: string): readonly Pause[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every(isPause) ? value : null;
  } catch {
    return null;
  }
}

function isPause(value: unknown): value is Pause {
  if (typeof value !== "object" || value === null) return false;
  const { untilSeconds, clients, lists } = value as Readonly<Record<keyof Pause, unknown>>;
  return (untilSeconds === null || Number.isSafeInteger(untilSeconds)) && areNames(clients) && areNames(lists);
}

function areNames(value: unknown): boolean {
  return value === null || Array.isArray(value) && value.every((name) => typeof name === "string");
}
