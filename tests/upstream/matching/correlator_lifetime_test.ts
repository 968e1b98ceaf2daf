import { assert, assertEquals, assertRejects } from "@std/assert";
import { IN_FLIGHT_MAX } from "../../../lib/upstream/matching/correlator.ts";
import { decode } from "../../../lib/wire/message.ts";
import { putId } from "../../../lib/wire/header.ts";
import {
  correlatorRig,
  DEADLINE_MS,
  Expired,
  GHOST_MS,
  PEER,
  queryFor,
  replyTo,
} from "../../support/correlator_rig.ts";
import { udp } from "../../support/fake_socket.ts";
import { settled } from "../../support/fake_time.ts";
import { question } from "../../support/messages.ts";
import type { PromisedQuery } from "../../support/promised_query.ts";

Deno.test("[5452_04] Correlator.register() draws IDs from the random source, and the whole 16 bits of it", () => {
  const { register } = correlatorRig(0, 0xffff, 0x8001);
  const queries = ["a.example", "b.example", "c.example"].map(queryFor);
  for (const query of queries) register(query);
  assertEquals(queries.map((query) => decode(query).id), [0, 0xffff, 0x8001]);
});

Deno.test("[5452_06] Correlator.register() draws again when the ID is in use or rests", () => {
  const { correlator, register } = correlatorRig(5, 5, 6, 5, 6, 7);
  const ids = [0, 1, 2].map((i) => {
    const query = queryFor("example.org");
    const pending = register(query);
    if (i === 1) giveUp(pending);
    return decode(query).id;
  });
  assertEquals(ids, [5, 6, 7]);
  assertEquals(correlator.accept(replyTo(6), PEER), "late");
});

Deno.test("Correlator fails a query at its deadline with the error of `expired`; a later reply is late", async () => {
  const { correlator, register, time, calls } = correlatorRig(7);
  const { reply } = register();
  const failed = assertRejects(() => reply, Expired);
  time.pass(DEADLINE_MS + 20);
  await failed;
  assertEquals(correlator.accept(replyTo(7), PEER), "late");
  assertEquals(correlator.accept(replyTo(7), udp("192.0.2.54", 53)), "wrongPeer");
  assertEquals([correlator.isIdle, calls.idle], [false, 0]);
});

Deno.test("Correlator forgets a tombstone `tombstoneMs` after its query was given up, and is idle then", async () => {
  const { correlator, register, time, deadlines, calls } = correlatorRig(7);
  register().reply.catch(() => {});
  time.pass(DEADLINE_MS + GHOST_MS - 20);
  assertEquals([correlator.isIdle, calls.idle], [false, 0]);
  time.pass(60);
  assertEquals([correlator.isIdle, calls.idle, deadlines.size], [true, 1, 0]);
  assertEquals(correlator.accept(replyTo(7), PEER), "unsolicited");
  await settled();
});

Deno.test("AwaitedQuery.notSent() fails the query once, and leaves the ID at rest until the deadline and beyond", async () => {
  const { correlator, register, time, calls } = correlatorRig(7);
  const pending = register();
  const settlements: string[] = [];
  pending.reply.then(() => settlements.push("reply"), (error) => settlements.push(error.cause));
  pending.notSent("first");
  pending.notSent("second");
  assertEquals(correlator.accept(replyTo(7), PEER), "late");
  time.pass(DEADLINE_MS + GHOST_MS - 20);
  assertEquals(correlator.accept(replyTo(7), PEER), "late");
  time.pass(60);
  await settled();
  assertEquals([settlements, correlator.isIdle, calls.idle], [["first"], true, 1]);
});

Deno.test("AwaitedQuery.notSent() does nothing to a query that has its reply, nor to another one under the same ID", async () => {
  const { correlator, register } = correlatorRig(7, 7);
  const first = register();
  correlator.accept(replyTo(7), PEER);
  const second = register(queryFor("example.com"));
  first.notSent("too late");
  const reply = replyTo(7, { questions: [question("example.com")] });
  assertEquals(correlator.accept(reply, PEER), "matched");
  assertEquals((await second.reply).octets, reply);
  assertEquals((await first.reply).octets, replyTo(7));
});

Deno.test("Correlator.abandon() fails every query in flight with the error, and leaves no deadline behind", async () => {
  const { correlator, register, deadlines } = correlatorRig(1, 2, 3);
  const [a, b, tombstone] = [register(), register(), register()];
  giveUp(tombstone);
  const error = new Error("socket is closed");
  correlator.abandon(error);
  assertEquals(await Promise.all([a, b].map(({ reply }) => reply.catch((cause) => cause))), [error, error]);
  assertEquals([deadlines.size, correlator.isIdle], [0, true]);
  giveUp(a);
  assertEquals([deadlines.size, correlator.accept(replyTo(3), PEER)], [0, "unsolicited"]);
});

Deno.test("Correlator.hasRoom is false once half of all IDs are in use", () => {
  const { correlator, register } = correlatorRig(...Array.from({ length: IN_FLIGHT_MAX }, (_, id) => id));
  const query = queryFor("example.org");
  const pending = Array.from({ length: IN_FLIGHT_MAX }, () => {
    assert(correlator.hasRoom);
    return register(query.slice());
  });
  assertEquals([IN_FLIGHT_MAX, correlator.hasRoom], [32_768, false]);
  // A tombstone takes up its ID as well.
  giveUp(pending[0]!);
  assertEquals(correlator.hasRoom, false);
  const reply = replyTo(0);
  putId(reply, 1);
  correlator.accept(reply, PEER);
  assertEquals(correlator.hasRoom, true);
});

function giveUp(pending: PromisedQuery): void {
  pending.reply.catch(() => {});
  pending.notSent("given up");
}
