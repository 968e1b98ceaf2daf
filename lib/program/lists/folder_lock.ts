import { FileError } from "../../base/files.ts";
import type { Timers } from "../../base/runtime.ts";
import type { WritableFiles } from "../../base/writable_files.ts";
import type { Log } from "../../observe/log.ts";

/** A program that ends in a moment, for another one to take its place, has ended by then. */
const AGAIN_MS = 5000;
/** A disk that cannot be written to may be one soon. */
const BROKEN_AGAIN_MS = 60_000;

/** What a folder is locked with. */
export interface FolderLockOptions {
  /** The folder; it is made if it is not there. */
  readonly folder: string;
  /** Where it is locked. */
  readonly writableFiles: Pick<WritableFiles, "makeFolder" | "lock">;
  /** What pauses are made with. */
  readonly timers: Timers;
  /** Where the operator reads. */
  readonly log: Log;
}

/** Whose a folder is: ours; another program's; nobody knows, since it cannot be written to. */
export type FolderOwner = "we" | "another program" | "nobody";

/** Keeps two programs from writing to one folder. */
export class FolderLock {
  readonly #options: FolderLockOptions;
  #release: (() => void) | null = null;
  #cancel: (() => void) | null = null;
  #told = "";
  #isStopped = false;

  /** See {@linkcode FolderLockOptions}. */
  constructor(options: FolderLockOptions) {
    this.#options = options;
  }

  /** Whether nobody else may write there. */
  get isHeld(): boolean {
    return this.#release !== null;
  }

  /** Resolves to whose the folder is. Unless it is ours, that is tried again; `onHeld` is called once it is. */
  async take(onHeld: () => void): Promise<FolderOwner> {
    const { folder, timers, log } = this.#options;
    const owner = await this.#try();
    if (this.#isStopped) this.stop();
    else if (owner === "we") {
      if (this.#told !== "") log.info(`${folder} is this program's from now on`);
    } else {
      this.#cancel = timers.start(owner === "nobody" ? BROKEN_AGAIN_MS : AGAIN_MS, async () => {
        if (await this.take(onHeld) === "we" && !this.#isStopped) onHeld();
      });
    }
    return owner;
  }

  /** Lets go of it, and tries no more. */
  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
    this.#release?.();
    this.#release = null;
  }

  async #try(): Promise<FolderOwner> {
    const { folder, writableFiles } = this.#options;
    try {
      await writableFiles.makeFolder(folder);
      this.#release = await writableFiles.lock(`${folder}/lock`);
      if (this.#release !== null) return "we";
      this.#tell(
        `${folder} is another program's: its lists are in force as they are, and kept by that program until it ends`,
      );
      return "another program";
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      this.#tell(`${folder} (server.state-dir) cannot be written to, nothing new is kept there: ${error.message}`);
      return "nobody";
    }
  }

  #tell(what: string): void {
    if (what === this.#told) return;
    this.#told = what;
    this.#options.log.warn(what);
  }
}
