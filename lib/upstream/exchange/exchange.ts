import { deliver } from "../../base/deferred.ts";
import type { Asking } from "../ask.ts";
import type { Capabilities } from "./capabilities.ts";
import type { Doubts } from "../matching/registration.ts";
import { type Manner, nextStep, type Step } from "./next_step.ts";
import { type ReplyKind, replyKindOf } from "../../response/reply_kind.ts";
import type { Response } from "../../response/response.ts";
import { DeferredResponse } from "../matching/deferred_response.ts";
import { type Request, sendsLeft } from "../request.ts";
import { restoreSpelling } from "./restore_spelling.ts";
import { type Cause, isSameSpelling, type QueryOwner, SentQuery } from "./sent_query.ts";
import { ForgeryError, MissingCookieError } from "../upstream_error.ts";

/** Carries queries to one upstream, and what has been learned of it. */
export interface Line {
  /** What the upstream supports. */
  readonly capabilities: Capabilities;
  /** On the program's clock. */
  nowMs(): number;
  /** Unpredictable letter case for a question. */
  mixed(question: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>;
  /** Sends a query over UDP, and counts it; `question` is the request's as it is to be sent. */
  send(
    request: Request,
    manner: Manner,
    question: Uint8Array<ArrayBuffer>,
    doubts: Doubts,
  ): PromiseLike<Response>;
  /** Takes note that the reply to a query over UDP has come. */
  heard(): void;
  /** Asks where a forger would have to guess the sequence number as well (RFC 5452 §9.3). */
  exchangeOverTcp(request: Request): PromiseLike<Response>;
}

/**
 * One question to one upstream over UDP: the first query, and those that follow from what it brings, each in another
 * manner, until there is a reply to be believed. `nextStep` says what follows from a reply.
 */
export class Exchange extends DeferredResponse implements QueryOwner {
  readonly #line: Line;
  readonly #request: Request;
  readonly #asker: Asking;
  /** Queries that may still bring the reply. */
  #openCount = 0;
  /** What is given when what was asked instead comes to nothing. */
  #doubted: Response | null = null;
  #isOverTcp = false;
  /** What UDP has brought instead of a reply. */
  #silence: unknown = null;

  /** Asks `request` through `line`, when it is started; `asker` is told when it asks again. */
  constructor(line: Line, request: Request, asker: Asking) {
    super();
    this.#asker = asker;
    this.#line = line;
    this.#request = request;
  }

  /** Sends the first query, and, if UDP has met nothing but silence so far, another one over TCP. */
  start(manner: Manner, isTcpTried: boolean): void {
    this.#send(manner, "first", null);
    if (isTcpTried) this.#askOverTcp();
  }

