import { formatSocketAddress, type SocketAddress } from "../base/address.ts";
import { Alarm, type DeadlineQueue } from "../base/deadline_queue.ts";
import type { Log } from "../observe/log.ts";
import { rcodeOf } from "../wire/header.ts";
import { RCODE } from "../wire/iana.ts";
import { uint16At } from "../wire/scan.ts";
import { Breaker, type Transition } from "./breaker.ts";
import { isBadCookie } from "./cookie_jar.ts";
import { Dialogue, type DialogueOptions, isTruncated } from "./dialogue.ts";
import type { Request } from "./request.ts";
import { RoundTrips } from "./round_trips.ts";

/** What an upstream is made from. */
export interface UpstreamOptions extends DialogueOptions {
  /** Where the server is asked. */
  readonly address: SocketAddress;
  /** Where deadlines wait. */
  readonly deadlines: DeadlineQueue;
  /** Where the operator reads. */
  readonly log: Log;
}

/** Bounds of the delay after which the next upstream is asked as well. */
const HEDGE_MS = { min: 30, max: 250 };
/** Bounds of the silence that counts as a failure. */
const SILENCE_MS = { min: 250, max: 1000 };
/** The same for an upstream that has never answered: nothing tells yet whether it is slow or gone. */
const FIRST_SILENCE_MS = 600;
/** How long a forwarding loop stays cut. Then one question goes round again, if it has not been mended. */
const LOOP_MS = 60_000;
/** A single query may take this long without anything being wrong. */
const QUIET_MS = 100;
/** So many unanswered queries at once are no single lost packet. */
const SUSPECT_COUNT = 3;

/** A server that is asked what we do not know, and what we have learned about it. */
export class Upstream {
  readonly #options: UpstreamOptions;
  readonly #roundTrips = new RoundTrips();
  readonly #breaker = new Breaker();
  /** Queries that failed since the breaker last changed; told when it changes again. */
  #failureCount = 0;
  readonly #dialogue: Dialogue;
  #loopUntilMs = -Infinity;
  /** Queries that wait for a reply. */
  #outstanding = 0;
  /** When the first query was sent of those that nothing has been heard since. */
  #quietSinceMs = 0;

  /** See {@linkcode UpstreamOptions}. */
  constructor(options: UpstreamOptions) {
    this.#options = options;
    this.#dialogue = new Dialogue(options);
  }

