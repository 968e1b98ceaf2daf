import { Deadline, type DeadlineQueue } from "../base/deadline_queue.ts";
import { Later, type Receiver } from "../base/later.ts";
import type { Clock } from "../base/runtime.ts";
import { EDE } from "../wire/iana.ts";
import { type Request, SENDS_MAX } from "./request.ts";
import { isUseful } from "./reply_kind.ts";
import type { Upstream } from "./upstream.ts";
import { UpstreamError } from "./upstream_error.ts";

/** What a race is made from. */
export interface RaceOptions {
  /** What is asked. */
  readonly request: Request;
  /** In the order in which they are asked; at least one. */
  readonly order: readonly Upstream[];
  /** How many are asked at once at the start. */
  readonly startCount: number;
  /** Asked before each hedge behind `upstream`: whether there may be one now. Whoever says yes has counted it. */
  readonly mayHedge: (upstream: Upstream) => boolean;
  /** Told why the race fails, before whoever awaits it. */
  readonly onFailure?: (error: unknown) => void;
  /** What the time is read from. */
  readonly clock: Clock;
  /** Where deadlines wait. */
  readonly deadlines: DeadlineQueue;
}

/** A reply and who gave it. */
export interface UpstreamReply {
  /** The response in wire format; lent, as `LaterOctets` says. */
  readonly reply: Uint8Array<ArrayBuffer>;
  /** Who gave it. */
  readonly upstream: Upstream;
}

/**
 * One question to several upstreams, from the first send to the first good reply. The next one is asked as well when the
 * last one asked is slow (a hedge), and at once when it fails or says what is of no use. Nobody who was asked is given
 * up: a slow answer is as good as a repeated one, and tells that its upstream lives.
 */
export class Race extends Deadline {
  readonly #options: RaceOptions;
  readonly #result = new LaterReply();
  readonly #useless: UpstreamReply[] = [];
  /** See `Request`. */
  #unproven: UpstreamReply | null = null;
  readonly #silent: Upstream[] = [];
  #lastError: unknown;
  #askedCount = 0;
  #outstanding = 0;
  #isOver = false;

  /** See {@linkcode RaceOptions}. */
  constructor(options: RaceOptions) {
    super();
    this.#options = options;
  }

  /**
   * Starts the race; to be called once.
   *
   * @returns The first good reply; when there is none, an unproven one, or else the first useless one. Fails with an
   * `UpstreamError` when nobody replied by the deadline.
   */
  run(): Later<UpstreamReply> {
    for (let i = 0; i < this.#options.startCount; i++) this.#askNext();
    return this.#result;
  }

  /** The last one asked is slow. */
  override onDue(nowMs: number): void {
    const { mayHedge, deadlines, order, request } = this.#options;
    // Deadlines are met up to a tick late: this one may come behind the question's own, when an answer is of no use.
    if (nowMs >= request.deadlineMs) return;
    const last = order[(this.#askedCount - 1) % order.length]!;
    if (this.#hasUntried && !mayHedge(last)) deadlines.schedule(this, nowMs + last.hedgeDelayMs);
    else this.#askNext();
  }

  get #hasUntried(): boolean {
    return this.#askedCount < this.#options.order.length;
  }

  /** When everybody has been asked, one of them is asked once more, and that is enough. */
  get #mayAsk(): boolean {
    const { request, order } = this.#options;
    return request.sendCount < SENDS_MAX && this.#askedCount <= order.length;
  }

  #askNext(): void {
    const { order, request, deadlines, clock } = this.#options;
    if (this.#isOver || !this.#mayAsk) return;
    const upstream = order[this.#askedCount % order.length]!;
    this.#askedCount++;
    this.#outstanding++;
    deadlines.cancel(this);
    const nowMs = clock.nowMs();
    // With nobody else to ask, half of the time is given to silence before the same one is asked again.
    const waitMs = this.#hasUntried ? upstream.hedgeDelayMs : (request.deadlineMs - nowMs) / 2;
    if (nowMs + waitMs < request.deadlineMs) deadlines.schedule(this, nowMs + waitMs);
    // Last, for it may fail at once, and then it is the next one's turn.
    upstream.ask(request).deliverTo(new Turn(this, upstream));
  }

  /** @internal */
  replied(reply: UpstreamReply): void {
    this.#outstanding--;
    if (this.#isOver) return;
    if (reply.reply === this.#options.request.unproven) {
      // The other sends were in the client's spelling: what they bring is better.
      this.#unproven = copyOf(reply);
      return this.#goOn();
    }
    if (!isUseful(reply.reply)) {
      this.#useless.push(copyOf(reply));
      return this.#goOn();
    }
    // Where one upstream has an answer, the others' refusals are their own fault.
    for (const { upstream } of this.#useless) upstream.failed();
    this.#end();
    this.#result.arrived(reply);
  }

  /** @internal */
  failed(upstream: Upstream, error: unknown): void {
    this.#outstanding--;
    if (this.#isOver) return;
    this.#silent.push(upstream);
    this.#lastError = error;
    this.#goOn();
  }

  /** A turn came to nothing: the next one's comes at once, or those still out are waited for, or it is over. */
  #goOn(): void {
    const { request, clock } = this.#options;
    const hasTime = clock.nowMs() < request.deadlineMs;
    const isFirstFailure = this.#useless.length === 0 && this.#silent.length === 1;
    if (hasTime && this.#mayAsk && (this.#hasUntried || isFirstFailure)) return this.#askNext();
    if (this.#outstanding > 0) return;
    const second = this.#unproven ?? this.#useless[0];
    this.#end();
    if (second !== undefined) return this.#result.arrived(second);
    const error = this.#failure();
    this.#options.onFailure?.(error);
    this.#result.failed(error);
  }

  #failure(): unknown {
    const silent = this.#options.order.filter((upstream) => this.#silent.includes(upstream));
    const names = silent.map((upstream) => upstream.name);
    if (names.length < 2 || !(this.#lastError instanceof UpstreamError)) return this.#lastError;
    const infoCode = this.#lastError.infoCode === EDE.NETWORK_ERROR ? EDE.NETWORK_ERROR : EDE.NO_REACHABLE_AUTHORITY;
    return new UpstreamError(`No reply from any of ${names.join(", ")}`, infoCode, { cause: this.#lastError });
  }

  #end(): void {
    this.#isOver = true;
    this.#options.deadlines.cancel(this);
  }
}

/** What one upstream says in the race. */
class Turn implements Receiver<Uint8Array<ArrayBuffer>> {
  readonly #race: Race;
  readonly #upstream: Upstream;

  constructor(race: Race, upstream: Upstream) {
    this.#race = race;
    this.#upstream = upstream;
  }

  arrived(reply: Uint8Array<ArrayBuffer>): void {
    this.#race.replied({ reply, upstream: this.#upstream });
  }

  failed(error: unknown): void {
    this.#race.failed(this.#upstream, error);
  }
}

class LaterReply extends Later<UpstreamReply> {
  protected override kept(reply: UpstreamReply): UpstreamReply {
    return copyOf(reply);
  }
}

function copyOf({ reply, upstream }: UpstreamReply): UpstreamReply {
  return { reply: reply.slice(), upstream };
}
