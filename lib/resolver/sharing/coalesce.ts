import { TICK_MS } from "../../base/time/deadline_queue.ts";
import type { FairShare } from "../../base/time/fair_share.ts";
import { deliver } from "../../base/deferred.ts";
import { LinkedTable } from "../../base/linked_table.ts";
import { MIB } from "../../base/units.ts";
import { type QuestionHash, typesWord } from "../../names/question_hash.ts";
import { isUsefulReply } from "../../response/reply_kind.ts";
import { EDE, RCODE } from "../../wire/iana.ts";
import { type Asked, LateExchanges } from "./late_exchanges.ts";
import { ownReply } from "../own_reply.ts";
import { pendingFor, type PendingReply } from "../pending_reply.ts";
import type { Query } from "../query.ts";
import { Reply, SOURCE } from "../reply.ts";
import type { Resolver } from "../resolver.ts";
import { askedOf, isSameQuestion } from "./same_question.ts";
import type { JoinableExchange, OpenExchange, UsualExchange, UsualListener, UsualWay } from "./open_exchange.ts";
import { SharedExchange, type SharedExchangeOptions } from "./shared_exchange.ts";
import { Waiter } from "./waiter.ts";
import type { CoalesceOptions } from "./coalesce_options.ts";

/**
 * Queries that may wait for one exchange. A flood of one question must not pile up replies that leave in a single burst
 * (the DNSBomb attack, CVE-2024-33655).
 */
export const WAITERS_MAX = 1000;

/** Leaders that are kept for later exchanges. */
const SPARE_MAX = 256;

/** Copies for all who wait are made at once as long as they take no more octets: four milliseconds, garbage included. */
const COPIED_AT_ONCE_MAX = MIB;

/**
 * Lets identical questions share one upstream exchange (RFC 5452 §5: many outstanding queries for one question make a
 * forged reply that much more likely to be taken; the "birthday attack"). An exchange that stays open when its first askers
 * have been told that there is no answer is shared by those who ask meanwhile, too: they get what comes of it, and what
 * comes of asking anew.
 */
export class Coalesce implements Resolver, UsualListener {
  readonly #next: Resolver;
  readonly #usualWay: UsualWay | null;
  readonly #hash: Pick<QuestionHash, "hash">;
  /** By hash. Texts as keys took 2 µs to make; bench/micro/cold_exchange_bench.ts. */
  readonly #exchanges = new LinkedTable<OpenExchange>();
  readonly #share: FairShare;
  readonly #upstreamsFor: (query: Query) => unknown;
  readonly #onFailedTogether: (query: Query) => void;
  readonly #areKnownBad: (query: Query) => boolean;
  readonly #late: LateExchanges;
  /** Leaders whose exchanges are over, to be used again: new ones were a tenth of what a cold answer leaves behind. */
  readonly #spareLeaders: Query[] = [];