  /** How the upstream is called in messages: as it is written after `--resolver`. */
  get name(): string {
    return upstreamName(this.#options.address);
  }

  /** Whether it takes part in ordinary queries. */
  get isUp(): boolean {
    return this.#breaker.isClosed;
  }

  /** SRTT in milliseconds; 0 when never measured. */
  get smoothedMs(): number {
    return this.#roundTrips.smoothedMs;
  }

  /** After this much silence it is worth asking another one as well: its 95th percentile, within bounds. */
  get hedgeDelayMs(): number {
    return clamp(this.#roundTrips.percentile95Ms, HEDGE_MS);
  }

  /**
   * Whether it seems to be in trouble, so that a hedge is no luxury: something has failed since its last answer, or
   * nothing at all has been heard for longer than it ever takes: the sooner, the more queries are waiting.
   */
  get isSuspect(): boolean {
    if (this.#breaker.hasFailures) return true;
    if (this.#roundTrips.count === 0 || this.#outstanding === 0) return false;
    const quietMs = this.#options.clock.nowMs() - this.#quietSinceMs;
    return quietMs >=
      (this.#outstanding < SUSPECT_COUNT ? Math.max(QUIET_MS, 3 * this.hedgeDelayMs) : 2 * this.hedgeDelayMs);
  }

  /**
   * Asks to see whether it is back, when it is down and its pause is over. Whatever comes of it, the breaker takes note.
   *
   * @returns Whether it did.
   */
  probe(request: Request): boolean {
    if (!this.#breaker.beginProbe(this.#options.clock.nowMs())) return false;
    this.#ask(request, () => this.#breaker.probeFailed(this.#options.clock.nowMs())).catch(() => {});
    return true;
  }

  /**
   * Asks: over UDP, without EDNS where that was rejected, over TCP when the reply is truncated (RFC 1035 §4.2.1,
   * RFC 7766 §5) or is known to be.
   *
   * @returns A reply of any RCODE, with an ID of its own; the caller owns it.
   * @throws {UpstreamError} when none came by the request's deadline.
   */
  ask(request: Request): Promise<Uint8Array<ArrayBuffer>> {
    return this.#ask(request, () => this.#breaker.failed(this.#options.clock.nowMs()));
  }

  /** Asks; `tell` tells the breaker, once at most, that it came to nothing. */
  async #ask(request: Request, tell: () => Transition | null): Promise<Uint8Array<ArrayBuffer>> {
    const { clock, deadlines } = this.#options;
    const sentAtMs = clock.nowMs();
    let hasFailed = false;
    const fail = () => {
      if (!hasFailed) this.#noteFailure(tell());
      hasFailed = true;
    };
    const silence = new Alarm(fail);
    const isMeasured = this.#roundTrips.count > 0;
    const silenceMs = isMeasured ? clamp(2 * this.#roundTrips.lossMs, SILENCE_MS) : FIRST_SILENCE_MS;
    deadlines.schedule(silence, sentAtMs + silenceMs);
    if (this.#outstanding++ === 0) this.#quietSinceMs = sentAtMs;
    let reply: Uint8Array<ArrayBuffer>;
    try {
      reply = await this.#dialogue.ask(request);
    } catch (error) {
      // Silence until the deadline has been counted when it began.
      fail();
      throw error;
    } finally {
      this.#outstanding--;
      deadlines.cancel(silence);
    }
    this.#measured(clock.nowMs() - sentAtMs);
    if (isUseful(reply)) this.#noteTransition(this.#breaker.succeeded());
    // A refusal shows that it lives, not that it is of use. Whether it is, the race finds out: others may say the same.
    else if (!this.isUp) fail();
    return isTruncated(reply) ? await this.#dialogue.askOverTcp(request, reply) : reply;
  }

  /** Whether it has been found to lead back to this program, not long ago. */
  get isLoop(): boolean {
    return this.#options.clock.nowMs() < this.#loopUntilMs;
  }

  /** Leaves the upstream alone for a while: what is sent there comes back as a question. */
  cutLoop(): void {
    if (!this.isLoop) {
      this.#options.log.error(`upstream ${this.name} leads back to this program, a forwarding loop: it is not asked`);
    }
    this.#loopUntilMs = this.#options.clock.nowMs() + LOOP_MS;
  }

  /** Notes that the reply to a query was of no use where another upstream's was. */
  failed(): void {
    this.#noteFailure(this.#breaker.failed(this.#options.clock.nowMs()));
  }

  #measured(rttMs: number): void {
    this.#quietSinceMs = this.#options.clock.nowMs();
    this.#roundTrips.add(rttMs);
  }

  #noteFailure(transition: Transition | null): void {
    this.#failureCount++;
    this.#noteTransition(transition);
  }

  /** State changes are told once, with counts; single failures are not (an outage must not flood the log). */
  #noteTransition(transition: Transition | null): void {
    if (transition === null) return;
    const { log } = this.#options;
    if (transition === "opened") {
      log.warn(`upstream ${this.name} is down, ${this.#failureCount} queries came to nothing`);
    } else log.info(`upstream ${this.name} is back, ${this.#failureCount} queries came to nothing meanwhile`);
    this.#failureCount = 0;
  }
}

/** RCODEs that say more about the upstream than about the name: another upstream may well know. */
const USELESS: ReadonlySet<number> = new Set([RCODE.SERVFAIL, RCODE.REFUSED, RCODE.FORMERR, RCODE.NOTIMP]);

/** Whether a reply says something about the name. */
export function isUseful(reply: Uint8Array): boolean {
  // BADCOOKIE speaks of the hop to this upstream, too, and its lower four bits mean something else.
  return !USELESS.has(rcodeOf(uint16At(reply, 2))) && !isBadCookie(reply);
}

function clamp(value: number, { min, max }: { min: number; max: number }): number {
  return Math.min(max, Math.max(min, value));
}

/** An upstream's address as it is written after `--resolver`. */
export function upstreamName(address: SocketAddress): string {
  return (address.transport === "tcp" ? "tcp://" : "") + formatSocketAddress(address);
}
