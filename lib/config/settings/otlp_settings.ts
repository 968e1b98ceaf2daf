import { filePath, webAddress, wholeNumber } from "../readers.ts";
import type { Settings } from "../setting.ts";

/** Who collects numbers and traces. */
export const OTLP_SETTINGS = {
  otlpEndpoint: {
    name: "otlp-endpoint",
    path: "otlp.endpoint",
    hasFlag: false,
    reader: webAddress("<url>", "http://192.0.2.9:4318"),
    default: null,
    isReloadable: true,
    help: [
      "A collector of OpenTelemetry, http://192.0.2.9:4318: numbers are sent to v1/metrics below it every 15 seconds, the same",
      "ones that metrics.listen tells, and traces to v1/traces (OTLP over HTTP). By default none. Its name is looked up as",
      "clients' names are. What query-log says of clients, names and ignore holds for traces, too.",
    ],
  },
  otlpSample: {
    name: "otlp-sample",
    path: "otlp.sample",
    hasFlag: false,
    reader: wholeNumber("<number>", { min: 0, max: 65_536 }),
    default: 1000,
    isReloadable: true,
    help: [
      "Traces of one in so many questions that had to be asked upstream, drawn at random; of those that failed all are sent.",
      "0 for no traces. What is answered at once has none.",
    ],
  },
  otlpHeadersFile: {
    name: "otlp-headers-file",
    path: "otlp.headers-file",
    hasFlag: false,
    reader: filePath("<path>", "/etc/dns-forwarder/otlp-headers"),
    default: null,
    isReloadable: true,
    help: [
      "A file with HTTP fields that the collector wants to see, a line each: Authorization: Bearer … It is read when the sending",
      "begins, and at a reload that changes one of these settings.",
    ],
  },
} satisfies Partial<Settings>;
