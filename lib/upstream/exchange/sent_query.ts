import { AwaitedQuery } from "../matching/awaited_query.ts";
import type { Doubt, Manner, Step } from "./next_step.ts";
import type { ReplyKind } from "../../response/reply_kind.ts";
import type { Response } from "../../response/response.ts";
import type { Request } from "../request.ts";

/**
 * Why a query was sent: what came of the one before; or, over TCP, that it is known to be of no use over UDP (`tcpFirst`),
 * that UDP meets silence, that what comes over UDP may be forged (`forgery`), or that it has brought a part (`truncated`).
 */
export type Cause = Step | Doubt | "first" | "tcpFirst" | "silence" | "forgery" | "truncated";

/** Who sends queries, and is told what comes of them. */
export interface QueryOwner {
  /** What is asked. */
  readonly request: Request;
  /** A reply has come, which is lent. */
  replied(query: SentQuery, response: Response): void;
  /** No reply will come. */
  failedQuery(query: SentQuery, error: unknown): void;
  /** What has come may be forged; told once for each query, whose reply may still come. */
  questioned(query: SentQuery, doubt: Doubt): void;
}

/** What a query is made from. */
export interface SentQueryOptions {
  /** Who is told what comes of it. */
  readonly exchange: QueryOwner;
  /** The question as it is asked of us. */
  readonly asked: Uint8Array<ArrayBuffer>;
  /** The same as it is sent. */
  readonly question: Uint8Array<ArrayBuffer>;
  /** How it is put. */
  readonly manner: Manner;
  /** Whether who cannot read it may answer it; see `TransportTraits`. */
  readonly isForgeable: boolean;
  /** Why it is sent. */
  readonly cause: Cause;
  /** What the reply was that led to it, if one did. */
  readonly before: ReplyKind | null;
}

/** A query of an exchange. */
export class SentQuery extends AwaitedQuery {
  /** See {@linkcode SentQueryOptions}. */
  readonly asked: Uint8Array<ArrayBuffer>;
  /** See {@linkcode SentQueryOptions}. */
  readonly manner: Manner;
  /** See {@linkcode SentQueryOptions}. */
  readonly cause: Cause;
  /** See {@linkcode SentQueryOptions}. */
  readonly before: ReplyKind | null;
  readonly #exchange: QueryOwner;
  readonly #isForgeable: boolean;
  #isQuestioned = false;

  /** See {@linkcode SentQueryOptions}. */
  constructor({ exchange, asked, question, manner, isForgeable, cause, before }: SentQueryOptions) {
    super(question);
    this.#exchange = exchange;
    this.asked = asked;
    this.manner = manner;
    this.#isForgeable = isForgeable;
    this.cause = cause;
    this.before = before;
  }

  /** See `AwaitedQuery`. */
  override get mindsCase(): boolean {
    return this.#isForgeable && this.manner.isMixed;
  }

  /** See `AwaitedQuery`. */
  override get mindsCookie(): boolean {
    return this.#isForgeable && this.manner.withCookie;
  }

  /** See `AwaitedQuery`. */
  override onWrongCase(): void {
    this.#question("wrongCase");
  }

  /** See `AwaitedQuery`. */
  override onWrongCookie(): void {
    this.#question("wrongCookie");
  }

  /** Whether it was, be it by chance or for want of letters, in the asker's spelling. */
  get isInAskersSpelling(): boolean {
    const { question, asked } = this;
    for (let i = 0; i < question.length; i++) if (question[i] !== asked[i]) return false;
    return true;
  }

  /** See `Sink`. */
  override arrived(response: Response): void {
    this.#exchange.replied(this, response);
  }

  /** See `Sink`. */
  override failed(error: unknown): void {
    this.#exchange.failedQuery(this, error);
  }

  #question(doubt: Doubt): void {
    // Copies of a forged reply must not let it ask over and over.
    if (this.#isQuestioned) return;
    this.#isQuestioned = true;
    this.#exchange.questioned(this, doubt);
  }
}