  /** See {@linkcode CoalesceOptions}. */
  constructor(options: CoalesceOptions) {
    const { next, usualWay = null, hash, share, deadlines, upstreamsFor = () => null, onFailedTogether, areKnownBad } =
      options;
    this.#upstreamsFor = upstreamsFor;
    this.#late = new LateExchanges({
      deadlines,
      isShared: (a, b) => this.#isShared(a, b),
      answer: (waiters, answer) => this.#answer(waiters, answer),
      onAnswer: (question, answer) => this.#onLateAnswer(question, answer),
    });
    this.#next = next;
    this.#usualWay = usualWay;
    this.#hash = hash;
    this.#share = share;
    this.#onFailedTogether = onFailedTogether;
    this.#areKnownBad = areKnownBad;
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply | PromiseLike<Reply> {
    const { deadlineMs } = query;
    const asked = askedOf(query);
    const hash = this.#hashOf(query, asked);
    for (
      let exchange = this.#exchanges.first(hash);
      exchange !== null;
      exchange = this.#exchanges.following(exchange)
    ) {
      // A part of a query that has waited for another part already may be due before the exchange in flight ends. Whoever
      // comes next finds the one that ends first, for it stands in front.
      if (exchange.asked !== asked || exchange.leader.deadlineMs > deadlineMs) continue;
      if (this.#isShared(exchange.leader, query)) return join(exchange.shared(), query);
    }
    if (query.isKnownToFail) {
      const late = this.#late.find({ hash, asked, query });
      if (late !== null) return late.waiters.size < WAITERS_MAX ? this.#late.join(late, query) : refusal(query);
    }
    // A query of its own: what befalls the first asker alone while it waits, see `InFlightLimit`, is not for the others. With
    // octets of its own, for an asker that is refused gives its buffer to the next datagram.
    const leader = query.apart(this.#spareLeaders.pop() ?? null);
    const usual = this.#usualWay === null ? null : this.#usualWay.take(query, leader);
    if (usual !== null) return this.#open(usual, hash, asked);
    const reply = this.#next.resolve(leader);
    if (reply instanceof Reply) return query.reply.repeat(reply, reply.octets);
    const waiter = new Waiter(query);
    this.#add(hash, { asked, pending: pendingFor(leader, reply), waiter, listener: this });
    return waiter;
  }

  #add(hash: number, options: SharedExchangeOptions): void {
    const exchange = new SharedExchange(hash, options);
    this.#exchanges.add(exchange);
    exchange.pending.deliverTo(exchange);
  }

  #open(usual: UsualExchange, hash: number, asked: number): Waiter {
    // hot path
    const { first: waiter, pending } = usual;
    usual.open(hash, asked, this);
    if (pending === null) this.#exchanges.add(usual);
    else this.#add(hash, { asked, pending, waiter, listener: this });
    return waiter;
  }

  /** @internal */
  onLeft(usual: UsualExchange, pending: PendingReply): SharedExchange {
    const { key, asked, first: waiter } = usual;
    const exchange = new SharedExchange(key, { asked, pending, waiter, listener: this });
    this.#exchanges.replace(usual, exchange);
    pending.deliverTo(exchange);
    return exchange;
  }

  /** Whether an exchange is open for the question of a query that was told, or would be, that it has failed. */
  isAwaited(query: Query): boolean {
    if (this.#late.isEmpty) return false;
    const asked = askedOf(query);
    return this.#late.find({ hash: this.#hashOf(query, asked), asked, query }) !== null;
  }

  /** Whether an exchange for one of two queries, which are to be given the same answers, will do for the other. */
  #isShared(a: Query, b: Query): boolean {
    return isSameQuestion(a, b) && this.#upstreamsFor(a) === this.#upstreamsFor(b);
  }

  #hashOf({ key, wire, scan, qtype, qclass }: Query, asked: number): number {
    return this.#hash.hash(key, wire, scan.qtypeOffset, typesWord(qtype, qclass), asked);
  }

  /** @internal */
  onReply(exchange: OpenExchange, reply: Reply): void {
    // An earlier exchange has brought the answer.
    if (exchange.isOver) return;
    this.#exchanges.remove(exchange);
    const { leader } = exchange;
    let waiters: readonly Waiter[] | null = null;
    const haveFailedTogether = exchange.waiterCount > 1 &&
      (reply.rcode === RCODE.SERVFAIL || leader.request?.hasMetSilence === true);
    if (exchange.late !== null) {
      waiters = this.#awaitLate(exchange, exchange.late, reply.copy());
    } else if (!this.#late.isEmpty && isUsefulReply(reply.octets)) {
      this.#late.give({ hash: exchange.key, asked: exchange.asked, query: leader }, reply.copy());
    }
    // Nobody asks before this returns; until then its reply is good.
    if (leader.release() && this.#spareLeaders.length < SPARE_MAX) this.#spareLeaders.push(leader);
    // Nearly every exchange is for one query alone.
    if (waiters === null && exchange.waiterCount === 1) exchange.first.answered(reply, reply.octets);
    else this.#answer(waiters ?? exchange.waiters, reply);
    if (haveFailedTogether) this.#onFailedTogether(leader);
  }

  /**
   * Keeps open an exchange that has failed at its leader's deadline. Whoever has come a tick later, or more,
   * has time left, and waits for what it may still bring.
   *
   * @returns Those who have none.
   */
  #awaitLate(
    { key: hash, asked, leader, waiters }: OpenExchange,
    late: PendingReply,
    failure: Reply,
  ): readonly Waiter[] {
    const open = this.#late.add({ hash, asked, query: leader }, late, failure);
    if (this.#areKnownBad(leader)) return waiters;
    return waiters.filter((waiter) => {
      // Its tick is this one: the next would be too late.
      if (waiter.query.deadlineMs < leader.deadlineMs + TICK_MS) return true;
      deliver(this.#late.join(open, waiter.query), waiter);
      return false;
    });
  }

  /** Gives those who wait a copy each: they edit ID, flags and spelling. `reply` is not used any more afterwards. */
  #answer(waiters: readonly Waiter[], reply: Reply): void {
    const { octets } = reply;
    if (waiters.length * octets.length > COPIED_AT_ONCE_MAX) return void this.#answerByTurns(waiters, reply.copy());
    // The last one may have what is there.
    for (let i = 0; i < waiters.length; i++) {
      waiters[i]!.answered(reply, i < waiters.length - 1 ? octets.slice() : octets);
    }
  }

  /** A thousand copies of 64 KiB would take a tenth of a second, in which nobody else is heard. */
  async #answerByTurns(waiters: readonly Waiter[], reply: Reply): Promise<void> {
    for (const waiter of waiters) {
      if (this.#share.isUsedUp) await this.#share.nextTurn();
      this.#share.spend(reply.octets.length);
      waiter.answered(reply, reply.octets.slice());
    }
  }

  /** Whoever asks anew meanwhile need not wait for that. */
  #onLateAnswer({ hash, asked, query }: Asked, answer: Reply): void {
    for (
      let exchange = this.#exchanges.first(hash);
      exchange !== null;
      exchange = this.#exchanges.following(exchange)
    ) {
      if (exchange.asked !== asked || !this.#isShared(exchange.leader, query)) continue;
      const { leader, waiters } = exchange = exchange.shared();
      this.#exchanges.remove(exchange);
      exchange.isOver = true;
      leader.request?.owner?.stop();

      return this.#answer(waiters, answer);
    }
  }

  /** @internal */
  onError(exchange: OpenExchange, error: unknown): void {
    if (exchange.isOver) return;
    this.#exchanges.remove(exchange);
    for (const waiter of exchange.waiters) waiter.failed(error);
  }
}

function join(exchange: JoinableExchange, query: Query): Reply | Waiter {
  if (exchange.waiterCount >= WAITERS_MAX) return refusal(query);
  query.trace?.note({ kind: "shared" });
  const waiter = new Waiter(query);
  exchange.add(waiter);
  return waiter;
}

function refusal(query: Query): Reply {
  query.reply.extendedErrors.push({ infoCode: EDE.OTHER, text: "Too many queries wait for this answer" });
  return ownReply(query, { rcode: RCODE.REFUSED, withQuestion: true, source: SOURCE.refused, reason: "crowd" });
}
