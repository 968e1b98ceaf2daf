import { FileError, type Files } from "../../base/files.ts";
import type { Clock, Timers } from "../../base/runtime.ts";
import { QUIET_MS, SettledVersion } from "../../base/settled_version.ts";
import { atOnce, inSteps } from "../../base/time/in_steps.ts";
import { MIB } from "../../base/units.ts";
import type { Log } from "../../observe/log.ts";
import type { LocalFileKind, Parsed } from "./file_kind.ts";

/** A hosts file of this size has some two million lines. */
export const FILE_OCTETS_MAX: number = 64 * MIB;
/** A file that looks as if it were being written is left alone for so much longer, once. */
export const UNFINISHED_MS = 1000;
/** What cannot be read is tried again so often, for not every reason shows. */
const RETRY_MS = 30_000;

const LINE_FEED = 0x0a;

/** What a file is read with. */
export interface LocalFileOptions<T> {
  /** Where it is. */
  readonly path: string;
  /** What it is. */
  readonly kind: LocalFileKind<T>;
  /** Where files are read. */
  readonly files: Files;
  /** What pauses are made with. */
  readonly timers: Timers;
  /** What the time is read from. */
  readonly clock: Clock;
  /** Where the operator reads. */
  readonly log: Log;
  /** It says something else than before. */
  readonly onChange: () => void;
}

/** How the files of a path are, each by its version; see `FileInfo`. */
type Versions = ReadonlyMap<string, string>;

/**
 * A file that others write while the program runs. What it says takes the place of what it said when it has stayed as it is for a
 * moment; what cannot be read leaves things as they were, and a line in the log.
 *
 * It is looked at by its path, now and then, so that what is renamed into its place, or what a link leads to now, is found like
 * what is written. The system's own watch (inotify, by way of Deno) opens whatever appears in a folder: a pipe there would stop
 * the program.
 */
export class LocalFile<T> {
  readonly #options: LocalFileOptions<T>;
  #content: T | null = null;
  /** What was read, or could not be, last. */
  readonly #version = new SettledVersion("");
  /** When that was. */
  #readAtMs = 0;
  /** What was complained of last; empty for nothing. */
  #complaint = "";
  /** A version that looked as if it were being written. */
  #unfinishedVersion = "";
  #isBusy = false;
  #isClosed = false;
  #cancelLook: (() => void) | null = null;

  /** See {@linkcode LocalFileOptions}. To be read first by one of the two. */
  constructor(options: LocalFileOptions<T>) {
    this.#options = options;
  }

  /** What it says; `null` as long as it has never been read. */
  get content(): T | null {
    return this.#content;
  }

  /** Looks whether it has changed, and follows it. To be called again and again. */
  async look(): Promise<void> {
    if (this.#isBusy || this.#cancelLook !== null || this.#isClosed) return;
    this.#isBusy = true;
    try {
      await this.#look();
    } finally {
      this.#isBusy = false;
    }
  }

  /** Reads it at once: nobody is served yet. */
  readNow(): void {
    const { files, kind } = this.#options;
    let version = "";
    try {
      const versions = this.#versionsNow();
      const paths = this.#paths(versions);
      version = versionOf(paths, versions);
      this.#take(atOnce(kind.parse(paths.map((path) => files.readNow(path, FILE_OCTETS_MAX)))));
    } catch (error) {
      this.#complain(error);
    }
    this.#settle(version);
  }

  /** Reads it in steps: others are served meanwhile. */
  async readInSteps(): Promise<void> {
    this.#isBusy = true;
    let version = "";
    try {
      const versions = await this.#versions();
      const paths = this.#paths(versions);
      version = versionOf(paths, versions);
      await this.#parse(await this.#octetsOf(paths));
    } catch (error) {
      this.#complain(error);
    } finally {
      this.#isBusy = false;
    }
    this.#settle(version);
  }

  /** Looks at it no more. */
  close(): void {
    this.#isClosed = true;
    this.#cancelLook?.();
    this.#cancelLook = null;
  }

  #versionsNow(): Versions {
    const infos = this.#candidates.map((path) => [path, this.#options.files.statNow(path)] as const);
    return new Map(infos.flatMap(([path, info]) => info === null ? [] : [[path, info.version]]));
  }

