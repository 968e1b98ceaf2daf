import type { Failure } from "../health/outage_evidence.ts";
import type { FailureReason } from "../health/upstream_traffic.ts";
import { Journey } from "../health/journey.ts";
import { type ReplyKind, replyKindOf } from "../../response/reply_kind.ts";
import type { Response } from "../../response/response.ts";
import type { AskedUpstream } from "./asked_upstream.ts";
import type { Dialogue } from "./dialogue.ts";
import { learnFrom, learnFromAnother, learnFromDoubt } from "./learn.ts";
import { type Doubt, type Manner, mannerAfter, mannerWithoutCookie, nextStep, type Step } from "./next_step.ts";
import { noteReply } from "./note_reply.ts";
import { type Request, sendsLeft } from "../request.ts";
import type { Cause, QueryOwner, SentQuery } from "./sent_query.ts";
import { ForgeryError, MissingCookieError, UpstreamError } from "../upstream_error.ts";

/**
 * One question to one upstream: the first query, and those that follow, each in another manner, until there is a reply to
 * be believed. `nextStep` says what follows from a reply. As a deadline it is the end of patience: silence is a failure then.
 */
export class Exchange<Owner> extends Journey implements QueryOwner {
  /** Whom it is for. */
  readonly owner: Owner;
  readonly #upstream: AskedUpstream<Exchange<Owner>>;
  readonly #dialogue: Dialogue;
  /** Whether it has brought a reply, or nothing: what still comes is of no use. */
  #isOver = false;
  /** Queries that may still bring the reply. */
  #openCount = 0;
  /** What is given when what was asked instead comes to nothing. */
  #doubted: Response | null = null;
  /** Whether TCP is asked, because of silence or forgery: once is enough. */
  #isTcpTried = false;
  /** How it is put over UDP should TCP come to nothing, where a reply may be forged. */
  #otherwise: Manner | null = null;
  /** What UDP has brought instead of a reply. */
  #silence: unknown = null;

  /** Asks `request` of `upstream` on behalf of `owner`, when it is started. */
  constructor(upstream: AskedUpstream<Exchange<Owner>>, owner: Owner, request: Request, isProbe: boolean) {
    super(upstream, request, isProbe, upstream.dialogue.nowMs());
    this.#upstream = upstream;
    this.#dialogue = upstream.dialogue;
    this.owner = owner;
    request.trace?.note({ kind: "asked", upstream: upstream.name });
  }

