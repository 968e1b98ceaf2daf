import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Observation } from "../../lib/observe/observation.ts";
import { Counters } from "../../lib/observe/counters.ts";
import { Log } from "../../lib/observe/log.ts";
import { Client } from "../../lib/resolver/client.ts";
import type { Query } from "../../lib/resolver/query.ts";
import { Reply, SOURCE } from "../../lib/resolver/reply.ts";
import { ClientGroups } from "../../lib/resolver/route/client_groups.ts";
import { NO_DIRECTORY } from "../../lib/resolver/route/client_directory.ts";
import { observationsOf } from "../../lib/server/observation_writer.ts";
import { Pipeline } from "../../lib/server/pipeline.ts";
import { Server } from "../../lib/server/server.ts";
import { RCODE } from "../../lib/wire/iana.ts";
import type { Message } from "../../lib/wire/message.ts";
import { nameFromText } from "../../lib/wire/name.ts";
import { FakeTime } from "../support/fake_time.ts";
import { opt, question, wire } from "../support/messages.ts";
import { responseTo, type Said, StubResolver } from "../support/resolving.ts";
import { policy } from "../support/serving.ts";

const START_MS = Date.UTC(2026, 10, 30);

function setUp(answer: (query: Query) => Said | Promise<Said> = (query) => responseTo(query)) {
  const time = new FakeTime(5000);
  const counters = new Counters();
  const resolver = new StubResolver(answer);
  const admission = policy({ counters });
  const server = new Server({
    pipeline: new Pipeline({ admission, resolver, timeoutMs: 2000, recursionAvailable: true }),
    clock: time,
    counters,
    log: new Log({ level: "error", writeLine: () => {} }),
  });
  const wallClock = { epochSeconds: () => NaN, epochMs: () => START_MS + time.nowMs() };
  const feed = observationsOf(server, { clock: time, runtime: { wallClock } });
  const ask = (client: Client, fields: Partial<Message> = {}) => {
    return server.handle(wire({ id: 1, recursionDesired: true, ...fields }), client);
  };
  const reader = feed.watch();
  const seen = () => {
    const all: Observation[] = [];
    reader.read((record) => void all.push(record.toObservation()), Infinity);
    return all;
  };
  return { time, server, feed, reader, ask, seen };
}

const USUAL: Observation = {
  timeMs: START_MS + 5000,
  tookMs: 0,
  worker: 0,
  channel: "udp",
  client: "198.51.100.7",
  group: "",
  name: "www.example.org",
  type: 1,
  source: "upstream",
  rcode: 0,
  upstream: null,
  reason: "",
  sizeOctets: 33,
  isTruncated: false,
  wantsDnssec: false,
};

Deno.test("what leaves is observed with the name in lower case, and what is not told of it is empty", () => {
  const { ask, seen } = setUp();
  ask(new Client("198.51.100.7", "udp"), { questions: [question("wWw.eXample.org")] });
  assertEquals(seen(), [USUAL]);
});

Deno.test("what has waited is observed with the time it took, its upstream, its reason, TC and DO", async () => {
  const { ask, seen, time } = setUp(async (query) => {
    await null;
    time.pass(1234.5);
    const reply = query.reply.give(
      responseTo(query, { isTruncated: true, rcode: RCODE.NXDOMAIN }),
      SOURCE.blocked,
      "list ads",
    );
    reply.upstream = { name: "192.0.2.1:53" };
    return reply;
  });
  const reply = ask(new Client("2001:db8::7", "https"), {
    questions: [question("www.example.org HTTPS")],
    additionals: [opt({ wantsDnssec: true })],
  });
  assertEquals(seen(), []);
  await reply;
  assertEquals(seen(), [{
    ...USUAL,
    tookMs: 1234.5,
    channel: "https",
    client: "2001:db8::7",
    type: 65,
    source: "blocked",
    rcode: RCODE.NXDOMAIN,
    upstream: "192.0.2.1:53",
    reason: "list ads",
    sizeOctets: 468,
    isTruncated: true,
    wantsDnssec: true,
  }]);
});

Deno.test("a client is observed as one of its group, an IPv4 address that comes as IPv6 as what it is", () => {
  const marks = { addresses: [], ids: [], macs: [], names: [], listeners: [] };
  const groups = new ClientGroups({ groups: [[{ name: "kids" } as never, marks]], directory: NO_DIRECTORY });
  const { ask, seen } = setUp();
  const client = new Client("::ffff:192.0.2.9", "udp");
  groups.of(client);
  ask(client, { questions: [question("www.example.org")] });
  assertEquals(seen(), [{ ...USUAL, client: "192.0.2.9", group: "kids" }]);
});

Deno.test("a message without a question is observed with the root as its name", () => {
  const { ask, seen } = setUp();
  const reply = ask(new Client("198.51.100.7", "udp"));
  assert(reply instanceof Reply);
  assertEquals(seen().map(({ name, type }) => [name, type]), [[".", 0]]);
});

Deno.test("names of all lengths are observed as they are, whatever octets they have", () => {
  const { ask, seen } = setUp();
  const client = new Client("198.51.100.7", "udp");
  const label = fc.uint8Array({ minLength: 1, maxLength: 63 });
  fc.assert(fc.property(fc.array(label, { maxLength: 4 }), (labels) => {
    const octets = [...labels.flatMap((octets) => [octets.length, ...octets]), 0];
    fc.pre(octets.length <= 255);
    const name = new Uint8Array(octets);
    ask(client, { questions: [{ ...question("x.example.org"), name }] });
    const [observed] = seen();
    const folded = name.map((octet) => octet >= 0x41 && octet <= 0x5a ? octet + 32 : octet);
    assertEquals(nameFromText(observed!.name), folded);
  }));
});

Deno.test("nothing is written while nobody reads, and a reader sees what leaves from then on", () => {
  const { ask, feed, reader } = setUp();
  const client = new Client("198.51.100.7", "udp");
  const once = () => void ask(client, { questions: [question("www.example.org")] });
  assert(feed.ring !== null);
  reader.close();
  reader.close();
  assertEquals(feed.ring, null);
  once();
  const [first, second] = [feed.watch(), feed.watch()];
  once();
  first.close();
  assert(feed.ring !== null);
  once();
  assertEquals(second.read(() => {}, 10), 2);
  second.close();
  assertEquals(feed.ring, null);
});

Deno.test("each of several who look on is shown each reply, and none of them any more after it has left", () => {
  const { ask, server } = setUp();
  const client = new Client("198.51.100.7", "udp");
  const shown: string[] = [];
  const leave = [
    server.show({ answered: () => void shown.push("a") }),
    server.show({
      answered: () => {
        throw new Error("full");
      },
    }),
    server.show({ answered: (_query, reply) => void shown.push(`b ${reply.rcode}`) }),
  ];
  ask(client, { questions: [question("www.example.org")] });
  for (const one of leave) one();
  ask(client, { questions: [question("www.example.org")] });
  assertEquals(shown, ["a", "b 0"]);
});
