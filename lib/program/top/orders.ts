import type { QueryRow, TopAnswer, TopRow, UpstreamAnswer } from "../../web/api/answers.ts";
import type { TopData } from "./top_data.ts";
import type { Screen, TopView } from "./top_view.ts";

/** An upstream with what it has done lately. */
export interface UpstreamRow extends UpstreamAnswer {
  /** Of all that were sent, 0–1; `null` where none were. */
  readonly share: number | null;
  /** Questions on which it has failed, of those sent to it, 0–1; `null` where none were. */
  readonly failedShare: number | null;
}

/** How rows can be sorted on each screen; the first one is usual. */
const ORDERS: Readonly<Record<Screen, readonly string[]>> = {
  overview: ["newest first", "slowest first"],
  queries: ["newest first", "slowest first"],
  names: ["most first", "by name"],
  clients: ["most first", "by address"],
  blocked: ["most first", "by name"],
  upstreams: ["as configured", "slowest first", "most failed first", "most asked first"],
};

/** Which order a screen is in, in words. */
export function orderText({ screen, order }: Pick<TopView, "screen" | "order">): string {
  const all = ORDERS[screen];
  return all[order % all.length]!;
}

/** The order after the one of the view; behind the last one comes the first again. */
export function nextOrder({ screen, order }: Pick<TopView, "screen" | "order">): number {
  return (order + 1) % ORDERS[screen].length;
}

/** Queries in the order of the view. */
export function queryRows(
  { rows }: Pick<TopData, "rows">,
  view: Pick<TopView, "screen" | "order">,
): readonly QueryRow[] {
  return orderText(view) === "slowest first" ? rows.toSorted((a, b) => b.tookMs - a.tookMs) : rows;
}

/** What there was most of, in the order of the view. */
export function topRows(answer: TopAnswer | null, view: Pick<TopView, "screen" | "order">): readonly TopRow[] {
  const rows = answer?.rows ?? [];
  return orderText(view) === "most first" ? rows : rows.toSorted((a, b) => a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
}

/** Upstreams in the order of the view, with what has become of what was sent to them lately. */
export function upstreamRows(
  { upstreams, upstreamsBefore }: Pick<TopData, "upstreams" | "upstreamsBefore">,
  view: Pick<TopView, "screen" | "order">,
): readonly UpstreamRow[] {
  const all = upstreams?.upstreams ?? [];
  const changes = all.map(({ name, queries, failures }) => {
    const before = upstreamsBefore?.upstreams.find((one) => one.name === name);
    // Since the start of the program where nothing has been sent meanwhile, or it has been started anew.
    const isSince = before !== undefined && queries > before.queries && failures >= before.failures;
    return isSince
      ? { queries: queries - before.queries, failures: failures - before.failures, isSince }
      : { queries, failures, isSince };
  });
  const isRecent = changes.some(({ isSince }) => isSince);
  const sentTo = (change: typeof changes[number]) => isRecent && !change.isSince ? 0 : change.queries;
  const total = changes.reduce((sum, change) => sum + sentTo(change), 0);
  const rows = all.map((upstream, i): UpstreamRow => {
    const { queries, failures } = changes[i]!;
    return {
      ...upstream,
      share: total === 0 ? null : sentTo(changes[i]!) / total,
      failedShare: queries === 0 ? null : Math.min(1, failures / queries),
    };
  });
  const by = (value: (row: UpstreamRow) => number | null) =>
    rows.toSorted((a, b) => (value(b) ?? -1) - (value(a) ?? -1));
  switch (view.screen === "upstreams" ? orderText(view) : "") {
    case "slowest first":
      return by(({ percentile95Ms }) => percentile95Ms);
    case "most failed first":
      return by(({ failedShare }) => failedShare);
    case "most asked first":
      return by(({ share }) => share);
    default:
      return rows;
  }
}

/** How many rows can be selected. */
export function rowCount(data: TopData, { screen }: Pick<TopView, "screen">): number {
  switch (screen) {
    case "names":
    case "clients":
    case "blocked":
      return data[screen]?.rows.length ?? 0;
    case "upstreams":
      return data.upstreams?.upstreams.length ?? 0;
    default:
      return data.rows.length;
  }
}
