// No question shares the fate of its connection: servers that limit queries on one, and paths that lose one.

import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { RCODE } from "../../lib/wire/iana.ts";
import { endpointAt } from "../../lib/upstream/endpoint.ts";
import { question } from "../support/messages.ts";
import { recordZone } from "../support/record_zone.ts";
import { Scene, UPSTREAM } from "../support/scene.ts";
import type { SceneUpstream } from "../support/scene_upstream.ts";
import type { SceneClient } from "../support/scene_client.ts";
import type { HostStream } from "../support/host_stream.ts";

const NAMES_MAX = 200;
const NUMBERED = recordZone(...Array.from({ length: NAMES_MAX }, (_, i) => `n${i}.example.org 300 IN A 192.0.2.${i}`));

/** The ways to an upstream over TCP. */
const WAYS = {
  "tcp://": { config: { upstreams: [endpointAt({ ...UPSTREAM, transport: "tcp" })] }, zone: NUMBERED },
  "TC over UDP": { habits: { truncates: true }, zone: NUMBERED },
} as const;

/** Asks for `count` names at once, from a client each. */
function askAll(scene: Scene, count: number, from = 0): SceneClient[] {
  const clients = Array.from({ length: count }, () => scene.client());
  for (const [i, client] of clients.entries()) client.ask([question(`n${from + i}.example.org`)]);
  return clients;
}

/** How the clients fare. */
function outcomes(clients: readonly SceneClient[]): Set<"whole" | "truncated" | "failed"> {
  return new Set(clients.map(({ reply: { message: { rcode, isTruncated, answers } } }) => {
    return isTruncated ? "truncated" : rcode === RCODE.NOERROR && answers.length === 1 ? "whole" : "failed";
  }));
}

const ALL_WHOLE = new Set(["whole"]);

/** Answers `max` queries on each connection, then ends it in some way. What comes later is not read. */
function limit(upstream: SceneUpstream, max: number, end: (stream: HostStream) => void): void {
  const counts = new Map<HostStream, number>();
  upstream.onStreamQuery = (query) => {
    const stream = query.stream!;
    const count = (counts.get(stream) ?? 0) + 1;
    counts.set(stream, count);
    if (count > max) return;
    upstream.answer(query);
    if (count === max) end(stream);
  };
}

/** Connections that carried something. */
function connectionCount({ upstream }: Scene): number {
  return new Set(upstream.streamQueries.map(({ peer }) => peer.port)).size;
}

const ENDS: readonly [what: string, end: (scene: Scene) => (stream: HostStream) => void][] = [
  ["closes", (scene) => (stream) => scene.world.time.after(0, () => !stream.isClosed && stream.close())],
  ["resets", (scene) => (stream) => scene.world.time.after(0.1, () => stream.reset())],
];

for (const [way, options] of Object.entries(WAYS)) {
  for (const max of [1, 3, 10]) {
    for (const [what, end] of ENDS) {
      Deno.test(`${way}: a server that ${what} each connection after ${max} replies answers 200 questions at once [7766_11]`, async () => {
        const scene = new Scene(options);
        limit(scene.upstream, max, end(scene));
        const clients = askAll(scene, NAMES_MAX);
        await scene.settle();
        assertEquals(outcomes(clients), ALL_WHOLE);
        // The first connection shows the limit, and the next ones keep to it.
        assertLessOrEqual(scene.upstream.streamQueries.length, 2 * NAMES_MAX + 20);
        assertLessOrEqual(connectionCount(scene), Math.ceil(NAMES_MAX / max) + 8);
      });
    }
  }

  for (const half of ["new", "old"] as const) {
    Deno.test(`${way}: what waits on a half-open connection is answered within 300 ms, ${half} questions too [7766_12]`, async () => {
      const scene = new Scene(options);
      const [first] = askAll(scene, 1);
      await scene.pass(100);
      assertEquals(outcomes([first!]), ALL_WHOLE);
      // The path forgets the connection: nothing that is sent on it arrives any more, and nobody says so.
      scene.upstream.loseStreams();
      const startMs = scene.nowMs;
      const lost = askAll(scene, 50, 1);
      if (half === "new") await scene.pass(200);
      const others = half === "new" ? askAll(scene, 50, 51) : [];
      await scene.pass(300);
      // From now on nobody waits: the connection that is taken for lost gets nothing more.
      const lateMs = scene.nowMs;
      const late = askAll(scene, 20, 101);
      await scene.settle();
      assertEquals(outcomes([...lost, ...others, ...late]), ALL_WHOLE);
      for (const { reply } of [...lost, ...others]) assertLessOrEqual(reply.atMs - startMs, 300);
      for (const { reply } of late) assertEquals(reply.atMs, lateMs);
      assertEquals(connectionCount(scene), 2);
      assertEquals(scene.world.lines.filter((line) => line.includes("is down")), []);
    });
  }

  Deno.test(`${way}: what a slow server says on the first connection after all is as good [7766_12]`, async () => {
    const scene = new Scene(options);
    scene.upstream.onStreamQuery = (query) => {
      const isFirst = query.peer.port === scene.upstream.streamQueries[0]!.peer.port;
      scene.upstream.answer(query, { afterMs: isFirst ? 400 : 10_000 });
    };
    const startMs = scene.nowMs;
    const [client] = askAll(scene, 1);
    await scene.settle();
    assertEquals([outcomes([client!]), client!.reply.atMs - startMs], [ALL_WHOLE, 400]);
    assertEquals(scene.upstream.streamQueries.length, 2);
    const [one, two] = scene.upstream.streamQueries;
    assert(one!.message.id !== two!.message.id);
  });
}

