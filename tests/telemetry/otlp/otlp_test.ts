import { assert, assertEquals } from "@std/assert";
import type { HttpContent, HttpRequest, HttpResponse } from "../../../lib/base/http/http_client.ts";
import type { QueryTrace } from "../../../lib/observe/query_trace.ts";
import { counter, gauge, histogram, type Snapshot } from "../../../lib/telemetry/metrics/metric.ts";
import { FAREWELL_MS, METRICS_MS, Otlp, TRACES_MAX, TRACES_MS } from "../../../lib/telemetry/otlp/otlp.ts";
import { FakeTime, settled } from "../../support/fake_time.ts";
import { readMetrics, readSpans } from "../../support/otlp.ts";

interface HttpPost extends HttpRequest, HttpContent {
  readonly content: Uint8Array<ArrayBuffer>;
}

const METRICS = [
  counter("queries_total", "Queries.", () => [{ labels: { transport: "udp" }, value: 7 }]),
  gauge("cache_size_bytes", "Octets.", () => [{ labels: {}, value: 1.5 }]),
  histogram("response_duration_seconds", "Times.", () => [
    { labels: { source: "cache" }, within: [[0.1, 3], [0.2, 3], [0.4, 5]], count: 6, sum: 2.5 },
  ]),
  counter("nothing_total", "Nothing.", () => []),
];

const TRACE: QueryTrace = {
  observation: {
    timeMs: 1_800_000_000_250,
    tookMs: 40,
    worker: 0,
    channel: "udp",
    client: "192.0.2.0/24",
    group: "",
    name: "example.org",
    type: 28,
    source: "upstream",
    rcode: 0,
    upstream: "203.0.113.2:53",
    reason: "",
    sizeOctets: 50,
    isTruncated: false,
    wantsDnssec: false,
  },
  steps: [
    { kind: "remembered", entry: null, atMs: 0 },
    { kind: "asked", upstream: "203.0.113.1:53", atMs: 1 },
    { kind: "asked", upstream: "203.0.113.2:53", atMs: 20 },
    { kind: "replied", upstream: "203.0.113.2:53", rcode: 0, octets: 44, isTruncated: false, atMs: 39 },
    { kind: "failed", upstream: "203.0.113.1:53", why: "no reply", atMs: 40 },
  ],
};

/** A collector that does as it is told. */
function setUp() {
  const time = new FakeTime();
  const lines: string[] = [];
  const posts: HttpPost[] = [];
  const state: { answer: (post: HttpPost) => Promise<HttpResponse>; lookUps: string[] } = {
    answer: () => Promise.resolve(response(200)),
    lookUps: [],
  };
  const peer = { transport: "tcp", hostname: "192.0.2.9", port: 4318 } as const;
  const nothing = () => Promise.resolve(null);
  const connection = {
    peer,
    read: nothing,
    write: (octets: Uint8Array) => Promise.resolve(octets.length),
    close: () => {},
  };
  const log = { info: (line: string) => void lines.push(line), warn: (line: string) => void lines.push(line) };
  let ids = 0;
  const otlp = new Otlp({
    endpoint: "http://collector.example:4318/",
    headers: { authorization: "Bearer x" },
    resource: { "service.name": "dns-forwarder" },
    metrics: METRICS,
    look: () => Promise.resolve({ build: { version: "1" }, startedAtSeconds: 100, nowSeconds: 200 } as Snapshot),
    http: {
      get: () => Promise.reject(new Error("nothing is asked for")),
      post: (request, content) => {
        const post = { ...request, ...content, content: content.body as Uint8Array<ArrayBuffer> };
        posts.push(post);
        return state.answer(post);
      },
    },
    network: { connectStream: () => Promise.resolve(connection) },
    findAddresses: (name) => (state.lookUps.push(name), Promise.resolve(["192.0.2.9"])),
    timers: time,
    clock: time,
    random: { fill: (octets) => void octets.fill(++ids & 0xff) },
    log,
  });
  return { time, lines, posts, state, otlp };
}

function response(status: number, headers: Record<string, string> = {}): HttpResponse {
  return { status, header: (name) => headers[name] ?? null, body: (async function* () {})(), close: () => {} };
}

const paths = (posts: readonly HttpPost[]) => posts.map(({ url }) => url.pathname);

Deno.test("Otlp sends metrics every 15 seconds, sums and histograms since the start, to an address that our chain finds", async () => {
  const { time, posts, state, otlp } = setUp();
  await time.passAndSettle(METRICS_MS - 1);
  assertEquals(posts, []);
  await time.passAndSettle(1);
  assertEquals(paths(posts), ["/v1/metrics"]);
  assertEquals(state.lookUps, ["collector.example"]);
  assertEquals([posts[0]!.headers, posts[0]!.type], [{ authorization: "Bearer x" }, "application/x-protobuf"]);
  const { resource, metrics } = readMetrics(posts[0]!.content);
  assertEquals(resource, { "service.name": "dns-forwarder" });
  assertEquals(metrics, [
    {
      name: "dns_forwarder_queries_total",
      unit: "",
      kind: "sum",
      isMonotonic: true,
      points: [{ attributes: { transport: "udp" }, value: 7, counts: [], bounds: [], count: 0 }],
    },
    {
      name: "dns_forwarder_cache_size_bytes",
      unit: "By",
      kind: "gauge",
      isMonotonic: false,
      points: [{ attributes: {}, value: 1.5, counts: [], bounds: [], count: 0 }],
    },
    {
      name: "dns_forwarder_response_duration_seconds",
      unit: "s",
      kind: "histogram",
      isMonotonic: false,
      points: [{
        attributes: { source: "cache" },
        value: null,
        counts: [3, 0, 2, 1],
        bounds: [0.1, 0.2, 0.4],
        count: 6,
      }],
    },
  ]);
  await time.passAndSettle(METRICS_MS);
  assertEquals(paths(posts), ["/v1/metrics", "/v1/metrics"]);
  assertEquals(otlp.sink, { name: "otlp", recordCount: 2, droppedCount: 0 });
});

