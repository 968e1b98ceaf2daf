import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { QuestionHash } from "../../lib/names/question_hash.ts";
import { MessageScan } from "../../lib/wire/scan.ts";
import { cacheScene, tell } from "../support/cache_scene.ts";
import { recordZone } from "../support/record_zone.ts";
import type { Host } from "../support/world_network.ts";

/** From the one to the other, both included. */
const FRAMES_MAX = 15;
const ZONE = recordZone("example.org 300 IN A 192.0.2.1");

Deno.test("the QNAME of a query is hashed once, whether its answer comes from an upstream or from memory", async () => {
  const scene = cacheScene({ zone: ZONE });
  const cold = await countHashes(() => tell(scene, "example.org"));
  const hit = await countHashes(() => tell(scene, "example.org"));
  assertEquals([scene.app.counters.cacheMisses, scene.app.counters.cacheHits], [1, 1]);
  assertEquals({ cold, hit }, { cold: 1, hit: 1 });
  await scene.settle();
});

Deno.test("the QNAME of a query is hashed once, also when its name does not exist", async () => {
  const scene = cacheScene({ zone: ZONE });
  assertEquals(await countHashes(() => tell(scene, "nothing.example.org")), 1);
  assertEquals(await countHashes(() => tell(scene, "nothing.example.org")), 1);
  assertEquals(scene.app.counters.cacheNegativeHits, 1);
  await scene.settle();
});

Deno.test("the octets of a query and of its reply are walked once each, and a hit's reply not at all", async () => {
  const scene = cacheScene({ zone: ZONE });
  for (const name of ["example.org", "nothing.example.org"]) {
    const cold = await countScans(() => tell(scene, name));
    const hit = await countScans(() => tell(scene, name));
    assertEquals({ cold, hit }, { cold: 2, hit: 1 }, name);
  }
  await scene.settle();
});

Deno.test("the way of a cold reply from the correlator to the client's socket takes few frames", async () => {
  const scene = cacheScene({ zone: ZONE });
  const frames = await framesOfReply(scene.host, () => tell(scene, "example.org"));
  assertLessOrEqual(frames.length, FRAMES_MAX, frames.join("\n"));
  await scene.settle();
});

/** How often a message was scanned meanwhile. */
async function countScans(run: () => Promise<unknown>): Promise<number> {
  const { scan } = MessageScan.prototype;
  let count = 0;
  MessageScan.prototype.scan = function (...args: Parameters<typeof scan>) {
    count++;
    return scan.apply(this, args);
  };
  try {
    await run();
  } finally {
    MessageScan.prototype.scan = scan;
  }
  return count;
}

/** What stands on the stack between the sending of a reply and the correlator that has taken it in, both included. */
async function framesOfReply(host: Host, run: () => Promise<unknown>): Promise<string[]> {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 200;
  let frames: string[] = [];
  for (const socket of host.sockets) {
    const { send } = socket;
    socket.send = (...args) => {
      const stack = new Error().stack!.split("\n").slice(2);
      const last = stack.findIndex((frame) => frame.includes("Correlator.accept"));
      if (last >= 0) frames = stack.slice(0, last + 1);
      return send.apply(socket, args);
    };
  }
  try {
    await run();
  } finally {
    Error.stackTraceLimit = limit;
  }
  assert(frames.length > 0, "the reply is sent on the stack of whoever has taken it in");
  return frames;
}

/** How often a name was taken into a hash meanwhile. */
async function countHashes(run: () => Promise<unknown>): Promise<number> {
  const { absorb } = QuestionHash.prototype;
  let count = 0;
  QuestionHash.prototype.absorb = function (...args: Parameters<typeof absorb>) {
    count++;
    absorb.apply(this, args);
  };
  try {
    await run();
  } finally {
    QuestionHash.prototype.absorb = absorb;
  }
  return count;
}
