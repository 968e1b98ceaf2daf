import type { WallClock } from "../../../base/runtime.ts";
import type { TopAnswer, TopKind } from "../answers.ts";
import type { RecentQueries } from "./recent_queries.ts";
import type { TopLists } from "./watching.ts";

/** What there was most of among the last queries. */
export class RecentTop implements TopLists {
  readonly #recent: RecentQueries;
  readonly #wallClock: WallClock;

  /** Among these. */
  constructor(recent: RecentQueries, wallClock: WallClock) {
    this.#recent = recent;
    this.#wallClock = wallClock;
  }

  /** They are remembered elsewhere. */
  take(): void {
    // hot path
  }

  /** See `TopLists`. */
  top(by: TopKind, windowSeconds: number, limit: number): Omit<TopAnswer, "by"> {
    const recent = this.#recent;
    const nowMs = this.#wallClock.epochSeconds() * 1000;
    const counts = new Map<string, number>();
    let total = 0;
    let number = recent.count - 1;
    for (; number >= recent.oldest && recent.timeMs(number) >= nowMs - windowSeconds * 1000; number--) {
      total++;
      const key = this.#keyOf(by, number);
      if (key !== "") counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const rows = [...counts].sort(([, a], [, b]) => b - a).slice(0, limit);
    const seconds = total === 0 ? 0 : Math.ceil((nowMs - recent.timeMs(number + 1)) / 1000);
    return {
      windowSeconds: Math.min(windowSeconds, Math.max(0, seconds)),
      total,
      rows: rows.map(([key, count]) => ({ key, label: "", count, errorCount: 0 })),
    };
  }

  #keyOf(by: TopKind, number: number): string {
    if (by === "name") return this.#recent.nameOf(number);
    if (by === "client") return this.#recent.clientOf(number);
    const { upstream, source, name } = this.#recent.query(number);
    if (by === "upstream") return upstream ?? "";
    return source === "blocked" ? name : "";
  }
}
