import { FileError, type FollowedFile, type GrowingFiles } from "../../base/files.ts";
import type { Timers } from "../../base/runtime.ts";
import { CURRENT_NAME } from "../query_log/log_names.ts";
import type { LineFilter } from "./line_filter.ts";
import { type LoggedQuery, readLine } from "./logged_query.ts";

/** Lines are written once a second. */
const LOOK_EVERY_MS = 250;

/** A line of the log, as it is written, and read. */
export interface LoggedLine {
  /** Without its line feed. */
  readonly text: string;
  /** What it says. */
  readonly query: LoggedQuery;
}

/** What is followed, and for whom. */
export interface LogFollow {
  /** Which lines. */
  readonly filter: LineFilter;
  /** So many of those that are there already are told of first, of the file that grows. */
  readonly lastCount: number;
  /** Is told of lines, the oldest first, in one piece what came in one. */
  readonly tell: (lines: readonly LoggedLine[]) => void;
  /** Hears that there is no file, before it is waited for. */
  readonly onMissing: (why: string) => void;
  /** Aborts when nobody wants to know any more. */
  readonly signal: AbortSignal;
}

/** Tells of the lines of the log as they are written, from one file to the next, until nobody wants to know any more. */
export async function followLog(
  folder: string,
  follow: LogFollow,
  { files, timers }: { readonly files: GrowingFiles; readonly timers: Timers },
): Promise<void> {
  const { onMissing, signal } = follow;
  let lastCount = follow.lastCount;
  let isMissing = false;
  while (!signal.aborted) {
    try {
      const file = await files.follow(`${folder}/${CURRENT_NAME}`);
      isMissing = false;
      try {
        await followFile(file, { ...follow, lastCount }, timers);
      } finally {
        file.close();
      }
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      if (!isMissing) onMissing(error.message);
      isMissing = true;
      await pauseFor(LOOK_EVERY_MS, timers, signal);
    }
    // All of the next one is new.
    lastCount = Infinity;
  }
}

/** Until another one stands in its place. */
async function followFile(
  file: FollowedFile,
  { filter, lastCount, tell, signal }: LogFollow,
  timers: Timers,
): Promise<void> {
  const lines = new Lines(filter);
  let countMax = lastCount;
  while (!signal.aborted) {
    // What was written before it was moved away is there once that is seen.
    const isLast = !await file.isInPlace();
    const more = await readOn(file, lines, countMax);
    if (more.length > 0) tell(more);
    if (isLast) return;
    countMax = Infinity;
    await pauseFor(LOOK_EVERY_MS, timers, signal);
  }
}

/** The lines up to where the file ends for now, of many the last ones. */
async function readOn(file: FollowedFile, lines: Lines, countMax: number): Promise<LoggedLine[]> {
  let found: LoggedLine[] = [];
  for (let piece = await file.readMore(); piece.length > 0; piece = await file.readMore()) {
    found.push(...lines.take(piece));
    if (found.length > countMax) found = countMax === 0 ? [] : found.slice(-countMax);
  }
  return found;
}

/** Takes pieces of a file apart. */
class Lines {
  readonly #filter: LineFilter;
  readonly #needle: string | null;
  readonly #decoder = new TextDecoder();
  /** Of a line that has no end yet. */
  #rest = "";

  constructor(filter: LineFilter) {
    this.#filter = filter;
    this.#needle = filter.needle;
  }

  take(piece: Uint8Array<ArrayBuffer>): LoggedLine[] {
    const lines = (this.#rest + this.#decoder.decode(piece, { stream: true })).split("\n");
    this.#rest = lines.pop()!;
    return lines.flatMap((text) => {
      if (this.#needle !== null && !text.includes(this.#needle)) return [];
      const query = readLine(text);
      return query !== null && this.#filter.matches(query) ? [{ text, query }] : [];
    });
  }
}

async function pauseFor(ms: number, timers: Timers, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = () => resolve();
  const cancel = timers.start(ms, end);
  signal.addEventListener("abort", end);
  await promise;
  signal.removeEventListener("abort", end);
  cancel();
}
