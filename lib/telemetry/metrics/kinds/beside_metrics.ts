import type { SourceStatus } from "../../../lists/keeper/list_status.ts";
import { counter, gauge, type Metric } from "../metric.ts";

/** What is beside questions and answers: who looks on, lists, certificates. */
export const BESIDE_METRICS: readonly Metric[] = [
  counter("sink_records_total", "Replies that a sink was told of.", ({ status: { sinks } }) => {
    return sinks.map(({ name, recordCount }) => ({ labels: { sink: name }, value: recordCount }));
  }),
  counter("sink_dropped_total", "Replies that a sink has lost, for nobody waits for it.", ({ status: { sinks } }) => {
    return sinks.map(({ name, droppedCount }) => ({ labels: { sink: name }, value: droppedCount }));
  }),
  gauge("list_names", "Names in a list.", ({ lists }) => {
    return lists.map(({ name, names }) => ({ labels: { list: name }, value: names }));
  }),
  gauge("list_updated_timestamp_seconds", "When the text of a list, the oldest of several, was what its source says.", (
    { lists, nowSeconds },
  ) =>
    lists.flatMap(({ name, sources }) => {
      const age = oldest(sources);
      return age === null ? [] : [{ labels: { list: name }, value: nowSeconds - age }];
    })),
  gauge("list_failing_sources", "Sources of a list that cannot be read or fetched now.", ({ lists }) => {
    return lists.map(({ name, sources }) => {
      return { labels: { list: name }, value: sources.filter(({ error }) => error !== null).length };
    });
  }),
  gauge(
    "certificate_expiry_timestamp_seconds",
    "When a certificate ends that clients are shown.",
    ({ certificates }) => {
      return certificates.map(({ path, validToS }) => ({ labels: { certificate: path }, value: validToS }));
    },
  ),
];

/** `null` when there is no text yet. */
function oldest(sources: readonly SourceStatus[]): number | null {
  const ages = sources.map(({ ageSeconds }) => ageSeconds).filter((age) => age !== null);
  return ages.length === 0 ? null : Math.max(...ages);
}