  async #look(): Promise<void> {
    let version = "";
    try {
      const versions = await this.#versions();
      const paths = this.#paths(versions);
      version = versionOf(paths, versions);
      if (!this.#isDue(version)) return;
      await this.#read(paths, version);
    } catch (error) {
      this.#complain(error);
      this.#settle(version);
    }
  }

  async #versions(): Promise<Versions> {
    const versions = new Map<string, string>();
    for (const path of this.#candidates) {
      const info = await this.#options.files.stat(path);
      if (info !== null) versions.set(path, info.version);
    }
    return versions;
  }

  /** Whether it is to be read: it is not as it was, and has stayed so for a moment. */
  #isDue(version: string): boolean {
    const nowMs = this.#options.clock.nowMs();
    const state = this.#version.look(version, nowMs);
    if (state === "unsettled") this.#lookIn(QUIET_MS);
    if (state === "known") return this.#complaint !== "" && nowMs >= this.#readAtMs + RETRY_MS;
    return state === "settled";
  }

  async #read(paths: readonly string[], version: string): Promise<void> {
    const octets = await this.#octetsOf(paths);
    if (this.#isUnfinished(octets.at(-1)!, version)) return this.#lookIn(UNFINISHED_MS);
    if (await this.#parse(octets)) this.#settle(version);
  }

  async #octetsOf(paths: readonly string[]): Promise<Uint8Array<ArrayBuffer>[]> {
    const octets = [];
    for (const path of paths) octets.push(await this.#options.files.read(path, FILE_OCTETS_MAX));
    return octets;
  }

  /** Resolves to whether it has come to the end: nobody may want it any more. */
  async #parse(octets: readonly Uint8Array<ArrayBuffer>[]): Promise<boolean> {
    const { kind, timers } = this.#options;
    const parsed = await inSteps(kind.parse(octets), timers, () => this.#isClosed);
    if (parsed !== null) this.#take(parsed);
    return parsed !== null;
  }

  #settle(version: string): void {
    this.#version.take(version);
    this.#readAtMs = this.#options.clock.nowMs();
  }

  #lookIn(ms: number): void {
    if (this.#isClosed) return;
    this.#cancelLook = this.#options.timers.start(ms, () => {
      this.#cancelLook = null;
      void this.look();
    });
  }

  /** Where something of it may be. */
  get #candidates(): readonly string[] {
    const { path, kind } = this.#options;
    return [path, ...kind.beside.map((suffix) => `${path}${suffix}`)];
  }

  /** What is to be read; the path itself whether it is there or not. */
  #paths(versions: Versions): readonly string[] {
    return this.#options.kind.paths(this.#options.path, (path) => versions.has(path));
  }

  /** Whether it looks as if somebody were writing it. One that stays so is believed. */
  #isUnfinished(last: Uint8Array, version: string): boolean {
    if (version === this.#unfinishedVersion) return false;
    const isUnfinished = last.length === 0
      ? this.#content !== null
      : this.#options.kind.endsLines && last.at(-1) !== LINE_FEED;
    if (isUnfinished) this.#unfinishedVersion = version;
    return isUnfinished;
  }

  #take({ content, summary, bad }: Parsed<T>): void {
    const { path, kind, log, onChange } = this.#options;
    this.#content = content;
    this.#complaint = "";
    const line = `${kind.title} ${path}: ${[summary, bad.text].filter((text) => text !== "").join(", ")}`;
    if (bad.count > 0) log.warn(line);
    else log.info(line);
    onChange();
  }

  #complain(error: unknown): void {
    if (!(error instanceof FileError)) throw error;
    const { path, kind, log } = this.#options;
    if (this.#complaint === error.message) return;
    this.#complaint = error.message;
    const rest = this.#content === null ? "nothing is known from it" : "what it said before holds on";
    log.warn(`${kind.title} ${path} cannot be read, ${rest}: ${error.message}`);
  }
}

function versionOf(paths: readonly string[], versions: Versions): string {
  return paths.map((path) => versions.get(path) ?? "none").join(" ");
}
