import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { concat } from "@std/bytes/concat";
import { IDLE_TIMEOUT_MS, WAITING_OCTETS_MAX } from "../../lib/server/limits.ts";
import { CONNECTIONS_PER_CLIENT_MAX } from "../support/stream_rig.ts";
import { CLASS, RCODE, TYPE } from "../../lib/wire/iana.ts";
import { decode } from "../../lib/wire/message.ts";
import { toFrame } from "../../lib/wire/stream_frames.ts";
import { question, wire } from "../support/messages.ts";
import { Scene, type SceneOptions } from "../support/scene.ts";
import type { SceneStreamClient } from "../support/scene_client.ts";
import { readMessages } from "../support/stream_messages.ts";
import type { Zone } from "../support/scripted_upstream.ts";

const QUERY_COUNT = 64;
/** Octets of a reply at most, with its length. */
const FRAME_OCTETS_MAX = 0xffff + 2;

/** Has an answer of some 56 KB to every question for TXT, and a small one to all others. */
function largeZone(ttl: number): Zone {
  return (asked) => {
    const rdata = new Uint8Array(256).fill(0x78);
    rdata[0] = 255;
    const texts = Array.from({ length: 210 }, (_, i) => ({ ...asked, ttl, rdata: numbered(rdata, i) }));
    const address = { ...asked, ttl, rdata: Uint8Array.of(192, 0, 2, 1) };
    return {
      rcode: RCODE.NOERROR,
      answers: asked.type === TYPE.TXT ? texts : [address],
      authorities: [],
      additionals: [],
      isTruncated: false,
      isAuthenticData: false,
    };
  };
}

function numbered(rdata: Uint8Array<ArrayBuffer>, i: number): Uint8Array<ArrayBuffer> {
  const copy = rdata.slice();
  copy[1] = i;
  return copy;
}

/** A client that has asked for a lot, and reads nothing yet. */
async function greedyClient(scene: Scene): Promise<SceneStreamClient> {
  const client = await scene.streamClient();
  client.stream.onOctets = null;
  const queries = Array.from({ length: QUERY_COUNT }, (_, id) => {
    const questions = [{ ...question(`a${id % 8}.example.org`), type: TYPE.TXT, class: CLASS.IN }];
    return toFrame(wire({ id, recursionDesired: true, questions }));
  });
  client.stream.send(concat(queries));
  return client;
}

/** Lets time pass, and returns the octets that waited at most. */
async function watched(scene: Scene, ms: number): Promise<number> {
  let most = 0;
  for (let i = 0; i < ms / 10; i++) {
    await scene.pass(10);
    most = Math.max(most, scene.app.held.connectionOctets);
  }
  return most;
}

Deno.test("[9210_02] clients that ask for much and read nothing hold what the budget allows; others are served meanwhile", async () => {
  const scene = new Scene({ zone: largeZone(300), config: { cacheSizeMib: 8 } });
  for (let i = 0; i < CONNECTIONS_PER_CLIENT_MAX; i++) await greedyClient(scene);
  const waited = watched(scene, 1000);
  const other = scene.client();
  other.ask([question("other.example.org")]);
  const most = await waited;
  assertEquals(other.reply.message.answers.length, 1);
  // Whatever else there is, one reply of each connection.
  assertLessOrEqual(most, WAITING_OCTETS_MAX.client + CONNECTIONS_PER_CLIENT_MAX * FRAME_OCTETS_MAX);
  await scene.pass(IDLE_TIMEOUT_MS);
  assertEquals([scene.app.held.connections, scene.app.held.connectionOctets], [0, 0]);
  assertEquals(scene.app.counters.unsendable, CONNECTIONS_PER_CLIENT_MAX);
  await scene.settle();
});

const MEMORIES: readonly [string, SceneOptions][] = [
  ["its answers are remembered", { zone: largeZone(300), config: { cacheSizeMib: 8 } }],
  ["its answers may not be remembered", { zone: largeZone(0), config: { cacheSizeMib: 8 } }],
  ["there is no cache", { zone: largeZone(300) }],
];

for (const [what, options] of MEMORIES) {
  Deno.test(`a client that reads late gets every reply, while little waits for it: ${what}`, async () => {
    const scene = new Scene(options);
    const client = await greedyClient(scene);
    const most = await watched(scene, IDLE_TIMEOUT_MS / 2);
    assertLessOrEqual(most, WAITING_OCTETS_MAX.connection + FRAME_OCTETS_MAX);
    const ids = new Set<number>();
    const read = readMessages(client.stream, (octets) => {
      const { id, answers } = decode(octets);
      assertEquals(answers.length, 210);
      ids.add(id);
    });
    await scene.settle();
    await read;
    assertEquals([ids.size, scene.app.held.connectionOctets], [QUERY_COUNT, 0]);
    assert(scene.app.counters.postponed > 0);
  });
}

Deno.test("[9210_02] a client that reads an octet a second is closed after ten seconds, in the middle of a reply", async () => {
  const scene = new Scene({ zone: largeZone(300) });
  const { stream } = await greedyClient(scene);
  await scene.pass(0);
  let readCount = 0;
  for (; readCount < 30 && scene.app.held.connections > 0; readCount++) {
    await stream.read(new Uint8Array(1));
    await scene.pass(1000);
  }
  assert(readCount >= 9 && readCount <= 12, `closed after ${readCount} s`);
  assertEquals([scene.app.held.connections, scene.app.held.connectionOctets], [0, 0]);
  await scene.settle();
});

Deno.test("[9210_02] a client that stops in the middle of a reply, or of a query, is closed after ten seconds", async () => {
  for (const sent of [Infinity, 20]) {
    const scene = new Scene({ zone: largeZone(300) });
    const client = await scene.streamClient();
    client.stream.onOctets = null;
    const questions = [{ ...question("example.org"), type: TYPE.TXT }];
    const frame = toFrame(wire({ recursionDesired: true, questions }));
    client.stream.send(concat([...new Array(3).fill(frame), frame.slice(0, sent)]));
    await scene.pass(1000);
    if (sent === Infinity) await client.stream.read(new Uint8Array(5000));
    else readMessages(client.stream, () => {});
    await scene.pass(IDLE_TIMEOUT_MS + 100);
    assertEquals([scene.app.held.connections, scene.app.held.connectionOctets], [0, 0]);
    await scene.settle();
  }
});