  /** Begins anew, for another question in the same request: only where one query was sent, over UDP, and has brought the reply. */
  renew(nowMs: number): void {
    // hot path
    this.begin(this.#upstream, nowMs);
    this.#isOver = false;
  }

  /** Sends the first query. It may all be over before this returns. */
  start(): void {
    // hot path
    if (this.#dialogue.beginsOverTcp(this.request, this.sentAtMs)) this.#askOverTcpFirst();
    else this.#askOverUdp(this.sentAtMs);
    this.socket = this.request.lastSocket;
  }

  /** It comes to nothing. */
  fail(how: Failure["how"], reason: FailureReason): void {
    if (!this.hasFailed) this.#upstream.onFailure(this, how, reason);
    this.hasFailed = true;
  }

  /** See `Deadline`. */
  override onDue(nowMs: number): void {
    this.path.silent(this, nowMs);
    this.fail("noReply", "timeout");
  }

  /** See `QueryOwner`. */
  replied(query: SentQuery, response: Response): void {
    // hot path
    const { cause, manner } = query;
    const { request } = this;
    const { capabilities } = this.#dialogue;
    this.#openCount--;
    this.#dialogue.heard(query, response, this.sentAtMs);
    if (this.#isOver) return;
    if (query.isAmbiguous) this.isAmbiguous = true;
    const kind = replyKindOf(response);
    learnFrom(query, response, kind, capabilities);
    if (cause !== "first") learnFromAnother(query, kind, capabilities, this.#dialogue.nowMs());
    const isPlain = manner.isMixed && kind !== "answer" && query.isInAskersSpelling;
    // Nobody waits for what another step would bring, nor believes this.
    const step = request.isAnswered ? "unproven" : nextStep(kind, isPlain ? { ...manner, isMixed: false } : manner, {
      hasShownCase: capabilities.hasShownCase,
      sendsLeft: sendsLeft(request),
      othersCount: request.upstreamCount - 1,
      isAskedWithoutOpt: request.ednsRejectedBy === this.#dialogue,
      isInPlaceOfUdp: cause === "tcpFirst" && !this.#dialogue.needsTcp,
    });
    if (step !== "accept") return this.#goOn(step, query, response, kind);
    if (manner.isOverTcp) this.#dialogue.answeredOverTcp(query, response, request);
    this.#isOver = true;
    noteReply(request, this.#upstream, response);
    try {
      this.#upstream.onReply(this, response);
    } catch (error) {
      this.#upstream.onError(this, error);
    }
  }

  #goOn(step: Step, { manner, cause }: SentQuery, response: Response, kind: ReplyKind): void {
    const { isOverTcp } = manner;
    if (step === "unproven") return this.#giveUnproven(response);
    if (step === "overUdp") return this.#askOverUdp(this.#dialogue.nowMs());
    if (!isOverTcp) this.#askedAgain();
    if (step === "overTcp" || step === "plainCase") this.#doubted = response.copy();
    if (step === "overTcp") return this.#askOverTcp(step);
    if (step === "withoutOpt" && !isOverTcp) this.request.ednsRejectedBy = this.#dialogue;
    this.#send(mannerAfter(step, manner), isOverTcp ? cause : step, kind);
  }

  /** Gives a reply that should have been asked for once more. */
  #giveUnproven(response: Response): void {
    response.isUnproven = true;
    this.#isOver = true;
    noteReply(this.request, this.#upstream, response);
    this.#upstream.onReply(this, response);
  }

  /** See `QueryOwner`. */
  failedQuery({ manner, cause }: SentQuery, error: unknown): void {
    this.#openCount--;
    this.#dialogue.failed(manner, error);
    if (cause === "tcpFirst") return this.#failedOverTcpFirst(error);
    if (manner.isOverTcp) {
      if (cause === "forgery") this.#askOtherwise();
      return this.#fail(this.#silence ?? error);
    }
    if (error instanceof ForgeryError && !this.#isOver && !this.#isTcpTried && !this.request.isAnswered) {
      if (error instanceof MissingCookieError) this.#otherwise = mannerWithoutCookie(manner, error);
      return this.#askOverTcp("forgery");
    }
    this.#silence = error;
    this.#fail(error);
  }

  /** See `QueryOwner`. */
  questioned({ manner, asked }: SentQuery, doubt: Doubt): void {
    // An answer is there: there is nothing to be afraid of, and nobody would show whether this is forged.
    if (this.#isOver || this.request.isAnswered) return;
    if (sendsLeft(this.request) <= 0) {
      // It cannot be put to the test. Counting it keeps a group of servers that all do so, slowly, from failing for ever.
      return learnFromDoubt(doubt, asked, this.#dialogue.capabilities, this.#dialogue.nowMs());
    }
    // Either the server does not do what is expected, or a forger has not guessed it. The same question from another port,
    // with another ID, is answered by the server alone. The first query still counts.
    this.#askedBeside();
    this.#send(mannerAfter(doubt, manner), doubt, null);
  }

  #askOverUdp(nowMs: number): void {
    // hot path
    const manner = this.#dialogue.manner(this.request, nowMs);
    const isTcpTried = this.#dialogue.triesTcp(this.request, nowMs);
    // Either of two may fail at once: that is not the end of both.
    this.#openCount++;
    this.#send(manner, "first", null);
    if (isTcpTried) this.#askOverTcp("silence");
    this.#openCount--;
    if (this.#silence !== null) this.#fail(this.#silence);
  }

  #askOverTcpFirst(): void {
    this.request.sendCount++;
    // Where the rest goes over UDP, this takes longer: there may have to be a connection first.
    if (!this.#dialogue.isOverTcp) this.#askedBeside();
    this.#send(this.#dialogue.mannerOverTcp(this.request), "tcpFirst", null);
  }

  #failedOverTcpFirst(error: unknown): void {
    const nowMs = this.#dialogue.nowMs();
    this.#dialogue.failedOverTcp(this.request);
    const mayAskAgain = sendsLeft(this.request) > 0 && nowMs < this.request.deadlineMs;
    if (!(error instanceof UpstreamError) || !mayAskAgain) return this.#fail(error);
    this.#askedBeside();
    this.#askOverUdp(nowMs);
  }

  /** Asks where a forger would have to guess the sequence number as well (RFC 5452 §9.3). */
  #askOverTcp(cause: Cause): void {
    this.#isTcpTried = true;
    this.#askedBeside();
    this.#send(this.#dialogue.mannerOverTcp(this.request), cause, null);
  }

  /** Over UDP after all, where TCP has come to nothing. */
  #askOtherwise(): void {
    const otherwise = this.#otherwise;
    if (otherwise === null || this.#isOver || sendsLeft(this.request) <= 0) return;
    if (this.#dialogue.nowMs() >= this.request.deadlineMs) return;
    if (!otherwise.withOpt) this.request.ednsRejectedBy = this.#dialogue;
    this.#send(otherwise, otherwise.withOpt ? "wrongCookie" : "withoutOpt", null);
  }

  #send(manner: Manner, cause: Cause, before: ReplyKind | null): void {
    // hot path
    this.#openCount++;
    this.#dialogue.send(this, manner, cause, before);
  }

  /** The upstream has replied, and is asked again: it is not silent. */
  #askedAgain(): void {
    this.request.trace?.note({ kind: "again", upstream: this.#upstream.name });
    this.request.owner?.sentAgain();
    this.#upstream.onAskedAgain(this);
  }

  /** Something else is sent for it, too, over UDP or TCP: when a reply comes, it may be the one to either. */
  #askedBeside(): void {
    this.request.owner?.sentAgain();
    this.isAmbiguous = true;
  }

  #fail(error: unknown): void {
    if (this.#openCount > 0 || this.#isOver) return;
    if (this.#doubted !== null) return this.#giveUnproven(this.#doubted);
    this.#isOver = true;
    this.request.trace?.failed(this.#upstream.name, error);
    this.#upstream.onError(this, error);
  }
}
