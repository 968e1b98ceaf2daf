/**
 * What it costs to wait for a reply and to match it: `deno bench --no-prompt bench/micro/correlator_bench.ts`.
 *
 * @module
 */
import { DeadlineQueue } from "../../lib/base/time/deadline_queue.ts";
import { Random } from "../../lib/base/random/random.ts";
import { Correlator } from "../../lib/upstream/matching/correlator.ts";
import { HEADER_OCTETS, putId } from "../../lib/wire/header.ts";
import { uint16At } from "../../lib/wire/octets.ts";
import { notSent, PEER, queryFor, replyTo } from "../../tests/support/correlator_rig.ts";
import { PromisedQuery } from "../../tests/support/promised_query.ts";

const TOGETHER = 50;
const deadlines = new DeadlineQueue({ clock: { nowMs: () => 0 }, timers: { start: () => () => {} } });
const random = new Random({ fill: (octets) => void crypto.getRandomValues(octets) });
const correlator = new Correlator({ random, deadlines, tombstoneMs: 1000, onIdle: () => {} });
const queries = Array.from({ length: TOGETHER }, () => queryFor("example.org"));
const question = queryFor("example.org").slice(HEADER_OCTETS);
const reply = replyTo(0);
const server = { address: PEER, expired: () => new Error("expired"), notSent };

Deno.bench(`Correlator.register() and accept(), ${TOGETHER} times`, async () => {
  const replies = queries.map((query) => {
    const pending = new PromisedQuery(question);
    correlator.register(pending, server, 2000);
    putId(query, pending.id);
    return pending.reply;
  });
  for (const query of queries) {
    putId(reply, uint16At(query, 0));
    if (correlator.accept(reply, PEER) !== "matched") throw new Error("it is the reply");
  }
  await Promise.all(replies);
});
