import { plural } from "../../lists/plural.ts";
import { FileError, type Files } from "../../base/files.ts";
import type { WritableFiles } from "../../base/writable_files.ts";
import type { ListCompiler } from "../../lists/compile/list_compiler.ts";
import type { CompileReport } from "../../lists/compile/orders.ts";
import { generationsIn, removeOtherSets, setPath } from "../../lists/compile/set_files.ts";
import type { CompiledSet, CompileOrder, CountedText, CountOrder, ListWork } from "../../lists/keeper/list_work.ts";
import type { NameSet } from "../../lists/set/name_set.ts";
import { SetFileError } from "../../lists/set/set_file.ts";
import type { Log } from "../../observe/log.ts";

/** A set, ready to be used. */
export interface OpenedSet {
  /** Where it stands. */
  readonly path: string;
  /** To be closed by whoever gets it, when it is used no more. */
  readonly set: NameSet;
}

/** What sets are made and opened with. */
export interface SetFolderOptions {
  /** Where they stand. */
  readonly folder: string;
  /** Who makes them. */
  readonly compiler: ListCompiler;
  /** Opens one; see `OperatingSystem.openSetFileInSteps`. */
  readonly openSetFile: (path: string) => Promise<NameSet>;
  /** Where files are read. */
  readonly files: Pick<Files, "stat" | "list">;
  /** Where files are written. */
  readonly writableFiles: WritableFiles;
  /** A new set takes the place of the former one. */
  readonly onSet: (opened: OpenedSet) => void;
  /** Where the operator reads. */
  readonly log: Log;
}

/** The sets of names of lists, each in a file of its own: the newest one is used, and the one before it may still be. */
export class SetFolder implements ListWork {
  readonly #options: SetFolderOptions;
  /** Of the newest set that can be used; 0 for none. */
  #current = 0;
  /** Of the newest one, whether it can be used or not. */
  #newest = 0;

  /** See {@linkcode SetFolderOptions}. */
  constructor(options: SetFolderOptions) {
    this.#options = options;
  }

  /** The newest set that is there and whole, and what it is made of; `null` when there is none. */
  async openNewest(): Promise<(OpenedSet & Pick<CompiledSet, "digests">) | null> {
    const { folder, files, log } = this.#options;
    const generations = await generationsIn(folder, files).catch((error: unknown) => {
      if (!(error instanceof FileError)) throw error;
      // Whoever cannot block answers all the same.
      log.warn(`${folder} cannot be looked at, no list is in force yet: ${error.message}`);
      return [];
    });
    return await this.#openFirst(generations, "as they were");
  }

  /** The newest set, if another program has made one since; `null` when it has not. */
  async openOthers(): Promise<(OpenedSet & Pick<CompiledSet, "digests">) | null> {
    const { folder, files } = this.#options;
    const generations = await generationsIn(folder, files).catch((error: unknown) => {
      if (!(error instanceof FileError)) throw error;
      return [];
    });
    const [newest = this.#newest] = generations;
    return newest === this.#newest ? null : await this.#openFirst([newest], "as another program has made them ready");
  }

  async #openFirst(
    generations: readonly number[],
    how: string,
  ): Promise<(OpenedSet & Pick<CompiledSet, "digests">) | null> {
    const { folder, files, openSetFile, log } = this.#options;
    this.#newest = generations[0] ?? 0;
    for (const generation of generations) {
      const path = setPath(folder, generation);
      try {
        // Whoever opens a pipe waits for its other end, for ever.
        if ((await files.stat(path))?.kind !== "file") throw new FileError("it is no ordinary file");
        const set = await openSetFile(path);
        this.#current = generation;
        const names = set.lists.length === 0 ? "none" : set.lists.join(", ");
        log.info(`lists are in force ${how}: ${names}`);
        return { path, set, digests: Object.fromEntries(set.origins.map(({ name, digest }) => [name, digest])) };
      } catch (error) {
        if (!(error instanceof FileError || error instanceof SetFileError)) throw error;
        log.warn(`${path} is not used: ${error.message}`);
      }
    }
    return null;
  }

  /** See `ListWork`. */
  async hasSet(): Promise<boolean> {
    const { folder, files } = this.#options;
    try {
      return this.#current === 0 || await files.stat(setPath(folder, this.#current)) !== null;
    } catch (error) {
      if (error instanceof FileError) return true;
      throw error;
    }
  }

  /** See `ListWork`. */
  async count({ maxSizeOctets, ...order }: CountOrder): Promise<CountedText> {
    const { files, compiler } = this.#options;
    const info = await files.stat(order.file);
    if (info !== null && info.sizeOctets > maxSizeOctets) {
      throw new FileError(`it has more than ${maxSizeOctets} octets`);
    }
    const { kind: _, ...counted } = await compiler.count({ kind: "count", ...order });
    return counted;
  }

  /** See `ListWork`. */
  async compile({ lists }: CompileOrder): Promise<CompiledSet> {
    const { folder, compiler, openSetFile, files, writableFiles, onSet, log } = this.#options;
    await writableFiles.makeFolder(folder);
    // Not those behind it: whoever has just been told of the one that is used may not have opened it yet.
    await removeOtherSets(folder, this.#current, files, writableFiles);
    const generation = ++this.#newest;
    const report = await compiler.compile({ kind: "compile", folder, generation, lists });
    const set = await openSetFile(report.file);
    this.#current = generation;
    onSet({ path: report.file, set });
    log.info(summaryOf(report));
    return { generation, digests: Object.fromEntries(lists.map(({ name, digest }) => [name, digest])) };
  }
}

function summaryOf({ lists, sizeOctets }: CompileReport): string {
  const names = lists.reduce((sum, list) => sum + list.names, 0);
  const mebibytes = (sizeOctets / 1_048_576).toFixed(1);
  return `lists are ready: ${plural(names, "name")} in ${plural(lists.length, "list")}, ${mebibytes} MiB`;
}
