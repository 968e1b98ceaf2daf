import { FileError, type Files } from "../base/files.ts";
import type { Services } from "../observe/services.ts";

/** So long nothing must happen: who writes a file, or several, is done then. */
const QUIET_MS = 200;
/** Whoever writes all the time is not waited for longer. */
const WAIT_MAX_MS = 2000;

/** What is needed to watch folders. */
export interface WatchedFoldersOptions extends Pick<Services, "clock" | "timers" | "log"> {
  /** Where they are. */
  readonly files: Pick<Files, "watch">;
  /** Something has changed in one of them, a moment ago. */
  readonly onChange: () => void;
}

/**
 * Watches the folders of files, not the files: a file that is replaced is another one, and so is a folder of Kubernetes that a
 * symbolic link leads to.
 */
export class WatchedFolders {
  readonly #options: WatchedFoldersOptions;
  #stops = new Map<string, () => void>();
  #changedAtMs = 0;
  #cancel: (() => void) | null = null;

  /** Watches none yet. See {@linkcode WatchedFoldersOptions}. */
  constructor(options: WatchedFoldersOptions) {
    this.#options = options;
  }

  /**
   * Watches these folders from now on, and no others. Paths are absolute. Those that were read before have perhaps changed
   * meanwhile: one that is new is a change by itself.
   */
  watch(paths: readonly string[]): void {
    const folders = new Set(paths);
    for (const [folder, stop] of this.#stops) {
      if (folders.has(folder)) continue;
      stop();
      this.#stops.delete(folder);
    }
    for (const folder of folders) if (!this.#stops.has(folder)) this.#begin(folder);
  }

  /** Watches no more. */
  stop(): void {
    this.watch([]);
    this.#cancel?.();
    this.#cancel = null;
  }

  #begin(folder: string): void {
    const { files, log } = this.#options;
    try {
      this.#stops.set(folder, files.watch(folder, () => this.#changed()));
      // What has changed since it was read, and before it was watched.
      this.#changed();
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      log.warn(`Cannot watch ${folder}: ${error.message}; changes there are followed at a reload`);
    }
  }

  #changed(): void {
    const { clock, timers, onChange } = this.#options;
    const nowMs = clock.nowMs();
    if (this.#cancel === null) this.#changedAtMs = nowMs;
    this.#cancel?.();
    const delayMs = Math.min(QUIET_MS, this.#changedAtMs + WAIT_MAX_MS - nowMs);
    this.#cancel = timers.start(Math.max(0, delayMs), () => {
      this.#cancel = null;
      onChange();
    });
  }
}
