import { assertEquals } from "@std/assert";
import { acceptedFormat } from "../../../lib/telemetry/metrics/accepted_format.ts";

const OPEN = "application/openmetrics-text";

Deno.test.each([
  { who: "who says nothing", accept: null, format: "text" },
  { who: "curl", accept: "*/*", format: "text" },
  {
    who: "a browser",
    accept: "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8",
    format: "text",
  },
  {
    who: "Prometheus 2.42",
    accept: `${OPEN};version=1.0.0,${OPEN};version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1`,
    format: "openMetrics",
  },
  {
    who: "Prometheus 3.5, which would rather have what we do not write",
    accept: "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7," +
      `${OPEN};version=1.0.0;escaping=allow-utf-8;q=0.6,${OPEN};version=0.0.1;q=0.5,` +
      "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
    format: "openMetrics",
  },
  { who: "who likes plain text better", accept: `text/plain;q=0.9, ${OPEN};q=0.5`, format: "text" },
  { who: "who likes both alike", accept: `text/plain, ${OPEN}`, format: "openMetrics" },
  { who: "who does not want it", accept: `${OPEN};q=0, text/plain;q=0.1`, format: "text" },
  { who: "who wants a version that we do not write", accept: `${OPEN};version=2.0.0`, format: "text" },
  {
    who: "who writes it in other letters",
    accept: "Application/OpenMetrics-Text; Version=1.0.0",
    format: "openMetrics",
  },
  { who: "who writes nonsense", accept: ";;q=x,,", format: "text" },
])("acceptedFormat() is $format for $who", ({ accept, format }) => {
  assertEquals(acceptedFormat(accept), format as "text");
});
