import type { Part } from "./part.ts";

/** Numbers and health over HTTP. */
export const METRICS: Part = {
  name: "metrics",
  settings: ({ metricsListen, metricsAllow }) => metricsListen === null ? null : { metricsListen, metricsAllow },
  address: ({ metricsListen }) => metricsListen,
  load: async () => (await import("./serve_metrics.ts")).serveMetrics,
};
