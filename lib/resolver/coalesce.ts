import { FLAG, rcodeOf } from "../wire/header.ts";
import { EDE, RCODE } from "../wire/iana.ts";
import { foldCase } from "../wire/name.ts";
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

/** An exchange in flight. */
interface Flight {
  /** The query that goes upstream for all. */
  readonly leader: Query;
  readonly reply: Promise<Reply>;
  waiterCount: number;
}

/**
 * Lets identical questions share one upstream exchange (RFC 5452 §5: many outstanding queries for one question make a
 * forged reply that much more likely to be taken; the "birthday attack").
 */
export class Coalesce implements Resolver {
  readonly #next: Resolver;
  readonly #flights = new Map<string, Flight>();
  readonly #onFailedTogether: () => void;

  /**
   * Asks `next` once for all. `onFailedTogether` is called when several queries have waited for one exchange in vain: so
   * does a forwarding loop end, in which a query waits for itself.
   */
  constructor({ next, onFailedTogether }: { next: Resolver; onFailedTogether: () => void }) {
    this.#next = next;
    this.#onFailedTogether = onFailedTogether;
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply | Promise<Reply> {
    const key = flightKey(query);
    const flight = this.#flights.get(key);
    // A part of a query that has waited for another part already may be due before the exchange in flight ends. Whoever
    // comes next joins the one that ends first.
    if (flight !== undefined && flight.leader.deadlineMs <= query.deadlineMs) return this.#join(flight, query);
    // A query of its own: what befalls the first asker alone while it waits, see `InFlight`, is not for the others. With
    // octets of its own, for an asker that is refused gives its buffer to the next datagram.
    const leader = new Query({ wire: query.wire.slice(), client: query.client, deadlineMs: query.deadlineMs });
    const reply = this.#next.resolve(leader);
    if (!(reply instanceof Promise)) {
      query.extendedErrors.push(...leader.extendedErrors);
      return reply;
    }
    const started: Flight = { leader, reply, waiterCount: 1 };
    this.#flights.set(key, started);
    return this.#lead(key, started, query);
  }

  async #lead(key: string, flight: Flight, query: Query): Promise<Reply> {
    try {
      const reply = await flight.reply;
      query.extendedErrors.push(...flight.leader.extendedErrors);
      if (flight.waiterCount > 1 && rcodeOf(uint16At(reply, 2)) === RCODE.SERVFAIL) this.#onFailedTogether();
      return copyOf(reply);
    } finally {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    }
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

/** Equal for queries that the same upstream query would answer; letter case ignored. */
function flightKey({ scan, client, questionOctets }: Query): string {
  // A reply that is worth fetching for a client on TCP may not be for one on UDP.
  const asked = (scan.flags & ASKED_FLAGS) | (scan.wantsDnssec ? 1 : 0) | (client.transport === "tcp" ? 2 : 0);
  // Type and class may hold octets that fold, too: they keep their values beside the name.
  const typeAndClass = questionOctets.subarray(questionOctets.length - 4);
  return String.fromCharCode(asked, ...typeAndClass, ...foldCase(questionOctets));
}
