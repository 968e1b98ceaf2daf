import { Correlator } from "../../lib/upstream/matching/correlator.ts";
import { HEADER_OCTETS, putId } from "../../lib/wire/header.ts";
import type { Message } from "../../lib/wire/message.ts";
import { scriptedRandom } from "./fake_random.ts";
import { udp } from "./fake_socket.ts";
import { fakeDeadlines } from "./fake_time.ts";
import { question, record, response, wire } from "./messages.ts";
import { PromisedQuery } from "./promised_query.ts";

/** Whom the rig's queries ask. */
export const PEER = udp("192.0.2.53", 53);
/** How long a query of the rig waits for its reply. */
export const DEADLINE_MS = 2000;
/** How long an ID of the rig rests. */
export const GHOST_MS = 1000;

/** What a query of the rig fails with at its deadline. */
export class Expired extends Error {}

/** What a query fails with that cannot be sent. */
export function notSent(cause: unknown): Error {
  return new Error("not sent", { cause });
}

/** A correlator in fake time that draws `ids` first. */
export function correlatorRig(...ids: readonly number[]) {
  const { time, deadlines } = fakeDeadlines();
  const calls = { idle: 0 };
  const random = scriptedRandom(...ids);
  const correlator = new Correlator({ random, deadlines, tombstoneMs: GHOST_MS, onIdle: () => calls.idle++ });
  const register = (query = queryFor("example.org")): PromisedQuery => {
    const question = query.slice(HEADER_OCTETS);
    const deadlineMs = time.nowMs() + DEADLINE_MS;
    const server = { address: PEER, expired: () => new Expired(), notSent };
    const pending = new PromisedQuery(question);
    correlator.register(pending, server, deadlineMs);
    putId(query, pending.id);
    return pending;
  };
  return { time, deadlines, correlator, register, calls };
}

/** A query in wire format, see `question`. */
export function queryFor(text: string): Uint8Array<ArrayBuffer> {
  return wire({ recursionDesired: true, questions: [question(text)] });
}

/** A good reply to the query with `id` for example.org A; `fields` makes it a worse one. */
export function replyTo(id: number, fields: Partial<Message> = {}): Uint8Array<ArrayBuffer> {
  return response({
    id,
    questions: [question("example.org")],
    answers: [record("example.org 300 IN A 192.0.2.1")],
    ...fields,
  });
}
