import type { UpstreamStatus } from "./health/upstream_status.ts";
import type { Identity } from "./approach.ts";
import { Breaker, type Transition } from "./health/breaker.ts";
import { Dialogue, type DialogueOptions } from "./exchange/dialogue.ts";
import type { AskedUpstream } from "./exchange/asked_upstream.ts";
import { Exchange } from "./exchange/exchange.ts";
import type { Failure } from "./health/outage_evidence.ts";
import { Absence } from "./health/absence.ts";
import { Path } from "./health/path.ts";
import { isTruncated, isUseful } from "../response/reply_kind.ts";
import type { Responder, Response } from "../response/response.ts";
import type { DeferredResponse } from "./matching/deferred_response.ts";
import { type AskOwner, LaterAnswer } from "./ask_owner.ts";
import type { Request } from "./request.ts";
import type { UntrustedError } from "./refusal.ts";
import { reasonOfError, reasonOfReply } from "./health/failure_reason.ts";
import type { FailureReason } from "./health/upstream_traffic.ts";
import { StateReport } from "./health/state_report.ts";
import { ForgeryError, isSilence } from "./upstream_error.ts";
import { statusOf, type ToldOptions } from "./health/status_of.ts";
import { WholeReply } from "./exchange/whole_reply.ts";
import type { Services } from "../observe/services.ts";

/** What an upstream is made from. */
export interface UpstreamOptions extends DialogueOptions, Identity, ToldOptions, Pick<Services, "deadlines" | "log"> {}

/** A server that is asked what we do not know, and what we have learned about it. */
export class Upstream implements Responder, Identity, AskedUpstream<Exchange<AskOwner<Upstream>>> {
  /** See `Identity`. */
  readonly name: string;
  /** See `Identity`. */
  readonly key: string;
  /** See `AskedUpstream`. Another one after `reset`: what was asked before tells the old one, which nobody asks any more. */
  path: Path = new Path();
  /** See `AskedUpstream`. Likewise. */
  breaker: Breaker = new Breaker();
  /** See `AskedUpstream`. */
  readonly dialogue: Dialogue;
  readonly #options: UpstreamOptions;
  #recoveredAtMs = -Infinity;
  readonly #report: StateReport;
  /** Why it may not be asked, however well it is. */
  readonly absence: Absence;

  /** See {@linkcode UpstreamOptions}. */
  constructor(options: UpstreamOptions) {
    this.#options = options;
    this.name = options.name;
    this.key = options.key;
    this.absence = new Absence(options.clock);
    this.dialogue = new Dialogue(options, (lesson) => options.log.warn(`upstream ${this.name} ${lesson}`));
    this.#report = new StateReport(this, options);
  }

  /** Whether it takes part in ordinary queries. */
  get isUp(): boolean {
    return this.breaker.isClosed;
  }

  /** Whether it is not expected to answer anything: it is known to be bad, see `Breaker`, or is not asked at all. */
  get isKnownBad(): boolean {
    return this.breaker.isKnownBad || this.absence.isAway;
  }

  /** See `Reported`. */
  get problem(): string | null {
    return this.breaker.refusal?.text ?? null;
  }

  /** Questions on which it failed, since the start. */
  get failureCount(): number {
    return this.dialogue.counts.failureCount;
  }

