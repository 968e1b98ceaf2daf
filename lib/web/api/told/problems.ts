import type { ListStatus } from "../../../lists/keeper/list_status.ts";
import type { Status } from "../../../operator/status.ts";
import type { CertificateStatus } from "../../../server/certificates/certificate_keeper.ts";
import {
  certificateTroubles,
  failuresTrouble,
  listTroubles,
  silentGroups,
  upstreamTroubles,
} from "../../../telemetry/health/troubles.ts";
import type { ProblemAnswer, SeriesAnswer, StatusAnswer } from "../answers.ts";

/** What problems are found in. */
export interface LookedAt {
  /** How the program is doing. */
  readonly status: Pick<Status, "upstreams" | "groups" | "sinks">;
  /** How its lists are doing. */
  readonly lists: readonly ListStatus[];
  /** How its certificates are doing. */
  readonly certificates: readonly CertificateStatus[];
  /** Replies of the last minutes; `null` while nobody has looked. */
  readonly series: SeriesAnswer | null;
}

/** What is looked at of the series. */
export const FAILURES_SECONDS = 300;
/** Failures are told where there are more of them than this, 0–1. */
const FAILED_MAX = 0.05;

/** What is wrong now, the worst first. */
export function problemsIn({ status, lists, certificates, series }: LookedAt): ProblemAnswer[] {
  return [
    ...silentGroups(status),
    ...failuresIn(series),
    ...upstreamTroubles(status, { tellsHowLong: true }),
    ...certificateTroubles(certificates),
    ...listTroubles(lists, 0),
  ];
}

function failuresIn(series: SeriesAnswer | null): ProblemAnswer[] {
  if (series === null) return [];
  const sumOf = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
  const replied = series.counts.reduce((sum, counts) => sum + sumOf(counts), 0);
  const failed = sumOf(series.counts[series.sources.indexOf("failure")] ?? []);
  return failuresTrouble({ replied, failed, minutes: FAILURES_SECONDS / 60 }, FAILED_MAX);
}

/** How it is in one word: who can ask nobody gives no new answers. */
export function healthOf(
  problems: readonly ProblemAnswer[],
  { groups }: Pick<Status, "groups">,
): StatusAnswer["health"] {
  const silent = problems.filter(({ kind }) => kind === "all-upstreams-down").length;
  if (silent > 0 && silent >= groups.length) return "failing";
  return problems.some(({ kind }) => kind !== "upstream-disabled") ? "impaired" : "well";
}
