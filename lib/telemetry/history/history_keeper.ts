import type { RandomSource, Timers } from "../../base/runtime.ts";
import type { Log } from "../../observe/log.ts";
import type { ObservationRecord } from "../../observe/observation.ts";
import { Privacy } from "../privacy.ts";
import type { PrivacySettings } from "../privacy/levels.ts";
import { LineBuffers } from "../query_log/line_buffers.ts";
import { LINE_OCTETS_MAX, LineEncoder } from "../query_log/line_encoder.ts";
import { type History, HistoryError, type HistoryPage, type HistorySeries, type HistoryTop } from "./history.ts";
import type { SearchQuery, SeriesQuery, TopQuery } from "./history.ts";
import { HistoryQuestions } from "./history_questions.ts";
import type { HistoryAnswer, HistoryQuestion, HistoryReport, HistoryThread, StartHistory } from "./history_thread.ts";

/** Rows are written together: at the latest after so long. */
const FLUSH_MS = 2000;
/** One that has ended is started again after this time. */
const RESTART_MS = 10_000;
/** What is wrong with the disk is told so often. */
const TELL_MS = 60_000;
/** A series looks at sums alone. */
const SERIES_MS = 2000;
/** At the end it is waited for no longer. */
const STOP_MS = 2000;

/** What is kept. */
export interface HistorySettings {
  /** Path of the folder. */
  readonly folder: string;
  /** Of all files together. */
  readonly octetsMax: number;
  /** What may be told. */
  readonly privacy: PrivacySettings;
}

/** What a keeper is made from. */
export interface HistoryKeeperOptions {
  /** Starts whoever writes. */
  readonly start: StartHistory;
  /** What pauses are made with. */
  readonly timers: Timers;
  /** Where pseudonyms come from. */
  readonly random: RandomSource;
  /** Where the operator reads. */
  readonly log: Log;
}

/**
 * Keeps what was seen in a database, by somebody who does nothing else: rows go to him a buffer at a time, and there are some
 * buffers. Who does not keep up, or cannot write, loses rows, which are counted and told of; nobody waits.
 */
export class HistoryKeeper implements History {
  /** What sinks are called by. */
  readonly name = "history";
  readonly #options: HistoryKeeperOptions;
  readonly #buffers = new LineBuffers();
  readonly #encoder = new LineEncoder();
  readonly #questions: HistoryQuestions;
  #settings: HistorySettings;
  #privacy: Privacy;
  #thread: HistoryThread | null = null;
  #inFlightLines: number[] = [];
  #cancelFlush: (() => void) | null = null;
  #cancelRestart = () => {};
  #cancelQuiet = () => {};
  #onStopped = () => {};
  #isQuiet = false;
  #trouble: string | null = null;
  #rowCount = 0;
  #lostCount = 0;
  #oldestMs: number | null = null;
  #isStopped = false;

  /** Starts whoever writes. */
  constructor(settings: HistorySettings, options: HistoryKeeperOptions) {
    this.#settings = settings;
    this.#options = options;
    this.#privacy = new Privacy(settings.privacy, options.random);
    this.#questions = new HistoryQuestions(options.timers);
    this.#begin();
  }

  /** See `History`. */
  get oldestMs(): number | null {
    return this.#oldestMs;
  }

  /** Rows that found no room, or could not be written. */
  get lostCount(): number {
    return this.#lostCount;
  }

  /** How it is doing, in one line. */
  get text(): string {
    const trouble = this.#trouble === null ? "" : `, ${this.#trouble}`;
    return `history: ${this.#settings.folder}: ${this.#privacy.text}, ${this.#rowCount} rows, ${this.#lostCount} lost${trouble}`;
  }

