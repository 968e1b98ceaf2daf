import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { QuestionHash } from "../../lib/names/question_hash.ts";
import { Response } from "../../lib/response/response.ts";
import type { RecordPlaces } from "../../lib/wire/record_places.ts";
import { endpointAt } from "../../lib/upstream/endpoint.ts";
import { parseEndpoint } from "../../lib/upstream/parse_endpoint.ts";
import { MessageScan } from "../../lib/wire/scan.ts";
import { cacheScene, nowSays, tell } from "../support/cache_scene.ts";
import { tcp } from "../support/fake_socket.ts";
import { recordZone } from "../support/record_zone.ts";
import type { Host } from "../support/world_network.ts";

/** From the one to the other, both included. */
const FRAMES_MAX = 15;
/** Whose letter case it is, where the chain of CNAMEs leads, whether all is as usual, which records make a set. */
const WALKS = ["restoreSpelling", "followInOrder", "readRecords", "RecordTable.read"];
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

Deno.test("the records of a cold reply are walked four times, each time for something else, and those of a hit not at all", async () => {
  const scene = cacheScene({ zone: ZONE });
  assertEquals(await recordWalks(() => tell(scene, "example.org")), WALKS);
  assertEquals(await recordWalks(() => tell(scene, "example.org")), []);
  // A denial has no answers, and so no chain.
  const denialWalks = WALKS.filter((walker) => walker !== "followInOrder");
  assertEquals(await recordWalks(() => tell(scene, "nothing.example.org")), denialWalks);
  assertEquals(await recordWalks(() => tell(scene, "nothing.example.org")), []);
  await scene.settle();
});

Deno.test("the way of a cold reply from the correlator to the client's socket takes few frames", async () => {
  const scene = cacheScene({ zone: ZONE });
  const frames = await framesOfReply(scene.host, () => tell(scene, "example.org"));
  assertLessOrEqual(frames.length, FRAMES_MAX, frames.join("\n"));
  await scene.settle();
});

for (
  const [channel, endpoint] of [
    ["TCP", endpointAt(tcp("203.0.113.53", 53))],
    ["TLS", parseEndpoint("tls://dns.example.org?ip=203.0.113.53", 53)],
  ] as const
) {
  Deno.test(`a reply over ${channel} is walked once, and goes to the client's socket on the stack of whoever has taken it in`, async () => {
    const scene = cacheScene({ zone: ZONE, config: { upstreams: [endpoint] } });
    scene.upstream.serveTls();
    await scene.pass(0);
    let scans = 0;
    const frames = await framesOfReply(scene.host, async () => {
      scans = await countScans(() => tell(scene, "example.org"));
    });
    assertEquals([scans, scene.upstream.queries.length, scene.upstream.streamQueries.length], [2, 0, 1]);
    assertLessOrEqual(frames.length, FRAMES_MAX, frames.join("\n"));
    await scene.settle();
  });
}

Deno.test("so does the whole of a truncated reply, of which a copy is kept until then", async () => {
  const scene = cacheScene({ zone: ZONE });
  nowSays(scene.upstream, { isTruncated: true });
  let scans = 0;
  const frames = await framesOfReply(scene.host, async () => {
    scans = await countScans(() => tell(scene, "example.org"));
  });
  // The query, the truncated reply and its copy, the whole.
  assertEquals([scans, scene.upstream.streamQueries.length], [4, 1]);
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

/** Who has walked over the records of a response meanwhile, in turn: the functions that have asked where they stand. */
async function recordWalks(run: () => Promise<unknown>): Promise<string[]> {
  const { read } = Response.prototype;
  const watched = new Set<RecordPlaces>();
  const walks: string[] = [];
  Response.prototype.read = function (octets) {
    const { places } = this;
    let { heads } = places;
    watched.add(places);
    const get = () => {
      const walker = new Error().stack!.split("\n")[2]!.trim().split(" ")[1]!;
      // The walk of the scan has its own test.
      if (!walker.endsWith(".note") && walks.at(-1) !== walker) walks.push(walker);
      return heads;
    };
    Object.defineProperty(places, "heads", { configurable: true, get, set: (value) => heads = value });
    return read.call(this, octets);
  };
  try {
    await run();
  } finally {
    Response.prototype.read = read;
    for (const places of watched) {
      const { heads } = places;
      Object.defineProperty(places, "heads", { configurable: true, writable: true, value: heads });
    }
  }
  return walks.filter((walker) => walker !== recordWalks.name);
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
