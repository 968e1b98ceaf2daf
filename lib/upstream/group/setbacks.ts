import { EDE } from "../../wire/iana.ts";
import { isUseful } from "../../response/reply_kind.ts";
import type { Response } from "../../response/response.ts";
import type { Request } from "../request.ts";
import type { Upstream } from "../upstream.ts";
import type { AnswerRule } from "./answer_rule.ts";
import { TruncationError, UpstreamError } from "../upstream_error.ts";

/** What setbacks are made from: a race's own. */
export interface SetbacksOptions {
  /** What is asked. */
  readonly request: Pick<Request, "acceptsTruncated">;
  /** Who is asked. */
  readonly group: { readonly rule: AnswerRule };
}

/** What a race has met in place of an answer. Most meet nothing of the kind. */
export class Setbacks {
  /** Replies of no use, and who has given them. */
  readonly #useless: Response[] = [];
  readonly #unhelpful: Upstream[] = [];
  #failed: Upstream[] = [];
  #lastError: unknown;
  #unproven: Response | null = null;
  /** Those whose whole replies are not to be had. */
  readonly #truncating: Upstream[] = [];
  /** What fitted of the first of these. */
  #truncated: Response | null = null;
  readonly #acceptsTruncated: boolean;

  readonly #rule: AnswerRule;

  /** See {@linkcode SetbacksOptions}. */
  constructor({ request, group }: SetbacksOptions) {
    this.#acceptsTruncated = request.acceptsTruncated;
    this.#rule = group.rule;
  }

  /** Whether one send has come to nothing, and that is all: there is not even a truncated reply, if that is accepted. */
  get isFirstFailure(): boolean {
    const hasUsefulPart = this.#truncated !== null && this.#acceptsTruncated;
    return this.#useless.length === 0 && this.#failed.length === 1 && !hasUsefulPart;
  }

  /** The reply to be given when there is no answer; `null`: there is none at all. */
  get second(): Response | null {
    // Where NXDOMAIN is no answer, it says more than a refusal does; and so does what is said of a name than what is said of
    // the query.
    const useless = this.#useless.find(isUseful) ?? this.#useless[0];
    const isDenial = this.#unproven !== null && isUseful(this.#unproven);
    const second = (isDenial ? this.#unproven : null) ?? this.#truncated ?? useless ?? this.#unproven;
    // Over TCP, that one upstream refuses does not make up for the answer that another one has.
    return second === this.#truncated && !this.#acceptsTruncated ? null : second;
  }

  /** Whether `upstream` has said something that is of no use. */
  isUseless(upstream: Upstream): boolean {
    return this.#unhelpful.includes(upstream);
  }

  /** Whether asking `upstream` again would bring nothing else: what it has said is of no use, or as much as fits. */
  hasSpoken(upstream: Upstream): boolean {
    return this.isUseless(upstream) || (this.#acceptsTruncated && this.#truncating.includes(upstream));
  }

  /** A reply is of no use, or should have been asked for once more; see `Response.isUnproven`. */
  noteReply(upstream: Upstream, response: Response): void {
    // The other sends were in the client's spelling, or without EDNS: what they bring is better.
    if (response.isUnproven) {
      this.#unproven = response.copy();
    } else {
      this.#useless.push(response.copy());
      this.#unhelpful.push(upstream);
    }
  }

  /** A send has come to nothing. */
  noteFailure(upstream: Upstream, error: unknown): void {
    this.#failed.push(upstream);
    if (error instanceof TruncationError) {
      this.#truncating.push(upstream);
      error.truncated.upstream = upstream;
      this.#rule.judge(error.truncated);
      this.#truncated ??= error.truncated;
    }
    this.#lastError = error;
  }

  /** The deadline has passed, and nothing has come from an upstream that was asked; of no effect if it has said something. */
  noteSilence(upstream: Upstream): void {
    if (this.isUseless(upstream)) return;
    this.noteFailure(upstream, new UpstreamError(`No reply from ${upstream.name} in time`, EDE.NO_REACHABLE_AUTHORITY));
  }

  /** What has come to nothing so far does not count. */
  forgetFailures(): void {
    this.#failed = [];
  }

  /** Where another upstream has an answer to `request`, the others' refusals are their own fault. */
  blame(request: Request): void {
    // Who says of a name that it does not exist is well, whatever that is worth to the operator.
    this.#unhelpful.forEach((upstream, i) => {
      const reply = this.#useless[i]!;
      if (!isUseful(reply)) upstream.failed(request, reply);
    });
  }

  /** Why there is no reply: the last error, or one that names all of `order` that have failed. */
  errorOf(order: readonly Upstream[]): unknown {
    const names = order.filter((upstream) => this.#failed.includes(upstream)).map((upstream) => upstream.name);
    if (names.length < 2 || !(this.#lastError instanceof UpstreamError)) return this.#lastError;
    const infoCode = this.#lastError.infoCode === EDE.NETWORK_ERROR ? EDE.NETWORK_ERROR : EDE.NO_REACHABLE_AUTHORITY;
    const error = new UpstreamError(`No reply from any of ${names.join(", ")}`, infoCode, { cause: this.#lastError });
    return this.#truncated === null ? error : new TruncationError(this.#truncated, error);
  }
}
