import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { QuestionHash } from "../../lib/names/question_hash.ts";
import { Survey } from "../../lib/response/records/survey.ts";
import { Response } from "../../lib/response/response.ts";
import type { RecordPlaces } from "../../lib/wire/record_places.ts";
import { endpointAt } from "../../lib/upstream/endpoint.ts";
import { parseEndpoint } from "../../lib/upstream/parse_endpoint.ts";
import { RCODE } from "../../lib/wire/iana.ts";
import { nameToText } from "../../lib/wire/name.ts";
import { MessageScan } from "../../lib/wire/scan.ts";
import { cacheScene, nowSays, tell } from "../support/cache_scene.ts";
import { tcp } from "../support/fake_socket.ts";
import { records } from "../support/messages.ts";
import { recordZone } from "../support/record_zone.ts";
import type { Zone } from "../support/scripted_upstream.ts";
import type { Host } from "../support/world_network.ts";

/** From the one to the other, both included. */
const FRAMES_MAX = 15;
const ZONE = recordZone("example.org 300 IN A 192.0.2.1");

/** What most servers say of names, so that they point to the question: these have such records, those of `nothing` none. */
function usualZone(...lines: readonly string[]): Zone {
  return ({ name }) => {
    const text = nameToText(name);
    const [label, ...zone] = text.split(".");
    const soa = `${zone.join(".")} 300 IN SOA ns.example.net host.${zone.join(".")} 1 2 3 4 60`;
    const known = label!.toLowerCase() === "address" ? ["QNAME 300 IN A 192.0.2.1"] : lines;
    const isKnown = label!.toLowerCase() !== "nothing";
    return {
      rcode: isKnown ? RCODE.NOERROR : RCODE.NXDOMAIN,
      answers: isKnown ? records(...known.map((line) => line.replaceAll("QNAME", text))) : [],
      authorities: isKnown && known.length > 0 ? [] : records(soa),
      additionals: [],
      isTruncated: false,
      isAuthenticData: false,
    };
  };
}

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

for (
  const [what, name, ...answers] of [
    ["addresses", "www.example.org", "QNAME 300 IN A 192.0.2.1", "QNAME 300 IN A 192.0.2.2"],
    ["an alias", "www.example.org", "QNAME 300 IN CNAME cdn.example.net", "cdn.example.net 60 IN A 192.0.2.3"],
    ["mail servers", "www.example.org MX", "QNAME 300 IN MX 1 mx.example.net", "QNAME 300 IN MX 2 mail.QNAME"],
    ["a text", "www.example.org TXT", 'QNAME 300 IN TXT "v=spf1 -all"'],
    ["a denial", "nothing.example.org"],
    ["a denial of a type", "www.example.org AAAA"],
  ] as const
) {
  Deno.test(`the records of a cold reply, ${what}, are walked once, by the scan, and those of a hit not at all`, async () => {
    const scene = cacheScene({ zone: usualZone(...answers) });
    // It shows that letter case does not matter there: a denial need not be confirmed.
    await tell(scene, "address.example.org");
    assertEquals(await recordWalks(() => tell(scene, name)), ["the scan"]);
    assertEquals(await recordWalks(() => tell(scene, name)), []);
    await scene.settle();
  });
}

Deno.test("who has to know more of an unusual reply walks once more, for whose letter case it is, say", async () => {
  const scene = cacheScene({ zone: usualZone("QNAME 300 IN SRV 1 1 25 mx.example.org") });
  const walks = await recordWalks(() => tell(scene, "mail.example.org SRV"));
  assertEquals(walks, ["the scan", "restoreRecords"]);
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
  const { begin } = Survey.prototype;
  Survey.prototype.begin = function (...args: Parameters<typeof begin>) {
    walks.push("the scan");
    begin.apply(this, args);
  };
  const watched = new Set<RecordPlaces>();
  const walks: string[] = [];
  Response.prototype.read = function (octets) {
    const { places } = this;
    let { heads } = places;
    watched.add(places);
    const get = () => {
      const stack = new Error().stack!.split("\n").slice(2);
      const walker = stack.some((frame) => frame.includes("Survey.note"))
        ? "the scan"
        : stack[0]!.trim().split(" ")[1]!;
      if (walks.at(-1) !== walker) walks.push(walker);
      return heads;
    };
    Object.defineProperty(places, "heads", { configurable: true, get, set: (value) => heads = value });
    return read.call(this, octets);
  };
  try {
    await run();
  } finally {
    Response.prototype.read = read;
    Survey.prototype.begin = begin;
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
