import { assertEquals, assertNotEquals, assertStrictEquals } from "@std/assert";
import { Spares } from "../../../lib/base/spares.ts";
import { type Manner, NO_MANNER } from "../../../lib/upstream/exchange/next_step.ts";
import { type QueryOwner, SentQuery } from "../../../lib/upstream/exchange/sent_query.ts";
import { QUERY_STATE } from "../../../lib/upstream/matching/awaited_query.ts";
import { correlatorRig, DEADLINE_MS, GHOST_MS, notSent, PEER, replyTo } from "../../support/correlator_rig.ts";
import { scriptedRandom } from "../../support/fake_random.ts";
import { requestFor } from "../../support/upstream_rig.ts";

const MIXED: Manner = { ...NO_MANNER, isMixed: true };

/** A correlator, and a way to register a query of an exchange that counts what it is told. */
function setUp() {
  const rig = correlatorRig(7, 7, 7, 7);
  const spares = new Spares<SentQuery>();
  const told: string[] = [];
  const exchange: QueryOwner = {
    request: requestFor("example.org"),
    replied: () => void told.push("reply"),
    failedQuery: (_query, error) => void told.push((error as Error).message),
    questioned: () => {},
  };
  const register = (manner = NO_MANNER) => {
    const query = spares.take() ?? new SentQuery(true, spares);
    query.put(exchange, manner, "first", null, scriptedRandom(0));
    const server = { address: PEER, expired: () => new Error("expired"), notSent };
    rig.correlator.register(query, server, rig.time.nowMs() + DEADLINE_MS);
    return query;
  };
  return { ...rig, spares, told, exchange, register };
}

Deno.test("SentQuery is used again when it has its reply, for another query", () => {
  const { correlator, register, told } = setUp();
  const first = register(MIXED);
  const spelled = first.question.slice();
  assertEquals([correlator.accept(replyTo(7), PEER), told], ["wrongCase", []]);
  const reply = replyTo(7);
  reply.set(spelled, 12);
  assertEquals([correlator.accept(reply, PEER), told], ["matched", ["reply"]]);
  const second = register();
  assertStrictEquals(second, first);
  assertEquals([second.manner, second.question], [NO_MANNER, second.asked]);
  assertNotEquals(second.question, spelled);
});

Deno.test("SentQuery is not used again as long as its ID rests", () => {
  const { register, spares, told, time } = setUp();
  register();
  time.pass(DEADLINE_MS + 20);
  assertEquals([told, spares.take()], [["expired"], undefined]);
  time.pass(GHOST_MS + 20);
  assertNotEquals(spares.take(), undefined);
});

Deno.test("SentQuery is not used again before it has left, whatever has come", () => {
  const { correlator, register, spares, told } = setUp();
  const query = register();
  query.leaves();
  // A forger has guessed all of it.
  assertEquals(correlator.accept(replyTo(7), PEER), "matched");
  assertEquals([told, spares.take(), query.state], [["reply"], undefined, QUERY_STATE.free]);
  // It was not sent at all; its reply counts.
  query.notSent("too late");
  query.hasLeft();
  assertEquals(told, ["reply"]);
  assertStrictEquals(spares.take(), query);
});

Deno.test("SentQuery is not used again while it is told of its reply, also when it leaves meanwhile", () => {
  const { correlator, register, spares, exchange } = setUp();
  const query = register();
  query.leaves();
  const seen: unknown[] = [];
  exchange.replied = () => {
    query.hasLeft();
    seen.push(spares.take());
  };
  assertEquals(correlator.accept(replyTo(7), PEER), "matched");
  assertEquals(seen, [undefined]);
  assertStrictEquals(spares.take(), query);
  assertEquals(spares.take(), undefined);
});

Deno.test("SentQuery of a socket that is closed fails once, and is used again if it has left", () => {
  const { correlator, register, spares, told } = setUp();
  const query = register();
  correlator.abandon(new Error("closed"));
  assertEquals(told, ["closed"]);
  assertStrictEquals(spares.take(), query);
});
