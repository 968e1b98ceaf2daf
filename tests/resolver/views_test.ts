// What clients of different views have in common: nothing.

import { assert, assertEquals } from "@std/assert";
import { FairShare } from "../../lib/base/time/fair_share.ts";
import { ResponseCache } from "../../lib/cache/response_cache.ts";
import { Counters } from "../../lib/observe/counters.ts";
import { Cache } from "../../lib/resolver/cache/cache.ts";
import { PrefetchBudget } from "../../lib/resolver/cache/prefetch_budget.ts";
import { Refresher } from "../../lib/resolver/cache/refresher.ts";
import { CacheWriter } from "../../lib/resolver/cache/cache_writer.ts";
import { OURSELVES } from "../../lib/resolver/client.ts";
import type { Query } from "../../lib/resolver/query.ts";
import { Reply } from "../../lib/resolver/reply.ts";
import { Coalesce } from "../../lib/resolver/sharing/coalesce.ts";
import { RCODE } from "../../lib/wire/iana.ts";
import { decode, type Message } from "../../lib/wire/message.ts";
import { cacheStore } from "../support/cache_entries.ts";
import { fakeDeadlines, settled } from "../support/fake_time.ts";
import { lines, question, record } from "../support/messages.ts";
import { clientQuery, questionHash, responseTo, StubResolver } from "../support/resolving.ts";

const TTL_SECONDS = 300;
const RULES = { minTtlSeconds: 0, maxTtlSeconds: 86_400, negativeMaxTtlSeconds: 3600 };
const SOA = "example.org 300 IN SOA a. b. 1 2 3 4 300";

/** The address that the clients of a view are given. */
function addressFor(view: number): string {
  return `example.org. ${TTL_SECONDS} IN A 192.0.${view >> 8}.${view & 0xff}`;
}

function viewAnswer(query: Query): Partial<Message> {
  return { answers: [record(addressFor(query.view))] };
}

/** Cache and coalescing in front of upstreams, which answer when told to; by view, unless `answer` says otherwise. */
function setUp(answer: (query: Query) => Partial<Message> = viewAnswer) {
  const { time, deadlines } = fakeDeadlines();
  const counters = new Counters();
  const memory = new ResponseCache({ store: cacheStore(), rules: RULES, staleMs: 86_400_000, clock: time });
  const pending: (() => void)[] = [];
  // As they were when they came: queries are used again.
  const asked: { view: number; isOurs: boolean }[] = [];
  const upstreams = new StubResolver((query) => {
    asked.push({ view: query.view, isOurs: query.client === OURSELVES });
    const { promise, resolve } = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
    pending.push(() => resolve(responseTo(query, answer(query))));
    return promise;
  });
  const health = { areKnownBad: false, recoveredAtMs: -Infinity, hedgeDelayMs: 30 };
  const coalesce = new Coalesce({
    next: new CacheWriter({ next: upstreams, memory }),
    hash: questionHash(),
    share: new FairShare(time),
    deadlines,
    onFailedTogether: () => {},
    areKnownBad: () => health.areKnownBad,
  });
  const refresher = new Refresher({
    next: coalesce,
    memory,
    isPrefetching: true,
    budget: new PrefetchBudget(),
    timeoutMs: 2000,
    clock: time,
    counters,
  });
  const cache = new Cache({
    next: coalesce,
    memory,
    refresher,
    healthFor: () => health,
    isAwaited: (query) => coalesce.isAwaited(query),
    clock: time,
    deadlines,
    counters,
  });
  const ask = (view: number, text = "example.org"): Reply | PromiseLike<Reply> => {
    const query = clientQuery({ questions: [question(text)] }, time.nowMs() + 2000);
    query.view = view;
    return cache.resolve(query);
  };
  const answerAll = async () => {
    for (const each of pending.splice(0)) each();
    await settled();
  };
  /** The views of the queries that went upstream since the last call. */
  const askedViews = () => asked.splice(0).map(({ view }) => view);
  return { time, counters, health, asked, ask, answerAll, askedViews };
}

/** What is known at once. */
function atOnce(reply: Reply | PromiseLike<Reply>): Message {
  assert(reply instanceof Reply, "it is known");
  return decode(reply.octets);
}

Deno.test("Clients of two views that ask the same at the same time do not share an exchange; those of one do", async () => {
  const { ask, answerAll, askedViews } = setUp();
  const replies = [ask(1), ask(2), ask(1), ask(0), ask(2), ask(32_767)];
  assertEquals(askedViews(), [1, 2, 0, 32_767]);
  await answerAll();
  const answers = (await Promise.all(replies)).slice(0, 5).flatMap((reply) => lines(decode(reply.octets).answers));
  assertEquals(answers, [1, 2, 1, 0, 2].map(addressFor));
});

Deno.test("Clients of two views do not share what is remembered; those of one do", async () => {
  const { ask, answerAll, askedViews } = setUp();
  ask(1);
  await answerAll();
  ask(2);
  assertEquals(askedViews(), [1, 2]);
  await answerAll();
  for (const view of [1, 2, 1]) assertEquals(lines(atOnce(ask(view)).answers), [addressFor(view)]);
  assertEquals(askedViews(), []);
});

for (
  const [what, fields, other] of [
    ["that a name does not exist, for its other types either", {
      rcode: RCODE.NXDOMAIN,
      authorities: [record(SOA)],
    }, "example.org AAAA"],
    ["that there is nothing at the end of a chain", {
      answers: [record("example.org 300 IN CNAME end.example.org")],
      authorities: [record(SOA)],
    }, "end.example.org"],
    ["that nobody could tell", { rcode: RCODE.SERVFAIL }, "example.org"],
  ] as const
) {
  Deno.test(`Clients of two views do not share ${what}`, async () => {
    const { ask, answerAll, askedViews } = setUp(() => fields);
    ask(1);
    await answerAll();
    assertEquals(askedViews(), [1]);
    atOnce(ask(1, other));
    ask(2, other);
    assertEquals(askedViews(), [2]);
  });
}

Deno.test("What is about to expire is asked for again by ourselves, for the view that it was remembered for", async () => {
  const { time, counters, asked, ask, answerAll } = setUp();
  ask(2);
  await answerAll();
  counters.upstreamQuestions = 100;
  for (let i = 0; i < 3; i++) atOnce(ask(2));
  time.pass((TTL_SECONDS - 1) * 1000);
  atOnce(ask(2));
  await settled();
  assertEquals(asked, [{ view: 2, isOurs: false }, { view: 2, isOurs: true }]);
  await answerAll();
  time.pass(2000);
  assertEquals(lines(atOnce(ask(2)).answers), [`example.org. ${TTL_SECONDS - 2} IN A 192.0.0.2`]);
});

Deno.test("What has expired is given, and refreshed, for its own view alone", async () => {
  const { time, health, ask, answerAll, askedViews } = setUp();
  ask(1);
  await answerAll();
  askedViews();
  time.pass((TTL_SECONDS + 1) * 1000);
  health.areKnownBad = true;
  assertEquals(lines(atOnce(ask(1)).answers), ["example.org. 30 IN A 192.0.0.1"]);
  ask(2);
  assertEquals(askedViews(), [1, 2]);
});
