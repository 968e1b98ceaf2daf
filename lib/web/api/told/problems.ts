import type { ListStatus } from "../../../lists/keeper/list_status.ts";
import { durationText } from "../../../operator/duration_text.ts";
import type { Status } from "../../../operator/status.ts";
import type { UpstreamStatus } from "../../../upstream/health/upstream_status.ts";
import type { CertificateStatus } from "../../../server/certificates/certificate_keeper.ts";
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
/** Failures are told where there are more than one in so many replies, */
const FAILED_ONE_IN = 20;
/** of at least so many. */
const REPLIES_MIN = 50;

/** What is wrong now, the worst first. */
export function problemsIn({ status, lists, certificates, series }: LookedAt): ProblemAnswer[] {
  const { upstreams, groups } = status;
  const asked = upstreams.filter(({ isForBootstrap }) => isForBootstrap !== true);
  const bad = asked.filter((upstream) => !isUp(upstream));
  const names = new Set(bad.map(({ name }) => name));
  const silent = groups.filter((group) =>
    group.upstreams.length > 0 && group.upstreams.every((name) => names.has(name))
  );
  return [
    ...silent.map(({ name }) => ({
      kind: "all-upstreams-down",
      subject: groups.length > 1 ? name : "",
      text: groups.length > 1 ? `No upstream of the group ${name} answers` : "No upstream answers",
    })),
    ...failuresIn(series),
    ...bad.map(({ name, state, problem, leftOutSeconds, downForMs }) => ({
      kind: leftOutSeconds === undefined ? "upstream-down" : "upstream-disabled",
      subject: name,
      text: leftOutSeconds === undefined
        ? `The upstream ${name} is ${state}${downFor(downForMs)}${problem === null ? "" : `: ${problem}`}`
        : `The upstream ${name} is left out by hand`,
    })),
    ...certificates.flatMap(({ path, trouble }) => {
      return trouble === null ? [] : [{ kind: "certificate-ending", subject: path, text: `${path}: ${trouble}` }];
    }),
    ...lists.flatMap(({ name, sources }) => {
      const error = sources.find((source) => source.error !== null)?.error ?? null;
      return error === null
        ? []
        : [{ kind: "list-old", subject: name, text: `The list ${name} is not updated: ${error}` }];
    }),
  ];
}

function downFor(downForMs: number | undefined): string {
  return downForMs === undefined ? "" : ` for ${durationText(downForMs / 1000)}`;
}

function failuresIn(series: SeriesAnswer | null): ProblemAnswer[] {
  if (series === null) return [];
  const sumOf = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
  const total = series.counts.reduce((sum, counts) => sum + sumOf(counts), 0);
  const failed = sumOf(series.counts[series.sources.indexOf("failure")] ?? []);
  if (total < REPLIES_MIN || failed * FAILED_ONE_IN <= total) return [];
  const share = Math.round(100 * failed / total);
  const text = `${share} % of the replies of the last ${
    FAILURES_SECONDS / 60
  } minutes say that nobody could tell (SERVFAIL)`;
  return [{ kind: "failures", subject: "", text }];
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

/** With several processes the state may be several words; one of them that can ask is enough. */
function isUp({ state, leftOutSeconds }: UpstreamStatus): boolean {
  return leftOutSeconds === undefined && /\bup\b/.test(state);
}