  /** Takes a record down; see `ObservationRecord`. Never waits. */
  take(record: ObservationRecord): void {
    // hot path
    const told = this.#privacy.veil(record);
    if (told === null) return;
    const buffer = this.#buffers.room(LINE_OCTETS_MAX);
    if (buffer === null) return this.#lose();
    buffer.length = this.#encoder.write(told, buffer.octets, buffer.length);
    buffer.lineCount++;
    if (this.#cancelFlush === null) this.#arm();
    if (this.#buffers.hasFull) this.#sendFull();
  }

  /** Goes on by other settings. Returns whether it can: another folder is another history. */
  follow(settings: HistorySettings): boolean {
    if (settings.folder !== this.#settings.folder) return false;
    this.#settings = settings;
    this.#privacy = this.#privacy.follow(settings.privacy);
    this.#thread?.send({ kind: "limit", octetsMax: settings.octetsMax });
    return true;
  }

  /** See `History`. */
  async series(query: SeriesQuery): Promise<HistorySeries> {
    return await this.#ask({ kind: "series", query }, SERIES_MS) as HistorySeries;
  }

  /** See `History`. */
  async top(query: TopQuery): Promise<HistoryTop> {
    return await this.#ask({ kind: "top", query }, query.budgetMs) as HistoryTop;
  }

  /** See `History`. */
  async search(query: SearchQuery): Promise<HistoryPage> {
    return await this.#ask({ kind: "search", query }, query.budgetMs) as HistoryPage;
  }

  /** Writes what there is, unless that takes too long, and ends. */
  async stop(): Promise<void> {
    this.#flush();
    this.#isStopped = true;
    this.#cancelFlush?.();
    this.#cancelRestart();
    this.#cancelQuiet();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onStopped = resolve;
    const cancel = this.#options.timers.start(STOP_MS, resolve);
    if (this.#thread === null) resolve();
    this.#thread?.send({ kind: "stop" });
    await promise;
    cancel();
    this.#thread?.end();
    this.#questions.end("the program ends");
  }

  #begin(): void {
    const { folder, octetsMax } = this.#settings;
    this.#thread = this.#options.start({
      reported: (report) => this.#hear(report),
      ended: (reason) => this.#ended(reason),
    });
    this.#thread.send({ kind: "begin", folder, octetsMax });
  }

  #lose(): void {
    this.#lostCount++;
    if (this.#isQuiet) return;
    this.#quiet();
    const { log } = this.#options;
    log.warn(
      `history: ${this.#settings.folder}: rows are lost, ${this.#lostCount} so far: they come faster than they are written`,
    );
  }

  /** The operator has been told. */
  #quiet(): void {
    this.#isQuiet = true;
    this.#cancelQuiet = this.#options.timers.start(TELL_MS, () => this.#isQuiet = false);
  }

  #arm(): void {
    this.#cancelFlush = this.#options.timers.start(FLUSH_MS, () => {
      this.#cancelFlush = null;
      if (this.#inFlightLines.length === 0) this.#flush();
      if (!this.#buffers.isEmpty) this.#arm();
    });
  }

  #sendFull(): void {
    const { length } = this.#inFlightLines;
    // Others fill meanwhile.
    if (length > 0 || this.#thread === null) return;
    const buffer = this.#buffers.takeFull();
    if (buffer !== null) this.#send(buffer);
  }

  #flush(): void {
    if (this.#thread === null) return;
    for (let buffer = this.#buffers.takeFull(); buffer !== null; buffer = this.#buffers.takeFull()) this.#send(buffer);
    const filling = this.#buffers.takeFilling();
    if (filling !== null) this.#send(filling);
  }

  #send(buffer: NonNullable<ReturnType<LineBuffers["takeFull"]>>): void {
    this.#inFlightLines.push(buffer.lineCount);
    this.#thread!.send({ kind: "rows", octets: buffer.octets.slice(0, buffer.length) });
    this.#buffers.giveBack(buffer);
  }

  #hear(report: HistoryReport): void {
    if (report.kind === "told") this.#options.log.warn(`history: ${report.message}`);
    else if (report.kind === "stopped") this.#onStopped();
    else if (report.kind === "answer") this.#questions.settle(report.id, report.answer ?? report.error ?? "");
    else {
      const lines = this.#inFlightLines.shift() ?? 0;
      this.#oldestMs = report.oldestMs;
      if (report.error === null) this.#rowCount += lines;
      else this.#lostCount += lines;
      this.#tell(report.error);
      this.#sendFull();
    }
  }

  /** What is wrong, or that it no longer is. */
  #tell(error: string | null): void {
    const { log } = this.#options;
    if (error === null && this.#trouble !== null) {
      log.info(`history: written again, ${this.#lostCount} rows lost so far`);
    }
    if (error !== null && !this.#isQuiet) {
      log.warn(`history: cannot write in ${this.#settings.folder}: ${error}; ${this.#lostCount} rows lost so far`);
      this.#quiet();
    }
    this.#trouble = error;
  }

  #ended(reason: string): void {
    this.#thread = null;
    this.#lostCount += this.#inFlightLines.reduce((sum, lines) => sum + lines, 0);
    this.#inFlightLines = [];
    this.#questions.end("it has just ended");
    if (this.#isStopped) return this.#onStopped();
    this.#options.log.error(`history: its thread has ended: ${reason}; started again in ${RESTART_MS / 1000} s`);
    this.#cancelRestart = this.#options.timers.start(RESTART_MS, () => this.#begin());
  }

  async #ask(question: HistoryQuestion, budgetMs: number): Promise<HistoryAnswer> {
    if (this.#thread === null || this.#isStopped) throw new HistoryError("the history is not there at the moment");
    const thread = this.#thread;
    return await this.#questions.ask(budgetMs, (id) => thread.send({ kind: "ask", id, question }));
  }
}
