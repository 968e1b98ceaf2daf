import { fetchSource } from "../../lib/lists/fetch/fetch_source.ts";
import type { KeptList } from "../../lib/lists/keeper/kept_list.ts";
import { ListKeeper } from "../../lib/lists/keeper/list_keeper.ts";
import type { CompiledSet, CompileOrder, CountedText, CountOrder, ListWork } from "../../lib/lists/keeper/list_work.ts";
import { ListStore } from "../../lib/lists/store/list_store.ts";
import { Log } from "../../lib/observe/log.ts";
import { EventTime } from "./event_time.ts";
import { FakeFiles } from "./fake_files.ts";
import { FakeHttp } from "./fake_http.ts";
import { FakeWritableFiles } from "./fake_writable_files.ts";
import { SeededRandom } from "./seeded_random.ts";

/** The moment at which the fake time begins, in seconds since 1970. */
const START_SECONDS = 1_735_689_600;
export const DAY_MS = 86_400_000;

/** A list that is as a configuration has it where it says nothing. */
export function keptList(list: Partial<KeptList> & Pick<KeptList, "name" | "sources">): KeptList {
  return {
    format: "auto",
    coversBelow: null,
    refreshMs: DAY_MS,
    maxSizeOctets: 1_000_000,
    maxErrorsShare: 0.05,
    minNames: 1,
    maxShrinkShare: 0.5,
    via: null,
    token: null,
    ...list,
  };
}

/** Keeps lists in fake time, of servers and on a disk that behave as a test says. */
export class ListRig implements ListWork {
  readonly time = new EventTime();
  readonly http = new FakeHttp();
  readonly files = new FakeFiles();
  readonly disk: FakeWritableFiles = new FakeWritableFiles(this.files);
  readonly lines: string[] = [];
  /** The names in the sets that were made, by list. */
  readonly sets: Record<string, readonly string[]>[] = [];
  watched: readonly string[] = [];
  /** By how much the wall clock is wrong. */
  clockSeconds = 0;
  /** What becomes of the next sets; as usual behind the last. */
  readonly compileErrors: Error[] = [];
  /** Whether the last set still stands on the disk. */
  isKept = true;
  /** How long it takes to make a set. */
  compileMs = 0;
  #generation = 0;
  keeper: ListKeeper;

  constructor() {
    this.keeper = this.start();
  }

  /** The program starts, once more perhaps. */
  start(made: Pick<CompiledSet, "digests"> | null = null): ListKeeper {
    const wallClock = { epochSeconds: () => this.nowSeconds };
    const fetching = {
      http: this.http,
      network: this.http,
      findAddresses: () => Promise.resolve(["192.0.2.1"]),
      timers: this.time,
      wallClock,
      signal: new AbortController().signal,
    };
    return this.keeper = new ListKeeper({
      store: new ListStore({ folder: "/state/fetch", files: this.files, writableFiles: this.disk }),
      fetchText: async (wanted, path) => await fetchSource(wanted, await this.disk.create(path), fetching),
      work: this,
      made,
      onFiles: (paths) => this.watched = paths,
      timers: this.time,
      wallClock,
      random: new SeededRandom(1),
      log: new Log({ level: "info", writeLine: (line) => this.lines.push(line.replace("dns-forwarder: ", "")) }),
    });
  }

  get nowSeconds(): number {
    return START_SECONDS + this.clockSeconds + Math.floor(this.time.nowMs() / 1000);
  }

  /** The lines since the last call. */
  takeLines(): string[] {
    return this.lines.splice(0);
  }

  /** A name a line; lines with a space are bad. */
  async count({ file, copyTo }: CountOrder): Promise<CountedText> {
    const octets = await this.files.read(file, 1_000_000);
    const lines = new TextDecoder().decode(octets).split("\n").slice(0, -1);
    const bad = lines.flatMap((text, i) => text.includes(" ") ? [{ line: i + 1, text, why: "it is no name" }] : []);
    const writer = await this.disk.create(copyTo ?? "/dev/null");
    await writer.write(octets);
    const written = await writer.finish();
    return {
      names: lines.length - bad.length,
      lines: lines.length,
      bad: bad.length,
      firstBad: bad.slice(0, 3),
      ...written,
    };
  }

  async hasSet(): Promise<boolean> {
    await null;
    return this.isKept;
  }

  async compile({ lists }: CompileOrder): Promise<CompiledSet> {
    if (this.compileMs > 0) await new Promise<void>((resolve) => void this.time.after(this.compileMs, resolve));
    const error = this.compileErrors.shift();
    if (error !== undefined) throw error;
    const names: Record<string, string[]> = {};
    for (const { name, files } of lists) {
      const texts = [];
      for (const file of files) texts.push(new TextDecoder().decode(await this.files.read(file, 1_000_000)));
      names[name] = texts.join("").split("\n").filter((line) => line !== "" && !line.includes(" "));
    }
    this.sets.push(names);
    this.isKept = true;
    return {
      generation: ++this.#generation,
      digests: Object.fromEntries(lists.map(({ name, digest }) => [name, digest])),
    };
  }
}