  /** When it was last found to be back after it had been down, or left out; -Infinity before. */
  get recoveredAtMs(): number {
    return Math.max(this.#recoveredAtMs, this.absence.backAtMs);
  }

  /** How it is doing. */
  get state(): UpstreamStatus {
    return statusOf(this, this.#options);
  }

  /** SRTT in milliseconds; 0 when never measured. */
  get smoothedMs(): number {
    return this.path.smoothedMs;
  }

  /** See `Path`. */
  get hedgeDelayMs(): number {
    return this.path.hedgeDelayMs;
  }

  /** See `Path`. Never, if it is asked over TCP, which repeats by itself what gets lost. */
  get resendDelayMs(): number {
    return this.dialogue.isOverTcp ? Infinity : this.path.resendDelayMs;
  }

  /** See `Path`. Over TCP, a connection that is lost is made up for by another one, which takes as long again. */
  get silenceMs(): number {
    return (this.dialogue.isOverTcp ? 2 : 1) * this.path.silenceMs;
  }

  /** Whether the path to it loses datagrams again and again; see `PathLoss`. */
  get isLossy(): boolean {
    return this.path.isLossy;
  }

  /** See `Path`. */
  get isJammed(): boolean {
    return this.path.isJammed;
  }

  /** Sends that a question to it may take; see `PathLoss`. */
  get sendsMax(): number {
    return this.path.sendsMax;
  }

  /**
   * Whether it seems to be in trouble, so that a hedge is no luxury: something has failed since its last answer, or
   * nothing at all has been heard for longer than it ever takes.
   */
  get isSuspect(): boolean {
    return this.breaker.hasFailures || this.path.isQuiet(this.#options.clock.nowMs());
  }

  /** Asks to see whether it is back, when it is down and its pause is over. Returns whether it did; the breaker takes note. */
  probe(request: Request): boolean {
    if (this.absence.isAway || !this.breaker.beginProbe(this.#options.clock.nowMs())) return false;
    this.dialogue.counts.probed();
    this.askFor(request, new LaterAnswer(), true);
    return true;
  }

  /**
   * Asks: over UDP, without EDNS where that was rejected, over TCP when the reply is truncated (RFC 1035 §4.2.1,
   * RFC 7766 §5) or is known to be.
   *
   * @returns A reply of any RCODE, with an ID of its own. Fails with an `UpstreamError` when none came by the request's
   * deadline.
   */
  ask(request: Request): DeferredResponse {
    const answer = new LaterAnswer<Upstream>();
    this.askFor(request, answer);
    return answer.response;
  }

  /** The same for `owner`, who is told what comes of it. */
  askFor(request: Request, owner: AskOwner<Upstream>, isProbe = false): void {
    this.askBy(new Exchange(this, owner, request, isProbe));
  }

  /** The same by what has just begun, or begun anew. */
  askBy(exchange: Exchange<AskOwner<Upstream>>): void {
    this.#options.deadlines.schedule(exchange, exchange.sentAtMs + this.silenceMs);
    this.path.sent(exchange.sentAtMs, exchange.request.sendCount);
    exchange.start();
  }

  /** See `AskedUpstream`. It lives, and takes as long again. */
  onAskedAgain(exchange: Exchange<AskOwner<Upstream>>): void {
    const { clock, deadlines } = this.#options;
    exchange.path.askedAgain(exchange, clock.nowMs());
    // One trip after the other: an odd name must not make the way seem twice as long to everybody.
    exchange.sentAtMs = clock.nowMs();
    deadlines.cancel(exchange);
    if (!exchange.hasFailed) deadlines.schedule(exchange, clock.nowMs() + this.silenceMs);
  }

  /** See `AskedUpstream`. */
  onReply(exchange: Exchange<AskOwner<Upstream>>, response: Response): void {
    this.#options.deadlines.cancel(exchange);
    exchange.path.answered(exchange, this.#options.clock.nowMs());
    response.upstream = this;
    if (isUseful(response)) this.#noteTransition(this.breaker.succeeded());
    // A refusal shows that it lives, not that it is of use. Whether it is, the race finds out: others may say the same.
    else if (!this.isUp) exchange.fail("useless", reasonOfReply(response));
    if (isTruncated(response.octets) && !exchange.request.isAnswered) this.#fetchWhole(exchange, response.copy());
    else exchange.owner.replied(this, response);
  }

  /** Asks for the whole. Should TCP fail, the breaker is not told: the upstream is up for all that fits into a datagram. */
  #fetchWhole(exchange: Exchange<AskOwner<Upstream>>, truncated: Response): void {
    const onFailure = (error: unknown) => this.dialogue.counts.failed(reasonOfError(error));
    new WholeReply({ ...this.#options, upstream: this, exchange, truncated, onFailure }).start();
  }

  /** See `AskedUpstream`. */
  onError(exchange: Exchange<AskOwner<Upstream>>, error: unknown): void {
    this.#options.deadlines.cancel(exchange);
    exchange.path.failed(exchange, isSilence(error), this.#options.clock.nowMs());
    // Silence until the deadline has been counted when it began; what is forged tells nothing of it.
    if (!(error instanceof ForgeryError)) exchange.fail("noReply", reasonOfError(error));
    exchange.owner.failed(this, error);
  }

  /** Leaves the upstream alone for a while: what is sent there comes back as a question. */
  cutLoop(): void {
    if (!this.absence.cutLoop()) return;
    this.#options.log.error(`upstream ${this.name} leads back to this program, a forwarding loop: it is not asked`);
  }

  /**
   * Begins anew, as if it had never been asked: after the machine has slept, say, when the network may be another one. How
   * queries that are still in flight end is not held against it.
   */
  reset(): void {
    if (!this.isUp) this.#recoveredAtMs = this.#options.clock.nowMs();
    this.breaker = new Breaker();
    this.#report.forget();
    this.path = new Path();
    this.absence.forgetLoop();
    this.dialogue.forget();
  }

  /** It has not proved who it is. Nothing was sent. */
  untrusted({ refusal }: UntrustedError): void {
    this.#noteTransition(this.breaker.untrusted(refusal, this.#options.clock.nowMs()));
  }

  /** It is asked no more: whatever still comes of it, the operator is not told. */
  close(): void {
    this.#report.close();
  }

  /** Notes that `reply` to `request` was of no use where another upstream's was. */
  failed({ questionOctets }: Request, reply: Response): void {
    this.dialogue.counts.failed(reasonOfReply(reply));
    this.#noteTransition(this.breaker.failed({ how: "useless", questionOctets }, this.#options.clock.nowMs()));
  }

  /** See `AskedUpstream`. Another breaker, that has come after `reset`, is not told. */
  onFailure(
    { breaker, isProbe, request: { questionOctets } }: Exchange<AskOwner<Upstream>>,
    how: Failure["how"],
    reason: FailureReason,
  ): void {
    if (breaker !== this.breaker) return;
    const nowMs = this.#options.clock.nowMs();
    const failure = { how, questionOctets };
    this.dialogue.counts.failed(reason);
    this.#noteTransition(isProbe ? breaker.probeFailed(failure, nowMs) : breaker.failed(failure, nowMs));
  }

  #noteTransition(transition: Transition | null): void {
    if (transition === "closed") this.#recoveredAtMs = this.#options.clock.nowMs();
    if (transition !== null) this.#report.changed();
  }
}
