import { clamp } from "../../base/clamp.ts";
import { PathLoss } from "./path_loss.ts";
import { type QuerySource, type Request, SENDS_MAX } from "../request.ts";
import { RoundTrips } from "./round_trips.ts";
import { SpareSends } from "./spare_sends.ts";

/** Bounds of the delay after which the next upstream is asked as well. */
const HEDGE_MS = { min: 30, max: 250 };
/** Bounds of the silence after which the same one may be asked again. */
const RESEND_MS = { min: 100, max: 1000 };
/** The same over a path that loses: there silence is a loss far more often than a name that takes a little longer. */
const LOSSY_RESEND_MS = { min: 50, max: 1000 };
/** Bounds of the silence that counts as a failure. */
const SILENCE_MS = { min: 250, max: 1000 };
/** Bounds of the time that TCP may take for what was truncated: a connection that is lost is replaced meanwhile. */
const WHOLE_MS = { min: 500, max: 1000 };
/** The silence that counts as a failure of an upstream that has never answered: nothing tells yet whether it is slow or gone. */
const FIRST_SILENCE_MS = 600;
/** A single query may take this long without anything being wrong. */
const QUIET_MS = 100;
/** Replies that take so many times as long as the fastest one are no matter of distance. */
const JAMMED_FACTOR = 2;
/** So many unanswered queries at once are no single lost packet. */
const SUSPECT_COUNT = 3;

/** A query that has gone the way to the upstream. */
export interface Travelling {
  /** What it asks. */
  readonly request: Request;
  /** When it was sent last, on the program's clock. */
  readonly sentAtMs: number;
  /** Whether the reply may be the one to another send, or came another way: then it does not tell how long this way takes. */
  readonly isAmbiguous: boolean;
  /** Where it was sent from; `null` over TCP. */
  readonly socket: QuerySource | null;
  /** Whether it has come to nothing. A reply may come all the same. */
  readonly hasFailed: boolean;
  /** Whether it was counted as lost. */
  isCountedLost: boolean;
}

/**
 * What is known of the way to one upstream and back: how long it takes, how much gets lost there, and for how long nothing
 * has come.
 */
export class Path {
  readonly #roundTrips = new RoundTrips();
  /** Over TCP, for what was truncated. */
  readonly #wholeTrips = new RoundTrips();
  readonly #loss = new PathLoss();
  readonly #spareSends = new SpareSends();
  /** Queries that wait for a reply, and have not been silent for too long yet. */
  #outstanding = 0;
  /** When the first query was sent of those that nothing has been heard since. */
  #quietSinceMs = 0;
  /** When the last reply came. */
  #heardAtMs = -Infinity;

  /** See `RoundTrips`. */
  get smoothedMs(): number {
    return this.#roundTrips.smoothedMs;
  }

  /** See `RoundTrips`. */
  get percentile95Ms(): number {
    return this.#roundTrips.percentile95Ms;
  }

  /** After this much silence it is worth asking another upstream as well: the 95th percentile, within bounds. */
  get hedgeDelayMs(): number {
    return clamp(this.percentile95Ms, HEDGE_MS);
  }

