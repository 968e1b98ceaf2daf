import type { Random } from "../../base/random/random.ts";
import { ReusedOctets } from "../../base/octets/reused_octets.ts";
import type { Spares } from "../../base/spares.ts";
import { AwaitedQuery } from "../matching/awaited_query.ts";
import { randomizeCase } from "./case_randomization.ts";
import { type Doubt, type Manner, NO_MANNER, type Step } from "./next_step.ts";
import type { ReplyKind } from "../../response/reply_kind.ts";
import type { Response } from "../../response/response.ts";
import type { Request } from "../request.ts";

/** RFC 1035 §3.1: a name has 255 octets at most; type and class follow. */
const QUESTION_OCTETS_MAX = 259;

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

/** A query of an exchange. It is used again for another one when it is over, see `put`. */
export class SentQuery extends AwaitedQuery {
  readonly #isForgeable: boolean;
  readonly #spares: Spares<SentQuery>;
  #exchange: QueryOwner | null = null;
  #asked = NOTHING;
  #manner: Manner = NO_MANNER;
  #cause: Cause = "first";
  #before: ReplyKind | null = null;
  #isQuestioned = false;
  /** Where the question stands in random letter case. */
  readonly #spelled = new ReusedOctets(new Uint8Array(QUESTION_OCTETS_MAX));

  /**
   * To be put before it is sent.
   *
   * @param isForgeable Whether who cannot read it may answer it; see `TransportTraits`.
   * @param spares Where it is given back to.
   */
  constructor(isForgeable: boolean, spares: Spares<SentQuery>) {
    super(NOTHING);
    this.#isForgeable = isForgeable;
    this.#spares = spares;
  }

  /**
   * Makes it a query of `exchange`, who is told what comes of it.
   *
   * @param manner How it is put.
   * @param cause Why it is sent.
   * @param before What the reply was that led to it, if one did.
   * @param random Where the letter case comes from, if it is put in random letter case.
   */
  put(exchange: QueryOwner, manner: Manner, cause: Cause, before: ReplyKind | null, random: Random): void {
    // hot path
    const asked = exchange.request.questionOctets;
    this.#exchange = exchange;
    this.#asked = asked;
    this.question = manner.isMixed ? randomizeCase(asked, random, this.#spelled.first(asked.length)) : asked;
    this.#manner = manner;
    this.#cause = cause;
    this.#before = before;
    this.#isQuestioned = false;
    this.isAmbiguous = false;
  }

  /** The question as it is asked of us. */
  get asked(): Uint8Array<ArrayBuffer> {
    return this.#asked;
  }

  /** How it was put. */
  get manner(): Manner {
    return this.#manner;
  }

  /** Why it was sent. */
  get cause(): Cause {
    return this.#cause;
  }

  /** What the reply was that led to it; `null`: none. */
  get before(): ReplyKind | null {
    return this.#before;
  }

  /** See `AwaitedQuery`. */
  override get mindsCase(): boolean {
    return this.#isForgeable && this.#manner.isMixed;
  }

  /** See `AwaitedQuery`. */
  override get mindsCookie(): boolean {
    return this.#isForgeable && this.#manner.withCookie;
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
    this.#exchange!.replied(this, response);
  }

  /** See `Sink`. */
  override failed(error: unknown): void {
    this.#exchange!.failedQuery(this, error);
  }

  /** See `AwaitedQuery`. */
  protected override onFree(): void {
    // hot path
    // Old objects shall keep no young ones alive.
    this.#exchange = null;
    this.#asked = this.question = NOTHING;
    this.owner = null;
    this.#spares.give(this);
  }

  #question(doubt: Doubt): void {
    // Copies of a forged reply must not let it ask over and over.
    if (this.#isQuestioned) return;
    this.#isQuestioned = true;
    this.#exchange!.questioned(this, doubt);
  }
}

const NOTHING = new Uint8Array(0);
