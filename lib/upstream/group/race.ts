import { Deadline } from "../../base/time/deadline_queue.ts";
import { type LateListener, Listening } from "./listening.ts";
import type { BegunRace, RaceOptions } from "./race_options.ts";
import { noteAnswered, type RequestOwner, sendsLeft } from "../request.ts";
import { patienceMs, waitMsFor } from "./resend_wait.ts";
import { Setbacks } from "./setbacks.ts";
import { whoseTurn } from "./whose_turn.ts";
import type { AskOwner } from "../ask_owner.ts";
import type { Upstream } from "../upstream.ts";
import type { Response } from "../../response/response.ts";
import { DeferredResponse } from "../matching/deferred_response.ts";

/**
 * One question to several upstreams, from the first send to the first good reply. The next one is asked as well when the
 * last one asked is slow (a hedge), and at once when it fails or says what is of no use. When everybody has been asked it
 * begins again, with those who have said nothing. Nobody who was asked is given up: a slow answer is as good as a repeated
 * one, and tells that its upstream lives. What comes behind the deadline may be of use, too; see `Listening`.
 */
export class Race extends Deadline implements RequestOwner, AskOwner<Upstream> {
  readonly #options: RaceOptions;
  readonly #result = new DeferredResponse();
  /** `null` as long as there is none. */
  #setbacks: Setbacks | null = null;
  /** Who was asked last. */
  #last: Upstream | null = null;
  /** How long it is waited for, and when it is asked again or another one whatever it costs. */
  #waitMs = 0;
  #patienceEndMs = 0;
  #askedCount = 0;
  #restartCount = 0;
  #startMs = 0;
  #outstanding = 0;
  #isOver = false;
  /** What is left of it behind the deadline; `null` before, and when it is all over then. */
  #listening: Listening | null = null;

  /** See {@linkcode RaceOptions}. */
  constructor(options: RaceOptions) {
    super();
    this.#options = options;
  }

