import { networkList, socketAddress } from "../readers.ts";
import type { Settings } from "../setting.ts";

/** Where exporters of CoreDNS listen: what looks for one finds ours. */
const METRICS_PORT = 9153;

/** Numbers for those who watch. */
export const METRICS_SETTINGS = {
  metricsListen: {
    name: "metrics",
    path: "metrics.listen",
    reader: socketAddress("<ip>:<port>", METRICS_PORT),
    default: null,
    isReloadable: true,
    help: [
      "Where numbers are told over HTTP, at /metrics for Prometheus, and whether all is well, at /healthz and /readyz.",
      "Nothing there names a client or what was asked for. By default nowhere; the port is 9153 unless said otherwise.",
      "Only this machine may read them, or the networks of metrics.allow in a file.",
    ],
    inFile: [
      "Where numbers are told over HTTP, at /metrics for Prometheus, and whether all is well, at /healthz and /readyz. Nothing",
      "there names a client or what was asked for. By default nowhere; the port is 9153 unless said otherwise.",
    ],
  },
  metricsAllow: {
    name: "metrics-allow",
    path: "metrics.allow",
    hasFlag: false,
    reader: networkList("<network>"),
    // Elsewhere it takes somebody who says so: there is no password.
    default: ["127.0.0.0/8", "::1/128"],
    isReloadable: true,
    help: ["The networks that may read what is told there, health included. Others get 403."],
  },
} satisfies Partial<Settings>;
