import { FileError, type Files } from "../../base/files.ts";
import type { WritableFiles } from "../../base/writable_files.ts";
import { KeptText, textPath } from "./kept_text.ts";
import { recordFromText, type SourceRecord } from "./source_record.ts";

const RECORD_OCTETS_MAX = 64 * 1024;

/** What a store is made from. */
export interface ListStoreOptions {
  /** Its folder; the texts of a list are in a folder in it. */
  readonly folder: string;
  /** Where it reads. */
  readonly files: Pick<Files, "list" | "read" | "stat">;
  /** Where it writes. */
  readonly writableFiles: WritableFiles;
}

/** The last good text of each source of each list, on the disk. */
export class ListStore {
  readonly #options: ListStoreOptions;
  /** By list: whoever asks again gets the same. */
  readonly #texts = new Map<string, KeptTexts>();

  /** See {@linkcode ListStoreOptions}. */
  constructor(options: ListStoreOptions) {
    this.#options = options;
  }

  /**
   * The texts of a list's sources, in their order, whether there is one already or not. They are found by what they came from,
   * so that others may come and go beside them.
   */
  async open(list: string, sources: readonly string[]): Promise<readonly KeptText[]> {
    let kept = this.#texts.get(list);
    if (kept === undefined) this.#texts.set(list, kept = await this.#load(list));
    const { texts } = kept;
    return sources.map((source) => {
      return texts.getOrInsertComputed(source, () => {
        const path = `${this.#folderOf(list)}/${++kept.lastNumber}`;
        return this.#textAt(path, null);
      });
    });
  }

  /** Removes what is kept of all lists but these, and what belongs to no text. For the start: what has been opened stays. */
  async tidy(lists: readonly string[]): Promise<void> {
    const { folder, files, writableFiles } = this.#options;
    const names = new Map(lists.map((list) => [folderName(list), list]));
    for (const name of await this.#list(folder)) {
      const list = names.get(name);
      if (list === undefined) await writableFiles.remove(`${folder}/${name}`);
      else {
        const { texts } = await this.#load(list);
        const paths = new Set([...texts.values()].flatMap((text) => [text.path!, text.recordPath]));
        const all = (await files.list(`${folder}/${name}`)).map((file) => `${folder}/${name}/${file}`);
        for (const path of all) if (!paths.has(path)) await writableFiles.remove(path);
      }
    }
  }

  async #load(list: string): Promise<KeptTexts> {
    const kept: KeptTexts = { texts: new Map(), lastNumber: 0 };
    const folder = this.#folderOf(list);
    for (const name of await this.#list(folder)) {
      const number = Number(/^([1-9]\d{0,9})\./.exec(name)?.[1] ?? 0);
      kept.lastNumber = Math.max(kept.lastNumber, number);
      if (name !== `${number}.json`) continue;
      const record = await this.#record(`${folder}/${number}`);
      if (record === null) continue;
      kept.texts.set(record.source, this.#textAt(`${folder}/${number}`, record));
    }
    return kept;
  }

  /** What is known of a text; `null` when it is not there. */
  async #record(path: string): Promise<SourceRecord | null> {
    const { files } = this.#options;
    try {
      const record = recordFromText(new TextDecoder().decode(await files.read(`${path}.json`, RECORD_OCTETS_MAX)));
      if (record === null) return null;
      const text = await files.stat(textPath(path, record));
      return text?.kind === "file" && text.sizeOctets === record.sizeOctets ? record : null;
    } catch (error) {
      if (error instanceof FileError) return null;
      throw error;
    }
  }

  #textAt(path: string, record: SourceRecord | null): KeptText {
    const { files, writableFiles } = this.#options;
    return new KeptText(path, record, writableFiles, (path) => files.stat(path));
  }

  /** The names in a folder; none where there is none. */
  async #list(folder: string): Promise<readonly string[]> {
    const { files } = this.#options;
    return await files.stat(folder) === null ? [] : await files.list(folder);
  }

  #folderOf(list: string): string {
    return `${this.#options.folder}/${folderName(list)}`;
  }
}

/** The texts of a list, by their sources. */
interface KeptTexts {
  readonly texts: Map<string, KeptText>;
  /** Of any of them, also of those that are gone. */
  lastNumber: number;
}

/** Names of lists are plain in every configuration that was checked; none of them leads out of the folder. */
function folderName(list: string): string {
  return encodeURIComponent(list).replaceAll(".", "%2E");
}
