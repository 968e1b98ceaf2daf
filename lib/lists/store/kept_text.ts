import { FileError, type Files } from "../../base/files.ts";
import type { WritableFiles } from "../../base/writable_files.ts";
import { recordToText, type SourceRecord } from "./source_record.ts";

/** Digits of the SHA-256 in the name of a text: it tells versions apart. */
const VERSION_DIGITS = 16;

/**
 * The last good text of a source, in two files: its octets, and a record of what is known of them, which says which octets these
 * are. What is fetched is written to a third file; when it has been found to be good, it gets a name of its own, and the record
 * takes the place of the former record. So whenever the program is killed, there is a record and its text.
 */
export class KeptText {
  /** Where what is to take its place is written. */
  readonly newPath: string;
  readonly #path: string;
  readonly #files: WritableFiles;
  readonly #stat: Files["stat"];
  #record: SourceRecord | null;
  #isLost = false;

  /** What is kept at `path`, of which `record` is known; `null` without a text. `stat` finds files. */
  constructor(path: string, record: SourceRecord | null, files: WritableFiles, stat: Files["stat"]) {
    this.newPath = `${path}.new`;
    this.#path = path;
    this.#record = record;
    this.#files = files;
    this.#stat = stat;
  }

  /** Whether somebody has removed it, as far as is known: its source has to give it anew. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Looks whether it is still there. Returns whether it has been lost since. */
  async look(): Promise<boolean> {
    const { path } = this;
    if (path === null || this.#isLost) return false;
    try {
      return this.#isLost = await this.#stat(path) === null;
    } catch (error) {
      if (error instanceof FileError) return false;
      throw error;
    }
  }

  /** What is known of it; `null` when there is none. */
  get record(): SourceRecord | null {
    return this.#record;
  }

  /** Where it stands; `null` when there is none. */
  get path(): string | null {
    return this.#record && textPath(this.#path, this.#record);
  }

  /** Where its record stands, if there is one. */
  get recordPath(): string {
    return `${this.#path}.json`;
  }

  /** Makes sure that a text may be written to `newPath`. */
  async makeFolder(): Promise<void> {
    await this.#files.makeFolder(this.#path.slice(0, this.#path.lastIndexOf("/")));
  }

  /** What stands at `newPath`, of which `record` is known, takes its place. The former text is gone then. */
  async replace(record: SourceRecord): Promise<void> {
    const formerPath = this.path;
    const path = textPath(this.#path, record);
    await this.#files.replace(this.newPath, path);
    await this.#write(record);
    this.#isLost = false;
    if (formerPath !== null && formerPath !== path) await this.#files.remove(formerPath);
  }

  /** It was still what its source says. */
  async confirm(known: Pick<SourceRecord, "etag" | "lastModified" | "checkedSeconds">): Promise<void> {
    if (this.#record !== null) await this.#write({ ...this.#record, ...known });
  }

  /** What stands at `newPath` is not wanted. */
  async discard(): Promise<void> {
    await this.#files.remove(this.newPath);
  }

  async #write(record: SourceRecord): Promise<void> {
    const path = this.recordPath;
    const writer = await this.#files.create(`${path}.new`);
    try {
      await writer.write(new TextEncoder().encode(recordToText(record)));
      await writer.finish();
    } finally {
      await writer.discard();
    }
    await this.#files.replace(`${path}.new`, path);
    this.#record = record;
  }
}

/** Where the text of a record stands, whose file is at `path` with another ending. */
export function textPath(path: string, { sha256 }: Pick<SourceRecord, "sha256">): string {
  return `${path}.${sha256.slice(0, VERSION_DIGITS)}`;
}
