import { Random } from "../../../base/random/random.ts";
import type { RandomSource, WallClock } from "../../../base/runtime.ts";
import type { ObservationRecord } from "../../../observe/observation.ts";
import type { Privacy } from "../../../telemetry/privacy.ts";
import { clientText } from "../../../telemetry/privacy/client_text.ts";
import { NAME_OCTETS_MAX, nameToText } from "../../../wire/name.ts";
import type { TopAnswer, TopKind, TopRow } from "../answers.ts";
import { HeavyHitters } from "./heavy_hitters.ts";
import type { TopLists } from "./watching.ts";

/** A window, and how many of them there are: an hour. */
const WINDOW_MS = 600_000;
const WINDOW_COUNT = 6;
const NAME_SLOTS = 2048;
const CLIENT_SLOTS = 1024;
const BLOCKED_SLOTS = 512;
const CLIENT_OCTETS_MAX = 16;
/** All of so many in a second are counted; of more than that one in so many, drawn at random, for as many. */
const COUNTED_A_SECOND = 2000;
const ONE_IN = 8;

/**
 * What there was most of in each ten minutes of the last hour: 4 MB, whatever there was. Of the queries of a busy server a part stands
 * for all: to count one of many names takes 0.3 µs, and what there is most of is the same.
 */
export class TopCounts implements TopLists {
  readonly #privacy: Privacy;
  readonly #wallClock: WallClock;
  readonly #windows: readonly Window[];
  readonly #octets = new Uint8Array(NAME_OCTETS_MAX);
  readonly #random: Random;
  #sinceMs = Infinity;
  #second = 0;
  #inSecond = 0;
  /** So many more are passed by. */
  #passedBy = 0;

  /** Counts what may be told. */
  constructor(privacy: Privacy, wallClock: WallClock, random: RandomSource) {
    this.#privacy = privacy;
    this.#wallClock = wallClock;
    this.#random = new Random(random);
    this.#windows = Array.from({ length: WINDOW_COUNT }, () => new Window(random));
  }

  /** See `Taker`. */
  take(whole: ObservationRecord): void {
    // hot path
    const { timeMs } = whole;
    const weight = this.#weightAt(timeMs);
    if (weight === 0) return;
    const record = this.#privacy.veil(whole);
    if (record === null) return;
    const window = this.#windowAt(Math.floor(timeMs / WINDOW_MS));
    if (window === null) return;
    if (timeMs < this.#sinceMs) this.#sinceMs = timeMs;
    window.total += weight;
    const octets = this.#octets;
    const clientLength = record.copyClient(octets, 0);
    if (clientLength > 0) window.clients.add(octets, clientLength, weight);
    const nameLength = record.copyName(octets, 0);
    if (nameLength > 0) {
      window.names.add(octets, nameLength, weight);
      if (record.source === "blocked") window.blocked.add(octets, nameLength, weight);
    }
    const { upstream } = record;
    if (upstream !== null) window.upstreams.set(upstream, (window.upstreams.get(upstream) ?? 0) + weight);
  }

  /** How many the next one stands for; 0 when it is passed by. */
  #weightAt(timeMs: number): number {
    // hot path
    const second = Math.floor(timeMs / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#inSecond = 0;
    }
    if (this.#inSecond++ < COUNTED_A_SECOND) return 1;
    if (this.#passedBy-- > 0) return 0;
    // What comes in turn would be the same again and again. On the average one in so many.
    this.#passedBy = this.#random.below(2 * ONE_IN - 1);
    return ONE_IN;
  }

  /** See `TopLists`. */
  top(by: TopKind, windowSeconds: number, limit: number): Omit<TopAnswer, "by"> {
    const nowMs = this.#wallClock.epochMs?.() ?? this.#wallClock.epochSeconds() * 1000;
    const last = Math.floor(nowMs / WINDOW_MS);
    // With the one in which the time asked for begins: else five minutes would be nothing at all in every second five.
    const first = Math.max(Math.floor((nowMs - windowSeconds * 1000) / WINDOW_MS), last - WINDOW_COUNT + 1);
    const windows = this.#windows.filter(({ number }) => number >= first && number <= last);
    const beganMs = Math.max(first * WINDOW_MS, this.#sinceMs);
    return {
      windowSeconds: windows.length === 0 ? 0 : Math.max(1, Math.round((nowMs - beganMs) / 1000)),
      total: windows.reduce((sum, { total }) => sum + total, 0),
      rows: by === "upstream"
        ? upstreamRows(windows, limit)
        : rowsOf(windows.map((window) => window.of(by)), by, limit),
    };
  }

  /** `null` for what is too late for any. */
  #windowAt(number: number): Window | null {
    // hot path
    const window = this.#windows[number % WINDOW_COUNT]!;
    if (window.number < number) window.begin(number);
    return window.number === number ? window : null;
  }
}

/** Ten minutes. */
class Window {
  number = -1;
  total = 0;
  readonly names: HeavyHitters;
  readonly clients: HeavyHitters;
  readonly blocked: HeavyHitters;
  readonly upstreams = new Map<string, number>();

  constructor(random: RandomSource) {
    this.names = new HeavyHitters(NAME_SLOTS, NAME_OCTETS_MAX, random);
    this.clients = new HeavyHitters(CLIENT_SLOTS, CLIENT_OCTETS_MAX, random);
    this.blocked = new HeavyHitters(BLOCKED_SLOTS, NAME_OCTETS_MAX, random);
  }

  begin(number: number): void {
    this.number = number;
    this.total = 0;
    this.upstreams.clear();
    for (const one of [this.names, this.clients, this.blocked]) one.clear();
  }

  of(by: Exclude<TopKind, "upstream">): HeavyHitters {
    return by === "name" ? this.names : by === "client" ? this.clients : this.blocked;
  }
}

/** Of each window those are added up that are among its first so many. */
const CANDIDATES_MIN = 100;

/** Those of several windows together. What one of them has no room for was there as often as its rarest, at most. */
function rowsOf(all: readonly HeavyHitters[], by: TopKind, limit: number): TopRow[] {
  const candidates = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const hitters of all) {
    for (const { key } of hitters.list(Math.max(CANDIDATES_MIN, 2 * limit))) candidates.set(key.toBase64(), key);
  }
  const sums = [...candidates.values()].map((key) => {
    const counts = all.map((hitters) => {
      return hitters.of(key) ?? { count: hitters.rarestCount, errorCount: hitters.rarestCount };
    });
    const count = counts.reduce((sum, one) => sum + one.count, 0);
    return { key, count, errorCount: counts.reduce((sum, one) => sum + one.errorCount, 0) };
  });
  const rows = sums.sort((a, b) => b.count - a.count).slice(0, limit);
  return rows.map(({ key, count, errorCount }) => ({ key: textOf(key, by), label: "", count, errorCount }));
}

function upstreamRows(windows: readonly Window[], limit: number): TopRow[] {
  const sums = new Map<string, number>();
  for (const [name, count] of windows.flatMap(({ upstreams }) => [...upstreams])) {
    sums.set(name, (sums.get(name) ?? 0) + count);
  }
  const rows = [...sums].sort(([, a], [, b]) => b - a).slice(0, limit);
  return rows.map(([key, count]) => ({ key, label: "", count, errorCount: 0 }));
}

function textOf(key: Uint8Array<ArrayBuffer>, by: TopKind): string {
  if (by === "client") return clientText(key);
  const text = nameToText(key);
  return text === "." ? text : text.slice(0, -1);
}
