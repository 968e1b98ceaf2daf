import { deliver, type Sink } from "../../base/deferred.ts";
import { Alarm } from "../../base/time/deadline_queue.ts";
import type { Services } from "../../observe/services.ts";
import type { Response } from "../../response/response.ts";
import { EDE } from "../../wire/iana.ts";
import { DeferredResponse } from "../matching/deferred_response.ts";
import { type Request, type RequestOwner, SENDS_MAX } from "../request.ts";
import { TruncationError, UpstreamError } from "../upstream_error.ts";
import type { AnswerRule } from "./answer_rule.ts";
import type { LateListener } from "./listening.ts";

/** So often it is looked whether those who were asked first have turned out to be bad. */
const LOOK_EVERY_MS = 250;

/** Upstreams that are asked together, and are followed by others or follow them. */
export interface Stage {
  /** How many they are. */
  readonly upstreamCount: number;
  /** What they say that counts. */
  readonly rule: AnswerRule;
  /** Asks them; see `UpstreamGroup.exchange`. */
  exchange(request: Request, lateListener: LateListener | null): PromiseLike<Response>;
}

/** What a fallback exchange is made from. */
export interface FallbackExchangeOptions extends Pick<Services, "clock" | "deadlines" | "counters"> {
  /** What is asked. Nothing is sent for it: each stage has a request of its own. */
  readonly request: Request;
  /** Who is asked. */
  readonly first: Stage;
  /** How long they may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Whether none of them is expected to answer. */
  readonly areFirstBad: () => boolean;
  /** Who is asked when they have failed. */
  readonly fallback: Stage;
  /** Given what comes behind the deadline, if there is anybody. */
  readonly lateListener: LateListener | null;
  /** Told once, when there is nothing more to ask. */
  readonly onEnd: () => void;
}

/**
 * One question to a group, and to another one when that has failed: when all have said that they have no answer, or nothing can
 * be sent; or by their silence, when they turn out to be bad, when their time is over, or when half of the question's is,
 * so that the others have as much. Whoever was asked first may still answer then: the first answer counts.
 */
export class FallbackExchange extends DeferredResponse implements RequestOwner {
  readonly #options: FallbackExchangeOptions;
  readonly #first: StageExchange;
  #second: StageExchange | null = null;
  readonly #alarm = new Alarm((nowMs) => this.#look(nowMs));
  /** When the fallback is asked, whatever is known. */
  #latestMs = 0;
  /** The first reply that is no answer. */
  #useless: Response | null = null;
  readonly #errors: unknown[] = [];
  readonly #late = new DeferredResponse();
  /** Stages that are listened to behind their deadlines. */
  #lateCount = 0;
  #hasAnswer = false;

  /** See {@linkcode FallbackExchangeOptions}. */
  constructor(options: FallbackExchangeOptions) {
    super();
    this.#options = options;
    this.#first = new StageExchange(this, options.first);
  }

  /** Starts; to be called once. Comes to what `UpstreamGroup.exchange` does. */
  run(): this {
    const { request, timeoutMs, clock } = this.#options;
    const nowMs = clock.nowMs();
    request.owner = this;
    this.#latestMs = Math.min(nowMs + timeoutMs, (nowMs + request.deadlineMs) / 2);
    this.#first.ask();
    // What cannot be sent has failed already.
    this.#look(nowMs);
    return this;
  }

  /** See `RequestOwner`. */
  get hasAnswer(): boolean {
    return this.#hasAnswer;
  }

  /** See `RequestOwner`: of the stages' own requests. */
  sentAgain(): void {}

  /** See `RequestOwner`: of the stages' own requests. */
  listensUntilMs(): number {
    return 0;
  }

