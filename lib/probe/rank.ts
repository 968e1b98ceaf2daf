import { judgeFiltering } from "./findings/honesty.ts";
import type { ServerReport } from "./report.ts";

/** What a lost query costs whoever waits for it: they ask again after a second or so. */
const LOSS_COST_MS = 1000;
/** Of those whose loss is within this nobody notices it. */
const LOSS_MAX = 0.02;

/** A server, with its place among the others. */
export interface Ranked extends ServerReport {
  /** `good`: nothing speaks against it. `fair`: something does, see `against`. `bad`: it is not to be used. */
  readonly use: "good" | "fair" | "bad";
  /** What speaks against it. */
  readonly against: readonly string[];
  /** What a name takes that this program does not know, half of them known to the server, with what loss costs; `null` without replies. */
  readonly costMs: number | null;
}

/** Puts servers in order: what may be used before what may not, then by what they cost. */
export function rank(reports: readonly ServerReport[]): Ranked[] {
  const allFiltered = reports.map(({ filtered }) => filtered);
  const judged = reports.map((report) => {
    const filtering = report.problem === null
      ? judgeFiltering(report.filtered, allFiltered)
      : report.findings.filtering;
    return judge({ ...report, findings: { ...report.findings, filtering } });
  });
  return judged.toSorted((a, b) => {
    return USES.indexOf(a.use) - USES.indexOf(b.use) || (a.costMs ?? Infinity) - (b.costMs ?? Infinity);
  });
}

const USES: readonly Ranked["use"][] = ["good", "fair", "bad"];

function judge(report: ServerReport): Ranked {
  const { problem, known, fresh, askedCount, lostCount, findings } = report;
  const lossShare = lostCount / askedCount;
  if (problem !== null) return { ...report, use: "bad", against: [problem], costMs: null };
  if (known.medianMs === null || fresh.medianMs === null) {
    return { ...report, use: "bad", against: ["it does not answer most queries"], costMs: null };
  }
  const isLying = findings.missingNames.verdict === "bad";
  const against = [
    ...isLying ? [findings.missingNames.detail!] : [],
    ...lossShare > LOSS_MAX ? [`${percent(lossShare)} of the queries had no reply`] : [],
    ...[findings.tcp, findings.edns, findings.letterCase, findings.cookies, findings.dnssec]
      .filter(({ verdict }) => verdict === "bad").map(({ detail }) => detail!),
    // What cannot be had over TLS is no fault of a server that is asked in the clear.
    ...report.server.includes("://") && findings.tls.verdict === "bad" ? [findings.tls.detail!] : [],
  ];
  const costMs = (known.medianMs + fresh.medianMs) / 2 + lossShare * LOSS_COST_MS;
  return { ...report, use: isLying ? "bad" : against.length > 0 ? "fair" : "good", against, costMs };
}

/** `4 %`. */
export function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

/** Servers that a configuration needs: one that is asked, and one for when that fails. */
const CHOSEN = 2;

/** Those to be used, best first: of different operators as far as these are known, and a fair one only for want of good ones. */
export function choose(ranked: readonly Ranked[]): Ranked[] {
  const chosen: Ranked[] = [];
  for (const server of ranked) {
    if (chosen.length === CHOSEN || server.use === "bad") break;
    if (chosen.length > 0 && server.use === "fair" && chosen[0]!.use === "good") break;
    // Servers of one operator fail together.
    if (server.operator !== null && chosen.some(({ operator }) => operator === server.operator)) continue;
    chosen.push(server);
  }
  return chosen;
}
