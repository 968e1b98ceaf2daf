import type { Response } from "../response/response.ts";
import { Exchange } from "../upstream/exchange/exchange.ts";
import type { AskOwner } from "../upstream/ask_owner.ts";
import { BegunRace, type Successor } from "../upstream/group/race_options.ts";
import { patienceMs, waitMsFor } from "../upstream/group/resend_wait.ts";
import type { UpstreamGroup } from "../upstream/group/upstream_group.ts";
import { noteAnswered, type Request, type RequestOwner } from "../upstream/request.ts";
import type { Upstream } from "../upstream/upstream.ts";
import type { SlotCounter, SlotServices } from "./slot_services.ts";

/** Whose question it is. */
export interface AskingSlot {
  /** Whether what comes can be given to who waits. */
  readonly isOpen: boolean;
  /** An answer has come, and the race is over. It is lent. */
  onAnswer(response: Response): void;
  /** Has a race go on with it. Returns it. */
  leave(why: SlotCounter): Successor;
}

/**
 * The first ask of a question, in place of the race that there would be, which goes on with it when more than an answer comes of
 * it; then that one is told. Used again for another question.
 */
export class FirstAsk extends BegunRace implements RequestOwner, AskOwner<Upstream> {
  readonly #slot: AskingSlot;
  readonly #services: SlotServices;
  #group: UpstreamGroup | null = null;
  #upstream: Upstream | null = null;
  /** What asks `#upstream`; used again as long as that one is asked. */
  #exchange: Exchange<AskOwner<Upstream>> | null = null;
  /** Whether there is an answer. Other sends of the question, over TCP, may still come to something. */
  #isOver = false;

  /** Asks `request` on behalf of `slot`. */
  constructor(slot: AskingSlot, services: SlotServices, request: Request) {
    super(request);
    this.#slot = slot;
    this.#services = services;
  }

  /** Asks the first one of `group`, as `UpstreamGroup.exchange` and `Race.run` do. It may all be over before this returns. */
  start(group: UpstreamGroup): void {
    // hot path
    const { clock, deadlines } = this.#services;
    const { request } = this;
    group.begin(this);
    const upstream = this.order[0]!;
    const nowMs = clock.nowMs();
    const leftMs = request.deadlineMs - nowMs;
    this.#group = group;
    this.#isOver = false;
    this.startMs = nowMs;
    request.owner = this;
    request.wantsFreshSocket = upstream.recoveredAtMs >= nowMs;
    request.sendsMax = Math.max(request.sendsMax, upstream.sendsMax);
    this.waitMs = waitMsFor(upstream, upstream, { request, round: 1 - this.order.length, leftMs });
    this.patienceEndMs = nowMs + patienceMs(this.waitMs, upstream, leftMs);
    const dueMs = nowMs + this.waitMs;
    if (dueMs < request.deadlineMs) deadlines.schedule(this, dueMs);
    upstream.askBy(this.#exchangeWith(upstream, nowMs));
  }

  #exchangeWith(upstream: Upstream, nowMs: number): Exchange<AskOwner<Upstream>> {
    // hot path
    if (this.#upstream === upstream) {
      this.#exchange!.renew(nowMs);
      return this.#exchange!;
    }
    this.#upstream = upstream;
    return this.#exchange = new Exchange<AskOwner<Upstream>>(upstream, this, this.request, false);
  }

  /** See `AskOwner`; what `Race.replied` does. */
  replied(upstream: Upstream, response: Response): void {
    // hot path
    const { request, successor } = this;
    if (successor !== null) return successor.replied(upstream, response);
    if (this.#isOver) return;
    const group = this.#group!;
    if (!this.#slot.isOpen || !group.rule.judge(response) || response.isUnproven) {
      return this.#slot.leave("slotsUseless").replied(upstream, response);
    }
    noteAnswered(request);
    this.#isOver = true;
    this.#services.deadlines.cancel(this);
    group.release();
    this.#slot.onAnswer(response);
  }

  /** See `AskOwner`. */
  failed(upstream: Upstream, error: unknown): void {
    this.#race("slotsFailed")?.failed(upstream, error);
  }

  /** Whether something was sent over TCP, in place of UDP or for the whole of a truncated reply. */
  get hasAskedOverTcp(): boolean {
    // hot path
    return this.request.lastSocket === null || this.request.hasPart;
  }

  /** See `RequestOwner`. */
  get hasAnswer(): boolean {
    const { successor, request: { isAnswered, isClosed } } = this;
    return successor !== null ? successor.hasAnswer : isAnswered && !isClosed;
  }

  /** See `RequestOwner`. */
  sentAgain(): void {
    this.#race("slotsAskedAgain")?.sentAgain();
  }

  /** See `RequestOwner`. */
  listensUntilMs(nowMs: number): number {
    return this.#race("slotsSlow")?.listensUntilMs(nowMs) ?? 0;
  }

  /** See `RequestOwner`. */
  stop(): void {
    this.#race("slotsShared")?.stop();
  }

  /** The upstream is slow. */
  override onDue(nowMs: number): void {
    this.#race("slotsSlow")?.onDue(nowMs);
  }

  /** The race that goes on with it; `null` when it is over. */
  #race(why: SlotCounter): Successor | null {
    return this.successor ?? (this.#isOver ? null : this.#slot.leave(why));
  }
}
