import { Deadline, type DeadlineQueue } from "../../base/time/deadline_queue.ts";
import type { Sink } from "../../base/deferred.ts";
import type { Response } from "../../response/response.ts";
import type { Listener } from "../matching/registration.ts";
import type { Services } from "../../observe/services.ts";

/** Who waits for the reply to a query. */
export interface StreamSink extends Sink<Response> {
  /** Whether the time that the reply has taken says nothing of how long the server takes. To be set before it is given. */
  isAmbiguous: boolean;
}

/** What a query is made from. */
export interface StreamQueryOptions extends Pick<Services, "deadlines"> {
  /** The message; its ID is not used. */
  readonly octets: Uint8Array<ArrayBuffer>;
  /** The question in it. */
  readonly question: Uint8Array<ArrayBuffer>;
  /** Until when a reply is waited for. */
  readonly deadlineMs: number;
  /** Who may go on listening then; nothing more is sent. */
  readonly owner: Listener | null;
  /** Who gets the reply, which is lent, or hears that there is none. */
  readonly sink: StreamSink;
  /** Makes the error for the deadline; `wasSent` tells whether there was ever a connection for the query. */
  readonly expired: (wasSent: boolean) => Error;
}

/**
 * A query that waits for its reply over TCP, on one connection after another and perhaps on several at a time: what comes
 * first counts.
 */
export class StreamQuery extends Deadline {
  /** See {@linkcode StreamQueryOptions}. */
  readonly octets: Uint8Array<ArrayBuffer>;
  /** See {@linkcode StreamQueryOptions}. */
  readonly question: Uint8Array<ArrayBuffer>;
  /** See {@linkcode StreamQueryOptions}. */
  readonly deadlineMs: number;
  /** See {@linkcode StreamQueryOptions}. */
  readonly owner: Listener | null;
  /** Connections that it was sent on. */
  sendCount = 0;
  /** Those of them on which a reply may still come. */
  openCount = 0;
  /** The connection that it was sent on last. */
  sentLast: object | null = null;
  /** Whether that one was made while it waited, and took it as soon as it was there. The pool's to set. */
  isOnFresh = false;
  /** Connections that ended before they brought its reply. */
  endingCount = 0;
  /** Whether it has waited for a connection: what its reply takes tells nothing of the server. */
  hasWaited = false;
  /** Whether it must not share a connection: it may be what makes the server end them. */
  isApart = false;
  #isSettled = false;
  #isClosed = false;
  readonly #sink: StreamSink;
  readonly #deadlines: DeadlineQueue;
  readonly #expired: (wasSent: boolean) => Error;

  /** See {@linkcode StreamQueryOptions}. */
  constructor({ octets, question, deadlineMs, owner, sink, deadlines, expired }: StreamQueryOptions) {
    super();
    this.octets = octets;
    this.question = question;
    this.deadlineMs = deadlineMs;
    this.owner = owner;
    this.#sink = sink;
    this.#deadlines = deadlines;
    this.#expired = expired;
    deadlines.schedule(this, deadlineMs);
  }

  /** Whether it has its reply, or there will be none. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Whether it is not to be sent any more: it is settled, or only listens for a reply. */
  get isClosed(): boolean {
    return this.#isClosed || this.#isSettled;
  }

  /** See `Deadline`. */
  override onDue(nowMs: number): void {
    const untilMs = this.openCount > 0 ? this.owner?.listensUntilMs(nowMs) ?? 0 : 0;
    if (untilMs <= nowMs) return this.failed(this.#expired(this.sendCount > 0));
    this.#isClosed = true;
    this.#deadlines.schedule(this, untilMs);
  }

  /**
   * A reply has come: returns whom it is to be given to, who is told what giving it throws; `null` where it comes too late. What
   * has come before counts. It is not given on here: each layer of calls is one more on the way of every answer.
   */
  takeIn(): StreamSink | null {
    if (!this.#settle()) return null;
    // RFC 6298 §3 (Karn's algorithm): nor does the reply to one of two sends.
    this.#sink.isAmbiguous = this.hasWaited || this.sendCount > 1;
    return this.#sink;
  }

  /** There will be no reply. */
  failed(error: unknown): void {
    if (this.#settle()) this.#sink.failed(error);
  }

  #settle(): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    this.#deadlines.cancel(this);
    return true;
  }
}
