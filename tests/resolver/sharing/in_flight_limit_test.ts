import { FairShare } from "../../../lib/base/time/fair_share.ts";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Counters } from "../../../lib/observe/counters.ts";
import { LineAMinute } from "../../../lib/observe/line_a_minute.ts";
import { Log } from "../../../lib/observe/log.ts";
import { Coalesce } from "../../../lib/resolver/sharing/coalesce.ts";
import { ClientLoads } from "../../../lib/resolver/sharing/client_loads.ts";
import { InFlightLimit } from "../../../lib/resolver/sharing/in_flight_limit.ts";
import { Client } from "../../../lib/resolver/client.ts";
import { Query } from "../../../lib/resolver/query.ts";
import { EDE, RCODE } from "../../../lib/wire/iana.ts";
import { decode } from "../../../lib/wire/message.ts";
import { fakeDeadlines, FakeTime, settled } from "../../support/fake_time.ts";
import { question, questionLines, wire } from "../../support/messages.ts";
import { clientQuery, questionHash, responseTo, StubResolver } from "../../support/resolving.ts";
import { Reply } from "../../../lib/resolver/reply.ts";

type Octets = Uint8Array<ArrayBuffer>;

function setUp(max: number) {
  const pending: PromiseWithResolvers<Octets>[] = [];
  const next = new StubResolver(() => {
    pending.push(Promise.withResolvers<Octets>());
    return pending.at(-1)!.promise;
  });
  const time = new FakeTime();
  const counters = new Counters();
  const lines: string[] = [];
  const log = new Log({ level: "warn", writeLine: (line) => void lines.push(line) });
  const overloads = new LineAMinute(time, (line) => log.warn(line));
  const inFlight = new InFlightLimit({ next, max, loads: new ClientLoads(), overloads, counters });
  /** Asks from a client; the RCODE appears in the list when the reply comes. */
  const ask = (hostname: string, count = 1) => {
    const rcodes: number[] = [];
    const queries = Array.from({ length: count }, (_, i) => {
      const octets = wire({ id: i, questions: [question(`n${i}.example.org`)] });
      return new Query({ wire: octets, client: new Client(hostname, "udp"), deadlineMs: 2000 });
    });
    for (const query of queries) {
      Promise.resolve(inFlight.resolve(query)).then((reply) => rcodes.push(reply.rcode));
    }
    return { rcodes, queries };
  };
  const answer = async (i: number) => {
    pending[i]!.resolve(responseTo(next.queries[i]!));
    await settled();
  };
  return { inFlight, next, pending, time, counters, lines, ask, answer };
}

Deno.test("InFlightLimit.resolve() counts a question while it waits, and what is answered at once never", async () => {
  const { inFlight, pending, next } = setUp(1);
  const query = clientQuery({ questions: [question("example.org")] });
  const reply = inFlight.resolve(query);
  assertEquals(inFlight.count, 1);
  const answer = responseTo(next.queries[0]!);
  pending[0]!.resolve(answer);
  assertEquals((await reply).octets, answer);
  assertEquals(inFlight.count, 0);

  const { counters, time } = setUp(1);
  const local = new InFlightLimit({
    next: new StubResolver(),
    max: 1,
    loads: new ClientLoads(),
    overloads: new LineAMinute(time, () => {}),
    counters,
  });
  assert(local.resolve(query) instanceof Reply);
  assertEquals(local.count, 0);
});

Deno.test("InFlightLimit.resolve() refuses the newest of one client beyond the limit, and serves again afterwards", async () => {
  const { inFlight, next, counters, ask, answer } = setUp(3);
  const first = ask("192.0.2.1", 5);
  await settled();
  assertEquals([first.rcodes, next.queries.length, inFlight.count], [[RCODE.REFUSED, RCODE.REFUSED], 3, 3]);
  assertEquals(counters.overloaded, 2);
  assertEquals(first.queries[4]!.reply.extendedErrors, [{ infoCode: EDE.OTHER, text: "Too many queries in flight" }]);
  await answer(0);
  assertEquals(inFlight.count, 2);
  const second = ask("192.0.2.1");
  await settled();
  assertEquals([second.rcodes, next.queries.length, inFlight.count], [[], 4, 3]);
});

Deno.test("InFlightLimit.resolve() makes room for a client that has less, at the cost of the greediest one's newest", async () => {
  const { inFlight, next, ask, answer, counters } = setUp(4);
  const greedy = ask("192.0.2.1", 4);
  const modest = ask("192.0.2.2", 3);
  await settled();
  // Two each: the third question of the modest one would make it the greediest.
  assertEquals([greedy.rcodes, modest.rcodes], [[RCODE.REFUSED, RCODE.REFUSED], [RCODE.REFUSED]]);
  assertEquals([inFlight.count, counters.overloaded], [4, 3]);
  assertEquals(greedy.queries.map((query) => query.reply.extendedErrors.length), [0, 0, 1, 1]);
  // The answers to what was refused come to nothing.
  for (let i = 0; i < next.queries.length; i++) await answer(i);
  assertEquals(greedy.rcodes, [RCODE.REFUSED, RCODE.REFUSED, RCODE.NOERROR, RCODE.NOERROR]);
  assertEquals(modest.rcodes, [RCODE.REFUSED, RCODE.NOERROR, RCODE.NOERROR]);
  assertEquals(inFlight.count, 0);
});