  /**
   * Starts the race; to be called once.
   *
   * @returns The first good reply; when there is none, an unproven one, or a truncated one where that is accepted, or else
   * the first useless one. Fails with an `UpstreamError` when nobody replied by the deadline; with a `TruncationError` when
   * there is a truncated reply, and that is not accepted.
   */
  run(): DeferredResponse {
    this.#options.request.owner = this;
    this.#restartCount = this.#options.group.restartCount;
    this.#startMs = this.#options.clock.nowMs();
    for (let i = 0; i < this.#options.startCount; i++) this.#askNext();
    return this.#result;
  }

  /** Goes on with what has been begun; in place of `run`, and comes to what that does. */
  resume(begun: BegunRace): DeferredResponse {
    begun.successor = this;
    const { request, order, deadlines } = this.#options;
    request.owner = this;
    this.#last = order[0]!;
    this.#askedCount = this.#outstanding = 1;
    this.#restartCount = begun.restartCount;
    this.#startMs = begun.startMs;
    this.#waitMs = begun.waitMs;
    this.#patienceEndMs = begun.patienceEndMs;
    deadlines.replace(begun, this);
    return this.#result;
  }

  /** See `RequestOwner`. */
  get hasAnswer(): boolean {
    const { isAnswered, isClosed } = this.#options.request;
    return isAnswered && !isClosed;
  }

  /** See `RequestOwner`. A resend would take the send that the other manner may need; a hedge is not put off. */
  sentAgain(): void {
    const { request, clock, deadlines } = this.#options;
    if (!this.#mayAsk || this.#hasUntried) return;
    const dueMs = clock.nowMs() + this.#waitMs;
    this.#patienceEndMs = Math.max(this.#patienceEndMs, dueMs);
    deadlines.cancel(this);
    if (dueMs < request.deadlineMs) deadlines.schedule(this, dueMs);
  }

  /** See `RequestOwner`. */
  stop(): void {
    if (this.#isOver) return;
    this.#options.request.isClosed = true;
    noteAnswered(this.#options.request);
    this.#end();
  }

  /** See `RequestOwner`. */
  listensUntilMs(nowMs: number): number {
    const { request, lateListener, group } = this.#options;
    if (this.#listening !== null) return this.#listening.isOver ? 0 : this.#listening.untilMs;
    // What fitted of a reply is better than none; it is given when TCP fails.
    if (this.#isOver || nowMs < request.deadlineMs || request.hasPart) return 0;
    if (lateListener === null || !group.mayListen()) return 0;
    return this.#listen(lateListener).untilMs;
  }

  /** The last one asked is slow. */
  override onDue(nowMs: number): void {
    const { group, request } = this.#options;
    // Deadlines are met up to a tick late: this one may come behind the question's own, when an answer is of no use.
    if (nowMs >= request.deadlineMs) return;
    const next = this.#next;
    if (next !== null) this.#grantSends(next);
    // There will be a send left when the path turns out to be lossy.
    if (next === null || !this.#mayAsk) return this.#wakeAt(nowMs + this.#waitMs);
    // To somebody beyond such a path it is no luxury, whoever was asked last.
    const slow = !this.#hasUntried && next.isLossy ? next : this.#last!;
    if (nowMs >= this.#patienceEndMs || group.mayHedge(slow, next)) return this.#askNext();
    this.#wakeAt(Math.min(nowMs + this.#waitMs, this.#patienceEndMs));
  }

  #wakeAt(dueMs: number): void {
    const { request, deadlines } = this.#options;
    if (dueMs < request.deadlineMs) deadlines.schedule(this, dueMs);
  }

  get #hasUntried(): boolean {
    return this.#askedCount < this.#options.order.length;
  }

  get #mayAsk(): boolean {
    const { request } = this.#options;
    return !this.#isOver && sendsLeft(request) > 0 && this.#askedCount < request.sendsMax;
  }

  get #next(): Upstream | null {
    const { order, request } = this.#options;
    return whoseTurn(order, this.#askedCount, request, this.#setbacks);
  }

  #askNext(): void {
    const { request, order, deadlines, clock } = this.#options;
    const upstream = this.#mayAsk ? this.#next : null;
    if (upstream === null) return;
    // One that is down, or was a moment ago, may have gone for the ports that were used so far alone.
    request.wantsFreshSocket = !this.#hasUntried || !upstream.isUp || upstream.recoveredAtMs >= this.#startMs;
    this.#last = upstream;
    this.#askedCount++;
    this.#outstanding++;
    this.#grantSends(upstream);
    deadlines.cancel(this);
    const nowMs = clock.nowMs();
    const leftMs = request.deadlineMs - nowMs;
    // Whoever is asked again next has been silent for longer than this one: its delay counts.
    const silent = this.#hasUntried ? upstream : this.#next ?? upstream;
    this.#grantSends(silent);
    const round = this.#askedCount - order.length;
    this.#waitMs = waitMsFor(upstream, silent, { request, round, leftMs });
    this.#patienceEndMs = nowMs + patienceMs(this.#waitMs, silent, leftMs);
    this.#wakeAt(nowMs + this.#waitMs);
    // Last, for it may fail at once, and then it is the next one's turn.
    upstream.askFor(request, this);
  }

  /** A question takes more sends when the path is known, or has turned out meanwhile, to lose datagrams. */
  #grantSends({ sendsMax }: Upstream): void {
    const { request } = this.#options;
    request.sendsMax = Math.max(request.sendsMax, sendsMax);
  }

  /** See `AskOwner`. */
  replied(upstream: Upstream, response: Response): void {
    const isAnswer = this.#options.group.rule.judge(response) && !response.isUnproven;
    this.#outstanding--;
    if (this.#isOver) return this.#listening?.replied(response, this.#outstanding);
    if (!isAnswer) {
      this.#noted.noteReply(upstream, response);
      return this.#goOn();
    }
    this.#setbacks?.blame(this.#options.request);
    noteAnswered(this.#options.request);
    this.#end();
    const receiver = this.#result.takeIn(response);
    try {
      receiver?.arrived(response);
    } catch (error) {
      receiver?.failed(error);
    }
  }

  /** See `AskOwner`. */
  failed(upstream: Upstream, error: unknown): void {
    this.#outstanding--;
    if (this.#isOver) return this.#listening?.failed(error, this.#outstanding);
    this.#noteRestart();
    this.#noted.noteFailure(upstream, error);
    this.#goOn();
  }

  get #noted(): Setbacks {
    return this.#setbacks ??= new Setbacks(this.#options);
  }

  /** What was sent before a restart does not count. */
  #noteRestart(): void {
    const { restartCount } = this.#options.group;
    if (restartCount === this.#restartCount) return;
    this.#restartCount = restartCount;
    this.#options.request.sendCount = 0;
    this.#askedCount = 0;
    this.#setbacks?.forgetFailures();
  }

  /** A turn came to nothing: the next one's comes at once, or those still out are waited for, or it is over. */
  #goOn(): void {
    const { request, clock, order } = this.#options;
    const setbacks = this.#noted;
    const hasTime = clock.nowMs() < request.deadlineMs;
    if (hasTime && this.#mayAsk && (this.#hasUntried || setbacks.isFirstFailure)) return this.#askNext();
    // Who has spoken has spoken for each of its sends: there may be others that are lost.
    if (this.#outstanding > 0 && !order.every((upstream) => setbacks.hasSpoken(upstream))) return;
    this.#end();
    this.#settle(setbacks);
  }

  /** There is no answer. */
  #settle(setbacks: Setbacks): void {
    if (setbacks.second !== null) return this.#result.arrived(setbacks.second);
    const error = setbacks.errorOf(this.#options.order);
    this.#options.group.failed(error);
    this.#result.failed(error);
  }

  /** The deadline has passed. */
  #listen(listener: LateListener): Listening {
    const { request, order, group } = this.#options;
    const listening = this.#listening = new Listening(request, group);
    for (const upstream of order.slice(0, this.#askedCount)) this.#noted.noteSilence(upstream);
    this.#end();
    listener.listens(listening.late);
    this.#settle(this.#noted);
    return listening;
  }

  #end(): void {
    this.#isOver = true;
    this.#options.deadlines.cancel(this);
    this.#options.group.ended();
  }
}
