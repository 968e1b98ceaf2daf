import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { PendingReply } from "../../lib/resolver/pending_reply.ts";
import { CHANNELS } from "../../lib/resolver/client.ts";
import { Reply, SOURCE } from "../../lib/resolver/reply.ts";
import { Counters } from "../../lib/observe/counters.ts";
import { Log } from "../../lib/observe/log.ts";
import type { Query } from "../../lib/resolver/query.ts";
import { Pipeline } from "../../lib/server/pipeline.ts";
import { Server } from "../../lib/server/server.ts";
import { OPCODE, RCODE } from "../../lib/wire/iana.ts";
import { decode, type Message } from "../../lib/wire/message.ts";
import { FakeTime } from "../support/fake_time.ts";
import { hex, lines, opt, question, questionLines, records, wire } from "../support/messages.ts";
import { CLIENT, responseTo, StubResolver } from "../support/resolving.ts";
import { policy } from "../support/serving.ts";

type Octets = Uint8Array<ArrayBuffer>;

const QUESTIONS = [question("eXample.org")];

function setUp(answer: (query: Query) => Octets | Promise<Octets> = (query) => responseTo(query)) {
  const resolver = new StubResolver(answer);
  const time = new FakeTime(5000);
  const counters = new Counters();
  const log: string[] = [];
  const shown: [id: number, source: number, rcode: number][] = [];
  const server = new Server({
    pipeline: new Pipeline({ admission: policy({ counters }), resolver, timeoutMs: 2000, recursionAvailable: true }),
    clock: time,
    counters,
    log: new Log({ level: "error", writeLine: (line) => void log.push(line) }),
    observer: { answered: (query, reply) => shown.push([query.scan.id, reply.source, decode(reply.octets).rcode]) },
  });
  const ask = (fields: Partial<Message> = {}) => {
    return server.handle(wire({ id: 0x4321, recursionDesired: true, questions: QUESTIONS, ...fields }), CLIENT);
  };
  return { resolver, counters, log, shown, server, ask };
}

/** What must be there at once. */
function now(reply: ReturnType<Server["handle"]>): Message {
  assert(reply instanceof Reply);
  return decode(reply.octets);
}

Deno.test("Server.reuse() lets a query that has waited be the next one's, unless something may still need it as it is", async () => {
  const { resolver, server, ask } = setUp((query) => Promise.resolve(responseTo(query)));
  const answered = async (spoil: (pending: PendingReply) => void = () => {}): Promise<Query> => {
    const pending = ask();
    assert(pending instanceof PendingReply);
    await pending;
    spoil(pending);
    server.reuse(pending);
    return resolver.queries.at(-1)!;
  };
  const first = await answered();
  assertStrictEquals(await answered(), first);
  // Another one shares its scan and key.
  assertStrictEquals(await answered(({ query }) => void query.apart()), first);
  const second = await answered();
  assert(second !== first);
  // Another reply to it is to come.
  assertStrictEquals(await answered(({ query }) => void new PendingReply(query)), second);
  assert(await answered() !== second);
});

Deno.test("Server.reuse() does not let a query be used again that was refused: what it has asked may still come", () => {
  const { resolver, server, ask } = setUp(() => new Promise(() => {}));
  const pending = ask();
  assert(pending instanceof PendingReply);
  const [query] = resolver.queries;
  pending.refuse(query!.reply.give(responseTo(query!), SOURCE.refused));
  server.reuse(pending);
  ask();
  assert(resolver.queries[1] !== query);
});

Deno.test("an observer that throws costs nobody an answer, and is called once for each", () => {
  const { resolver, counters, log } = setUp();
  let calls = 0;
  const time = new FakeTime();
  const server = new Server({
    pipeline: new Pipeline({ admission: policy({ counters }), resolver, timeoutMs: 2000, recursionAvailable: true }),
    clock: time,
    counters,
    log: new Log({ level: "error", writeLine: (line) => void log.push(line) }),
    observer: {
      answered: () => {
        calls++;
        throw new Error("disk is full");
      },
    },
  });
  const reply = now(server.handle(wire({ id: 7, questions: QUESTIONS }), CLIENT));
  assertEquals([reply.rcode, calls, counters.broken, log.length], [RCODE.NOERROR, 1, 1, 1]);
});

Deno.test("Server.handle() returns the finished reply at once when the resolver does", () => {
  const { ask, resolver, counters } = setUp((query) => {
    return responseTo(query, { answers: records("example.org 9 IN A 192.0.2.1") });
  });
  const reply = now(ask());
  assertEquals([reply.id, reply.recursionDesired, lines(reply.answers)], [0x4321, true, [
    "example.org. 9 IN A 192.0.2.1",
  ]]);
  assertEquals([resolver.queries[0]!.deadlineMs, resolver.queries[0]!.client], [7000, CLIENT]);
  assertEquals([counters.received, counters.ignored, counters.broken], [1, 0, 0]);
});

Deno.test("Server.handle() gives the finished reply later when the resolver does", async () => {
  const pending = Promise.withResolvers<Octets>();
  const { ask, resolver } = setUp(() => pending.promise);
  const reply = ask({ questions: [...QUESTIONS, question("example.com")] });
  assert(reply instanceof PendingReply);
  pending.resolve(responseTo(resolver.queries[0]!));
  assertEquals(decode((await reply).octets).id, 0x4321);
});

