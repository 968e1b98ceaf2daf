import { assertEquals } from "@std/assert";
import type { SocketAddress } from "../../lib/base/net/address.ts";
import type { RandomSource } from "../../lib/base/runtime.ts";
import type { Counters } from "../../lib/observe/counters.ts";
import { OPCODE, RCODE } from "../../lib/wire/iana.ts";
import { encode, type Message } from "../../lib/wire/message.ts";
import { isSameName } from "../../lib/wire/name.ts";
import { putUint16 } from "../../lib/wire/octets.ts";
import { udp } from "../support/fake_socket.ts";
import { lines, message, opt, question, records, wire } from "../support/messages.ts";
import { SeededRandom } from "../support/seeded_random.ts";
import { type ReceivedQuery, Scene, UPSTREAM } from "../support/scene.ts";

/** A forged response to a query: what it says must never reach a client. */
function forged({ message: query }: ReceivedQuery, fields: Partial<Message> = {}) {
  const poison = records("example.org 86400 IN A 203.0.113.66");
  return encode(message({ ...query, isResponse: true, answers: poison, additionals: [], ...fields }));
}

/** What an attacker sends, from where, and where it is counted. */
const FORGERIES: readonly {
  readonly name: string;
  readonly octets: (query: ReceivedQuery) => Uint8Array<ArrayBuffer>;
  readonly from?: SocketAddress;
  readonly to?: (peer: SocketAddress) => SocketAddress;
  readonly counter: keyof Counters | null;
}[] = [
  {
    name: "another ID",
    octets: (query) => forged(query, { id: query.message.id ^ 1 }),
    counter: "upstreamUnsolicited",
  },
  {
    name: "another name",
    octets: (query) => forged(query, { questions: [question("example.net")] }),
    counter: "upstreamWrongQuestion",
  },
  {
    name: "another type",
    octets: (query) => forged(query, { questions: [question("example.org AAAA")] }),
    counter: "upstreamWrongQuestion",
  },
  {
    name: "another class",
    octets: (query) => forged(query, { questions: [question("example.org A 3")] }),
    counter: "upstreamWrongQuestion",
  },
  {
    name: "two questions",
    octets: (query) => forged(query, { questions: [question("example.org"), question("example.org")] }),
    counter: "upstreamWrongQuestion",
  },
  { name: "no question", octets: (query) => forged(query, { questions: [] }), counter: "upstreamWrongQuestion" },
  { name: "QR=0", octets: (query) => forged(query, { isResponse: false }), counter: "upstreamWrongQuestion" },
  {
    name: "another opcode",
    octets: (query) => forged(query, { opcode: OPCODE.UPDATE }),
    counter: "upstreamWrongQuestion",
  },
  {
    name: "another address",
    octets: (query) => forged(query),
    from: udp("203.0.113.54", 53),
    counter: "upstreamWrongPeer",
  },
  {
    name: "another source port",
    octets: (query) => forged(query),
    from: udp(UPSTREAM.hostname, 54),
    counter: "upstreamWrongPeer",
  },
  {
    name: "another destination port",
    octets: (query) => forged(query),
    to: (peer) => ({ ...peer, port: peer.port ^ 1 }),
    counter: null,
  },
];

for (const { name, octets, from = UPSTREAM, to = (peer: SocketAddress) => peer, counter } of FORGERIES) {
  Deno.test(`a response with ${name} is counted, and the right one 150 ms later is used [5452_01, 5452_02]`, async () => {
    const scene = new Scene();
    scene.upstream.onQuery = (query) => {
      scene.upstream.send(octets(query), to(query.peer), { from });
      scene.upstream.answer(query, { afterMs: 150 });
    };
    const client = scene.client();
    const startMs = scene.nowMs;
    client.ask([question("example.org")]);
    await scene.settle();
    assertEquals(lines(client.reply.message.answers), ["example.org. 300 IN A 192.0.2.1"]);
    assertEquals(client.reply.atMs - startMs, 150);
    assertEquals(scene.upstream.queries.length, 1);
    if (counter !== null) assertEquals(scene.app.counters[counter], 1);
  });
}

/** Responses with the right header and question that cannot be used. */
const GARBLED: readonly {
  readonly name: string;
  readonly spoil: (octets: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;
}[] = [
  { name: "cut in its answer", spoil: (octets) => octets.slice(0, -3) },
  { name: "cut behind its question", spoil: (octets) => octets.slice(0, 29) },
  {
    name: "with an owner that points to itself",
    spoil: (octets) => {
      putUint16(octets, 29, 0xc000 | 29);
      return octets;
    },
  },
  {
    name: "with two OPT records",
    spoil: (octets) => withRecords(octets, { additionals: [opt(), opt()] }),
  },
  {
    name: "with an OPT record in the answer section",
    spoil: (octets) => withRecords(octets, { answers: [opt()] }),
  },
  {
    name: "with an OPT record of which not all is there",
    spoil: (octets) => withRecords(octets, { additionals: [{ ...opt(), rdata: Uint8Array.of(0, 15, 0, 9, 0) }] }),
  },
];

function withRecords(octets: Uint8Array, sections: Partial<Message>) {
  const response = wire({ isResponse: true, questions: [question("example.org")], ...sections });
  putUint16(response, 0, (octets[0]! << 8) | octets[1]!);
  return response;
}

for (const { name, spoil } of GARBLED) {
  Deno.test(`a response ${name} is counted as garbled, and the good one that follows is used`, async () => {
    const scene = new Scene();
    scene.upstream.onQuery = (query) => {
      scene.upstream.send(spoil(scene.upstream.response(query)), query.peer);
      scene.upstream.answer(query, { afterMs: 5 });
    };
    const client = scene.client();
    client.ask([question("example.org")]);
    await scene.settle();
    assertEquals(scene.app.counters.upstreamGarbled, 1);
    assertEquals(client.reply.message.rcode, RCODE.NOERROR);
    assertEquals(lines(client.reply.message.answers), ["example.org. 300 IN A 192.0.2.1"]);
  });
}

Deno.test("a bare FORMERR that comes twice is not taken for the reply to a query that has its ID next [5452_06]", async () => {
  // IDs of 0–15 only, so that one is soon drawn again.
  const seeded = new SeededRandom("few IDs");
  const fewIds: RandomSource = { fill: (octets) => octets.forEach((_, i) => octets[i] = (i & 1) * seeded.below(16)) };
  const scene = new Scene({ config: { upstreamSockets: 2 }, random: fewIds });
  scene.upstream.onQuery = (query) => {
    if (isSameName(query.message.questions[0]!.name, REJECTED.name)) {
      const formerr = Uint8Array.of(...query.octets.subarray(0, 2), 0x81, 0x01, 0, 0, 0, 0, 0, 0, 0, 0);
      scene.upstream.reply(query, formerr);
      scene.upstream.reply(query, formerr, { afterMs: 3 });
    } else scene.upstream.answer(query, { afterMs: 5 });
  };
  for (let i = 0; i < 20; i++) {
    scene.client().ask([REJECTED]);
    await scene.pass(1);
    const client = scene.client();
    client.ask([question("example.org")]);
    await scene.pass(5);
    assertEquals(lines(client.reply.message.answers), ["example.org. 300 IN A 192.0.2.1"]);
    await scene.settle();
  }
  // With an OPT record and without: two queries each; and one in the client's spelling, as long as no other name was found.
  assertEquals(scene.app.counters.upstreamLate, 41);
});

const REJECTED = question("rejected.example.org");
