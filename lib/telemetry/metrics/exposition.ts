import Registry, { type RegisteredMetric, type RegisteredValue } from "prom-client/registry";
import type { HistogramSample, Metric, Snapshot } from "./metric.ts";

/** Forms in which metrics are told. */
export const FORMATS = {
  /** Prometheus's own, which everything reads. */
  text: "text/plain; version=0.0.4; charset=utf-8",
  /** OpenMetrics, which newer readers like better. */
  openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
} as const;

/** See `FORMATS`. */
export type Format = keyof typeof FORMATS;

/** Writes metrics as text. What they are is read when they are written; in between they cost nothing. */
export class Exposition {
  readonly #registry: Registry;
  #snapshot: Snapshot | null = null;

  /** All `metrics`, in one format. */
  constructor(metrics: readonly Metric[], format: Format) {
    const registry = this.#registry = new Registry(FORMATS[format]);
    const isOpen = format === "openMetrics";
    for (const metric of metrics) registry.registerMetric(registered(metric, isOpen, () => this.#snapshot!));
  }

  /** What they are at a moment. */
  render(snapshot: Snapshot): Promise<string> {
    this.#snapshot = snapshot;
    // It reads all of them before it returns.
    return this.#registry.metrics();
  }
}

/** The registry puts `_total` behind counters of OpenMetrics by itself (OpenMetrics 1.0, "MetricFamily name" and "Counter"). */
function registered(metric: Metric, isOpen: boolean, snapshot: () => Snapshot): RegisteredMetric {
  const { help, type } = metric;
  const name = isOpen && type === "counter" ? metric.name.replace(/_total$/, "") : metric.name;
  const about = { name, help, type };
  const values = (): RegisteredValue[] => {
    if (metric.type !== "histogram") return [...metric.read(snapshot())];
    return metric.read(snapshot()).flatMap((sample) => histogramValues(name, sample, isOpen));
  };
  return { ...about, get: () => Promise.resolve({ ...about, values: values() }) };
}

function histogramValues(
  name: string,
  { labels, within, count, sum }: HistogramSample,
  isOpen: boolean,
): RegisteredValue[] {
  const bucket = (le: string, value: number) => ({ metricName: `${name}_bucket`, labels: { ...labels, le }, value });
  return [
    ...within.map(([bound, value]) => bucket(isOpen && Number.isInteger(bound) ? `${bound}.0` : `${bound}`, value)),
    bucket("+Inf", count),
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
