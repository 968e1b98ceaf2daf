import type { Sink } from "../../base/deferred.ts";
import type { Manner, Step } from "./next_step.ts";
import type { Doubts } from "../matching/registration.ts";
import type { ReplyKind } from "../../response/reply_kind.ts";
import type { Response } from "../../response/response.ts";

/** Why a query was sent: what came of the one before. */
export type Cause = Step | "first" | "wrongCase" | "wrongCookie";

/** Who sends queries, and is told what comes of them. */
export interface QueryOwner {
  /** A reply has come, which is lent. */
  replied(query: SentQuery, response: Response): void;
  /** No reply will come. */
  failedQuery(query: SentQuery, error: unknown): void;
  /** What has come may be forged; told once for each query, whose reply may still come. */
  questioned(query: SentQuery, cause: "wrongCase" | "wrongCookie"): void;
}

/** A query on its way. */
export class SentQuery implements Sink<Response>, Doubts {
  /** How it was put. */
  readonly manner: Manner;
  /** As it was sent. */
  readonly question: Uint8Array<ArrayBuffer>;
  /** Why it was sent. */
  readonly cause: Cause;
  /** What the reply was that led to it. */
  readonly before: ReplyKind | null;
  readonly #owner: QueryOwner;
  #isQuestioned = false;

  /** A query for `owner`; for the rest see the fields. */
  constructor(
    owner: QueryOwner,
    manner: Manner,
    question: Uint8Array<ArrayBuffer>,
    cause: Cause,
    before: ReplyKind | null,
  ) {
    this.#owner = owner;
    this.manner = manner;
    this.question = question;
    this.cause = cause;
    this.before = before;
  }

  /** See `Doubts`. */
  get mindsCase(): boolean {
    return this.manner.isMixed;
  }

  /** See `Doubts`. */
  get mindsCookie(): boolean {
    return this.manner.withCookie;
  }

  /** See `Doubts`. */
  onWrongCase(): void {
    this.#question("wrongCase");
  }

  /** See `Doubts`. */
  onWrongCookie(): void {
    this.#question("wrongCookie");
  }

  /** Whether it was, by chance or for want of letters, in the asker's spelling. Does not matter for an answer. */
  isPlain(asked: Uint8Array<ArrayBuffer>, kind: ReplyKind): boolean {
    return this.manner.isMixed && kind !== "answer" && isSameSpelling(this.question, asked);
  }

  /** See `Sink`. */
  arrived(response: Response): void {
    this.#owner.replied(this, response);
  }

  /** See `Sink`. */
  failed(error: unknown): void {
    this.#owner.failedQuery(this, error);
  }

  #question(cause: "wrongCase" | "wrongCookie"): void {
    // Copies of a forged reply must not let it ask over and over.
    if (this.#isQuestioned) return;
    this.#isQuestioned = true;
    this.#owner.questioned(this, cause);
  }
}

/** Whether the same question is spelled alike, octet by octet. */
export function isSameSpelling(sent: Uint8Array, asked: Uint8Array): boolean {
  for (let i = 0; i < sent.length; i++) if (sent[i] !== asked[i]) return false;
  return true;
}
