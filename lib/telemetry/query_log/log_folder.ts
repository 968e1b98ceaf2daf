import { FileError, type Files } from "../../base/files.ts";
import type { StartGzip } from "../../base/octets/gzip.ts";
import type { Timers, WallClock } from "../../base/runtime.ts";
import { MIB } from "../../base/units.ts";
import type { LineFile, WritableFiles } from "../../base/writable_files.ts";
import { compressFile } from "./compress.ts";
import { CURRENT_NAME, type FullFile, fullFiles, fullName } from "./log_names.ts";

/** Of a file before it is compressed, at most: some 100,000 lines, of which 1.5 MiB are left. */
const FILE_OCTETS_MAX = 16 * MIB;
/** So many parts of all room are one file's. */
const FILES_MIN = 4;
/** At the end a disk is waited for no longer than that. */
const STOP_MS = 2000;

/** What a folder is made from. */
export interface LogFolderOptions {
  /** Its path. It is for one program alone, and made if it is not there. */
  readonly path: string;
  /** The machine's files. */
  readonly files: Pick<Files, "list" | "stat" | "pieces">;
  /** Where they are written. */
  readonly writableFiles: WritableFiles;
  /** Compresses them. */
  readonly startGzip: StartGzip;
  /** What pauses are made with. */
  readonly timers: Timers;
  /** What files are called by. */
  readonly wallClock: WallClock;
  /** Told of what cannot be compressed or removed. */
  onTrouble(message: string): void;
}

/** The files of the log: one that grows, and compressed ones, of which the oldest go when there is no room. */
export class LogFolder {
  readonly #options: LogFolderOptions;
  #octetsMax: number;
  #release: (() => void) | null = null;
  #lastEndSeconds = 0;
  #tidying: Promise<void> | null = null;
  readonly #end = new AbortController();

  /**
   * See {@linkcode LogFolderOptions}.
   *
   * @param octetsMax Of all files together.
   */
  constructor(options: LogFolderOptions, octetsMax: number) {
    this.#options = options;
    this.#octetsMax = octetsMax;
  }

  /** The file that grows. */
  get currentPath(): string {
    return `${this.#options.path}/${CURRENT_NAME}`;
  }

  /** How long it may be. */
  get fileOctetsMax(): number {
    return Math.min(FILE_OCTETS_MAX, Math.floor(this.#octetsMax / FILES_MIN));
  }

  /** There may be more or less from now on. */
  limit(octetsMax: number): void {
    this.#octetsMax = octetsMax;
  }

  /**
   * Opens the file that grows.
   *
   * @throws {FileError}
   */
  async open(): Promise<LineFile> {
    const { path, writableFiles } = this.#options;
    await writableFiles.makeFolder(path);
    // The one of a folder that is there no more would keep nobody away.
    this.#release?.();
    this.#release = await writableFiles.lock(`${path}/lock`);
    if (this.#release === null) throw new FileError("another program writes its log there");
    const file = await writableFiles.appendLines(this.currentPath);
    this.#tidy();
    return file;
  }

  /** How long the file that grows is; -1 when it is not there. */
  async currentOctets(): Promise<number> {
    return (await this.#options.files.stat(this.currentPath))?.sizeOctets ?? -1;
  }

  /**
   * The file that grows has grown enough, and is closed: it is put aside.
   *
   * @throws {FileError}
   */
  async putAside(): Promise<void> {
    const { path, writableFiles, wallClock } = this.#options;
    const [last] = (await this.#full()).slice(-1);
    this.#lastEndSeconds = Math.max(this.#lastEndSeconds, last?.endSeconds ?? 0);
    // No two are called the same, also when somebody has set the clock back.
    this.#lastEndSeconds = Math.max(Math.ceil(wallClock.epochSeconds()), this.#lastEndSeconds + 1);
    await writableFiles.move(this.currentPath, `${path}/${fullName(this.#lastEndSeconds)}`);
    this.#tidy();
  }

  /** Lets go of the folder. What is being compressed is so at the next start. */
  async stop(): Promise<void> {
    this.#end.abort();
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#options.timers.start(STOP_MS, resolve);
    await Promise.race([promise, this.#tidying]);
    cancel();
    this.#release?.();
    this.#release = null;
  }

  /** Makes room and compresses, beside whatever else is done. */
  #tidy(): void {
    this.#tidying ??= this.#tidyAll().catch((error) => {
      if (!(error instanceof FileError)) throw error;
      if (!this.#end.signal.aborted) this.#options.onTrouble(error.message);
    }).finally(() => this.#tidying = null);
  }

  async #tidyAll(): Promise<void> {
    const { path, writableFiles } = this.#options;
    // What is left of a program that was killed.
    for (const { name, isPart } of await this.#full()) if (isPart) await writableFiles.remove(`${path}/${name}`);
    await this.#makeRoom();
    for (;;) {
      const plain = (await this.#full()).filter(({ isCompressed }) => !isCompressed);
      if (plain.length === 0) return;
      for (const { name } of plain) {
        if (this.#end.signal.aborted) return;
        await compressFile(`${path}/${name}`, { ...this.#options, signal: this.#end.signal });
      }
      await this.#makeRoom();
    }
  }

  async #makeRoom(): Promise<void> {
    const { path, files, writableFiles } = this.#options;
    const sized = [];
    for (const { name } of await this.#full()) {
      const info = await files.stat(`${path}/${name}`);
      sized.push({ name, octets: info?.sizeOctets ?? 0 });
    }
    // One file grows, and another one is there twice while it is compressed.
    let tooMany = sized.reduce((sum, { octets }) => sum + octets, 0) - (this.#octetsMax - 2 * this.fileOctetsMax);
    for (const { name, octets } of sized) {
      if (tooMany <= 0) return;
      await writableFiles.remove(`${path}/${name}`);
      tooMany -= octets;
    }
  }

  async #full(): Promise<FullFile[]> {
    return fullFiles(await this.#options.files.list(this.#options.path));
  }
}