  /** See `RequestOwner`. */
  stop(): void {
    if (this.#options.request.isClosed) return;
    this.#options.request.isClosed = true;
    this.#options.deadlines.cancel(this.#alarm);
    this.#first.stop();
    this.#second?.stop();
    this.#options.onEnd();
  }

  #look(nowMs: number): void {
    if (this.#second !== null || this.#options.request.isClosed) return;
    if (nowMs >= this.#latestMs || this.#options.areFirstBad()) {
      this.#options.request.hasMetSilence = true;
      return this.#askFallback();
    }
    this.#options.deadlines.schedule(this.#alarm, Math.min(this.#latestMs, nowMs + LOOK_EVERY_MS));
  }

  #askFallback(): void {
    const { fallback, deadlines, counters } = this.#options;
    deadlines.cancel(this.#alarm);
    counters.upstreamFallbacks++;
    this.#second = new StageExchange(this, fallback);
    this.#second.ask();
  }

  /** What each stage asks for. */
  requestTo({ upstreamCount }: Stage): Request {
    return {
      ...this.#options.request,
      upstreamCount,
      sendCount: 0,
      sendsMax: SENDS_MAX,
      wantsFreshSocket: false,
      hasPart: false,
      wholeFrom: null,
      isAnswered: false,
      isClosed: false,
      hasMetSilence: false,
      owner: null,
    };
  }

  /** A stage has come to a reply. */
  replied({ rule }: Stage, response: Response): void {
    if (this.#options.request.isClosed) return;
    if (response.isUnproven || rule.isAnswer(response)) return this.#give(response);
    this.#useless ??= response.copy();
    this.#goOn();
  }

  /** A stage has come to nothing. */
  stageFailed(error: unknown): void {
    if (this.#options.request.isClosed) return;
    this.#errors.push(error);
    this.#goOn();
  }

  /** A stage has failed by its silence, and `late` may come all the same. */
  isLate(late: PromiseLike<Response>): void {
    this.#lateCount++;
    deliver(late, {
      arrived: (response) => {
        if (this.#options.request.isClosed) this.#late.arrived(response);
        else this.#give(response);
      },
      failed: (error) => {
        if (--this.#lateCount === 0 && this.#options.request.isClosed) this.#late.failed(error);
      },
    });
  }

  #goOn(): void {
    if (this.#second === null) return this.#askFallback();
    if (this.#first.isOver && this.#second.isOver) this.#settle();
  }

  #give(response: Response): void {
    this.#hasAnswer = true;
    this.stop();
    this.arrived(response);
  }

  /** There is no answer. */
  #settle(): void {
    this.stop();
    if (this.#lateCount > 0) this.#options.lateListener?.listens(this.#late);
    if (this.#useless !== null) this.arrived(this.#useless);
    else this.failed(this.#error);
  }

  /** Why there is no reply: what both stages have come to. */
  get #error(): unknown {
    const [first, second] = this.#errors;
    if (!(first instanceof UpstreamError) || !(second instanceof UpstreamError)) return second;
    const isSilence = [first, second].some(({ infoCode }) => infoCode === EDE.NO_REACHABLE_AUTHORITY);
    const infoCode = isSilence ? EDE.NO_REACHABLE_AUTHORITY : second.infoCode;
    const error = new UpstreamError(`${first.message}; ${second.message}`, infoCode, { cause: second });
    const truncation = [first, second].find((each) => each instanceof TruncationError);
    return truncation === undefined ? error : new TruncationError(truncation.truncated, error);
  }
}

/** What is asked of one stage. */
class StageExchange implements Sink<Response>, LateListener {
  readonly #owner: FallbackExchange;
  readonly #stage: Stage;
  #request: Request | null = null;
  /** Whether it has come to a reply, or to nothing. */
  isOver = false;

  constructor(owner: FallbackExchange, stage: Stage) {
    this.#owner = owner;
    this.#stage = stage;
  }

  ask(): void {
    this.#request = this.#owner.requestTo(this.#stage);
    deliver(this.#stage.exchange(this.#request, this), this);
  }

  /** Nothing more is sent. */
  stop(): void {
    if (!this.isOver) this.#request?.owner?.stop();
  }

  listens(late: PromiseLike<Response>): void {
    this.#owner.isLate(late);
  }

  arrived(response: Response): void {
    this.isOver = true;
    this.#owner.replied(this.#stage, response);
  }

  failed(error: unknown): void {
    this.isOver = true;
    this.#owner.stageFailed(error);
  }
}
