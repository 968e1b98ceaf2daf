import { WatchedPaths } from "../../base/watched_paths.ts";
import type { Runtime } from "../../base/runtime.ts";
import type { FullConfig } from "../../config/config.ts";
import type { FindAddresses } from "../../lists/fetch/fetch_source.ts";
import type { KeptList } from "../../lists/keeper/kept_list.ts";
import { ListKeeper } from "../../lists/keeper/list_keeper.ts";
import { type ListStatus, unknownStatus } from "../../lists/keeper/list_status.ts";
import type { Pause } from "../../lists/schedule/pause.ts";
import { ListStore } from "../../lists/store/list_store.ts";
import type { Log } from "../../observe/log.ts";
import { listLines } from "../../operator/lists_text.ts";
import type { OperatingSystem } from "../operating_system.ts";
import { FolderLock, type FolderOwner } from "./folder_lock.ts";
import { KeptPauses } from "./kept_pauses.ts";
import { type OpenedSet, SetFolder } from "./set_folder.ts";

/** Less than whoever gives the command waits for its outcome. */
const REFRESH_MS = 45_000;
/** A folder that cannot be looked at may be one soon: a disk comes late, or somebody allows it. */
const RETRY_MS = 60_000;

/** Why a list is not kept by this program: its set may have it, and has what that program's configuration says of it. */
const OTHERS = "another program keeps it: server.state-dir is that program's";
const MISSING = "it is not in force: server.state-dir is another program's, which has no such list";

/** What lists are read, fetched and looked up with. */
export interface ListsOptions {
  /** The machine. */
  readonly system: Pick<
    OperatingSystem,
    "files" | "writableFiles" | "listCompiler" | "openSetFileInSteps" | "listFetcher"
  >;
  /** The world outside. */
  readonly runtime: Pick<Runtime, "clock" | "timers" | "wallClock" | "random">;
  /** Where the operator reads. */
  readonly log: Log;
}

/** Who serves. */
export interface ListsUser {
  /** See `FindAddresses`. */
  readonly findAddresses: FindAddresses;
  /** Uses another set from now on, and closes it when there is the next one. */
  readonly useLists: (opened: OpenedSet) => void;
}

/** The lists of the configuration that is followed: their texts on the disk, and the set that is made of them. */
export class Lists {
  readonly #options: ListsOptions;
  readonly #folder: string;
  readonly #sets: SetFolder;
  #store: ListStore;
  readonly #lock: FolderLock;
  readonly #pauses: KeptPauses;
  readonly #stopping = new AbortController();
  #paths: WatchedPaths | null = null;
  #made: Awaited<ReturnType<SetFolder["openNewest"]>> = null;
  #keeper: ListKeeper | null = null;
  #user: ListsUser | null = null;
  /** Configurations are followed one after another. */
  #following: Promise<void> = Promise.resolve();
  /** Whether another program has the folder. */
  #isOthers = false;
  /** Which one is followed; to tell it from those before. */
  #config: FullConfig | null = null;
  #cancelRetry: (() => void) | null = null;

  /** Those in `folder`. See {@linkcode ListsOptions}. */
  constructor(folder: string, options: ListsOptions) {
    const { system, log } = options;
    this.#options = options;
    this.#folder = folder;
    const { files, writableFiles, listCompiler: compiler, openSetFileInSteps: openSetFile } = system;
    const onSet = (opened: OpenedSet) => this.#user!.useLists(opened);
    this.#sets = new SetFolder({ folder, compiler, openSetFile, files, writableFiles, onSet, log });
    this.#store = this.#storeNow();
    this.#lock = new FolderLock({ folder, files, writableFiles, timers: options.runtime.timers, log });
    this.#pauses = new KeptPauses({ path: `${folder}/pauses.json`, files, writableFiles, log });
  }

  /** The set that was used last, for whoever is about to serve: it blocks at once. `null` when there is none. */
  async open(): Promise<OpenedSet | null> {
    return this.#made = await this.#sets.openNewest();
  }

  /** Blocking that was left off when the program ended. */
  readPauses(): Promise<readonly Pause[]> {
    return this.#pauses.read();
  }

  /** Keeps these for the next start. Resolves when that is done, or cannot be done. */
  async keepPauses(pauses: readonly Pause[]): Promise<void> {
    if (this.#lock.isHeld) await this.#pauses.write(pauses);
  }

  /** Keeps the lists of a configuration from now on, for whoever serves. */
  begin(config: FullConfig, user: ListsUser): void {
    this.#user = user;
    this.#config = config;
    this.#following = this.#lock.take((owner) => this.#noteOwner(owner)).then((owner) => {
      this.#isOthers = owner === "another program";
      if (!this.#isOthers) return this.#beginToKeep();
    });
    this.follow(config);
  }

