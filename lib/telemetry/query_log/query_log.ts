import type { Files } from "../../base/files.ts";
import type { StartGzip } from "../../base/octets/gzip.ts";
import { Random } from "../../base/random/random.ts";
import type { Clock, RandomSource, Timers, WallClock } from "../../base/runtime.ts";
import type { WritableFiles } from "../../base/writable_files.ts";
import type { Log } from "../../observe/log.ts";
import type { ObservationRecord } from "../../observe/observation.ts";
import { RCODE } from "../../wire/iana.ts";
import { Privacy } from "../privacy.ts";
import type { PrivacySettings } from "../privacy/levels.ts";
import { LineBuffers } from "./line_buffers.ts";
import { LINE_OCTETS_MAX, LineEncoder } from "./line_encoder.ts";
import { LogFolder } from "./log_folder.ts";
import { type LogKind, SLOW_MS } from "./log_kinds.ts";
import { LogWriter } from "./log_writer.ts";

/** What is written down. */
export interface QueryLogSettings {
  /** Path of the folder. */
  readonly folder: string;
  /** Of all files together. */
  readonly octetsMax: number;
  /** These alone; all when it is empty. */
  readonly only: readonly LogKind[];
  /** One in so many, drawn at random: every n-th of a stream with a rhythm would be always the same. 1–65,536 */
  readonly sample: number;
  /** What may be told. */
  readonly privacy: PrivacySettings;
}

/** What a log is made from. */
export interface QueryLogOptions {
  /** The machine's files. */
  readonly files: Pick<Files, "list" | "stat" | "pieces">;
  /** Where they are written. */
  readonly writableFiles: WritableFiles;
  /** Compresses those that are full. */
  readonly startGzip: StartGzip;
  /** What goes wrong is told of by its time. */
  readonly clock: Clock;
  /** What files are called by. */
  readonly wallClock: WallClock;
  /** What pauses are made with. */
  readonly timers: Timers;
  /** Where samples and pseudonyms come from. */
  readonly random: RandomSource;
  /** Where the operator reads. */
  readonly log: Log;
}

/** Writes down what is asked and answered: a line of JSON each, in files that have no more than so much room together. */
export class QueryLog {
  /** What sinks are called by. */
  readonly name = "query-log";
  readonly #random: Random;
  readonly #buffers = new LineBuffers();
  readonly #encoder = new LineEncoder();
  readonly #folder: LogFolder;
  readonly #writer: LogWriter;
  #settings: QueryLogSettings;
  #privacy: Privacy;
  #lineCount = 0;
  #lostCount = 0;

  /** Nothing is opened until there is a line. */
  constructor(settings: QueryLogSettings, options: QueryLogOptions) {
    const { files, writableFiles, startGzip, timers, wallClock, clock, log } = options;
    this.#random = new Random(options.random);
    const onTrouble = (message: string) => log.warn(`query log: ${settings.folder} cannot be tidied up: ${message}`);
    const folder = { path: settings.folder, files, writableFiles, startGzip, timers, wallClock, onTrouble };
    this.#folder = new LogFolder(folder, settings.octetsMax);
    this.#writer = new LogWriter({
      folder: this.#folder,
      buffers: this.#buffers,
      clock,
      timers,
      log,
      lostCount: () => this.#lostCount,
      lose: (count) => void (this.#lostCount += count),
    });
    this.#settings = settings;
    this.#privacy = new Privacy(settings.privacy, options.random);
  }

  /** Lines that were written down, or wait for it. */
  get lineCount(): number {
    return this.#lineCount;
  }

  /** Lines that have found no room. */
  get lostCount(): number {
    return this.#lostCount;
  }

  /** How it is doing, in one line. */
  get text(): string {
    const { only, sample } = this.#settings;
    const what = [
      only.length === 0 ? "all queries" : `${only.join(", ")} queries`,
      ...(sample === 1 ? [] : [`one in ${sample}`]),
      this.#privacy.text,
      `${this.#lineCount} lines`,
      `${this.#lostCount} lost`,
      ...(this.#writer.trouble === null ? [] : [this.#writer.trouble]),
    ];
    return `query log: ${this.#settings.folder}: ${what.join(", ")}`;
  }

  /** Takes a record down; see `ObservationRecord`. Never waits. */
  take(record: ObservationRecord): void {
    // hot path
    const { only, sample } = this.#settings;
    if (only.length > 0 && !isAnyOf(record, only)) return;
    if (sample > 1 && this.#random.below(sample) !== 0) return;
    const told = this.#privacy.veil(record);
    if (told === null) return;
    const buffer = this.#buffers.room(LINE_OCTETS_MAX);
    if (buffer === null) this.#lostCount++;
    else {
      buffer.length = this.#encoder.write(told, buffer.octets, buffer.length);
      buffer.lineCount++;
      this.#lineCount++;
    }
    this.#writer.note();
  }

  /** Goes on by other settings. Returns whether it can: another folder is another log. */
  follow(settings: QueryLogSettings): boolean {
    if (settings.folder !== this.#settings.folder) return false;
    this.#privacy = this.#privacy.follow(settings.privacy);
    this.#settings = settings;
    this.#folder.limit(settings.octetsMax);
    return true;
  }

  /** Resolves when what there is can be read in its files, unless the disk takes too long for it. */
  async flush(): Promise<void> {
    await this.#writer.flush();
  }

  /** Writes what there is, unless the disk takes too long for it, and ends. */
  async stop(): Promise<void> {
    await this.#writer.stop();
    await this.#folder.stop();
  }
}

function isAnyOf(record: ObservationRecord, kinds: readonly LogKind[]): boolean {
  // hot path
  for (let i = 0; i < kinds.length; i++) {
    const kind = kinds[i]!;
    if (
      kind === "blocked" ? record.source === "blocked" : kind === "slow" ? record.tookMs >= SLOW_MS : isFailed(record)
    ) {
      return true;
    }
  }
  return false;
}

/** Whether nobody could tell, or there was too much to do. */
function isFailed({ source, rcode }: ObservationRecord): boolean {
  // hot path
  return source === "failure" || source === "refused" || rcode === RCODE.SERVFAIL;
}
