import { FileError } from "../../base/files.ts";
import type { Clock, Timers } from "../../base/runtime.ts";
import type { LineFile } from "../../base/writable_files.ts";
import type { Log } from "../../observe/log.ts";
import type { LineBuffer, LineBuffers } from "./line_buffers.ts";
import type { LogFolder } from "./log_folder.ts";

/** Lines are written at the latest after so long: what a crash may cost. */
const FLUSH_MS = 1000;
/** What could not be written is tried again after this time, each time twice as long, up to … */
const RETRY_MIN_MS = 1000;
/** … this. */
const RETRY_MAX_MS = 30_000;
/** A disk that has not answered for so long is told of. */
const HANG_MS = 10_000;
/** What goes on is told of so often. */
const TELL_MS = 60_000;
/** At the end a disk is waited for no longer than that. */
const STOP_MS = 2000;

/** What a writer is made from. */
export interface LogWriterOptions {
  /** Where it writes. */
  readonly folder: LogFolder;
  /** What it writes. */
  readonly buffers: LineBuffers;
  /** What goes wrong is told of by its time. */
  readonly clock: Clock;
  /** What pauses are made with. */
  readonly timers: Timers;
  /** Where the operator reads. */
  readonly log: Log;
  /** Lines that have found no room since the start. */
  lostCount(): number;
  /** So many have been lost that had. */
  lose(count: number): void;
}

/**
 * Writes lines to the disk, beside whatever else is done: one buffer at a time, and nobody waits for it. A disk that hangs, is full or
 * has gone lets the buffers fill; what finds no room is lost, which is told of, and nothing else happens. It is tried again and
 * again.
 */
export class LogWriter {
  readonly #options: LogWriterOptions;
  #file: LineFile | null = null;
  #sizeOctets = 0;
  #writing: Promise<void> | null = null;
  #writingSinceMs = 0;
  #cancelFlush: (() => void) | null = null;
  #flushes = false;
  #endPause = () => {};
  #trouble: string | null = null;
  #toldAtMs = -Infinity;
  #toldLostCount = 0;
  #isStopped = false;

  /** See {@linkcode LogWriterOptions}. */
  constructor(options: LogWriterOptions) {
    this.#options = options;
  }

