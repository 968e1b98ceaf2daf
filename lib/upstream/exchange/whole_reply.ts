import { Deadline, type DeadlineQueue } from "../../base/time/deadline_queue.ts";
import type { Receiver } from "../../base/later.ts";
import type { Clock } from "../../base/runtime.ts";
import { EDE } from "../../wire/iana.ts";
import type { Response } from "../../response/response.ts";
import type { Ask } from "../ask.ts";
import { TruncationError, UpstreamError } from "../upstream_error.ts";

/** What a whole reply is made from. */
export interface WholeReplyOptions {
  /** What has brought the truncated one. */
  readonly ask: Ask;
  /** The truncated one. */
  readonly truncated: Response;
  /** The upstream's name in messages. */
  readonly name: string;
  /** What the time is read from. */
  readonly clock: Clock;
  /** Where deadlines wait. */
  readonly deadlines: DeadlineQueue;
  /** Told when TCP brings nothing. */
  readonly onFailure: () => void;
}

/**
 * What TCP brings for a truncated reply, on its way to whoever has asked. Who can do with the truncated one gets it as soon
 * as TCP is overdue, and may come back over TCP: it is there, and what TCP is silent about may never come.
 */
export class WholeReply extends Deadline implements Receiver<Response> {
  readonly #options: WholeReplyOptions;
  readonly #sentAtMs: number;

  /** To be made when TCP is asked. */
  constructor(options: WholeReplyOptions) {
    super();
    const { ask: { request, path }, clock, deadlines } = this.#options = options;
    this.#sentAtMs = clock.nowMs();
    request.hasPart = true;
    path.sent(this.#sentAtMs);
    if (request.acceptsTruncated) deadlines.schedule(this, this.#sentAtMs + path.wholeMs);
  }

  /** See `Deadline`. */
  override onDue(): void {
    const { ask, truncated, name } = this.#options;
    const error = new UpstreamError(`No reply from ${name} over TCP in time`, EDE.NO_REACHABLE_AUTHORITY);
    ask.reply.failed(new TruncationError(truncated, error));
  }

  /** See `Receiver`. */
  arrived(whole: Response): void {
    const { ask, clock, deadlines } = this.#options;
    const nowMs = clock.nowMs();
    deadlines.cancel(this);
    ask.path.followedUp(nowMs - this.#sentAtMs, nowMs);
    ask.reply.arrived(whole);
  }

  /** See `Receiver`. */
  failed(error: unknown): void {
    const { ask, clock, deadlines, onFailure } = this.#options;
    deadlines.cancel(this);
    ask.path.followedUp(null, clock.nowMs());
    onFailure();
    ask.reply.failed(error);
  }
}