Deno.test("an attempt to connect that gets lost is followed by another one, within 300 ms in all [7766_12]", async () => {
  const scene = new Scene(WAYS["tcp://"]);
  scene.upstream.die();
  const startMs = scene.nowMs;
  const clients = askAll(scene, 50);
  await scene.pass(200);
  scene.upstream.revive();
  await scene.settle();
  assertEquals(outcomes(clients), ALL_WHOLE);
  for (const { reply } of clients) assertLessOrEqual(reply.atMs - startMs, 300);
  assertEquals(connectionCount(scene), 1);
});

Deno.test("while connections are refused, a question that waits on a silent one may still be answered there", async () => {
  const scene = new Scene(WAYS["tcp://"]);
  scene.upstream.onStreamQuery = (query) => scene.upstream.answer(query, { afterMs: 700 });
  const startMs = scene.nowMs;
  const [client] = askAll(scene, 1);
  await scene.pass(10);
  scene.upstream.refuseStreams();
  await scene.settle();
  assertEquals([outcomes([client!]), client!.reply.atMs - startMs], [ALL_WHOLE, 700]);
  assertEquals(scene.upstream.streamQueries.length, 1);
});

Deno.test("a server that takes connections and ends each at once costs a few connections, and the failure is told at once", async () => {
  const scene = new Scene(WAYS["tcp://"]);
  scene.upstream.onStreamQuery = ({ stream }) => stream!.isClosed || stream!.close();
  const startMs = scene.nowMs;
  const clients = askAll(scene, 100);
  await scene.settle();
  assertEquals(outcomes(clients), new Set(["failed"]));
  for (const { reply } of clients) assertLessOrEqual(reply.atMs - startMs, 50);
  assertLessOrEqual(connectionCount(scene), 20);
});

Deno.test("a question that makes the server end its connection takes no other with it", async () => {
  const scene = new Scene(WAYS["tcp://"]);
  scene.upstream.onStreamQuery = (query) => {
    if (query.stream!.isClosed) return;
    if (query.message.questions[0]!.name[2] === "3".charCodeAt(0)) query.stream!.close();
    else scene.upstream.answer(query, { afterMs: 1 });
  };
  for (let round = 0; round < 3; round++) {
    const clients = askAll(scene, 10);
    await scene.pass(1000);
    const failed = clients.flatMap(({ reply }, i) => reply.message.rcode === RCODE.NOERROR ? [] : [i]);
    assertEquals(failed, [3]);
  }
  await scene.settle();
});

Deno.test("a server that takes two connections of a client and no more answers all questions", async () => {
  const scene = new Scene(WAYS["tcp://"]);
  const served = new Map<HostStream, number>();
  scene.upstream.onStreamQuery = (query) => {
    const stream = query.stream!;
    if (stream.isClosed) return;
    const open = [...served.keys()].filter(({ isClosed }) => !isClosed);
    if (!served.has(stream) && open.length >= 2) return stream.close();
    const count = (served.get(stream) ?? 0) + 1;
    served.set(stream, count);
    if (count <= 5) scene.upstream.answer(query, { afterMs: 1 });
    if (count === 5) scene.world.time.after(2, () => stream.isClosed || stream.close());
  };
  const clients = askAll(scene, 100);
  await scene.settle();
  assertEquals(outcomes(clients), ALL_WHOLE);
});

Deno.test("questions on a connection are given up, and no more are put there, when the server stops reading", async () => {
  const scene = new Scene({ ...WAYS["tcp://"], config: { ...WAYS["tcp://"].config, maxInFlight: 100_000 } });
  const [first] = askAll(scene, 1);
  await scene.pass(10);
  scene.upstream.stopReadingStreams();
  const startMs = scene.nowMs;
  const clients = askAll(scene, 199, 1);
  await scene.settle();
  assertEquals(outcomes([first!, ...clients]), ALL_WHOLE);
  for (const { reply } of clients) assertLessOrEqual(reply.atMs - startMs, 300);
});