  /** What is wrong; `null` when nothing is. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** There is a line: it is written soon, or now that a buffer is full. */
  note(): void {
    // hot path
    if (this.#cancelFlush === null) this.#arm();
    if (this.#writing === null && this.#options.buffers.hasFull) this.#begin();
  }

  /** Resolves when all lines are written that there were, or cannot be for now. */
  async flush(): Promise<void> {
    this.#flushes = true;
    this.#begin();
    await this.#within(STOP_MS, this.#writing);
  }

  /** Writes what there is, unless the disk takes too long for it, and ends. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelFlush?.();
    this.#endPause();
    await this.flush();
    this.#file?.close();
    this.#file = null;
  }

  #arm(): void {
    if (this.#isStopped) return;
    this.#cancelFlush = this.#options.timers.start(FLUSH_MS, () => {
      this.#cancelFlush = null;
      this.#flushes = true;
      this.#begin();
      this.#tellMinutely();
      // What is under way may take longer, and has to be told of even when no more lines come.
      if (this.#writing !== null) this.#arm();
    });
  }

  #begin(): void {
    if (this.#writing !== null || this.#options.buffers.isEmpty) return;
    this.#writingSinceMs = this.#options.clock.nowMs();
    this.#writing = this.#writeAll().finally(() => this.#writing = null);
  }

  async #writeAll(): Promise<void> {
    const { buffers } = this.#options;
    for (let buffer = this.#next(); buffer !== null; buffer = this.#next()) {
      try {
        await this.#write(buffer);
      } finally {
        buffers.giveBack(buffer);
      }
      this.#writingSinceMs = this.#options.clock.nowMs();
    }
  }

  /** What is not full is written at the end of a second alone. */
  #next(): LineBuffer | null {
    const { buffers } = this.#options;
    const full = buffers.takeFull();
    if (full !== null || !this.#flushes) return full;
    this.#flushes = false;
    return buffers.takeFilling();
  }

  /** Until it is written, or the end has come. */
  async #write({ octets, length, lineCount }: LineBuffer): Promise<void> {
    let written = 0;
    /** How long the file was before what has failed; -1 when nothing has. */
    let beforeOctets = -1;
    for (let retryMs = RETRY_MIN_MS;; retryMs = Math.min(2 * retryMs, RETRY_MAX_MS)) {
      try {
        await this.#open();
        // Of what has failed some lines may be there already.
        const kept = beforeOctets === -1 ? 0 : this.#sizeOctets - beforeOctets;
        if (kept > 0 && kept <= length - written) written += kept;
        beforeOctets = -1;
        const file = await this.#fileWithRoom(length - written);
        beforeOctets = this.#sizeOctets;
        await file.write(octets.subarray(written, length));
        this.#sizeOctets += length - written;
        return this.#isWell();
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
        this.#close();
        this.#fails(error.message);
        if (this.#isStopped) return this.#options.lose(lineCount);
        await this.#pause(retryMs);
      }
    }
  }

  async #open(): Promise<LineFile> {
    const { folder } = this.#options;
    // Somebody has removed it, or put it elsewhere: what is written to it then is nowhere to be found.
    if (this.#file !== null && await folder.currentOctets() !== this.#sizeOctets) this.#close();
    if (this.#file !== null) return this.#file;
    this.#file = await folder.open();
    this.#sizeOctets = this.#file.sizeOctets;
    return this.#file;
  }

  async #fileWithRoom(octets: number): Promise<LineFile> {
    const { folder } = this.#options;
    if (this.#sizeOctets > 0 && this.#sizeOctets + octets > folder.fileOctetsMax) {
      this.#close();
      await folder.putAside();
    }
    return await this.#open();
  }

  #close(): void {
    this.#file?.close();
    this.#file = null;
  }

  #fails(message: string): void {
    const isNew = this.#trouble !== message;
    this.#trouble = message;
    if (!isNew || this.#isStopped) return;
    const path = this.#options.folder.currentPath;
    this.#options.log.warn(`query log: cannot write ${path}: ${message}; it is tried again, lines are lost meanwhile`);
  }

  #isWell(): void {
    if (this.#trouble === null) return;
    this.#trouble = null;
    this.#options.log.info(`query log: written again, ${linesText(this.#options.lostCount())} lost so far`);
    this.#toldLostCount = this.#options.lostCount();
  }

  #tellMinutely(): void {
    const { clock, folder, lostCount } = this.#options;
    const nowMs = clock.nowMs();
    if (this.#writing !== null && this.#trouble === null && nowMs - this.#writingSinceMs >= HANG_MS) {
      this.#fails("the disk does not answer");
    }
    const lost = lostCount();
    if (lost === this.#toldLostCount || nowMs < this.#toldAtMs + TELL_MS) return;
    this.#toldAtMs = nowMs;
    this.#toldLostCount = lost;
    const why = this.#trouble === null ? "they come faster than they can be written" : this.#trouble;
    this.#options.log.warn(`query log: ${linesText(lost)} lost so far in ${folder.currentPath}: ${why}`);
  }

  async #pause(ms: number): Promise<void> {
    await this.#within(ms, new Promise((resolve) => this.#endPause = () => resolve(undefined)));
  }

  /** Waits for something, but no longer than `ms`. */
  async #within(ms: number, waited: Promise<unknown> | null): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#options.timers.start(ms, resolve);
    await Promise.race([promise, waited]);
    cancel();
  }
}

function linesText(count: number): string {
  return count === 1 ? "1 line" : `${count} lines`;
}