Deno.test("InFlightLimit.resolve() refuses the newcomer when nobody has more, so that forged addresses displace nobody", async () => {
  const { ask } = setUp(3);
  const settledOnes = [ask("192.0.2.1"), ask("192.0.2.2"), ask("2001:db8::1")];
  const newcomer = ask("192.0.2.4");
  await settled();
  assertEquals([newcomer.rcodes, settledOnes.flatMap(({ rcodes }) => rcodes)], [[RCODE.REFUSED], []]);
});

Deno.test("InFlightLimit.resolve() takes the addresses of an IPv6 /64 for one client", async () => {
  const { ask } = setUp(3);
  const greedy = ["2001:db8::1", "2001:db8::2", "2001:db8::3"].map((hostname) => ask(hostname));
  const modest = ask("2001:db8:0:1::1");
  await settled();
  assertEquals([greedy.map(({ rcodes }) => rcodes), modest.rcodes], [[[], [], [RCODE.REFUSED]], []]);
});

Deno.test("InFlightLimit.resolve() bounds the exchanges that go on without their question, too", async () => {
  const { next, ask } = setUp(10);
  ask("192.0.2.1", 10);
  for (let i = 2; i < 100; i++) ask(`192.0.2.${i}`, 5);
  await settled();
  assert(next.queries.length <= 20, `${next.queries.length} exchanges`);
});

Deno.test("InFlightLimit.resolve() repeats the question in what it refuses, with RA", async () => {
  const { inFlight, ask } = setUp(1);
  ask("192.0.2.1");
  const reply = decode((await inFlight.resolve(clientQuery({ questions: [question("eXample.org")] }))).octets);
  assertEquals([reply.rcode, reply.recursionAvailable, questionLines(reply.questions)], [
    RCODE.REFUSED,
    true,
    ["eXample.org. IN A"],
  ]);
});

Deno.test("InFlightLimit.resolve() warns once a minute, and names the knob", async () => {
  const { lines, time, ask } = setUp(1);
  ask("192.0.2.1", 100);
  await settled();
  assertEquals(lines.length, 1);
  assertMatch(lines[0]!, /^dns-forwarder: warn: 1 questions? .*--max-in-flight 1/);
  time.pass(59_999);
  ask("192.0.2.1", 100);
  assertEquals(lines.length, 1);
  time.pass(1);
  ask("192.0.2.1");
  assertEquals(lines.length, 2);
  assertMatch(lines[1]!, /\(200 so far\)/);
});

Deno.test("InFlightLimit.resolve() hands on what goes wrong behind it, and counts it out", async () => {
  const { inFlight, pending } = setUp(1);
  const reply = inFlight.resolve(clientQuery({ questions: [question("example.org")] }));
  pending[0]!.reject(new Error("broken resolver"));
  await assertRejects(async () => await reply, Error, "broken resolver");
  assertEquals(inFlight.count, 0);
});

Deno.test("Query.questionOctets stays what it was when the buffer of a refused query is used again", async () => {
  const { next, ask } = setUp(2);
  const greedy = ask("192.0.2.1", 2);
  const { questionOctets } = next.queries[1]!;
  const before = questionOctets.slice();
  ask("192.0.2.2");
  await settled();
  assertEquals(greedy.rcodes, [RCODE.REFUSED]);
  greedy.queries[1]!.wire.fill(0xff);
  assertEquals(questionOctets, before);
});

Deno.test("InFlightLimit in front of Coalesce refuses who asked first without telling or harming those who wait along", async () => {
  const exchange = Promise.withResolvers<Octets>();
  const next = new StubResolver(() => exchange.promise);
  const coalesce = new Coalesce({
    next,
    hash: questionHash(),
    share: new FairShare(new FakeTime()),
    deadlines: fakeDeadlines().deadlines,
    onFailedTogether: () => {},
    areKnownBad: () => false,
  });
  const loads = new ClientLoads();
  const inFlight = new InFlightLimit({
    next: coalesce,
    max: 3,
    loads,
    overloads: new LineAMinute(new FakeTime(), () => {}),
    counters: new Counters(),
  });
  const from = (hostname: string, name: string) => {
    return new Query({
      wire: wire({ questions: [question(name)] }),
      client: new Client(hostname, "udp"),
      deadlineMs: 2000,
    });
  };
  const waiting = from("192.0.2.1", "a.example");
  const refused = from("192.0.2.1", "popular.example");
  const along = from("192.0.2.2", "popular.example");
  inFlight.resolve(waiting);
  const refusal = inFlight.resolve(refused);
  const reply = inFlight.resolve(along);
  inFlight.resolve(from("192.0.2.1", "b.example"));
  inFlight.resolve(from("192.0.2.3", "c.example"));
  assertEquals(decode((await refusal).octets).rcode, RCODE.REFUSED);
  exchange.resolve(responseTo(along));
  assertEquals(decode((await reply).octets).rcode, RCODE.NOERROR);
  assertEquals([refused.reply.extendedErrors.length, along.reply.extendedErrors.length], [1, 0]);
});
