// What only shows when things happen in one call; the rest of what the cache does is in the scenarios.

import { assert, assertEquals } from "@std/assert";
import { PendingReply } from "../../../lib/resolver/pending_reply.ts";
import { Reply } from "../../../lib/resolver/reply.ts";
import { ResponseCache } from "../../../lib/cache/response_cache.ts";
import { Counters } from "../../../lib/observe/counters.ts";
import { Cache } from "../../../lib/resolver/cache/cache.ts";
import { Query } from "../../../lib/resolver/query.ts";
import { PrefetchBudget } from "../../../lib/resolver/cache/prefetch_budget.ts";
import { Refresher } from "../../../lib/resolver/cache/refresher.ts";
import { ReplySlot } from "../../../lib/resolver/reply_slot.ts";
import { decode } from "../../../lib/wire/message.ts";
import { cacheEntry, cacheStore } from "../../support/cache_entries.ts";
import { fakeDeadlines } from "../../support/fake_time.ts";
import { lines, question, questionLines, records, wire } from "../../support/messages.ts";
import { CLIENT, clientQuery, responseTo } from "../../support/resolving.ts";
import { readResponse } from "../../support/read_response.ts";

const TTL_SECONDS = 300;
const ANSWER = `example.org ${TTL_SECONDS} IN A 192.0.2.1`;
const RULES = { minTtlSeconds: 0, maxTtlSeconds: 86_400, negativeMaxTtlSeconds: 3600 };
/** An exchange that is under way when `resolve` returns. */
const UNDER_WAY = (query: Query) => new PendingReply(query);

/** A cache that knows the address of example.org; `onAsked` happens when the upstreams are asked. */
function setUp({ areKnownBad = false, onAsked = () => {} }: { areKnownBad?: boolean; onAsked?: () => void } = {}) {
  const { time, deadlines } = fakeDeadlines();
  const store = cacheStore();
  const memory = new ResponseCache({ store, rules: RULES, staleMs: 86_400_000, clock: time });
  const counters = new Counters();
  const asked: Query[] = [];
  const next = {
    resolve(query: Query) {
      asked.push(query);
      onAsked();
      return UNDER_WAY(query);
    },
  };
  const budget = new PrefetchBudget();
  const refresher = new Refresher({
    next,
    memory,
    isPrefetching: true,
    budget,
    timeoutMs: 2000,
    clock: time,
    counters,
  });
  const health = { areKnownBad, recoveredAtMs: -Infinity, hedgeDelayMs: 30 };
  const cache = new Cache({
    next,
    memory,
    refresher,
    healthFor: () => health,
    isAwaited: () => false,
    clock: time,
    deadlines,
    counters,
  });
  const query = clientQuery({ questions: [question("example.org")] });
  memory.learn(query, 0, readResponse(responseTo(query, { answers: records(ANSWER) })), []);
  return { cache, store, counters, asked, time };
}

function ask(slot: ReplySlot | null = null): Query {
  const octets = wire({ id: 7, recursionDesired: true, questions: [question("example.org")] });
  return new Query({ wire: octets, client: CLIENT, deadlineMs: 2000, slot });
}

/** The answer section of a reply that is there at once. */
function answersOf(reply: unknown): string[] {
  assert(reply instanceof Reply);
  const { questions, answers } = decode(reply.octets);
  assertEquals(questionLines(questions), ["example.org. IN A"]);
  return lines(answers);
}

Deno.test("Cache.resolve() gives what it has found, whatever asking for it anew does to the memory", async () => {
  const rig = setUp({
    onAsked: () => {
      rig.store.clear();
      rig.store.insert(cacheEntry({ name: "other.example", messageOctets: 200 }));
    },
  });
  // Prefetches are one in ten of what goes upstream.
  rig.counters.upstreamQuestions = 100;
  for (let i = 0; i < 4; i++) answersOf(rig.cache.resolve(ask()));
  rig.time.pass((TTL_SECONDS - 1) * 1000);
  assertEquals(answersOf(rig.cache.resolve(ask())), ["example.org. 1 IN A 192.0.2.1"]);
  await null;
  assertEquals([rig.counters.prefetches, rig.asked.length], [1, 1]);
});

Deno.test("Cache.resolve() gives what has expired, whatever refreshing it does to the memory", () => {
  const rig = setUp({
    areKnownBad: true,
    onAsked: () => {
      rig.store.clear();
      rig.store.insert(cacheEntry({ name: "other.example", messageOctets: 200 }));
    },
  });
  rig.time.pass((TTL_SECONDS + 1) * 1000);
  assertEquals(answersOf(rig.cache.resolve(ask())), ["example.org. 30 IN A 192.0.2.1"]);
  assertEquals([rig.counters.cacheRefreshes, rig.asked.length], [1, 1]);
});

Deno.test("Cache.resolve() writes into the query's slot, unless that has been taken for another reply", () => {
  const { cache } = setUp();
  const slot = new ReplySlot();
  const inSlot = cache.resolve(ask(slot)) as Reply;
  assert(slot.holds(inSlot.octets));
  slot.isTaken = true;
  slot.octets.fill(0xee);
  const reply = cache.resolve(ask(slot)) as Reply;
  assertEquals(answersOf(reply), [`example.org. ${TTL_SECONDS} IN A 192.0.2.1`]);
  assert(slot.octets.every((octet) => octet === 0xee), "somebody else's octets stay as they are");
});
