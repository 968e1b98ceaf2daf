import { Alarm, type DeadlineQueue } from "../../base/time/deadline_queue.ts";
import type { Receiver } from "../../base/later.ts";
import { type Linkable, LinkedTable } from "../../base/linked_table.ts";
import { isUsefulReply } from "../../response/reply_kind.ts";
import type { PendingReply } from "../pending_reply.ts";
import type { Query } from "../query.ts";
import type { Reply } from "../reply.ts";
import { isSameQuestion } from "./same_question.ts";
import { Waiter } from "./waiter.ts";

/** A question: the hash that it is found by, what else tells its answer apart (`askedOf`), and a query that asks it. */
export interface Asked {
  /** Of the question and of `asked`. */
  readonly hash: number;
  /** See `askedOf`. */
  readonly asked: number;
  /** Asks it. */
  readonly query: Query;
}

/** What late flights are made from. */
export interface LateFlightsOptions {
  /** Where deadlines wait. */
  readonly deadlines: DeadlineQueue;
  /** Gives those who wait an answer, whose octets may be given away. */
  readonly answer: (waiters: readonly LateWaiter[], answer: Reply) => void;
  /** Told of each answer that comes after all: it is for those, too, who have asked anew meanwhile. */
  readonly onAnswer: (question: Asked, answer: Reply) => void;
}

/**
 * The exchanges that have failed for all that waited for them and are still open, with those who wait for them since. How
 * many there may be is up to the upstreams.
 */
export class LateFlights {
  readonly #flights = new LinkedTable<LateFlight>();
  readonly #options: LateFlightsOptions;

  /** See {@linkcode LateFlightsOptions}. */
  constructor(options: LateFlightsOptions) {
    this.#options = options;
  }

  /** Whether there is none. */
  get isEmpty(): boolean {
    return this.#flights.size === 0;
  }

  /** Takes over what `late` may still bring; `failure` is what those were told who have waited so far. */
  add(question: Asked, late: PendingReply, failure: Reply): LateFlight {
    const { answer: answerAll, onAnswer } = this.#options;
    const flight = new LateFlight(question, failure, (ended, reply) => {
      this.#flights.remove(ended);
      if (reply === null || !isUsefulReply(reply.octets)) {
        return answerAll(ended.take(), failure.copy());
      }
      const answer = reply.copy();
      answerAll(ended.take(), answer.copy());
      this.give(question, answer);
      onAnswer(question, answer);
    });
    this.#flights.add(flight);
    late.deliverTo(flight);
    return flight;
  }

  /** Those who wait for `question` have their answer, wherever it comes from. */
  give({ hash, asked, query }: Asked, answer: Reply): void {
    for (let flight = this.#flights.first(hash); flight !== null; flight = this.#flights.following(flight)) {
      if (flight.isFor(asked, query)) this.#options.answer(flight.take(), answer.copy());
    }
  }

  /** The newest open exchange for a question; `null` when there is none. */
  find({ hash, asked, query }: Asked): LateFlight | null {
    let flight = this.#flights.first(hash);
    while (flight !== null && !flight.isFor(asked, query)) flight = this.#flights.following(flight);
    return flight;
  }

  /** Lets `query` wait for `flight` until its own deadline; then it is told what the others were. */
  join(flight: LateFlight, query: Query): LateWaiter {
    const waiter = new LateWaiter(query, flight, this.#options.deadlines);
    flight.waiters.add(waiter);
    return waiter;
  }
}

/** An exchange that is open for longer than those waited who asked first. */
export class LateFlight implements Linkable<LateFlight>, Receiver<Reply> {
  /** See `Linkable`. */
  readonly key: number;
  /** See `Linkable`. */
  nextInRow: LateFlight | null = null;
  /** Those who wait for it. */
  readonly waiters: Set<LateWaiter> = new Set<LateWaiter>();
  /** What those are told who wait in vain. */
  readonly failure: Reply;
  readonly #question: Asked;
  readonly #onEnd: (flight: LateFlight, reply: Reply | null) => void;

  /** `onEnd` is told what has come: `null` for nothing. */
  constructor(question: Asked, failure: Reply, onEnd: (flight: LateFlight, reply: Reply | null) => void) {
    this.key = question.hash;
    this.failure = failure;
    this.#question = question;
    this.#onEnd = onEnd;
  }

  /** Whether it is for the question of `query`. */
  isFor(asked: number, query: Query): boolean {
    return this.#question.asked === asked && isSameQuestion(this.#question.query, query);
  }

  /** Those who wait, of whom none does any more. */
  take(): readonly LateWaiter[] {
    const waiters = [...this.waiters];
    this.waiters.clear();
    for (const waiter of waiters) waiter.leave();
    return waiters;
  }

  /** See `Receiver`. */
  arrived(reply: Reply): void {
    this.#onEnd(this, reply);
  }

  /** See `Receiver`. */
  failed(): void {
    this.#onEnd(this, null);
  }
}

/** A query that waits for an open exchange, until its own deadline. */
export class LateWaiter extends Waiter {
  readonly #deadlines: DeadlineQueue;
  readonly #alarm: Alarm;

  /** At the deadline of `query` it leaves `flight`, and is told what the others were. */
  constructor(query: Query, flight: LateFlight, deadlines: DeadlineQueue) {
    super(query);
    this.#deadlines = deadlines;
    this.#alarm = new Alarm(() => {
      flight.waiters.delete(this);
      this.answered(flight.failure, flight.failure.octets.slice());
    });
    deadlines.schedule(this.#alarm, query.deadlineMs);
  }

  /** It is answered from elsewhere. */
  leave(): void {
    this.#deadlines.cancel(this.#alarm);
  }
}
