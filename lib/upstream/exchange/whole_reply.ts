import { Deadline, type DeadlineQueue } from "../../base/time/deadline_queue.ts";
import { isTruncated, replyKindOf } from "../../response/reply_kind.ts";
import type { Response } from "../../response/response.ts";
import { EDE } from "../../wire/iana.ts";
import type { AskOwner } from "../ask_owner.ts";
import type { AskedUpstream } from "./asked_upstream.ts";
import type { Exchange } from "./exchange.ts";
import { learnFrom, learnFromAnother } from "./learn.ts";
import { type Circumstances, mannerAfter, nextStep } from "./next_step.ts";
import { noteReply } from "./note_reply.ts";
import type { Request } from "../request.ts";
import type { QueryOwner, SentQuery } from "./sent_query.ts";
import { TruncationError, UpstreamError } from "../upstream_error.ts";

/** Over TCP none of these matters to who has no other way. */
const CIRCUMSTANCES: Circumstances = {
  hasShownCase: true,
  sendsLeft: 0,
  othersCount: 0,
  isAskedWithoutOpt: false,
  isInPlaceOfUdp: false,
};

/** What a whole reply is made from. */
export interface WholeReplyOptions<Upstream extends AskedUpstream<Exchange<AskOwner<Upstream>>>> {
  /** What has brought the truncated one. */
  readonly exchange: Exchange<AskOwner<Upstream>>;
  /** Who has given it. */
  readonly upstream: Upstream;
  /** The truncated one. */
  readonly truncated: Response;
  /** Where deadlines wait. */
  readonly deadlines: DeadlineQueue;
  /** Told when TCP brings nothing. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * What TCP brings for a truncated reply, on its way to whoever has asked. Who can do with the truncated one gets it as soon
 * as TCP is overdue, and may come back over TCP: it is there, and what TCP is silent about may never come.
 */
export class WholeReply<Upstream extends AskedUpstream<Exchange<AskOwner<Upstream>>>> extends Deadline
  implements QueryOwner {
  /** What is asked. */
  readonly request: Request;
  readonly #options: WholeReplyOptions<Upstream>;
  readonly #sentAtMs: number;
  /** Whether whoever has asked has been told something. */
  #isOver = false;

  /** See {@linkcode WholeReplyOptions}. */
  constructor(options: WholeReplyOptions<Upstream>) {
    super();
    this.#options = options;
    this.request = options.exchange.request;
    this.#sentAtMs = options.upstream.dialogue.nowMs();
  }

  /** Asks over TCP. */
  start(): void {
    const { exchange: { path }, upstream, deadlines } = this.#options;
    const { request } = this;
    const { dialogue } = upstream;
    request.hasPart = true;
    (request.wholeFrom ??= []).push(upstream);
    path.sent(this.#sentAtMs);
    if (request.acceptsTruncated) deadlines.schedule(this, this.#sentAtMs + path.wholeMs);
    dialogue.send(this, dialogue.mannerOverTcp(request), "truncated", null);
  }

  /** See `Deadline`. */
  override onDue(): void {
    const { truncated, upstream: { name } } = this.#options;
    const error = new UpstreamError(`No reply from ${name} over TCP in time`, EDE.NO_REACHABLE_AUTHORITY);
    this.#fail(new TruncationError(truncated, error));
  }

  /** See `QueryOwner`. */
  replied(query: SentQuery, response: Response): void {
    const { upstream: { dialogue }, truncated } = this.#options;
    const { request } = this;
    const { capabilities, largeReplies } = dialogue;
    const { manner, cause } = query;
    const nowMs = dialogue.nowMs();
    dialogue.heard(query, response, this.#sentAtMs);
    const kind = replyKindOf(response);
    learnFrom(query, response, kind, capabilities);
    learnFromAnother(query, kind, capabilities, nowMs);
    const step = nextStep(kind, manner, CIRCUMSTANCES);
    if (step === "withoutOpt" && !request.isAnswered) {
      return dialogue.send(this, mannerAfter(step, manner), cause, kind);
    }
    if (isTruncated(response.octets)) return this.failedQuery(query, dialogue.truncatedAgain());
    largeReplies.note(request, response.octets.length, nowMs);
    // A client on UDP would get next to nothing of it, at the price of reading it all (CVE-2024-8508).
    this.#arrived(response.octets.length > request.usefulOctetsMax ? truncated : response, nowMs);
  }

  #arrived(whole: Response, nowMs: number): void {
    const { exchange: { path, owner }, upstream, deadlines } = this.#options;
    deadlines.cancel(this);
    path.followedUp(nowMs - this.#sentAtMs, nowMs);
    if (this.#isOver) return;
    this.#isOver = true;
    whole.upstream = upstream;
    noteReply(this.request, upstream, whole);
    owner.replied(upstream, whole);
  }

  /** See `QueryOwner`. */
  failedQuery(_query: SentQuery, error: unknown): void {
    const { exchange: { path }, upstream: { dialogue }, truncated, deadlines, onFailure } = this.#options;
    deadlines.cancel(this);
    path.followedUp(null, dialogue.nowMs());
    onFailure(error);
    this.#fail(error instanceof UpstreamError ? new TruncationError(truncated, error) : error);
  }

  /** See `QueryOwner`: nothing over TCP is in doubt. */
  questioned(): void {}

  #fail(error: unknown): void {
    const { exchange: { owner }, upstream } = this.#options;
    this.request.trace?.failed(upstream.name, error);
    if (this.#isOver) return;
    this.#isOver = true;
    const { wholeFrom } = this.request;
    wholeFrom!.splice(wholeFrom!.indexOf(upstream), 1);
    owner.failed(upstream, error);
  }
}
