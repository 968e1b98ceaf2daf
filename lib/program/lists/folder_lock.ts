import { FileError, type Files } from "../../base/files.ts";
import type { Timers } from "../../base/runtime.ts";
import type { WritableFiles } from "../../base/writable_files.ts";
import type { Log } from "../../observe/log.ts";

/** Whose a folder is: ours; another program's; nobody knows, since it cannot be written to. */
export type FolderOwner = "we" | "another program" | "nobody";

/**
 * When it is looked at again whose a folder is. A program that ends in a moment, for another one to take its place, has ended by
 * then; a disk that cannot be written to may be one soon; and one may be mounted over a folder that is there.
 */
const AGAIN_MS: Readonly<Record<FolderOwner, number>> = { "another program": 5000, "nobody": 60_000, "we": 60_000 };

/** What a folder is locked with. */
export interface FolderLockOptions {
  /** The folder; it is made if it is not there. */
  readonly folder: string;
  /** Where it is looked at. */
  readonly files: Pick<Files, "stat">;
  /** Where it is locked. */
  readonly writableFiles: Pick<WritableFiles, "makeFolder" | "lock">;
  /** What pauses are made with. */
  readonly timers: Timers;
  /** Where the operator reads. */
  readonly log: Log;
}

/** Keeps two programs from writing to one folder. */
export class FolderLock {
  readonly #options: FolderLockOptions;
  readonly #path: string;
  #release: (() => void) | null = null;
  /** Which file is locked. */
  #version: string | null = null;
  #cancel: (() => void) | null = null;
  #told = "";
  #isStopped = false;

  /** See {@linkcode FolderLockOptions}. */
  constructor(options: FolderLockOptions) {
    this.#options = options;
    this.#path = `${options.folder}/lock`;
  }

  /** Whether nobody else may write there. */
  get isHeld(): boolean {
    return this.#release !== null;
  }

  /**
   * Resolves to whose the folder is. That is looked at again and again: `onLook` is called when it is ours from then on, or is
   * another one of ours than before, and each time that it is another program's, which may have changed what is in it.
   */
  async take(onLook: (owner: FolderOwner) => void): Promise<FolderOwner> {
    const owner = await this.#try();
    if (this.#isStopped) this.stop();
    else {
      if (owner === "we" && this.#told !== "") {
        this.#options.log.info(`${this.#options.folder} is this program's from now on`);
        this.#told = "";
      }
      this.#lookIn(AGAIN_MS[owner], onLook);
    }
    return owner;
  }

  /** Lets go of it, and tries no more. */
  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
    this.#letGo();
  }

  #lookIn(ms: number, onLook: (owner: FolderOwner) => void): void {
    this.#cancel = this.#options.timers.start(ms, async () => {
      const isSame = this.isHeld && await this.#isSame();
      if (this.#isStopped) return;
      if (isSame) return this.#lookIn(ms, onLook);
      if (this.isHeld) {
        this.#letGo();
        this.#tell(`${this.#options.folder} is another folder than before: a disk may have been mounted there`);
      }
      const owner = await this.take(onLook);
      if (owner !== "nobody" && !this.#isStopped) onLook(owner);
    });
  }

  async #try(): Promise<FolderOwner> {
    const { folder, writableFiles } = this.#options;
    try {
      await writableFiles.makeFolder(folder);
      this.#release = await writableFiles.lock(this.#path);
      this.#version = await this.#versionNow();
      if (this.#release !== null) return "we";
      this.#tell(
        `${folder} is another program's: the lists that it keeps there are in force, and no others, until it ends`,
      );
      return "another program";
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      this.#letGo();
      this.#tell(`${folder} (server.state-dir) cannot be written to, nothing new is kept there: ${error.message}`);
      return "nobody";
    }
  }

  /** Whether the file that is locked still stands in the folder; so it is as long as nobody can tell. */
  async #isSame(): Promise<boolean> {
    try {
      return await this.#versionNow() === this.#version;
    } catch (error) {
      if (error instanceof FileError) return true;
      throw error;
    }
  }

  async #versionNow(): Promise<string | null> {
    return (await this.#options.files.stat(this.#path))?.version ?? null;
  }

  #letGo(): void {
    this.#release?.();
    this.#release = null;
  }

  #tell(what: string): void {
    if (what === this.#told) return;
    this.#told = what;
    this.#options.log.warn(what);
  }
}