  #send(wanted: Manner, cause: Cause, before: ReplyKind | null): void {
    const { questionOctets } = this.#request;
    this.#openCount++;
    // A denial of the last send could not be put to the test any more.
    const isLast = sendsLeft(this.#request) === 1;
    const isDoubtful = wanted.isMixed && isLast && !this.#line.capabilities.hasShownCase;
    const manner = isDoubtful ? { ...wanted, isMixed: false } : wanted;
    const question = manner.isMixed ? this.#line.mixed(questionOctets) : questionOctets;
    const sent = new SentQuery(this, manner, question, cause, before);
    deliver(this.#line.send(this.#request, manner, question, sent), sent);
  }

  /** See `QueryOwner`. */
  replied(query: SentQuery, response: Response): void {
    // hot path
    this.#line.heard();
    // A bare header, which some servers send as an error, repeats nothing.
    restoreSpelling(response, query.question, this.#request.questionOctets);
    if (this.isSettled) return;
    const kind = replyKindOf(response);
    this.#learn(query, response, kind);
    const { upstreamCount } = this.#request;
    const { hasShownCase } = this.#line.capabilities;
    const manner = query.isPlain(this.#request.questionOctets, kind)
      ? { ...query.manner, isMixed: false }
      : query.manner;
    const step = nextStep(kind, manner, {
      hasShownCase,
      sendsLeft: sendsLeft(this.#request),
      othersCount: upstreamCount - 1,
    });
    if (step === "accept") {
      const receiver = this.takeIn(response);
      if (receiver === null) return;
      try {
        receiver.arrived(response);
      } catch (error) {
        receiver.failed(error);
      }
      return;
    }
    this.#goOn(step, query.manner, response, kind);
  }

  #goOn(step: Step, manner: Manner, response: Response, kind: ReplyKind): void {
    if (step !== "unproven") this.#asker.askedAgain();
    switch (step) {
      case "freshCookie":
        this.#send({ ...manner, withCookie: true, hasFreshCookie: true }, step, kind);
        break;
      case "overTcp":
        this.#doubted = response.copy();
        this.#askOverTcp();
        break;
      case "withoutOpt":
        this.#request.ednsRejectedBy = this.#line;
        this.#send({ ...manner, withOpt: false, withCookie: false }, step, kind);
        break;
      case "plainCase":
        this.#doubted = response.copy();
        this.#send({ ...manner, isMixed: false }, step, kind);
        break;
      default:
        response.isUnproven = true;
        return this.arrived(response);
    }
    this.#openCount--;
  }

  /** What a reply shows of the upstream; most of the time nothing that is not known. */
  #learn({ manner, question, cause, before }: SentQuery, response: Response, kind: ReplyKind): void {
    const { capabilities } = this.#line;
    if (!capabilities.hasShownEdns && response.hadOpt) capabilities.showedEdns();
    if (!capabilities.hasShownCase && manner.isMixed && kind === "answer" && response.scan.answerCount > 0) {
      if (!isSameSpelling(question, this.#request.questionOctets)) capabilities.showedCase();
    }
    if (cause === "first") return;
    const nowMs = this.#line.nowMs();
    const { questionOctets } = this.#request;
    if (cause === "wrongCase") capabilities.mindsCase(questionOctets, nowMs);
    if (cause === "wrongCookie") capabilities.mixesCookies(questionOctets, nowMs);
    if (cause === "withoutOpt" && kind !== "rejection") capabilities.rejectedEdns(questionOctets, nowMs);
    if (cause === "plainCase") {
      // Who has found names in random case, and fails, more likely fails now and then: that must not cost the random case.
      const isChance = capabilities.hasShownCase && WORTH[before!] === 0;
      if (isChance) return;
      if (WORTH[kind] > WORTH[before!]) capabilities.mindsCase(questionOctets, nowMs);
      else if (kind === before && WORTH[kind] > 0) capabilities.confirmedDenial();
    }
  }

  /** See `QueryOwner`. */
  failedQuery({ manner }: SentQuery, error: unknown): void {
    this.#openCount--;
    if (error instanceof ForgeryError && !this.isSettled && !this.#isOverTcp) {
      return this.#askOverTcp(error instanceof MissingCookieError ? withoutCookie(manner, error) : null);
    }
    this.#silence = error;
    this.#fail(error);
  }

  /** See `QueryOwner`. */
  questioned(query: SentQuery, cause: "wrongCase" | "wrongCookie"): void {
    if (this.isSettled) return;
    const { capabilities } = this.#line;
    if (sendsLeft(this.#request) <= 0) {
      // With no send left it cannot be put to the test. Counting it keeps a group of servers that all do so, and are all
      // slow, from failing for ever.
      const nowMs = this.#line.nowMs();
      const { questionOctets } = this.#request;
      if (cause === "wrongCase") capabilities.mindsCase(questionOctets, nowMs);
      else capabilities.mixesCookies(questionOctets, nowMs);
      return;
    }
    // Either the server does not do what is expected, or a forger has not guessed it. The same question from another port,
    // with another ID, is answered by the server alone. The first query still counts.
    const { manner } = query;
    this.#asker.askedBeside();
    this.#send(cause === "wrongCase" ? { ...manner, isMixed: false } : { ...manner, withCookie: false }, cause, null);
  }

  /** Asks over TCP, and, should that come to nothing, over UDP in the manner `otherwise`. */
  #askOverTcp(otherwise: Manner | null = null): void {
    this.#isOverTcp = true;
    this.#openCount++;
    this.#asker.askedBeside();
    deliver(this.#line.exchangeOverTcp(this.#request), {
      arrived: (response) => {
        if (!this.isSettled) this.#line.capabilities.answeredOverTcp(this.#line.nowMs());
        this.arrived(response);
      },
      failed: (error) => {
        const hasTime = this.#line.nowMs() < this.#request.deadlineMs;
        if (otherwise !== null && hasTime && !this.isSettled && sendsLeft(this.#request) > 0) {
          if (!otherwise.withOpt) this.#request.ednsRejectedBy = this.#line;
          this.#send(otherwise, otherwise.withOpt ? "wrongCookie" : "withoutOpt", null);
        }
        this.#openCount--;
        this.#fail(this.#silence ?? error);
      },
    });
  }

  #fail(error: unknown): void {
    if (this.#openCount > 0 || this.isSettled) return;
    if (this.#doubted === null) return this.failed(error);
    this.#doubted.isUnproven = true;
    this.arrived(this.#doubted);
  }
}

/**
 * Where a reply lacks the cookie and there is no TCP, another port and ID have to do; see `questioned`. The query is put so
 * that the server that may really have sent that reply answers it.
 */
function withoutCookie(manner: Manner, { isRejection }: MissingCookieError): Manner {
  return { ...manner, withOpt: manner.withOpt && !isRejection, withCookie: false };
}

/** How much a reply knows of a name. */
const WORTH: Readonly<Record<ReplyKind, number>> = {
  badCookie: 0,
  rejection: 0,
  failure: 0,
  bareDenial: 1,
  denial: 2,
  truncated: 3,
  answer: 3,
};
