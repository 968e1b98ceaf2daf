import { quantileMs } from "../../../observe/tally/histogram.ts";
import { durationText } from "../../../operator/duration_text.ts";
import type { Status } from "../../../operator/status.ts";
import type { UpstreamStatus } from "../../../upstream/health/upstream_status.ts";
import { rcodeToText } from "../../../wire/iana.ts";
import type { LiveUpstream, UpstreamAnswer, UpstreamsAnswer } from "../answers.ts";

/** Who is asked, and how they are doing. */
export function upstreamsAnswer({ upstreams, groups }: Pick<Status, "upstreams" | "groups">): UpstreamsAnswer {
  return { upstreams: upstreams.map((upstream) => upstreamAnswer(upstream, groups)), groups: [...groups] };
}

/** How one of them is doing now. */
export function liveUpstream(upstream: UpstreamStatus): LiveUpstream {
  const { name, state, smoothedMs, percentile95Ms, leftOutSeconds = null } = upstream;
  return {
    name,
    state,
    reason: reasonOf(upstream),
    disabledSeconds: leftOutSeconds,
    smoothedMs: measured(smoothedMs),
    percentile95Ms: measured(percentile95Ms),
  };
}

function upstreamAnswer(upstream: UpstreamStatus, groups: Status["groups"]): UpstreamAnswer {
  const { name, traffic } = upstream;
  return {
    ...liveUpstream(upstream),
    groups: groups.filter(({ upstreams }) => upstreams.includes(name)).map((group) => group.name),
    transport: transportOf(name),
    medianMs: measured(quantileMs(traffic.replyTimes, 0.5)),
    queries: upstream.queryCount,
    replies: upstream.replyCount,
    failures: upstream.failureCount,
    failuresByReason: { ...traffic.failures },
    repliesByRcode: Object.fromEntries(traffic.rcodes.map(([rcode, count]) => [rcodeToText(rcode), count])),
    hedges: traffic.hedgeCount,
    handshakes: upstream.handshakeCount ?? null,
    notes: notesOf(upstream),
  };
}

/** Why it is in the state that it is in. */
function reasonOf({ state, problem, leftOutSeconds, downForMs, discovery }: UpstreamStatus): string {
  if (leftOutSeconds !== undefined) return `left out by hand for another ${leftOutSeconds} s`;
  if (problem !== null) return problem;
  if (state === "loop") return "it leads back to this program";
  const since = downForMs === undefined ? "" : ` for ${durationText(downForMs / 1000)}`;
  if (state === "down") return `no answer${since}`;
  if (state === "probing") return `no answer${since}, and it is asked whether it is back`;
  const whyNot = discovery?.whyNot ?? null;
  return whyNot === null ? "" : `asked in the clear: ${whyNot}`;
}

function notesOf(upstream: UpstreamStatus): string[] {
  return [
    upstream.isAskedWithoutEdns ? "asked without EDNS" : "",
    upstream.isAskedWithoutCookies ? "asked without cookies" : "",
    upstream.isAskedInPlainCase ? "asked in plain letter case" : "",
    upstream.isAskedOverTcp ? "asked over TCP" : "",
    upstream.isForBootstrap === true ? "asked where encrypted upstreams are, and nothing else" : "",
    upstream.isUnauthenticated ? "not authenticated" : "",
    upstream.discovery !== undefined && upstream.discovery.whyNot === null ? "asked as it says it can be" : "",
  ].filter((note) => note !== "");
}

/** What stands before `://` in its name; plain servers have nothing there. */
function transportOf(name: string): string {
  return /^([a-z]+):\/\//.exec(name)?.[1] ?? "udp";
}

function measured(ms: number): number | null {
  return ms === 0 ? null : ms;
}
