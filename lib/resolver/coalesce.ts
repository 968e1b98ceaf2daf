import { type QuestionHash, typesWord } from "../cache/question_hash.ts";
import { FLAG, HEADER_OCTETS, rcodeOf } from "../wire/header.ts";
import { EDE, RCODE } from "../wire/iana.ts";
import { foldOctet } from "../wire/name.ts";
import { uint16At } from "../wire/scan.ts";
import { ownReply } from "./own_reply.ts";
import { Query } from "./query.ts";
import type { Reply, Resolver } from "./resolver.ts";

/**
 * Queries that may wait for one exchange. A flood of one question must not pile up replies that leave in a single burst
 * (the DNSBomb attack, CVE-2024-33655).
 */
export const WAITERS_MAX = 1000;

/** Header bits that an upstream's answer may depend on. */
const ASKED_FLAGS = FLAG.RD | FLAG.CD;

/** What coalescing is made from. */
export interface CoalesceOptions {
  /** Asked once for all. */
  readonly next: Resolver;
  /** What flights are found by. */
  readonly hash: Pick<QuestionHash, "hash">;
  /**
   * Called when several queries have waited for one exchange in vain: so does a forwarding loop end, in which a query
   * waits for itself.
   */
  readonly onFailedTogether: () => void;
}

/** An exchange in flight. */
interface Flight {
  readonly hash: number;
  /** See `askedOf`. */
  readonly asked: number;
  /** The query that goes upstream for all. */
  readonly leader: Query;
  readonly reply: Promise<Reply>;
  waiterCount: number;
  /** Another one with the same hash. */
  next: Flight | undefined;
}

/**
 * Lets identical questions share one upstream exchange (RFC 5452 §5: many outstanding queries for one question make a
 * forged reply that much more likely to be taken; the "birthday attack").
 */
export class Coalesce implements Resolver {
  readonly #next: Resolver;
  readonly #hash: Pick<QuestionHash, "hash">;
  /** By hash. Texts as keys took 2 µs to make; bench/cold_exchange_bench.ts. */
  readonly #flights = new Map<number, Flight>();
  readonly #onFailedTogether: () => void;

  /** See {@linkcode CoalesceOptions}. */
  constructor({ next, hash, onFailedTogether }: CoalesceOptions) {
    this.#next = next;
    this.#hash = hash;
    this.#onFailedTogether = onFailedTogether;
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply | Promise<Reply> {
    const { wire, scan, qtype, qclass, deadlineMs } = query;
    const asked = askedOf(query);
    const hash = this.#hash.hash(wire, scan.qtypeOffset, typesWord(qtype, qclass), asked);
    const first = this.#flights.get(hash);
    for (let flight = first; flight !== undefined; flight = flight.next) {
      // A part of a query that has waited for another part already may be due before the exchange in flight ends. Whoever
      // comes next finds the one that ends first, for it stands in front.
      if (flight.asked !== asked || flight.leader.deadlineMs > deadlineMs) continue;
      if (isSameQuestion(flight.leader, query)) return this.#join(flight, query);
    }
    // A query of its own: what befalls the first asker alone while it waits, see `InFlight`, is not for the others. With
    // octets of its own, for an asker that is refused gives its buffer to the next datagram.
    const leader = new Query({ wire: query.wire.slice(), client: query.client, deadlineMs: query.deadlineMs });
    const reply = this.#next.resolve(leader);
    if (!(reply instanceof Promise)) {
      query.extendedErrors.push(...leader.extendedErrors);
      return reply;
    }
    const started: Flight = { hash, asked, leader, reply, waiterCount: 1, next: first };
    this.#flights.set(hash, started);
    return this.#lead(started, query);
  }

  async #lead(flight: Flight, query: Query): Promise<Reply> {
    try {
      const reply = await flight.reply;
      query.extendedErrors.push(...flight.leader.extendedErrors);
      if (flight.waiterCount > 1 && rcodeOf(uint16At(reply, 2)) === RCODE.SERVFAIL) this.#onFailedTogether();
      // Whoever is alone has it to itself.
      return flight.waiterCount > 1 ? copyOf(reply) : reply;
    } finally {
      this.#land(flight);
    }
  }

  #land(flight: Flight): void {
    const { hash, next } = flight;
    let before = this.#flights.get(hash)!;
    if (before === flight) {
      if (next === undefined) this.#flights.delete(hash);
      else this.#flights.set(hash, next);
      return;
    }
    while (before.next !== flight) before = before.next!;
    before.next = next;
  }

  #join(flight: Flight, query: Query): Reply | Promise<Reply> {
    if (flight.waiterCount >= WAITERS_MAX) {
      query.extendedErrors.push({ infoCode: EDE.OTHER, text: "Too many queries wait for this answer" });
      return ownReply(query, { rcode: RCODE.REFUSED, recursionAvailable: true, withQuestion: true });
    }
    flight.waiterCount++;
    return this.#wait(flight, query);
  }

  async #wait({ leader, reply }: Flight, query: Query): Promise<Reply> {
    const copy = copyOf(await reply);
    query.extendedErrors.push(...leader.extendedErrors);
    return copy;
  }
}

/** Each waiter edits its reply: ID, flags, spelling. */
function copyOf(reply: Reply): Reply {
  return reply.slice();
}

/** What else than its question tells a query's answer apart. */
function askedOf({ scan, client }: Query): number {
  // A reply that is worth fetching for a client on TCP may not be for one on UDP.
  return (scan.flags & ASKED_FLAGS) | (scan.wantsDnssec ? 1 : 0) | (client.transport === "tcp" ? 2 : 0);
}

/** Whether two queries have the same question, letter case ignored. */
function isSameQuestion(a: Query, b: Query): boolean {
  // hot path
  const nameEnd = a.scan.qtypeOffset;
  if (b.scan.qtypeOffset !== nameEnd || a.qtype !== b.qtype || a.qclass !== b.qclass) return false;
  for (let i = HEADER_OCTETS; i < nameEnd; i++) if (foldOctet(a.wire[i]!) !== foldOctet(b.wire[i]!)) return false;
  return true;
}
