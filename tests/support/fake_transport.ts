import type { AwaitedQuery } from "../../lib/upstream/matching/awaited_query.ts";
import { TRAITS, type Transport, type TransportTraits } from "../../lib/upstream/transport.ts";
import type { Request } from "../../lib/upstream/request.ts";
import { UpstreamError } from "../../lib/upstream/upstream_error.ts";
import { EDE } from "../../lib/wire/iana.ts";
import { decode, type Message } from "../../lib/wire/message.ts";
import type { FakeTime } from "./fake_time.ts";
import { record, response } from "./messages.ts";
import { readResponse } from "./read_response.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** What comes back for a query: a response after a while, an error at once, or nothing. */
export type Outcome = { readonly afterMs: number; readonly fields: Partial<Message> } | Error | null;

/** What a server does with the query that is its `count`-th, from 0. */
export type Habit = (query: Message, count: number) => Outcome;

/** Nothing ever comes back. */
export const SILENT: Habit = () => null;

/** Queries cannot even be sent. */
export const UNSENDABLE: Habit = () => new UpstreamError("Cannot send", EDE.NETWORK_ERROR);

/** A good answer after `afterMs`; `fields` makes it another one. */
export function answering(afterMs = 10, fields: Partial<Message> = {}): Habit {
  return () => ({ afterMs, fields: { answers: [record("example.org 9 IN A 192.0.2.1")], ...fields } });
}

/** Nothing but an RCODE, after `afterMs`. */
export function saying(rcode: number, afterMs = 10): Habit {
  return () => ({ afterMs, fields: { rcode } });
}

/** One habit after the other, each for one query; the last one stays. */
export function inTurn(...habits: readonly Habit[]): Habit {
  return (query, count) => habits[Math.min(count, habits.length - 1)]!(query, count);
}

/** The response of a server with the query's ID and question. */
export function respond(query: Message, fields: Partial<Message>): Octets {
  return response({ id: query.id, questions: query.questions, ...fields });
}

/** What was asked, when, and who is told of replies that are in doubt, if somebody is. */
export interface AskedQuery {
  readonly atMs: number;
  readonly query: Message;
  readonly onWrongCase: (() => void) | undefined;
  readonly onWrongCookie: (() => void) | undefined;
}

/** A transport to a server that has a habit, without sockets. */
export class FakeTransport implements Transport {
  /** What was asked, first to last, and when. */
  readonly asked: AskedQuery[] = [];
  /** What the server does from now on. */
  habit: Habit;
  readonly traits: TransportTraits;
  readonly #time: FakeTime;

  constructor(time: FakeTime, habit: Habit, traits: TransportTraits = TRAITS.udp) {
    this.#time = time;
    this.traits = traits;
    this.habit = habit;
  }

  /** When queries were sent. */
  get timesMs(): number[] {
    return this.asked.map(({ atMs }) => atMs);
  }

  /** See `Transport`. */
  send(octets: Octets, asked: AwaitedQuery, { deadlineMs }: Request): void {
    const query = decode(octets);
    const outcome = this.habit(query, this.asked.length);
    const nowMs = this.#time.nowMs();
    const onWrongCase = asked.mindsCase ? () => asked.onWrongCase() : undefined;
    const onWrongCookie = asked.mindsCookie ? () => asked.onWrongCookie() : undefined;
    this.asked.push({ atMs: nowMs, query, onWrongCase, onWrongCookie });
    if (outcome instanceof Error) return asked.failed(outcome);
    const leftMs = deadlineMs - nowMs;
    if (outcome === null || outcome.afterMs >= leftMs) {
      this.#time.start(leftMs, () => asked.failed(new UpstreamError("No reply in time", EDE.NO_REACHABLE_AUTHORITY)));
    } else this.#time.start(outcome.afterMs, () => asked.arrived(readResponse(respond(query, outcome.fields))));
  }
}