Deno.test("Otlp sends a span for a question and one for each step, within five seconds", async () => {
  const { time, posts, otlp } = setUp();
  otlp.take(TRACE);
  await time.passAndSettle(TRACES_MS);
  assertEquals(paths(posts), ["/v1/traces"]);
  const [root, ...spans] = readSpans(posts[0]!.content);
  assertEquals([root!.name, root!.parentId, root!.kind, root!.status], ["DNS AAAA", "", 2, 0]);
  assertEquals(root!.start, 1_800_000_000_250_000_000n);
  assertEquals(root!.end - root!.start, 40_000_000n);
  assertEquals(root!.attributes["dns.question.name"], "example.org");
  assertEquals(root!.attributes["client.address"], "192.0.2.0/24");
  assertEquals(
    spans.map(({ name, start, end, status, attributes }) => {
      return [
        name,
        Number(start - root!.start) / 1e6,
        Number(end - root!.start) / 1e6,
        status,
        attributes["server.address"],
      ];
    }),
    [
      ["remembered", 0, 0, 0, undefined],
      ["asked", 1, 40, 2, "203.0.113.1:53"],
      ["asked", 20, 39, 0, "203.0.113.2:53"],
    ],
  );
  for (const span of spans) assertEquals([span.traceId, span.parentId], [root!.traceId, root!.spanId]);
});

Deno.test("Otlp tells once a minute of a collector that is not there, keeps some traces for it, and counts the others", async () => {
  const { time, posts, state, otlp, lines } = setUp();
  state.answer = () => Promise.resolve(response(503));
  for (let i = 0; i < TRACES_MAX + 100; i++) otlp.take(TRACE);
  await time.passAndSettle(50_000);
  assertEquals(lines, [
    "otlp: http://collector.example:4318/ is told nothing: its server answers with status 503 (1 so far)",
  ]);
  // Each message with numbers that was not taken, and the traces for which there was no room.
  assertEquals(otlp.sink, { name: "otlp", recordCount: 0, droppedCount: 100 + 3 });
  state.answer = () => Promise.resolve(response(200));
  posts.length = 0;
  await time.passAndSettle(TRACES_MS);
  // Several messages, one after the other.
  for (let i = 0; i < 5; i++) await settled();
  const traces = posts.filter(({ url }) => url.pathname === "/v1/traces");
  assertEquals(
    traces.flatMap(({ content }) => readSpans(content)).filter(({ parentId }) => parentId === "").length,
    TRACES_MAX,
  );
  assertEquals(lines.length, 2);
});

Deno.test("Otlp drops what is refused for good, and leaves a collector alone for as long as it wants", async () => {
  const { time, posts, state, otlp } = setUp();
  state.answer = () => Promise.resolve(response(400));
  otlp.take(TRACE);
  await time.passAndSettle(TRACES_MS);
  assertEquals(otlp.sink.droppedCount, 1);
  state.answer = () => Promise.resolve(response(429, { "retry-after": "60" }));
  otlp.take(TRACE);
  await time.passAndSettle(TRACES_MS);
  const before = posts.length;
  await time.passAndSettle(59_000 - TRACES_MS);
  assertEquals(posts.length, before);
  state.answer = () => Promise.resolve(response(200));
  await time.passAndSettle(10_000);
  assert(posts.length > before);
});

Deno.test("Otlp gives up a collector that hangs, and sends nothing else meanwhile", async () => {
  const { time, posts, state, lines } = setUp();
  state.answer = () => new Promise(() => {});
  await time.passAndSettle(METRICS_MS + 19_999);
  assertEquals([posts.length, lines.length], [1, 0]);
  await time.passAndSettle(1);
  assertEquals(lines, [
    "otlp: http://collector.example:4318/ is told nothing: it takes longer than 20 s (1 so far)",
  ]);
});

Deno.test("Otlp.stop() sends what there is once more, and leaves no timer", async () => {
  const { time, posts, otlp } = setUp();
  otlp.take(TRACE);
  await otlp.stop();
  await settled();
  assertEquals([paths(posts), time.armedCount], [["/v1/metrics", "/v1/traces"], 0]);
});

Deno.test(`Otlp.stop() takes ${FAREWELL_MS} ms at most when the collector hangs`, async () => {
  const { time, state, otlp } = setUp();
  state.answer = () => new Promise(() => {});
  otlp.take(TRACE);
  await time.passAndSettle(TRACES_MS);
  let isOver = false;
  void otlp.stop().then(() => isOver = true);
  await time.passAndSettle(FAREWELL_MS);
  await settled();
  assertEquals([isOver, time.armedCount], [true, 0]);
});
