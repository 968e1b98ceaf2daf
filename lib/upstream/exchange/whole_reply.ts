import { Deadline, type DeadlineQueue } from "../../base/time/deadline_queue.ts";
import type { Sink } from "../../base/deferred.ts";
import type { Clock } from "../../base/runtime.ts";
import type { Responder, Response } from "../../response/response.ts";
import { EDE } from "../../wire/iana.ts";
import type { Ask } from "../ask.ts";
import type { AskOwner } from "../ask_owner.ts";
import { TruncationError, UpstreamError } from "../upstream_error.ts";

/** What a whole reply is made from. */
export interface WholeReplyOptions<Upstream> {
  /** What has brought the truncated one. */
  readonly ask: Ask<AskOwner<Upstream>>;
  /** Who has given it. */
  readonly upstream: Upstream;
  /** The truncated one. */
  readonly truncated: Response;
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
export class WholeReply<Upstream extends Responder> extends Deadline implements Sink<Response> {
  readonly #options: WholeReplyOptions<Upstream>;
  readonly #sentAtMs: number;
  /** Whether whoever has asked has been told something. */
  #isOver = false;

  /** To be made when TCP is asked. */
  constructor(options: WholeReplyOptions<Upstream>) {
    super();
    const { ask: { request, path }, clock, deadlines } = this.#options = options;
    this.#sentAtMs = clock.nowMs();
    request.hasPart = true;
    path.sent(this.#sentAtMs);
    if (request.acceptsTruncated) deadlines.schedule(this, this.#sentAtMs + path.wholeMs);
  }

  /** See `Deadline`. */
  override onDue(): void {
    const { truncated, upstream: { name } } = this.#options;
    const error = new UpstreamError(`No reply from ${name} over TCP in time`, EDE.NO_REACHABLE_AUTHORITY);
    this.#fail(new TruncationError(truncated, error));
  }

  /** See `Sink`. */
  arrived(whole: Response): void {
    const { ask, upstream, clock, deadlines } = this.#options;
    const nowMs = clock.nowMs();
    deadlines.cancel(this);
    ask.path.followedUp(nowMs - this.#sentAtMs, nowMs);
    if (this.#isOver) return;
    this.#isOver = true;
    whole.upstream = upstream;
    ask.noteReply(whole);
    ask.owner.replied(upstream, whole);
  }

  /** See `Sink`. */
  failed(error: unknown): void {
    const { ask, clock, deadlines, onFailure } = this.#options;
    deadlines.cancel(this);
    ask.path.followedUp(null, clock.nowMs());
    onFailure();
    this.#fail(error);
  }

  #fail(error: unknown): void {
    const { ask, upstream } = this.#options;
    ask.request.trace?.failed(upstream.name, error);
    if (!this.#isOver) ask.owner.failed(upstream, error);
    this.#isOver = true;
  }
}
