import type { FairShare } from "../base/fair_share.ts";
import { deliver, LaterOctets, type Receiver } from "../base/later.ts";
import { type Linkable, LinkedTable } from "../base/linked_table.ts";
import { MIB } from "../base/units.ts";
import { type QuestionHash, typesWord } from "../cache/question_hash.ts";
import { FLAG, HEADER_OCTETS, rcodeOf } from "../wire/header.ts";
import { EDE, RCODE } from "../wire/iana.ts";
import { isSameRun } from "../wire/same_run.ts";
import { uint16At } from "../wire/scan.ts";
import { ownReply } from "./own_reply.ts";
import type { Query } from "./query.ts";
import type { Reply, Resolver } from "./resolver.ts";

/**
 * Queries that may wait for one exchange. A flood of one question must not pile up replies that leave in a single burst
 * (the DNSBomb attack, CVE-2024-33655).
 */
export const WAITERS_MAX = 1000;

/** Copies for all who wait are made at once as long as they take no more octets: four milliseconds, garbage included. */
const COPIED_AT_ONCE_MAX = MIB;

/** Header bits that an upstream's answer may depend on. */
const ASKED_FLAGS = FLAG.RD | FLAG.CD;

/** What coalescing is made from. */
export interface CoalesceOptions {
  /** Asked once for all. */
  readonly next: Resolver;
  /** What flights are found by. */
  readonly hash: Pick<QuestionHash, "hash">;
  /** Lets others have their turn while many get a large reply. */
  readonly share: FairShare;
  /**
   * Called when several queries have waited for one exchange in vain: so does a forwarding loop end, in which a query
   * waits for itself.
   */
  readonly onFailedTogether: () => void;
}

/**
 * Lets identical questions share one upstream exchange (RFC 5452 §5: many outstanding queries for one question make a
 * forged reply that much more likely to be taken; the "birthday attack").
 */
export class Coalesce implements Resolver {
  readonly #next: Resolver;
  readonly #hash: Pick<QuestionHash, "hash">;
  /** By hash. Texts as keys took 2 µs to make; tests/bench/micro/cold_exchange_bench.ts. */
  readonly #flights = new LinkedTable<Flight>();
  readonly #share: FairShare;
  readonly #onFailedTogether: () => void;
  /** Made once, not for each flight. */
  readonly #listener: FlightListener = {
    onReply: (flight, reply) => this.#onReply(flight, reply),
    onError: (flight, error) => this.#onError(flight, error),
  };

  /** See {@linkcode CoalesceOptions}. */
  constructor({ next, hash, share, onFailedTogether }: CoalesceOptions) {
    this.#next = next;
    this.#hash = hash;
    this.#share = share;
    this.#onFailedTogether = onFailedTogether;
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply | PromiseLike<Reply> {
    const { wire, scan, qtype, qclass, deadlineMs } = query;
    const asked = askedOf(query);
    const hash = this.#hash.hash(wire, scan.qtypeOffset, typesWord(qtype, qclass), asked);
    for (let flight = this.#flights.first(hash); flight !== null; flight = this.#flights.following(flight)) {
      // A part of a query that has waited for another part already may be due before the exchange in flight ends. Whoever
      // comes next finds the one that ends first, for it stands in front.
      if (flight.asked !== asked || flight.leader.deadlineMs > deadlineMs) continue;
      if (isSameQuestion(flight.leader, query)) return join(flight, query);
    }
    // A query of its own: what befalls the first asker alone while it waits, see `InFlight`, is not for the others. With
    // octets of its own, for an asker that is refused gives its buffer to the next datagram.
    const leader = query.apart();
    const reply = this.#next.resolve(leader);
    if (reply instanceof Uint8Array) {
      query.extendedErrors.push(...leader.extendedErrors);
      return reply;
    }
    const waiter = new Waiter(query);
    const flight = new Flight(hash, { asked, leader, waiter, listener: this.#listener });
    this.#flights.add(flight);
    deliver(reply, flight);
    return waiter;
  }

  #onReply(flight: Flight, reply: Reply): void {
    this.#flights.remove(flight);
    const { waiters, leader } = flight;
    const haveFailedTogether = waiters.length > 1 && rcodeOf(uint16At(reply, 2)) === RCODE.SERVFAIL;
    if (waiters.length * reply.length <= COPIED_AT_ONCE_MAX) {
      for (let i = 0; i < waiters.length; i++) {
        // Each edits its reply: ID, flags, spelling. The last one may have what is there.
        waiters[i]!.answered(leader, i < waiters.length - 1 ? reply.slice() : reply);
      }
    } else void this.#answerByTurns(flight, reply.slice());
    if (haveFailedTogether) this.#onFailedTogether();
  }

  /** A thousand copies of 64 KiB would take a tenth of a second, in which nobody else is heard. */
  async #answerByTurns({ waiters, leader }: Flight, reply: Reply): Promise<void> {
    for (const waiter of waiters) {
      if (this.#share.isUsedUp) await this.#share.nextTurn();
      this.#share.spend(reply.length);
      waiter.answered(leader, reply.slice());
    }
  }

  #onError(flight: Flight, error: unknown): void {
    this.#flights.remove(flight);
    for (const waiter of flight.waiters) waiter.failed(error);
  }
}

/** Whom flights tell how they end. */
interface FlightListener {
  onReply(flight: Flight, reply: Reply): void;
  onError(flight: Flight, error: unknown): void;
}

/** An exchange in flight. */
class Flight implements Linkable<Flight>, Receiver<Reply> {
  readonly key: number;
  nextInRow: Flight | null = null;
  /** See `askedOf`. */
  readonly asked: number;
  /** The query that goes upstream for all. */
  readonly leader: Query;
  /** In the order in which they came. */
  readonly waiters: Waiter[];
  readonly #listener: FlightListener;

  constructor(
    hash: number,
    { asked, leader, waiter, listener }: { asked: number; leader: Query; waiter: Waiter; listener: FlightListener },
  ) {
    this.key = hash;
    this.asked = asked;
    this.leader = leader;
    this.waiters = [waiter];
    this.#listener = listener;
  }

  arrived(reply: Reply): void {
    this.#listener.onReply(this, reply);
  }

  failed(error: unknown): void {
    this.#listener.onError(this, error);
  }
}

/** A query that waits for a flight. */
class Waiter extends LaterOctets {
  readonly query: Query;

  constructor(query: Query) {
    super();
    this.query = query;
  }

  /** The query that went upstream for all, `leader`, has its reply. */
  answered(leader: Query, reply: Reply): void {
    if (leader.extendedErrors.length > 0) this.query.extendedErrors.push(...leader.extendedErrors);
    this.arrived(reply);
  }
}

function join({ waiters }: Flight, query: Query): Reply | LaterOctets {
  if (waiters.length >= WAITERS_MAX) {
    query.extendedErrors.push({ infoCode: EDE.OTHER, text: "Too many queries wait for this answer" });
    return ownReply(query, { rcode: RCODE.REFUSED, recursionAvailable: true, withQuestion: true });
  }
  const waiter = new Waiter(query);
  waiters.push(waiter);
  return waiter;
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
  return isSameRun(a.wire, HEADER_OCTETS, b.wire, HEADER_OCTETS, nameEnd - HEADER_OCTETS);
}
