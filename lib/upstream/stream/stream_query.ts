import { Alarm, type DeadlineQueue } from "../../base/time/deadline_queue.ts";
import type { Response } from "../../response/response.ts";
import { DeferredResponse } from "../matching/deferred_response.ts";
import type { Listener } from "../matching/registration.ts";
import type { Services } from "../../observe/services.ts";

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
  /** Makes the error for the deadline; `wasSent` tells whether there was ever a connection for the query. */
  readonly expired: (wasSent: boolean) => Error;
}

/**
 * A query that waits for its reply over TCP, on one connection after another and perhaps on several at a time: what comes
 * first counts.
 */
export class StreamQuery extends DeferredResponse {
  /** See {@linkcode StreamQueryOptions}. */
  readonly octets: Uint8Array<ArrayBuffer>;
  /** See {@linkcode StreamQueryOptions}. */
  readonly question: Uint8Array<ArrayBuffer>;
  /** See {@linkcode StreamQueryOptions}. */
  readonly deadlineMs: number;
  /** See {@linkcode StreamQueryOptions}. */
  readonly owner: Listener | null;
  #isClosed = false;
  /** Connections that it was sent on. */
  sendCount = 0;
  /** Those of them on which a reply may still come. */
  openCount = 0;
  /** The connection that it was sent on last. */
  sentLast: object | null = null;
  /** Connections that ended before they brought its reply. */
  endingCount = 0;
  /** Whether it must not share a connection: it may be what makes the server end them. */
  isApart = false;
  readonly #deadlines: DeadlineQueue;
  readonly #alarm: Alarm;

  /** See {@linkcode StreamQueryOptions}. */
  constructor({ octets, question, deadlineMs, owner, deadlines, expired }: StreamQueryOptions) {
    super();
    this.octets = octets;
    this.question = question;
    this.deadlineMs = deadlineMs;
    this.#deadlines = deadlines;
    this.owner = owner;
    this.#alarm = new Alarm((nowMs) => {
      const untilMs = this.openCount > 0 ? owner?.listensUntilMs(nowMs) ?? 0 : 0;
      if (untilMs <= nowMs) return this.failed(expired(this.sendCount > 0));
      this.#isClosed = true;
      deadlines.schedule(this.#alarm, untilMs);
    });
    deadlines.schedule(this.#alarm, deadlineMs);
  }

  /** Whether it is not to be sent any more: it has its reply, or only listens for one. */
  get isClosed(): boolean {
    return this.#isClosed || this.isSettled;
  }

  /** See `Sink`. */
  override arrived(response: Response): void {
    this.#deadlines.cancel(this.#alarm);
    super.arrived(response);
  }

  /** See `Sink`. */
  override failed(error: unknown): void {
    this.#deadlines.cancel(this.#alarm);
    super.failed(error);
  }
}
