import { BESIDE_METRICS } from "./kinds/beside_metrics.ts";
import { CACHE_METRICS } from "./kinds/cache_metrics.ts";
import { CLIENT_METRICS } from "./kinds/client_metrics.ts";
import { PROCESS_METRICS } from "./kinds/process_metrics.ts";
import { UPSTREAM_METRICS } from "./kinds/upstream_metrics.ts";
import type { Metric } from "./metric.ts";

/** All metrics, in the order in which they are told. */
export const METRICS: readonly Metric[] = [
  ...CLIENT_METRICS,
  ...CACHE_METRICS,
  ...UPSTREAM_METRICS,
  ...BESIDE_METRICS,
  ...PROCESS_METRICS,
];
