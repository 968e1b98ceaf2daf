import { concat } from "@std/bytes/concat";
import type { Timers } from "../base/runtime.ts";
import { KIB } from "../base/units.ts";

/** What waits to be written at most: some three thousand lines. */
const WAITING_OCTETS_MAX = 256 * KIB;
/** Lines are written together up to so many octets: PIPE_BUF, what a pipe takes in one piece whoever else writes to it. */
const WRITE_OCTETS_MAX = 4096;
/** Pause before what a descriptor that does not block has not taken is tried again. */
const RETRY_MS = 100;

/** Where lines go, as octets. */
export interface LineSink {
  /** Writes the first octets of `octets`; resolves to how many. They do not change meanwhile. */
  write(octets: Uint8Array<ArrayBuffer>): Promise<number>;
  /** Whether this is what `write` rejects with when there is no room at the moment. */
  isBusy(error: unknown): boolean;
}

/**
 * Writes lines for the operator and waits for nobody: they queue up behind the one write that is under way, and what finds
 * no room is lost, counted, and told of when there is room again. Whoever reads a log and stops must not stop the program.
 */
export class LineWriter {
  readonly #sink: LineSink;
  readonly #timers: Timers;
  readonly #lines: Uint8Array<ArrayBuffer>[] = [];
  #waitingOctets = 0;
  #lostCount = 0;
  /** Lost, and not told of. */
  #untoldCount = 0;
  /** There was no room. Lines are lost until all those before them are written, so that there are few gaps. */
  #isFull = false;
  #isMidLine = false;
  #written: Promise<void> | null = null;

  /** Writes to `sink`. */
  constructor(sink: LineSink, timers: Timers) {
    this.#sink = sink;
    this.#timers = timers;
  }

  /** Lines that were lost since the start. */
  get lostCount(): number {
    return this.#lostCount;
  }

  /** Lets a line be written, without its line feed. Never throws, never waits. */
  writeLine(line: string): void {
    const octets = new TextEncoder().encode(`${line}\n`);
    this.#isFull ||= this.#waitingOctets + octets.length > WAITING_OCTETS_MAX;
    if (this.#isFull) return this.#lose(1);
    this.#lines.push(octets);
    this.#waitingOctets += octets.length;
    this.#written ??= this.#writeAll();
  }

  /** Resolves when all is written that waits, or after `patienceMs`: not everybody reads. */
  async flush(patienceMs: number): Promise<void> {
    if (this.#written === null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#timers.start(patienceMs, resolve);
    await Promise.race([this.#written, promise]);
    cancel();
  }

  #lose(count: number): void {
    this.#lostCount += count;
    this.#untoldCount += count;
  }

  async #writeAll(): Promise<void> {
    let isWritten: boolean;
    do {
      const toldCount = this.#isFull ? 0 : this.#untoldCount;
      const lines = this.#takeNext();
      isWritten = await this.#write(concat([...(toldCount > 0 ? [gapLine(toldCount)] : []), ...lines]));
      for (const { length } of lines) this.#waitingOctets -= length;
      if (isWritten) this.#untoldCount -= toldCount;
      else this.#lose(lines.length);
      if (this.#lines.length === 0) this.#isFull = false;
    } while (this.#lines.length > 0 || (isWritten && this.#untoldCount > 0));
    this.#written = null;
  }

  /** Whole lines only; one however long it is. */
  #takeNext(): Uint8Array<ArrayBuffer>[] {
    let count = 0;
    for (let octets = 0; count < this.#lines.length; count++) {
      octets += this.#lines[count]!.length;
      if (count > 0 && octets > WRITE_OCTETS_MAX) break;
    }
    return this.#lines.splice(0, count);
  }

  /** Returns whether it could be done: a full disk and a reader that is gone cost lines, not the program. */
  async #write(octets: Uint8Array<ArrayBuffer>): Promise<boolean> {
    for (let rest = this.#isMidLine ? concat([LINE_FEED, octets]) : octets; rest.length > 0;) {
      try {
        rest = rest.subarray(await this.#sink.write(rest));
        this.#isMidLine = rest.length > 0;
      } catch (error) {
        if (!this.#sink.isBusy(error)) return false;
        await new Promise<void>((resolve) => this.#timers.start(RETRY_MS, resolve));
      }
    }
    return true;
  }
}

const LINE_FEED = new TextEncoder().encode("\n");

/** What stands in the place of lost lines. */
function gapLine(count: number): Uint8Array<ArrayBuffer> {
  const lines = count === 1 ? "1 line of this log is" : `${count} lines of this log are`;
  return new TextEncoder().encode(`dns-forwarder: warn: ${lines} lost: nobody read in time, or the write failed\n`);
}