  /** The folder may be another one, or somebody else's, or have something else in it than before. */
  #noteOwner(owner: FolderOwner): void {
    this.#following = this.#following.then(() => {
      if (!this.#stopping.signal.aborted) return owner === "we" ? this.#keepHere() : this.#useOthers();
    });
    if (owner === "we") this.follow(this.#config!);
  }

  /** Another program has kept the folder until now, or a disk has come late. What has been had of all sources meanwhile is newer. */
  async #keepHere(): Promise<void> {
    if (this.#hasAll) return;
    const opened = await this.open();
    // Where there is nothing either, what is known of the sources goes on.
    if (opened === null && this.#keeper !== null) return;
    this.#isOthers = false;
    if (opened !== null) this.#user!.useLists(opened);
    this.#endKeeping();
    this.#store = this.#storeNow();
    await this.#beginToKeep();
  }

  /** Another program has the folder, and may have made another set; or the folder is another one. */
  async #useOthers(): Promise<void> {
    const wasOthers = this.#isOthers;
    this.#isOthers = true;
    this.#endKeeping();
    const opened = wasOthers ? await this.#sets.openOthers() : await this.#sets.openNewest();
    if (opened === null) return;
    this.#made = opened;
    this.#user!.useLists(opened);
  }

  get #hasAll(): boolean {
    return this.#keeper?.status.every(({ sources }) => sources.every(({ ageSeconds }) => ageSeconds !== null)) ?? false;
  }

  #storeNow(): ListStore {
    const { files, writableFiles } = this.#options.system;
    return new ListStore({ folder: `${this.#folder}/fetch`, files, writableFiles });
  }

  #endKeeping(): void {
    this.#keeper?.stop();
    this.#keeper = null;
    this.#paths?.stop();
    this.#paths = null;
  }

  async #beginToKeep(): Promise<void> {
    const { system, runtime, log } = this.#options;
    const { signal } = this.#stopping;
    if (signal.aborted) return;
    const fetching = { findAddresses: this.#user!.findAddresses, signal };
    this.#paths = new WatchedPaths({
      ...runtime,
      files: system.files,
      onChange: (paths) => paths.forEach((path) => keeper.noteFile(path)),
    });
    const keeper = this.#keeper = new ListKeeper({
      ...runtime,
      store: this.#store,
      fetchText: (wanted, path) => system.listFetcher.fetchText(wanted, path, fetching),
      work: this.#sets,
      made: this.#made,
      onFiles: (paths) => this.#paths!.watch(paths),
      log,
    });
    await this.#store.tidy(keptLists(this.#config!).map(({ name }) => name)).catch((error: Error) => {
      log.warn(`Cannot tidy up ${this.#folder}: ${error.message}`);
    });
  }

  /** Keeps the lists of another configuration. */
  follow(config: FullConfig): void {
    this.#config = config;
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    this.#keep(config, null);
  }

  /** `told` is what was in the way when that was tried before; `null` for nothing. */
  #keep(config: FullConfig, told: string | null): void {
    this.#following = this.#following.then(() => this.#keeper?.use(keptLists(config))).catch(({ message }: Error) => {
      const { runtime, log } = this.#options;
      if (message !== told) log.warn(`Lists in ${this.#folder} cannot be kept: ${message}`);
      if (config !== this.#config || this.#stopping.signal.aborted) return;
      this.#cancelRetry = runtime.timers.start(RETRY_MS, () => this.#keep(config, message));
    });
  }

  /** Resolves when it is known what has been kept of the lists that were told of last. */
  get known(): Promise<void> {
    return this.#following;
  }

  /** How all of them are doing. */
  get status(): readonly ListStatus[] {
    if (!this.#isOthers) return this.#keeper?.status ?? [];
    return keptLists(this.#config!).map(({ name, sources }) => {
      return unknownStatus(name, sources, this.#made !== null && name in this.#made.digests ? OTHERS : MISSING);
    });
  }

  /** The same for the operator, a line each. */
  get lines(): readonly string[] {
    return listLines(this.status, this.#keeper?.complaint ?? null);
  }

  /** See `ListKeeper`. Resolves after a while in any case: whoever asks waits no longer, and may ask again how it is going. */
  async refresh(names: readonly string[] | null): Promise<readonly ListStatus[]> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#options.runtime.timers.start(REFRESH_MS, resolve);
    await Promise.race([this.#keeper?.refresh(names), promise]);
    cancel();
    return this.status.filter(({ name }) => names === null || names.includes(name));
  }

  /** Begins nothing any more, and ends what is on its way. */
  stop(): void {
    this.#stopping.abort();
    this.#cancelRetry?.();
    this.#endKeeping();
    this.#lock.stop();
  }
}

/** Lists whose texts are somewhere else. */
export function keptLists({ policy }: FullConfig): KeptList[] {
  const lists = policy?.lists ?? [];
  return lists.filter(({ sources }) => sources.length > 0).map(({ token, ...list }) => {
    return { ...list, token: token === null ? null : token.text };
  });
}
