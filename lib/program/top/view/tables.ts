import type { QueryRow, TopRow } from "../../../web/api/answers.ts";
import type { UpstreamRow } from "../orders.ts";
import { clockText, countText, msText, shareText } from "./numbers.ts";
import type { Style } from "./span.ts";
import type { Column } from "./table.ts";

/** Upstreams. */
export const UPSTREAM_COLUMNS: readonly Column<UpstreamRow>[] = [
  { head: "UPSTREAM", text: ({ name }) => name, width: { min: 14, max: 32 } },
  { head: "STATE", text: ({ state }) => state, style: ({ state }) => stateStyle(state), width: { min: 5, max: 14 } },
  { head: "SHARE", text: ({ share }) => shareOf(share), side: "right", width: { min: 6, max: 6 } },
  {
    head: "P50",
    text: ({ medianMs, smoothedMs }) => msText(medianMs ?? smoothedMs),
    side: "right",
    width: { min: 5, max: 7 },
  },
  { head: "P95", text: ({ percentile95Ms }) => msText(percentile95Ms), side: "right", width: { min: 5, max: 7 } },
  {
    head: "FAILED",
    text: ({ failedShare }) => shareOf(failedShare),
    style: ({ failedShare }) => (failedShare ?? 0) > 0.05 ? "bad" : "plain",
    side: "right",
    width: { min: 6, max: 6 },
  },
  { head: "NOTE", text: noteOn, style: () => "faint", width: { min: 4, max: 200 }, isFlexible: true },
];

/** Names and what is blocked. */
export const NAME_COLUMNS: readonly Column<TopRow>[] = [
  { head: "COUNT", text: ({ count }) => countText(count), side: "right", width: { min: 6, max: 10 } },
  { head: "NAME", text: ({ key }) => key, width: { min: 10, max: 255 }, isFlexible: true },
];

/** Clients. */
export const CLIENT_COLUMNS: readonly Column<TopRow>[] = [
  { head: "COUNT", text: ({ count }) => countText(count), side: "right", width: { min: 6, max: 10 } },
  { head: "CLIENT", text: ({ key }) => key, width: { min: 12, max: 39 } },
  { head: "IS CALLED", text: ({ label }) => label, width: { min: 4, max: 255 }, isFlexible: true },
];

/** Queries. Where there is little room, who has answered gives way to why. */
export const QUERY_COLUMNS: readonly Column<QueryRow>[] = [
  { head: "TIME", text: ({ atMs }) => clockText(atMs), width: { min: 8, max: 8 } },
  {
    head: "CLIENT",
    text: ({ client, clientName }) => clientName === "" ? client : clientName,
    width: { min: 9, max: 16 },
  },
  { head: "NAME", text: ({ name }) => name, width: { min: 16, max: 255 }, isFlexible: true },
  { head: "TYPE", text: ({ type }) => type, width: { min: 4, max: 7 } },
  { head: "RESULT", text: ({ rcode }) => rcode, style: ({ rcode }) => rcodeStyle(rcode), width: { min: 8, max: 9 } },
  {
    head: "FROM, WHY",
    text: whyOf,
    style: ({ reason }) => reason === "" ? "plain" : "accent",
    width: { min: 9, max: 24 },
  },
  {
    head: "MS",
    text: ({ source, tookMs }) => source === "cache" ? "–" : msText(tookMs),
    side: "right",
    width: { min: 5, max: 7 },
  },
];

function whyOf({ reason, upstream, source }: QueryRow): string {
  return reason !== "" ? reason : upstream ?? source;
}

function noteOn({ reason, notes, failuresByReason, percentile95Ms }: UpstreamRow): string {
  const failures = Object.entries(failuresByReason).filter(([, count]) => count > 0)
    .map(([why, count]) => `${countText(count)} × ${why}`);
  const isMeasured = percentile95Ms === null ? ["not measured yet"] : [];
  return [...reason === "" ? [] : [reason], ...failures, ...isMeasured, ...notes].join(", ");
}

function shareOf(share: number | null): string {
  return share === null ? "–" : shareText(share, 1);
}

function stateStyle(state: string): Style {
  return state === "up" ? "good" : state.includes("up") || state === "probing" ? "warn" : "bad";
}

function rcodeStyle(rcode: string): Style {
  // That there is no such name is an answer as good as any.
  if (rcode === "NOERROR" || rcode === "NXDOMAIN") return "plain";
  return rcode === "SERVFAIL" || rcode === "REFUSED" ? "bad" : "warn";
}