Deno.test("Server.handle() says nothing to what is no query, and counts it as ignored", () => {
  const { ask, server, resolver, counters } = setUp();
  assertStrictEquals(ask({ isResponse: true }), null);
  assertStrictEquals(server.handle(hex("4321"), CLIENT), null);
  assertEquals([counters.received, counters.ignored, resolver.queries.length], [2, 2, 0]);
});

Deno.test("Server.handle() answers what admission rejects without asking a resolver", () => {
  const { ask, resolver } = setUp();
  assertEquals(now(ask({ opcode: 5 })).rcode, RCODE.NOTIMP);
  assertEquals(now(ask({ additionals: [opt(), opt()] })).rcode, RCODE.FORMERR);
  assertEquals(resolver.queries.length, 0);
});

const FAULTS: readonly [string, (query: Query) => Octets | Promise<Octets>][] = [
  ["throws", () => {
    throw new Error("broken resolver");
  }],
  ["rejects", () => Promise.reject(new Error("broken resolver"))],
  ["throws what is no Error", () => {
    throw "broken resolver";
  }],
  ["rejects with what is no Error", () => Promise.reject("broken resolver")],
];

for (const [what, answer] of FAULTS) {
  Deno.test(`Server.handle() answers SERVFAIL when the resolver ${what}; counted and logged once`, async () => {
    const { ask, counters, log } = setUp(answer);
    const reply = decode((await ask())!.octets);
    assertEquals([reply.id, reply.rcode, reply.recursionAvailable], [0x4321, RCODE.SERVFAIL, true]);
    assertEquals([questionLines(reply.questions), reply.answers], [["eXample.org. IN A"], []]);
    assertEquals([counters.broken, log.length], [1, 1]);
    assertMatch(log[0]!, /^dns-forwarder: error: Cannot answer a query \(1 so far\): .*broken resolver/);
  });
}

Deno.test("Server.handle() answers SERVFAIL when the resolver's reply cannot be read", async () => {
  const query = { additionals: [opt()] };
  for (const isLater of [false, true]) {
    // An OPT record in front of a record makes `finish` read the whole reply; this one ends within it.
    const garbage = wire({ isResponse: true, additionals: [opt(), ...records("example.org 9 IN MX 1 example.com")] });
    garbage[garbage.length - 1] = 0x3f;
    const { ask, counters, log } = setUp(() => isLater ? Promise.resolve(garbage) : garbage);
    const reply = decode((await ask(query))!.octets);
    assertEquals([reply.id, reply.rcode, reply.additionals.length], [0x4321, RCODE.SERVFAIL, 1]);
    assertEquals([counters.broken, log.length], [1, 1]);
  }
});

Deno.test("Server.handle() uses the query of a message again that was answered at once, and knows nothing of the last one", () => {
  const { ask, resolver } = setUp((query) => {
    query.reply.extendedErrors.push({ infoCode: 0, text: "told to the first" });
    query.reply.options = [{ code: 65_001, data: Uint8Array.of(1) }];
    query.hasValidCookie = true;
    query.otherTypes = [28];
    query.reply.extendedRcode = 1;
    return responseTo(query);
  });
  ask({ additionals: [opt()] });
  const { questions } = now(ask({ questions: [question("b.example")], additionals: [opt()] }));
  const [first, second] = resolver.queries;
  assertStrictEquals(first, second);
  assertEquals(questionLines(questions), ["b.example. IN A"]);
  second!.begin(wire({ questions: QUESTIONS }), CLIENT, 7, null);
  assertEquals([second!.reply.extendedErrors, second!.reply.options, second!.otherTypes], [[], [], []]);
  assertEquals([second!.hasValidCookie, second!.reply.extendedRcode, second!.deadlineMs], [false, 0, 7]);
});

Deno.test("Server.handle() leaves a query alone that waits, and one that failed", async () => {
  const { promise, resolve } = Promise.withResolvers<Octets>();
  let turn = 0;
  const { ask, resolver } = setUp((query) => {
    if (turn++ === 0) return promise;
    if (turn === 2) throw new Error("broken");
    return responseTo(query);
  });
  const waiting = ask({ id: 1 });
  ask({ id: 2 });
  ask({ id: 3 });
  assertEquals(new Set(resolver.queries).size, 3);
  resolve(responseTo(resolver.queries[0]!));
  assertEquals(decode((await waiting)!.octets).id, 1);
});

Deno.test("Server.handle() counts each reply by channel, source and RCODE, and shows it, whatever has become of the query", async () => {
  const { ask, server, shown } = setUp((query) => {
    switch (query.scan.id) {
      case 1:
        return responseTo(query);
      case 2:
        return Promise.resolve(responseTo(query, { rcode: RCODE.NXDOMAIN }));
      default:
        throw new Error("broken");
    }
  });
  ask({ id: 1 });
  await ask({ id: 2 });
  ask({ id: 3 });
  ask({ id: 4, opcode: OPCODE.NOTIFY });
  ask({ id: 5, isResponse: true });
  const expected: typeof shown = [
    [1, SOURCE.upstream, RCODE.NOERROR],
    [2, SOURCE.upstream, RCODE.NXDOMAIN],
    [3, SOURCE.failure, RCODE.SERVFAIL],
    [4, SOURCE.policy, RCODE.NOTIMP],
  ];
  assertEquals(shown, expected);
  const udp = CHANNELS.indexOf("udp");
  for (const [, source, rcode] of expected) assertEquals(server.tally.outcomes.countOf(udp, source, rcode), 1);
});
