import { FAILURE_REASONS } from "../../../upstream/health/upstream_traffic.ts";
import type { UpstreamStatus } from "../../../upstream/health/upstream_status.ts";
import { rcodeToText } from "../../../wire/iana.ts";
import { byLabel, counter, gauge, histogram, type Metric, type Sample, single, type Snapshot } from "../metric.ts";
import { timesSample } from "../time_bounds.ts";
import { statesOf, UPSTREAM_STATES } from "../../health/upstream_states.ts";

/** The servers that are asked. */
export const UPSTREAM_METRICS: readonly Metric[] = [
  gauge(
    "upstream_up",
    "Whether an upstream answers: 1 or 0.",
    perUpstream(({ state }) => {
      return single(statesOf(state).includes("up") ? 1 : 0);
    }),
  ),
  gauge(
    "upstream_state",
    "1 for the state that an upstream is in, 0 for the others.",
    perUpstream(({ state }) => {
      const states = statesOf(state);
      return UPSTREAM_STATES.map((one) => ({ labels: { state: one }, value: states.includes(one) ? 1 : 0 }));
    }),
  ),
  counter(
    "upstream_queries_total",
    "Queries sent to an upstream, each time that they were.",
    perUpstream(({ traffic }) => {
      return byLabel("transport", traffic.queries);
    }),
  ),
  counter(
    "upstream_replies_total",
    "Replies of an upstream that were accepted.",
    perUpstream(({ traffic }) => {
      return traffic.rcodes.map(([rcode, value]) => ({ labels: { rcode: rcodeToText(rcode) }, value }));
    }),
  ),
  counter(
    "upstream_failures_total",
    "Questions on which an upstream has failed.",
    perUpstream(({ traffic }) => {
      return FAILURE_REASONS.map((reason) => ({ labels: { reason }, value: traffic.failures[reason] ?? 0 }));
    }),
  ),
  counter(
    "upstream_hedges_total",
    "Queries sent because another upstream, or the last one, was slow.",
    perUpstream(
      ({ traffic }) => single(traffic.hedgeCount),
    ),
  ),
  counter(
    "upstream_probes_total",
    "Questions to an upstream that is down, to see whether it is back.",
    perUpstream(
      ({ traffic }) => single(traffic.probeCount),
    ),
  ),
  counter(
    "upstream_handshakes_total",
    "Handshakes with an encrypted upstream: few beside its queries.",
    perUpstream(
      ({ handshakeCount }) => handshakeCount === undefined ? [] : single(handshakeCount),
    ),
  ),
  histogram(
    "upstream_response_duration_seconds",
    "How long replies of an upstream took; what never came is among its failures, and not here.",
    ({ status }) => status.upstreams.map(({ name, traffic }) => timesSample({ upstream: name }, traffic.replyTimes)),
  ),
  counter("upstream_ignored_replies_total", "Replies that answer no question of ours, by what is wrong with them.", (
    { status: { counters } },
  ) =>
    byLabel("reason", {
      unsolicited: counters.upstreamUnsolicited,
      late: counters.upstreamLate,
      peer: counters.upstreamWrongPeer,
      question: counters.upstreamWrongQuestion,
      case: counters.upstreamWrongCase,
      cookie: counters.upstreamWrongCookie,
    })),
  counter("upstream_floods_total", "Sockets given up because forged replies came in by the dozen.", ({ status }) => {
    return single(status.counters.upstreamFloods);
  }),
];

/** The numbers of each, with its name. */
function perUpstream(read: (upstream: UpstreamStatus) => readonly Sample[]): (from: Snapshot) => Sample[] {
  return ({ status: { upstreams } }) =>
    upstreams.flatMap((upstream) => {
      return read(upstream).map(({ labels, value }) => ({ labels: { upstream: upstream.name, ...labels }, value }));
    });
}
