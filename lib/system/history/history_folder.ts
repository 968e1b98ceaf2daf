import { join } from "node:path";
import { HistoryFile } from "./history_file.ts";

/** A file has no more than this part of all room, so that the oldest part of it can go. */
const FILES_MIN = 4;
const DAY_MS = 86_400_000;
/** `history-20261130T140237Z.db`: when it was begun. */
const NAME = /^history-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.db(\.broken)?$/;
/** What SQLite puts beside a file. */
const BESIDE = ["", "-wal", "-shm", "-journal"];

/** A file of the folder. */
export interface StoredFile {
  /** Where it is. */
  readonly path: string;
  /** When it was begun. */
  readonly beginsMs: number;
  /** Whether it could not be used. */
  readonly isBroken: boolean;
}

/**
 * The files of the history: one a day, or more where a day has much. The oldest go when there is no room: nothing is ever deleted from
 * a file, for that makes no file smaller.
 */
export class HistoryFolder {
  readonly #folder: string;
  readonly #tell: (message: string) => void;
  #octetsMax: number;
  #file: HistoryFile | null = null;
  #path = "";
  #beginsMs = 0;

  /**
   * Makes the folder if it is not there.
   *
   * @param octetsMax Of all files together.
   * @param tell Told of what the operator has to know.
   */
  constructor(folder: string, octetsMax: number, tell: (message: string) => void) {
    this.#folder = folder;
    this.#octetsMax = octetsMax;
    this.#tell = tell;
    Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** There may be more or less from now on. */
  limit(octetsMax: number): void {
    this.#octetsMax = octetsMax;
    this.#makeRoom();
  }

  /** Writes lines down that have come by `nowMs`. */
  add(lines: readonly string[], nowMs: number): void {
    try {
      this.#current(nowMs).add(lines, nowMs);
    } catch (error) {
      if (!isBroken(error)) throw error;
      this.setAside(this.#path, error);
      this.#current(nowMs).add(lines, nowMs);
    }
  }

  /** The oldest first. */
  get files(): StoredFile[] {
    const names = [...Deno.readDirSync(this.#folder)].map(({ name }) => name);
    return names.flatMap((name): StoredFile[] => {
      const match = NAME.exec(name);
      if (match === null) return [];
      const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
      const beginsMs = Date.UTC(year!, month! - 1, day, hour, minute, second);
      return [{ path: join(this.#folder, name), beginsMs, isBroken: match[7] !== undefined }];
    }).sort((a, b) => a.beginsMs - b.beginsMs);
  }

  /** When the oldest was begun. */
  get oldestMs(): number | null {
    return this.files.find(({ isBroken }) => !isBroken)?.beginsMs ?? null;
  }

  /** Looks into a file; `null` when that cannot be done: then the operator is told. */
  look<T>(path: string, look: (file: HistoryFile) => T): T | null {
    let file: HistoryFile | null = null;
    try {
      if (path === this.#path && this.#file !== null) {
        this.#file.writeSums();
        return look(this.#file);
      }
      file = new HistoryFile(path);
      return look(file);
    } catch (error) {
      if (!isBroken(error)) throw error;
      this.setAside(path, error);
      return null;
    } finally {
      file?.close();
    }
  }

  /** A file cannot be used any more: it is kept under another name until its room is needed. */
  setAside(path: string, error: unknown): void {
    if (path === this.#path) this.close();
    this.#tell(`${path} is broken (${error instanceof Error ? error.message : error}): put aside as ${path}.broken`);
    for (const beside of BESIDE.slice(1)) removeQuietly(`${path}${beside}`);
    Deno.renameSync(path, `${path}.broken`);
  }

  /** Lets go of the file that is written to. */
  close(): void {
    try {
      this.#file?.close();
    } finally {
      this.#file = null;
      this.#path = "";
    }
  }

  #current(nowMs: number): HistoryFile {
    if (this.#file !== null && !isThere(this.#path)) this.#replaceGone();
    const isOfToday = Math.floor(nowMs / DAY_MS) === Math.floor(this.#beginsMs / DAY_MS);
    if (this.#file !== null && isOfToday && sizeOf(this.#path) < this.#octetsMax / FILES_MIN) return this.#file;
    this.close();
    const last = this.files.findLast(({ isBroken }) => !isBroken);
    const goesOn = last !== undefined && Math.floor(last.beginsMs / DAY_MS) === Math.floor(nowMs / DAY_MS) &&
      sizeOf(last.path) < this.#octetsMax / FILES_MIN;
    // No two have the same name, also when somebody has set the clock back.
    this.#beginsMs = goesOn ? last.beginsMs : Math.max(nowMs, (this.files.at(-1)?.beginsMs ?? 0) + 1000);
    this.#path = goesOn ? last.path : join(this.#folder, nameOf(this.#beginsMs));
    this.#makeRoom();
    // What SQLite makes itself everybody may read.
    Deno.openSync(this.#path, { write: true, create: true, mode: 0o600 }).close();
    this.#file = new HistoryFile(this.#path);
    return this.#file;
  }

  /** What is written to a file that somebody has removed is lost when it is closed, and nobody would be told until then. */
  #replaceGone(): void {
    const path = this.#path;
    this.#tell(`${path} is gone: another one is begun`);
    this.close();
    Deno.mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    // They would be taken for those of a file of the same name.
    for (const beside of BESIDE.slice(1)) removeQuietly(`${path}${beside}`);
  }

  /** So that the file that grows may grow to its end. */
  #makeRoom(): void {
    const others = this.files.filter(({ path }) => path !== this.#path);
    let tooMany = others.reduce((sum, { path }) => sum + sizeOf(path), 0) - this.#octetsMax * (1 - 1 / FILES_MIN);
    for (const { path } of others) {
      if (tooMany <= 0) return;
      tooMany -= sizeOf(path);
      for (const beside of BESIDE) removeQuietly(`${path}${beside}`);
    }
  }
}

/** Whether it is the file's fault, and not the disk's. */
function isBroken(error: unknown): boolean {
  // SQLITE_NOTADB and SQLITE_CORRUPT; there is nothing else to know them by.
  return error instanceof Error && /file is not a database|database disk image is malformed/.test(error.message);
}

function nameOf(beginsMs: number): string {
  return `history-${new Date(beginsMs).toISOString().replaceAll(/[-:]|\.\d+/g, "")}.db`;
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function sizeOf(path: string): number {
  return BESIDE.reduce((sum, beside) => {
    try {
      return sum + Deno.statSync(`${path}${beside}`).size;
    } catch {
      return sum;
    }
  }, 0);
}

function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
