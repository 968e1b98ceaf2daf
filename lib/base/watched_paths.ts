import { FileError, type Files } from "./files.ts";
import type { Clock, Timers } from "./runtime.ts";
import { QUIET_MS, SettledVersion } from "./settled_version.ts";

/** So often paths are looked at: a few calls of the system. */
export const LOOK_MS = 1000;

/** What paths are watched with. */
export interface WatchedPathsOptions {
  /** Where they are. */
  readonly files: Pick<Files, "stat" | "statNow">;
  /** What the time is read from. */
  readonly clock: Clock;
  /** What pauses are made with. */
  readonly timers: Timers;
  /** Something else stands at these, and has stayed so for a moment. */
  readonly onChange: (paths: readonly string[]) => void;
  /** Whether one that is watched from now on is told of as well: what stands there may have been read some time ago. */
  readonly tellsOfNew?: boolean;
}

/**
 * Watches files and folders by their paths, whether there is something or not: what is renamed into its place, or what a link leads
 * to now, is found like what is written. A folder is another one when something comes or goes in it.
 *
 * They are looked at now and then. The system's own watch (inotify, by way of `Deno.watchFs` 2.9.5) opens whatever appears in a
 * folder: on a pipe its thread waits for a writer, with a lock that the next call of it waits for. Whoever may make a pipe there
 * would stop the program.
 */
export class WatchedPaths {
  readonly #options: WatchedPathsOptions;
  /** By path, how it was when it was last told of. */
  #known = new Map<string, string>();
  #settled = new SettledVersion("");
  #cancelLook: (() => void) | null = null;

  /** Watches none yet. See {@linkcode WatchedPathsOptions}. */
  constructor(options: WatchedPathsOptions) {
    this.#options = options;
  }

  /** Watches these from now on, and no others. */
  watch(paths: readonly string[]): void {
    const { tellsOfNew = false } = this.#options;
    const known = new Map<string, string>();
    let hasNew = false;
    for (const path of paths) {
      const version = this.#known.get(path);
      hasNew ||= version === undefined;
      known.set(path, version ?? (tellsOfNew ? "" : this.#versionNow(path)));
    }
    this.#known = known;
    this.#settled = new SettledVersion(textOf(known));
    this.#lookIn(hasNew && tellsOfNew ? 0 : LOOK_MS);
  }

  /** Watches no more. */
  stop(): void {
    this.#known = new Map();
    this.#cancelLook?.();
    this.#cancelLook = null;
  }

  #lookIn(ms: number): void {
    this.#cancelLook?.();
    this.#cancelLook = this.#known.size === 0 ? null : this.#options.timers.start(ms, () => void this.#look());
  }

  async #look(): Promise<void> {
    const known = this.#known;
    const paths = [...known.keys()];
    const versions = await Promise.all(paths.map((path) => this.#version(path)));
    // Others are watched meanwhile.
    if (known !== this.#known) return;
    const now = new Map(paths.map((path, i) => [path, versions[i]!]));
    const state = this.#settled.look(textOf(now), this.#options.clock.nowMs());
    this.#lookIn(state === "unsettled" ? QUIET_MS : LOOK_MS);
    if (state !== "settled") return;
    this.#known = now;
    this.#settled.take(textOf(now));
    this.#options.onChange(paths.filter((path) => known.get(path) !== now.get(path)));
  }

  async #version(path: string): Promise<string> {
    try {
      return (await this.#options.files.stat(path))?.version ?? NOTHING;
    } catch (error) {
      return unknown(error);
    }
  }

  #versionNow(path: string): string {
    try {
      return this.#options.files.statNow(path)?.version ?? NOTHING;
    } catch (error) {
      return unknown(error);
    }
  }
}

const NOTHING = "nothing";

/** That it cannot be found out is a state like others. */
function unknown(error: unknown): string {
  if (error instanceof FileError) return error.message;
  throw error;
}

function textOf(versions: ReadonlyMap<string, string>): string {
  return JSON.stringify([...versions]);
}
