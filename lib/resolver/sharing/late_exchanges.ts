import { Alarm, type DeadlineQueue } from "../../base/time/deadline_queue.ts";
import type { Sink } from "../../base/deferred.ts";
import { type Linkable, LinkedTable } from "../../base/linked_table.ts";
import { isUsefulReply } from "../../response/reply_kind.ts";
import type { PendingReply } from "../pending_reply.ts";
import type { Query } from "../query.ts";
import type { Reply } from "../reply.ts";
import { Waiter } from "./waiter.ts";
import type { Services } from "../../observe/services.ts";

/** A question: the hash that it is found by, what else tells its answer apart (`askedOf`), and a query that asks it. */
export interface Asked {
  /** Of the question and of `asked`. */
  readonly hash: number;
  /** See `askedOf`. */
  readonly asked: number;
  /** Asks it. */
  readonly query: Query;
}

/** What late exchanges are made from. */
export interface LateExchangesOptions extends Pick<Services, "deadlines"> {
  /** Whether an exchange for one of two queries will do for the other. */
  readonly isShared: (a: Query, b: Query) => boolean;
  /** Gives those who wait an answer, whose octets may be given away. */
  readonly answer: (waiters: readonly LateWaiter[], answer: Reply) => void;
  /** Told of each answer that comes after all: it is for those, too, who have asked anew meanwhile. */
  readonly onAnswer: (question: Asked, answer: Reply) => void;
}

/**
 * The exchanges that have failed for all that waited for them and are still open, with those who wait for them since. How
 * many there may be is up to the upstreams.
 */
export class LateExchanges {
  readonly #exchanges = new LinkedTable<LateExchange>();
  readonly #options: LateExchangesOptions;

  /** See {@linkcode LateExchangesOptions}. */
  constructor(options: LateExchangesOptions) {
    this.#options = options;
  }

  /** Whether there is none. */
  get isEmpty(): boolean {
    return this.#exchanges.size === 0;
  }

  /** Takes over what `late` may still bring; `failure` is what those were told who have waited so far. */
  add(question: Asked, late: PendingReply, failure: Reply): LateExchange {
    const { answer: answerAll, onAnswer } = this.#options;
    const exchange = new LateExchange(question, failure, (ended, reply) => {
      this.#exchanges.remove(ended);
      if (reply === null || !isUsefulReply(reply.octets)) {
        return answerAll(ended.take(), failure.copy());
      }
      const answer = reply.copy();
      answerAll(ended.take(), answer.copy());
      this.give(question, answer);
      onAnswer(question, answer);
    });
    this.#exchanges.add(exchange);
    late.deliverTo(exchange);
    return exchange;
  }

  /** Those who wait for `question` have their answer, wherever it comes from. */
  give({ hash, asked, query }: Asked, answer: Reply): void {
    for (
      let exchange = this.#exchanges.first(hash);
      exchange !== null;
      exchange = this.#exchanges.following(exchange)
    ) {
      if (this.#isFor(exchange, asked, query)) this.#options.answer(exchange.take(), answer.copy());
    }
  }

  /** The newest open exchange for a question; `null` when there is none. */
  find({ hash, asked, query }: Asked): LateExchange | null {
    let exchange = this.#exchanges.first(hash);
    while (exchange !== null && !this.#isFor(exchange, asked, query)) exchange = this.#exchanges.following(exchange);
    return exchange;
  }

  #isFor({ question }: LateExchange, asked: number, query: Query): boolean {
    return question.asked === asked && this.#options.isShared(question.query, query);
  }

  /** Lets `query` wait for `exchange` until its own deadline; then it is told what the others were. */
  join(exchange: LateExchange, query: Query): LateWaiter {
    const waiter = new LateWaiter(query, exchange, this.#options.deadlines);
    exchange.waiters.add(waiter);
    return waiter;
  }
}

/** An exchange that is open for longer than those waited who asked first. */
export class LateExchange implements Linkable<LateExchange>, Sink<Reply> {
  /** See `Linkable`. */
  readonly key: number;
  /** See `Linkable`. */
  nextInRow: LateExchange | null = null;
  /** Those who wait for it. */
  readonly waiters: Set<LateWaiter> = new Set<LateWaiter>();
  /** What those are told who wait in vain. */
  readonly failure: Reply;
  /** What it is for. */
  readonly question: Asked;
  readonly #onEnd: (exchange: LateExchange, reply: Reply | null) => void;

  /** `onEnd` is told what has come: `null` for nothing. */
  constructor(question: Asked, failure: Reply, onEnd: (exchange: LateExchange, reply: Reply | null) => void) {
    this.key = question.hash;
    this.failure = failure;
    this.question = question;
    this.#onEnd = onEnd;
  }

  /** Those who wait, of whom none does any more. */
  take(): readonly LateWaiter[] {
    const waiters = [...this.waiters];
    this.waiters.clear();
    for (const waiter of waiters) waiter.leave();
    return waiters;
  }

  /** See `Sink`. */
  arrived(reply: Reply): void {
    this.#onEnd(this, reply);
  }

  /** See `Sink`. */
  failed(): void {
    this.#onEnd(this, null);
  }
}

/** A query that waits for an open exchange, until its own deadline. */
export class LateWaiter extends Waiter {
  readonly #deadlines: DeadlineQueue;
  readonly #alarm: Alarm;

  /** At the deadline of `query`, sooner if its upstreams have less time, it leaves `exchange`, and is told what the others were. */
  constructor(query: Query, exchange: LateExchange, deadlines: DeadlineQueue) {
    super(query);
    this.#deadlines = deadlines;
    this.#alarm = new Alarm(() => {
      exchange.waiters.delete(this);
      this.answered(exchange.failure, exchange.failure.octets.slice());
    });
    // Whoever asked first was told so much before his deadline.
    const { deadlineMs, request } = exchange.question.query;
    deadlines.schedule(this.#alarm, query.deadlineMs - (request === null ? 0 : deadlineMs - request.deadlineMs));
  }

  /** It is answered from elsewhere. */
  leave(): void {
    this.#deadlines.cancel(this.#alarm);
  }
}
