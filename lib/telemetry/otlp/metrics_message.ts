import { ProtobufMetricsSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { AggregationTemporality, DataPointType, type MetricData } from "@opentelemetry/sdk-metrics";
import type { HistogramSample, Metric, Snapshot } from "../metrics/metric.ts";

/** Whole seconds, and nanoseconds. */
type Moment = [seconds: number, nanoseconds: number];

/** As Prometheus has it in the names: what stands there is no unit of OpenTelemetry (UCUM). */
const UNITS: readonly (readonly [RegExp, string])[] = [[/_seconds(?:_total)?$/, "s"], [/_bytes(?:_total)?$/, "By"]];

/**
 * The message that tells a collector our own numbers: sums and histograms since the start of the program, with the names and the
 * bounds that `/metrics` has. The SDK has no observable histograms: what somebody else has counted stands beside its instruments, in
 * the form that it gives to its exporters.
 *
 * @param attributes Who sends.
 */
export function metricsMessage(
  attributes: Readonly<Record<string, string>>,
  metrics: readonly Metric[],
  snapshot: Snapshot,
): Uint8Array<ArrayBuffer> {
  const scope = { name: "dns-forwarder", version: snapshot.build.version };
  const data = metrics.map((metric) => metricData(metric, snapshot)).filter(({ dataPoints }) => dataPoints.length > 0);
  const resource = resourceFromAttributes(attributes);
  const octets = ProtobufMetricsSerializer.serializeRequest({ resource, scopeMetrics: [{ scope, metrics: data }] });
  return Uint8Array.from(octets!);
}

function metricData(metric: Metric, snapshot: Snapshot): MetricData {
  const { name, help } = metric;
  const startTime: Moment = [snapshot.startedAtSeconds, 0];
  const endTime: Moment = [snapshot.nowSeconds, 0];
  const unit = UNITS.find(([pattern]) => pattern.test(name))?.[1] ?? "";
  const common = {
    descriptor: { name, description: help, unit, valueType: 1 },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  if (metric.type === "histogram") {
    const dataPoints = metric.read(snapshot).map((sample) => {
      return { startTime, endTime, attributes: sample.labels, value: histogramOf(sample) };
    });
    return { ...common, dataPointType: DataPointType.HISTOGRAM, dataPoints };
  }
  const dataPoints = metric.read(snapshot).map(({ labels, value }) => {
    return { startTime, endTime, attributes: labels, value };
  });
  return metric.type === "counter"
    ? { ...common, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }
    : { ...common, dataPointType: DataPointType.GAUGE, dataPoints };
}

/** OpenTelemetry has counts between bounds; ours are up to them. */
function histogramOf({ within, count, sum }: HistogramSample) {
  const counts = within.map(([, upTo], i) => upTo - (i === 0 ? 0 : within[i - 1]![1]));
  const last = within.at(-1)?.[1] ?? 0;
  return {
    buckets: { boundaries: within.map(([bound]) => bound), counts: [...counts, count - last] },
    count,
    sum,
  };
}