  /** After this much silence the same one may be asked again: the retransmission timeout of RFC 6298, within bounds. */
  get resendDelayMs(): number {
    if (!this.#isMeasured) return FIRST_SILENCE_MS;
    return clamp(this.#roundTrips.lossMs, this.isLossy ? LOSSY_RESEND_MS : RESEND_MS);
  }

  /** After this much silence a query has failed. */
  get silenceMs(): number {
    return this.#isMeasured ? clamp(2 * this.#roundTrips.lossMs, SILENCE_MS) : FIRST_SILENCE_MS;
  }

  /** After this much silence over TCP the truncated reply is better than waiting. */
  get wholeMs(): number {
    return this.#wholeTrips.count > 0 ? clamp(2 * this.#wholeTrips.lossMs, WHOLE_MS) : WHOLE_MS.max;
  }

  /** See `PathLoss`. Who does not pay for further sends, see `SpareSends`, is silent rather than beyond a path that loses. */
  get isLossy(): boolean {
    return this.#spareSends.hasAny && this.#loss.isLossy;
  }

  /**
   * Whether replies take much longer than they could: queries seem to wait for each other, on the way or at the upstream. What
   * is lost may be lost for that reason, and more queries would only make it worse.
   */
  get isJammed(): boolean {
    return this.smoothedMs > JAMMED_FACTOR * this.#roundTrips.fastestMs;
  }

  /** See `PathLoss`; no more than to anybody without `SpareSends`. */
  get sendsMax(): number {
    return this.#spareSends.hasAny ? this.#loss.sendsMax : SENDS_MAX;
  }

  get #isMeasured(): boolean {
    return this.#roundTrips.count > 0;
  }

  /** Whether nothing has been heard for longer than it ever takes: the sooner, the more queries are waiting. */
  isQuiet(nowMs: number): boolean {
    if (!this.#isMeasured || this.#outstanding === 0) return false;
    const usualMs = this.hedgeDelayMs;
    return nowMs - this.#quietSinceMs >=
      (this.#outstanding < SUSPECT_COUNT ? Math.max(QUIET_MS, 3 * usualMs) : 2 * usualMs);
  }

  /** A query is sent; over TCP, one that follows a truncated reply. `earlierCount` sends of its question have been before. */
  sent(nowMs: number, earlierCount = 0): void {
    if (earlierCount >= SENDS_MAX) this.#spareSends.spend();
    if (this.#outstanding++ === 0) this.#quietSinceMs = nowMs;
  }

  /** A reply to a query has come, and the query is sent once more in another manner. */
  askedAgain(query: Travelling, nowMs: number): void {
    this.#heard(nowMs);
    this.#measure(query, nowMs);
  }

  #measure({ request, isAmbiguous, sentAtMs }: Travelling, nowMs: number): void {
    // RFC 6298 §3 (Karn's algorithm): what may be the reply to either of two sends is not measured. What comes behind the
    // deadline tells of the name rather than of the path.
    if (!isAmbiguous && !request.isClosed) this.#roundTrips.add(nowMs - sentAtMs);
  }

  #heard(nowMs: number): void {
    this.#quietSinceMs = this.#heardAtMs = nowMs;
  }

  /** The reply to a query has come; to be called before anything else is made of it. */
  answered(query: Travelling, nowMs: number): void {
    if (!query.hasFailed) this.#outstanding--;
    this.#heard(nowMs);
    this.#measure(query, nowMs);
    this.#spareSends.earn();
    if (query.isCountedLost) this.#loss.found();
    else this.#loss.answered();
  }

  /** There has been silence about a query for `silenceMs`. */
  silent(query: Travelling, nowMs: number): void {
    this.#outstanding--;
    this.#noteLoss(query, nowMs);
    // The upstream lives: the query is lost, or what keeps track of ports on the way, a NAT or a load balancer, sends those
    // of this socket to where nobody is any more.
    if (this.#heardAtMs > query.sentAtMs) query.socket?.distrust();
  }

  /** No reply to a query will come; `isSilence` says that this is because nothing has come in time. */
  failed(query: Travelling, isSilence: boolean, nowMs: number): void {
    if (!query.hasFailed) this.#outstanding--;
    if (isSilence) this.#noteLoss(query, nowMs);
  }

  /** What was asked over TCP after a truncated reply is over, with a reply after `tookMs` or without, `null`. */
  followedUp(tookMs: number | null, nowMs: number): void {
    this.#outstanding--;
    if (tookMs === null) return;
    this.#quietSinceMs = nowMs;
    this.#wholeTrips.add(tookMs);
  }

  /** A query is lost if it is long overdue, and its question has been answered to another send. */
  #noteLoss(query: Travelling, nowMs: number): void {
    if (query.isCountedLost || !query.request.owner?.hasAnswer) return;
    if (nowMs - query.sentAtMs < 2 * this.#roundTrips.lossMs) return;
    query.isCountedLost = true;
    this.#loss.lost();
  }
}
