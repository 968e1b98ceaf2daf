import { Random } from "../../base/random/random.ts";
import type { RandomSource, Timers, WallClock } from "../../base/runtime.ts";
import type { Log } from "../../observe/log.ts";
import type { ListStore } from "../store/list_store.ts";
import { type KeptList, sourceKey } from "./kept_list.ts";
import { KeptSource } from "./kept_source.ts";
import type { CompiledList, CompiledSet, CompileOrder, ListWork } from "./list_work.ts";
import { type ListStatus, listStatus } from "./list_status.ts";
import { SetMaker } from "./set_maker.ts";
import type { TextTools } from "./update_text.ts";

/** Timers are no good at days; and the clock may be set. */
const WAIT_MS_MAX = 60 * 60_000;

/** What lists are kept with. */
export interface ListKeeperOptions {
  /** Where their last good texts are. */
  readonly store: ListStore;
  /** See `TextTools`. */
  readonly fetchText: TextTools["fetchText"];
  /** Who reads their texts. */
  readonly work: ListWork;
  /** The set that was made last, before the program started; `null` for none. */
  readonly made: Pick<CompiledSet, "digests"> | null;
  /** The files that are to be watched are others. */
  readonly onFiles: (paths: readonly string[]) => void;
  /** What pauses are made with. */
  readonly timers: Timers;
  /** What the time of day is read from. */
  readonly wallClock: WallClock;
  /** Where unpredictable numbers come from. */
  readonly random: RandomSource;
  /** Where the operator reads. */
  readonly log: Log;
}

/** A list, and its sources in their order. */
interface Kept {
  readonly list: KeptList;
  readonly sources: readonly KeptSource[];
}

/**
 * Keeps the texts of lists up to date, one source at a time, and has a set made of them when they have changed. Whatever goes
 * wrong with a source, its last good text stays in the set.
 */
export class ListKeeper {
  readonly #options: ListKeeperOptions;
  readonly #random: Random;
  readonly #maker: SetMaker;
  readonly #tools: TextTools;
  #kept: readonly Kept[] = [];
  /** Sources by list and place, as long as some configuration has them. */
  #sources = new Map<string, KeptSource>();
  #isRunning = false;
  #isStopped = false;
  #cancelTimer: (() => void) | null = null;

  /** Keeps none yet. See {@linkcode ListKeeperOptions}. */
  constructor(options: ListKeeperOptions) {
    const { fetchText, work, wallClock } = options;
    this.#options = options;
    this.#random = new Random(options.random);
    this.#maker = new SetMaker({ ...options, order: () => this.#order });
    this.#tools = { fetchText, work, wallClock, whileUnread: (change) => this.#maker.whileUnread(change) };
  }

  /** Keeps these lists from now on. What is known of those that were kept before goes on; of others the last good texts are used at once. */
  async use(lists: readonly KeptList[]): Promise<void> {
    const kept: Kept[] = [];
    const sources = new Map<string, KeptSource>();
    for (const list of lists) {
      const texts = await this.#options.store.open(list.name, list.sources.map(sourceKey));
      const ofList = list.sources.map((source, i) => {
        const key = JSON.stringify([list.name, sourceKey(source)]);
        const options = { ...this.#options, random: this.#random, source, text: texts[i]!, tools: this.#tools };
        return sources.getOrInsertComputed(
          key,
          () => this.#sources.get(key) ?? new KeptSource(options, list),
        );
      });
      kept.push({ list, sources: ofList });
    }
    for (const [key, source] of this.#sources) if (!sources.has(key)) source.close();
    this.#kept = kept;
    this.#sources = sources;
    for (const { list, sources } of kept) sources.forEach((source) => source.follow(list));
    this.#options.onFiles([...sources.values()].map(({ file }) => file).filter((file) => file !== null));
    this.#maker.noteChange();
    void this.#run();
  }

  /** A file has changed. */
  noteFile(path: string): void {
    for (const source of this.#sources.values()) if (source.file === path) void source.makeDue();
    void this.#run();
  }

  /**
   * Updates lists now, whenever they were to be updated: those of these names, or all. Resolves to how they are doing when that
   * is done, and a set is made of them.
   */
  async refresh(names: readonly string[] | null): Promise<readonly ListStatus[]> {
    const wanted = this.#kept.filter(({ list }) => names === null || names.includes(list.name));
    const updated = Promise.all(wanted.flatMap(({ sources }) => sources.map((source) => source.makeDue())));
    void this.#run();
    await updated;
    await this.#maker.make();
    return wanted.map(statusOf);
  }

  /** How all lists are doing. */
  get status(): readonly ListStatus[] {
    return this.#kept.map(statusOf);
  }

  /** Why there is no newer set; `null` when nothing is wrong. */
  get complaint(): string | null {
    return this.#maker.complaint;
  }

  /** Begins nothing any more. */
  stop(): void {
    this.#isStopped = true;
    for (const source of this.#sources.values()) source.close();
    this.#maker.stop();
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      await Promise.all([...this.#sources.values()].map((source) => source.look()));
      for (let next = this.#due; next !== null && !this.#isStopped; next = this.#due) {
        await next.update();
        this.#maker.noteChange();
      }
    } finally {
      this.#isRunning = false;
    }
    if (this.#isStopped) return;
    this.#wait();
    await this.#maker.make();
  }

  /** What is to be updated first; `null` when nothing is due. */
  get #due(): KeptSource | null {
    for (const { sources } of this.#kept) {
      const source = sources.find(({ waitSeconds }) => waitSeconds === 0);
      if (source !== undefined) return source;
    }
    return null;
  }

  #wait(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    const waitSeconds = Math.min(...[...this.#sources.values()].map((source) => source.waitSeconds));
    if (waitSeconds === Infinity) return;
    const waitMs = Math.min(Math.ceil(waitSeconds * 1000), WAIT_MS_MAX);
    this.#cancelTimer = this.#options.timers.start(waitMs, () => void this.#run());
  }

  get #order(): CompileOrder {
    return { lists: this.#kept.map(compiledList).filter(({ files }) => files.length > 0) };
  }
}

function compiledList({ list, sources }: Kept): CompiledList {
  const { name, format, coversBelow } = list;
  const texts = sources.map(({ text }) => text).filter(({ record }) => record !== null);
  const digest = JSON.stringify([format, coversBelow, ...texts.map(({ record }) => record!.sha256)]);
  return { name, files: texts.map(({ path }) => path!), format, coversBelow, digest };
}

function statusOf({ list, sources }: Kept): ListStatus {
  const records = sources.map(({ text }) => text.record).filter((record) => record !== null);
  return listStatus(list.name, sources.map(({ status }) => status), records);
}
