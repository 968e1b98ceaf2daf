import { assert, assertEquals, assertMatch } from "@std/assert";
import { Exposition, type Format } from "../../../lib/telemetry/metrics/exposition.ts";
import type { Snapshot } from "../../../lib/telemetry/metrics/metric.ts";
import { METRICS } from "../../../lib/telemetry/metrics/metrics.ts";
import { CAN_RUN } from "../../end_to_end/child_program.ts";
import { promtool } from "../../end_to_end/telemetry/prometheus.ts";
import { busySnapshot, snapshotWith } from "./snapshots.ts";

function render(snapshot: Snapshot, format: Format = "text"): Promise<string> {
  return new Exposition(METRICS, format).render(snapshot);
}

/** The lines that begin with `dns_forwarder_<name>`, without that prefix. */
function linesOf(text: string, name: string): string[] {
  const lines = text.split("\n").filter((line) => line.startsWith(`dns_forwarder_${name}`));
  return lines.map((line) => line.slice("dns_forwarder_".length));
}

Deno.test("Exposition tells what clients ask and get, without who and what", async () => {
  const text = await render(busySnapshot());
  const asked = linesOf(text, "queries_total").filter((line) => !line.endsWith(" 0"));
  assertEquals(asked, [
    'queries_total{transport="udp",family="ipv4",type="A"} 9',
    'queries_total{transport="quic",family="ipv6",type="other"} 1',
  ]);
  assertEquals(linesOf(text, "responses_total").filter((line) => !line.endsWith(" 0")), [
    'responses_total{rcode="NOERROR",source="cache"} 8',
    'responses_total{rcode="SERVFAIL",source="failure"} 2',
  ]);
  assertEquals(linesOf(text, "rejected_total").length, 3);
  assertEquals(linesOf(text, "questions_in_flight"), ["questions_in_flight 3"]);
});

Deno.test("Exposition tells times in seconds by the bounds of CoreDNS, with all that took longer", async () => {
  const lines = linesOf(await render(busySnapshot()), 'response_duration_seconds_bucket{source="cache"');
  assertEquals(lines.map((line) => /le="(.+)"\} (\d+)$/.exec(line)!.slice(1)), [
    ["0.0001", "2"],
    ["0.00025", "2"],
    ["0.0005", "3"],
    ["0.001", "3"],
    ["0.002", "3"],
    ["0.004", "3"],
    ["0.008", "3"],
    ["0.016", "3"],
    ["0.032", "3"],
    ["0.064", "3"],
    ["0.128", "3"],
    ["0.256", "3"],
    ["0.512", "3"],
    ["1.024", "3"],
    ["2.048", "3"],
    ["4.096", "3"],
    ["+Inf", "4"],
  ]);
  const text = await render(busySnapshot());
  assertMatch(text, /^dns_forwarder_response_duration_seconds_sum\{source="cache"\} 10\.00036\d*$/m);
  assertMatch(text, /^dns_forwarder_response_duration_seconds_count\{source="cache"\} 4$/m);
  // Those that never came are in the failures alone.
  assertMatch(text, /^dns_forwarder_upstream_response_duration_seconds_count\{upstream="192\.0\.2\.1:53"\} 4$/m);
  assertMatch(text, /^dns_forwarder_upstream_failures_total\{upstream="192\.0\.2\.1:53",reason="timeout"\} 2$/m);
});

Deno.test("Exposition tells lengths of replies by eight bounds, each with all that are shorter", async () => {
  const lines = linesOf(await render(busySnapshot()), "response_size_bytes");
  assertEquals(lines.map((line) => line.replace("response_size_bytes", "")), [
    '_bucket{le="64"} 1',
    '_bucket{le="128"} 3',
    '_bucket{le="256"} 3',
    '_bucket{le="512"} 3',
    '_bucket{le="1024"} 3',
    '_bucket{le="2048"} 4',
    '_bucket{le="4096"} 4',
    '_bucket{le="65535"} 4',
    '_bucket{le="+Inf"} 4',
    "_sum 1500",
    "_count 4",
  ]);
});

