import { NO_TIMES } from "../../../observe/tally/histogram.ts";
import { SIZE_BOUNDS } from "../../../observe/tally/reply_sizes.ts";
import { CHANNELS } from "../../../resolver/client.ts";
import { SOURCE } from "../../../resolver/reply.ts";
import { rcodeToText } from "../../../wire/iana.ts";
import { byLabel, counter, gauge, histogram, type Metric, single, type Snapshot } from "../metric.ts";
import { summed } from "../summed.ts";
import { timesSample } from "../time_bounds.ts";

const SOURCES = Object.keys(SOURCE);

/** What is asked and answered nearly everywhere: told from the first moment on. */
const USUAL_QUESTIONS = CHANNELS.flatMap((transport) =>
  ["ipv4", "ipv6"].map((family) => ({ transport, family, type: "A" }))
);
const USUAL_RESPONSES = SOURCES.flatMap((source) =>
  ["NOERROR", "SERVFAIL", "NXDOMAIN", "REFUSED"].map((rcode) => ({ rcode, source }))
);

/** What clients ask and get. */
export const CLIENT_METRICS: readonly Metric[] = [
  counter("queries_total", "Questions of clients.", ({ status: { questions } }) => {
    return summed(
      questions,
      ({ channel, family, type }) => ({ transport: channel, family: `ipv${family}`, type }),
      USUAL_QUESTIONS,
    );
  }),
  counter("responses_total", "Replies to clients, by where they come from.", ({ status: { replies } }) => {
    return summed(replies, ({ rcode, source }) => ({ rcode: rcodeToText(rcode), source }), USUAL_RESPONSES);
  }),
  histogram("response_duration_seconds", "From a question until its reply, by where that comes from.", ({ status }) => {
    return SOURCES.map((source) => {
      const found = status.latencies.find((latency) => latency.source === source);
      return timesSample({ source }, found?.latency ?? NO_TIMES);
    });
  }),
  histogram("response_size_bytes", "Length of replies to clients.", sizesOf),
  gauge("questions_in_flight", "Questions that wait for upstreams.", ({ status }) => single(status.inFlight)),
  counter(
    "rejected_total",
    "Questions refused, by why: too much at once, not a client of ours, or too many of one network.",
    (
      { status: { counters: { overloaded, prohibited, rateLimited } } },
    ) => byLabel("reason", { overload: overloaded, access: prohibited, rate: rateLimited }),
  ),
  counter("ignored_total", "Messages of clients that get no reply: no queries.", ({ status }) => {
    return single(status.counters.ignored);
  }),
  counter("broken_total", "Queries on which the program itself has failed.", ({ status }) => {
    return single(status.counters.broken);
  }),
  counter("datagrams_dropped_total", "Datagrams of clients that the operating system has dropped, as far as it says.", (
    { status },
  ) => single(status.counters.dropped)),
];

function sizesOf({ status: { replySizes: { counts, sumOctets } } }: Snapshot) {
  let count = 0;
  const within = SIZE_BOUNDS.map((bound, i) => [bound, count += counts[i]!] as const);
  return [{ labels: {}, within, count, sum: sumOctets }];
}
