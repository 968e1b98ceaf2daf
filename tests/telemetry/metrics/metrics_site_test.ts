import { assertEquals } from "@std/assert";
import { metricsSite, type MetricsSource } from "../../../lib/telemetry/metrics/metrics_site.ts";
import { statusWith, UPSTREAM } from "./snapshots.ts";

const USUAL = ["127.0.0.0/8", "::1/128"];

function setUp(fields: Partial<MetricsSource> = {}, allow = USUAL) {
  const site = metricsSite(allow, {
    metrics: (format) => Promise.resolve(`metrics as ${format}\n`),
    status: statusWith(),
    loopDelayMs: 0,
    isStopping: false,
    ...fields,
  });
  return async (path: string, { from = "127.0.0.1", ...init }: RequestInit & { from?: string } = {}) => {
    const address = { transport: "tcp", hostname: from, port: 50_000 } as const;
    const peer = { address, isSecure: false, closing: new AbortController().signal };
    const response = await site(new Request(`http://127.0.0.1:9153${path}`, init), peer);
    const { status, headers } = response;
    return { status, type: headers.get("content-type"), headers, text: await response.text() };
  };
}

Deno.test("metricsSite() tells metrics in the format that the reader wants", async () => {
  const ask = setUp();
  const { status, type, text, headers } = await ask("/metrics");
  assertEquals([status, type, text], [200, "text/plain; version=0.0.4; charset=utf-8", "metrics as text\n"]);
  assertEquals([headers.get("cache-control"), headers.get("vary")], ["no-store", "accept"]);
  const open = await ask("/metrics?x=1", { headers: { accept: "application/openmetrics-text" } });
  assertEquals([open.type, open.text], [
    "application/openmetrics-text; version=1.0.0; charset=utf-8",
    "metrics as openMetrics\n",
  ]);
});

Deno.test.each([
  { path: "/", init: {}, status: 404, text: "There is nothing at /; there are /metrics, /healthz, /readyz\n" },
  {
    path: "/metrics/",
    init: {},
    status: 404,
    text: "There is nothing at /metrics/; there are /metrics, /healthz, /readyz\n",
  },
  { path: "/metrics", init: { method: "POST" }, status: 405, text: "This can be read (GET, HEAD), and nothing else\n" },
  {
    path: "/readyz",
    init: { method: "DELETE" },
    status: 405,
    text: "This can be read (GET, HEAD), and nothing else\n",
  },
  {
    path: "/metrics",
    init: { from: "192.0.2.9" },
    status: 403,
    text: "192.0.2.9 may not read this: metrics.allow names the networks that may\n",
  },
  {
    path: "/healthz",
    init: { from: "2001:db8::9", method: "POST" },
    status: 403,
    text: "2001:db8::9 may not read this: metrics.allow names the networks that may\n",
  },
])("metricsSite() answers $status at $path to $init, in plain words", async ({ path, init, status, text }) => {
  const response = await setUp()(path, init);
  assertEquals([response.status, response.text, response.type], [status, text, "text/plain; charset=utf-8"]);
  if (status === 405) assertEquals(response.headers.get("allow"), "GET, HEAD");
});

Deno.test("metricsSite() lets the networks read that may, IPv4 in whatever form it comes", async () => {
  const ask = setUp({}, ["192.0.2.0/24", "2001:db8::/32"]);
  const froms = ["192.0.2.9", "::ffff:192.0.2.9", "2001:db8::1", "127.0.0.1", "::1", "fe80::1%eth0"];
  const statuses = await Promise.all(froms.map(async (from) => (await ask("/metrics", { from })).status));
  assertEquals(statuses, [200, 200, 200, 403, 403, 403]);
});

Deno.test("metricsSite() says that the program lives, and which worker does not", async () => {
  const alone = await setUp({ loopDelayMs: 12.4 })("/healthz");
  assertEquals([alone.status, alone.type, JSON.parse(alone.text)], [200, "application/json", {
    status: "ok",
    checks: { event_loop: { ok: true, about: "late by 12 ms at most" } },
  }]);
  const worker = { number: 1, isServing: true, silentMs: 2000, delayMs: 1, restartCount: 0 };
  const both = [worker, { ...worker, number: 2, silentMs: 6001 }];
  const { status, text } = await setUp({ status: statusWith({ workers: both }) })("/healthz");
  const about = "worker 2 has said nothing for 6 s";
  assertEquals([status, JSON.parse(text).status, JSON.parse(text).checks.workers], [503, "failing", {
    ok: false,
    about,
  }]);
  const [first] = both;
  const well = await setUp({ status: statusWith({ workers: [first!] }) })("/healthz");
  assertEquals([well.status, JSON.parse(well.text).checks.workers], [200, {
    ok: true,
    about: "1 of 1 have reported within 6 s",
  }]);
});

Deno.test("metricsSite() says that clients may come, until the program is told to stop", async () => {
  const { status, text } = await setUp()("/readyz");
  assertEquals([status, JSON.parse(text)], [200, {
    status: "ok",
    checks: { sockets: { ok: true, about: "192.0.2.53:53" }, stopping: { ok: true, about: "no" } },
  }]);
  const stopping = await setUp({ isStopping: true })("/readyz");
  assertEquals([stopping.status, JSON.parse(stopping.text).checks.stopping], [503, {
    ok: false,
    about: "it was told to stop, and serves on for a while",
  }]);
  const worker = { number: 1, isServing: false, silentMs: 0, delayMs: 0, restartCount: 1 };
  assertEquals((await setUp({ status: statusWith({ workers: [worker] }) })("/readyz")).status, 503);
  assertEquals((await setUp({ status: statusWith({ listeners: [] }) })("/readyz")).status, 503);
});

Deno.test("metricsSite() minds upstreams when it is asked to, and not otherwise: memory answers without them", async () => {
  const down = { ...UPSTREAM, state: "down" };
  const bootstrap = { ...UPSTREAM, isForBootstrap: true };
  const ask = setUp({ status: statusWith({ upstreams: [down, { ...down, state: "probing" }, bootstrap] }) });
  assertEquals((await ask("/readyz")).status, 200);
  const { status, text } = await ask("/readyz?upstreams");
  assertEquals([status, JSON.parse(text).checks.upstreams], [503, { ok: false, about: "0 of 2 are up" }]);
  const one = setUp({ status: statusWith({ upstreams: [down, { ...down, state: "down (1), up (1)" }] }) });
  assertEquals((await one("/readyz?upstreams")).status, 200);
  assertEquals((await setUp()("/readyz?upstreams")).status, 200);
});

Deno.test("metricsSite() refuses a host that is no host", async () => {
  const site = metricsSite(USUAL, {
    metrics: () => Promise.resolve(""),
    status: statusWith(),
    loopDelayMs: 0,
    isStopping: false,
  });
  const request = new Request("http://127.0.0.1:9153/metrics");
  Object.defineProperty(request, "url", { value: "http://a b/metrics" });
  const address = { transport: "tcp", hostname: "127.0.0.1", port: 50_000 } as const;
  const response = await site(request, { address, isSecure: false, closing: new AbortController().signal });
  assertEquals([response.status, await response.text()], [400, "The host that is asked for is none\n"]);
});
