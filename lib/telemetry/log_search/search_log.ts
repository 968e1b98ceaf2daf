import { FileError, type Files } from "../../base/files.ts";
import type { Clock } from "../../base/runtime.ts";
import { MIB } from "../../base/units.ts";
import { CURRENT_NAME, fullFiles } from "../query_log/log_names.ts";
import type { LineFilter } from "./line_filter.ts";
import { type LoggedQuery, readLine } from "./logged_query.ts";

/** Of a file as it stands on the disk, at most: four times what the program makes them. */
const FILE_OCTETS_MAX = 64 * MIB;
/** Lines wait for a disk that does not take them, and come behind newer files' ends then. */
const LATE_MS = 60_000;
/** Time is looked at once in so many lines. */
const LINES_A_LOOK = 256;

/** What is searched for, and how far. */
export interface LogSearch {
  /** Which lines. */
  readonly filter: LineFilter;
  /** No older ones; `null` for as far back as there are any. */
  readonly sinceMs: number | null;
  /** No newer ones; `null` for up to now. */
  readonly untilMs: number | null;
  /** Lines, at most. */
  readonly limit: number;
  /** How long it may take. */
  readonly budgetMs: number;
}

/** What was found. */
export interface FoundLines {
  /** The newest first: each as it is written, and read. */
  readonly lines: readonly { readonly text: string; readonly query: LoggedQuery }[];
  /** As far back as was looked, if it was not all the way; `null` when nothing older is wanted or there. */
  readonly searchedBackToMs: number | null;
  /** Files that could not be read, and why. */
  readonly problems: readonly string[];
}

/**
 * Searches the log, from the newest line backwards, compressed files too, until there are enough lines or the time is up.
 *
 * @throws {FileError} when the folder cannot be read.
 */
export async function searchLog(
  folder: string,
  search: LogSearch,
  { files, clock }: { readonly files: Pick<Files, "list" | "read">; readonly clock: Clock },
): Promise<FoundLines> {
  const { sinceMs, untilMs } = search;
  const found = new Finder(search, clock);
  const problems: string[] = [];
  for (const { name, fromMs, toMs } of newestFirst(await files.list(folder))) {
    if (sinceMs !== null && toMs !== null && toMs < sinceMs) break;
    if (untilMs !== null && fromMs !== null && fromMs - LATE_MS > untilMs) continue;
    try {
      const goesOn = found.look(await textOf(`${folder}/${name}`, files));
      if (!goesOn) break;
    } catch (error) {
      // It may have been compressed meanwhile, or removed for room.
      if (!(error instanceof FileError || error instanceof TypeError)) throw error;
      problems.push(`${name}: ${error.message}`);
    }
  }
  return { lines: found.lines, searchedBackToMs: found.searchedBackToMs, problems };
}

/** A file of the log, with the time of which its lines are: up to `toMs`; `null` for as new, or as old, as any. */
interface TimedFile {
  readonly name: string;
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

function newestFirst(names: readonly string[]): TimedFile[] {
  const whole = fullFiles(names).filter(({ isPart }) => !isPart);
  // One that has just been compressed is there twice for a moment.
  const full = [...Map.groupBy(whole, ({ endSeconds }) => endSeconds).values()].map(([first]) => first!);
  const timed = full.map(({ name, endSeconds }, i): TimedFile => {
    return { name, fromMs: i === 0 ? null : full[i - 1]!.endSeconds * 1000, toMs: endSeconds * 1000 };
  });
  if (names.includes(CURRENT_NAME)) {
    timed.push({ name: CURRENT_NAME, fromMs: timed.at(-1)?.toMs ?? null, toMs: null });
  }
  return timed.reverse();
}

async function textOf(path: string, files: Pick<Files, "read">): Promise<string> {
  const octets = await files.read(path, FILE_OCTETS_MAX);
  if (!path.endsWith(".gz")) return new TextDecoder().decode(octets);
  return await new Response(new Blob([octets]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

/** Looks through texts, each from its end backwards. */
class Finder {
  readonly #search: LogSearch;
  readonly #clock: Clock;
  readonly #needle: string | null;
  readonly #endMs: number;
  readonly lines: { text: string; query: LoggedQuery }[] = [];
  searchedBackToMs: number | null = null;

  constructor(search: LogSearch, clock: Clock) {
    this.#search = search;
    this.#clock = clock;
    this.#needle = search.filter.needle;
    this.#endMs = clock.nowMs() + search.budgetMs;
  }

  /** Returns whether older ones are to be looked through, too. */
  look(text: string): boolean {
    const { filter, sinceMs, untilMs, limit } = this.#search;
    let count = 0;
    for (let end = text.length; end > 0;) {
      const at = this.#needle === null ? end - 1 : text.lastIndexOf(this.#needle, end - 1);
      if (at === -1) break;
      // Of a line that is being written there is no end yet.
      const start = text.lastIndexOf("\n", at - 1) + 1;
      const lineEnd = text.indexOf("\n", at);
      end = start;
      const line = text.slice(start, lineEnd === -1 ? text.length : lineEnd);
      const query = readLine(line);
      if (query === null) continue;
      const timeMs = Date.parse(query.time);
      if (sinceMs !== null && timeMs < sinceMs - LATE_MS) return this.#ends(null);
      const isWanted = (sinceMs === null || timeMs >= sinceMs) && (untilMs === null || timeMs <= untilMs);
      // A part of a text keeps all of it in memory: it is copied.
      if (isWanted && filter.matches(query)) this.lines.push({ text: structuredClone(line), query });
      if (this.lines.length >= limit) return this.#ends(timeMs);
      if (++count % LINES_A_LOOK === 0 && this.#isOver) return this.#ends(timeMs);
    }
    const first = readLine(text.slice(0, Math.max(0, text.indexOf("\n"))));
    if (first !== null && this.#isOver) return this.#ends(Date.parse(first.time));
    return true;
  }

  get #isOver(): boolean {
    return this.#clock.nowMs() >= this.#endMs;
  }

  #ends(searchedBackToMs: number | null): false {
    this.searchedBackToMs = searchedBackToMs;
    return false;
  }
}
