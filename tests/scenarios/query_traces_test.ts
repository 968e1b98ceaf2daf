import { assertEquals } from "@std/assert";
import { QueryTraces } from "../../lib/app/query_traces.ts";
import type { QueryTrace } from "../../lib/observe/query_trace.ts";
import { toldTrace } from "../../lib/telemetry/otlp/told_trace.ts";
import { NOTHING_HIDDEN } from "../../lib/telemetry/privacy/levels.ts";
import { Privacy } from "../../lib/telemetry/privacy.ts";
import { question } from "../support/messages.ts";
import { Scene, type SceneOptions } from "../support/scene.ts";

/** A scene in which what becomes of one in `sample` questions is told. */
function setUp(sample: number, options: SceneOptions = {}) {
  const scene = new Scene({ config: { cacheSizeMib: 1 }, ...options });
  const traces: QueryTrace[] = [];
  const { wallClock, random } = scene.world.runtimeOn(scene.host);
  const { clock } = scene.app.taps;
  const end = scene.app.taps.trace(
    new QueryTraces({ clock, wallClock, random, sample, take: (trace) => void traces.push(trace) }),
  );
  return { scene, traces, end };
}

const kinds = ({ steps }: QueryTrace) => steps.map(({ kind }) => kind);

Deno.test("a question that has to be asked upstream has a trace, with when what was done; one from memory has none", async () => {
  const { scene, traces, end } = setUp(1);
  scene.upstream.onQuery = (query) => scene.upstream.answer(query, { afterMs: 20 });
  const client = scene.client();
  for (let i = 0; i < 3; i++) {
    client.ask([question("eXample.org")]);
    await scene.settle();
  }
  assertEquals(client.replies.length, 3);
  assertEquals(traces.map(kinds), [["remembered", "asked", "replied"]]);
  const [{ observation, steps }] = traces as [QueryTrace];
  assertEquals([observation.name, observation.client, observation.channel], ["example.org", "198.51.100.7", "udp"]);
  assertEquals([observation.source, observation.upstream, observation.rcode], ["upstream", "203.0.113.53:53", 0]);
  assertEquals(steps.map(({ atMs }) => atMs), [0, 0, 20]);
  assertEquals(observation.tookMs, 20);
  end();
  client.ask([question("other.example.org")]);
  await scene.settle();
  assertEquals(traces.length, 1);
});

Deno.test("a trace says when its question came, however long it has waited", async () => {
  const { scene, traces } = setUp(1);
  scene.upstream.onQuery = (query) => scene.upstream.answer(query, { afterMs: 700 });
  const client = scene.client();
  await scene.pass(60_000);
  const askedAtMs = 1000 * scene.world.runtimeOn(scene.host).wallClock.epochSeconds();
  client.ask([question("example.org")]);
  await scene.pass(2000);
  const [{ observation }] = traces as [QueryTrace];
  assertEquals([observation.timeMs - askedAtMs < 1000, observation.timeMs >= askedAtMs], [true, true]);
});

Deno.test("of those who share an exchange each has a trace of its own, and both say what they have waited for", async () => {
  const { scene, traces } = setUp(1);
  scene.upstream.onQuery = (query) => scene.upstream.answer(query, { afterMs: 20 });
  for (let i = 0; i < 2; i++) scene.client().ask([question("example.org")]);
  await scene.settle();
  assertEquals(traces.map(kinds).toSorted((a, b) => b.length - a.length), [
    ["remembered", "asked", "replied"],
    ["remembered", "shared"],
  ]);
});

Deno.test("a question that fails has a trace, however few are told", async () => {
  const { scene, traces } = setUp(65_536);
  scene.client().ask([question("example.org")]);
  await scene.settle();
  assertEquals(traces, []);
  scene.upstream.onQuery = () => {};
  scene.upstream.onStreamQuery = () => {};
  scene.client().ask([question("silent.example.org")]);
  await scene.pass(5000);
  scene.app.abort();
  assertEquals(traces.map(({ observation: { name, rcode } }) => [name, rcode]), [["silent.example.org", 2]]);
  const [{ steps }] = traces as [QueryTrace];
  assertEquals(steps.some((step) => step.kind === "asked"), true);
});

Deno.test("questions that wait at the same time do not write into each other's traces", async () => {
  const { scene, traces } = setUp(1);
  scene.upstream.onQuery = (query) => scene.upstream.answer(query, { afterMs: 20 });
  const client = scene.client();
  for (let i = 0; i < 20; i++) client.ask([question(`n${i}.example.org`)], { id: i });
  await scene.settle();
  assertEquals(traces.length, 20);
  for (const trace of traces) assertEquals(kinds(trace).filter((kind) => kind === "replied").length, 1);
});

Deno.test("toldTrace() hides what may not be told, and the steps that have it in them", () => {
  const trace: QueryTrace = {
    observation: {
      timeMs: 0,
      tookMs: 1,
      worker: 0,
      channel: "udp",
      client: "192.0.2.77",
      group: "kids",
      name: "a.b.example.org",
      type: 1,
      source: "upstream",
      rcode: 0,
      upstream: null,
      reason: "because of a.b.example.org",
      sizeOctets: 0,
      isTruncated: false,
      wantsDnssec: false,
    },
    steps: [
      { kind: "instead", name: "x.b.example.org", reason: null, atMs: 0 },
      { kind: "allowed", reason: { sentence: 1, what: "[clients.kids] x.b.example.org", place: null }, atMs: 0 },
      { kind: "asked", upstream: "203.0.113.1:53", atMs: 0 },
    ],
  };
  const random = { fill: (octets: Uint8Array) => void octets.fill(1) };
  const told = (settings: Partial<typeof NOTHING_HIDDEN>) => {
    const all = { ...NOTHING_HIDDEN, ...settings };
    return toldTrace(trace, new Privacy(all, random), all);
  };
  assertEquals(told({}), trace);
  assertEquals(told({ names: "domain", clients: "network" })!.steps.map(({ kind }) => kind), ["asked"]);
  const text = JSON.stringify(told({ names: "none", clients: "none" }));
  for (const hidden of ["192.0.2.77", "kids", "example"]) assertEquals(text.includes(hidden), false, hidden);
  assertEquals([told({ ignore: ["example.org"] }), told({ hiddenGroups: ["kids"] })], [null, null]);
});