Deno.test("Exposition tells the states of upstreams, of each worker's where they differ", async () => {
  const text = await render(busySnapshot());
  assertEquals(linesOf(text, "upstream_up").map((line) => line.slice(-1)), ["1", "1", "0"]);
  const states = linesOf(text, "upstream_state").filter((line) => line.endsWith(" 1"));
  assertEquals(states.map((line) => /state="(\w+)"/.exec(line)![1]), ["up", "up", "down", "probing"]);
  // Label values are escaped: a URL may hold anything.
  assertMatch(text, /^dns_forwarder_upstream_up\{upstream="https:\/\/odd\.example\/a\\"b\\\\c"\} 0$/m);
});

Deno.test("Exposition tells how lists, certificates and those who look on are doing", async () => {
  const text = await render(busySnapshot());
  assertEquals(linesOf(text, "list_"), [
    'list_names{list="ads"} 100000',
    'list_updated_timestamp_seconds{list="ads"} 1795913660',
    'list_failing_sources{list="ads"} 1',
  ]);
  assertEquals(linesOf(text, "sink_"), [
    'sink_records_total{sink="query-log"} 10',
    'sink_dropped_total{sink="query-log"} 1',
  ]);
  assertEquals(linesOf(text, "certificate_"), [
    'certificate_expiry_timestamp_seconds{certificate="/etc/a.pem"} 1800000000',
  ]);
  assertEquals(linesOf(text, "build_info"), ['build_info{version="1.2.3",deno="2.9.5",io="native"} 1']);
  assertEquals(linesOf(text, "worker_restarts_total"), ["worker_restarts_total 4"]);
  assertMatch(text, /^process_cpu_seconds_total 1\.2345$/m);
  assertMatch(text, /^process_start_time_seconds 1796000000$/m);
});

Deno.test("Exposition tells questions of the cache by what it had, each once", async () => {
  const snapshot = snapshotWith();
  Object.assign(snapshot.status.counters, { cacheHits: 10, cacheNegativeHits: 3, cacheStaleHits: 2, cacheMisses: 5 });
  assertEquals(linesOf(await render(snapshot), "cache_requests_total"), [
    'cache_requests_total{result="hit"} 7',
    'cache_requests_total{result="negative"} 3',
    'cache_requests_total{result="stale"} 2',
    'cache_requests_total{result="failure"} 0',
    'cache_requests_total{result="miss"} 5',
  ]);
});

Deno.test("Exposition in OpenMetrics names counters without _total, writes bounds as floats, and ends with # EOF", async () => {
  const text = await render(busySnapshot(), "openMetrics");
  assert(text.endsWith("\n# EOF\n"));
  assertMatch(text, /^# TYPE dns_forwarder_queries counter$/m);
  assertMatch(text, /^dns_forwarder_queries_total\{/m);
  assertMatch(text, /^dns_forwarder_response_size_bytes_bucket\{le="64\.0"\} 1$/m);
  assertEquals(text.split("\n").filter((line) => line === ""), [""]);
  // The numbers are the same.
  const numbers = (all: string) => all.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const plain = numbers(await render(busySnapshot()));
  assertEquals(numbers(text).map((line) => line.replace(/le="(\d+)\.0"/, 'le="$1"')), plain);
});

Deno.test("Exposition tells all metrics of a program that has just been started", async () => {
  const text = await render(snapshotWith());
  const told = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
  assertEquals(told, METRICS.map(({ name }) => name));
  assertEquals(/NaN|undefined|null/.test(text), false);
});

const TOOL = promtool();
for (const [what, snapshot] of [["has just been started", snapshotWith()], ["is busy", busySnapshot()]] as const) {
  Deno.test({
    name: `promtool finds nothing wrong with the metrics of a program that ${what}${
      TOOL === null ? " (not checked: no promtool)" : ""
    }`,
    ignore: TOOL === null || !CAN_RUN,
    fn: async () => {
      assertEquals(await TOOL!(["check", "metrics"], await render(snapshot)), { exitCode: 0, output: "" });
    },
  });
}
