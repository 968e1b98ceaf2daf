import { formatSocketAddress, type SocketAddress } from "../base/address.ts";
import { Alarm, type DeadlineQueue } from "../base/deadline_queue.ts";
import type { Random } from "../base/random.ts";
import type { Clock } from "../base/runtime.ts";
import type { Log } from "../observe/log.ts";
import { FLAG, rcodeOf } from "../wire/header.ts";
import { RCODE } from "../wire/iana.ts";
import { uint16At } from "../wire/scan.ts";
import { Breaker, type Transition } from "./breaker.ts";
import { randomizeCase, restoreCase } from "./case_randomization.ts";
import { Lessons } from "./lessons.ts";
import { type Request, SENDS_MAX, writeUpstreamQuery } from "./request.ts";
import { RoundTrips } from "./round_trips.ts";
import { UpstreamError } from "./upstream_error.ts";

/** A way to ask one upstream: UDP or TCP. */
export interface Transport {
  /**
   * Sends `query` (its ID is written here; not to be changed afterwards) on behalf of `request`, and waits for the reply,
   * which the caller owns.
   *
   * @param onWrongCase See `Registration.onWrongCase`.
   * @throws {UpstreamError} when none came by the request's deadline, or nothing could be sent.
   */
  exchange(
    query: Uint8Array<ArrayBuffer>,
    request: Request,
    onWrongCase?: () => void,
  ): Promise<Uint8Array<ArrayBuffer>>;
}

/** What an upstream is made from. */
export interface UpstreamOptions {
  readonly address: SocketAddress;
  readonly datagram: Transport;
  readonly stream: Transport;
  readonly deadlines: DeadlineQueue;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Bounds of the delay after which the next upstream is asked as well. */
const HEDGE_MS = { min: 30, max: 250 };
/** Bounds of the silence that counts as a failure. */
const SILENCE_MS = { min: 250, max: 1000 };

/** A server that is asked what we do not know, and what we have learned about it. */
export class Upstream {
  readonly #options: UpstreamOptions;
  readonly #roundTrips = new RoundTrips();
  readonly #breaker = new Breaker();
  /** Queries that failed since the breaker last changed; told when it changes again. */
  #failureCount = 0;
  readonly #lessons = new Lessons();

  constructor(options: UpstreamOptions) {
    this.#options = options;
  }

  /** How the upstream is called in messages: its address and port. */
  get name(): string {
    return formatSocketAddress(this.#options.address);
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

  /** Whether something has failed since its last answer: then a hedge is no luxury. */
  get isSuspect(): boolean {
    return this.#breaker.hasFailures;
  }

  /** See `Breaker.beginProbe`. */
  beginProbe(): boolean {
    return this.#breaker.beginProbe(this.#options.clock.nowMs());
  }

  /**
   * Asks: over UDP, without EDNS where that was rejected, over TCP when the reply is truncated (RFC 1035 §4.2.1,
   * RFC 7766 §5).
   *
   * @returns A reply of any RCODE, with an ID of its own; the caller owns it.
   * @throws {UpstreamError} when none came by the request's deadline.
   */
  async ask(request: Request): Promise<Uint8Array<ArrayBuffer>> {
    const { clock, deadlines } = this.#options;
    const sentAtMs = clock.nowMs();
    const silence = new Alarm(() => this.failed());
    deadlines.schedule(silence, sentAtMs + clamp(2 * this.#roundTrips.lossMs, SILENCE_MS));
    try {
      const reply = await this.#askOverUdp(request);
      this.#roundTrips.add(clock.nowMs() - sentAtMs);
      this.#noteTransition(this.#breaker.succeeded());
      return isTruncated(reply) ? await this.#askOverTcp(request, reply) : reply;
    } catch (error) {
      // Silence until the deadline has been counted when it began.
      if (deadlines.isScheduled(silence)) this.failed();
      throw error;
    } finally {
      deadlines.cancel(silence);
    }
  }

  /** Notes that a query came to nothing here, or that the reply was of no use where another upstream's was. */
  failed(): void {
    this.#failureCount++;
    this.#noteTransition(this.#breaker.failed(this.#options.clock.nowMs()));
  }

  /** Asks in the best manner that the upstream is known to cope with, and in a lesser one where that fails. */
  async #askOverUdp(request: Request): Promise<Uint8Array<ArrayBuffer>> {
    const { clock } = this.#options;
    const mixCase = this.#lessons.ignoresCase(clock.nowMs());
    let withOpt = this.#lessons.knowsEdns(clock.nowMs());
    let reply = await this.#send(request, { withOpt, mixCase });
    if (withOpt && isEdnsRejection(reply) && request.sendCount < SENDS_MAX) {
      // RFC 6891 §7: a server that does not know EDNS says FORMERR or NOTIMP; it may well answer without.
      withOpt = false;
      reply = await this.#send(request, { withOpt, mixCase });
      if (!isEdnsRejection(reply)) this.#lessons.rejectsEdns(clock.nowMs());
    }
    if (mixCase && isDoubtful(reply) && request.sendCount < SENDS_MAX) {
      // Some servers know names in one spelling alone. Without a SOA nothing shows that this one has looked well.
      reply = await this.#send(request, { withOpt, mixCase: false });
      if (!isDoubtful(reply)) this.#lessons.mindsCase(clock.nowMs());
    }
    return reply;
  }

  #send(request: Request, { withOpt, mixCase }: Manner): Promise<Uint8Array<ArrayBuffer>> {
    const { datagram, random, clock } = this.#options;
    request.sendCount++;
    if (!mixCase) return datagram.exchange(writeUpstreamQuery(request, withOpt), request);
    const asked = request.questionOctets;
    const sent = randomizeCase(asked, random);
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
    let isAskedAgain = false;
    const onWrongCase = () => {
      // Either the server does not echo what it was asked, or a forger has not guessed the case. The same question from
      // another port, with another ID, is answered by the server alone.
      if (isAskedAgain || request.sendCount >= SENDS_MAX) return;
      isAskedAgain = true;
      this.#send(request, { withOpt, mixCase: false }).then((reply) => {
        this.#lessons.mindsCase(clock.nowMs());
        resolve(reply);
      }, reject);
    };
    const message = writeUpstreamQuery({ ...request, questionOctets: sent }, withOpt);
    datagram.exchange(message, request, onWrongCase).then((reply) => {
      restoreCase(reply, sent, asked);
      resolve(reply);
    }, (error) => {
      if (!isAskedAgain) reject(error);
    });
    return promise;
  }

  async #askOverTcp(request: Request, truncated: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    const withOpt = this.#lessons.knowsEdns(this.#options.clock.nowMs());
    try {
      return await this.#options.stream.exchange(writeUpstreamQuery(request, withOpt), request);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      // Not every server speaks TCP. What fitted is better than nothing, and TC says that it is not all.
      return truncated;
    }
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

/** How a query is put. */
interface Manner {
  /** With an OPT record (RFC 6891). */
  readonly withOpt: boolean;
  /** With the letters of the name in random case; see `randomizeCase`. */
  readonly mixCase: boolean;
}

function isTruncated(reply: Uint8Array): boolean {
  return (uint16At(reply, 2) & FLAG.TC) !== 0;
}

function isEdnsRejection(reply: Uint8Array): boolean {
  const rcode = rcodeOf(uint16At(reply, 2));
  return rcode === RCODE.FORMERR || rcode === RCODE.NOTIMP;
}

/** Whether a reply denies without the SOA that a denial comes with (RFC 2308 §2, §3). */
function isDoubtful(reply: Uint8Array): boolean {
  const rcode = rcodeOf(uint16At(reply, 2));
  if (rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN) return false;
  // Answer and authority counts: with neither there is no answer, and no SOA.
  return !isTruncated(reply) && uint16At(reply, 6) === 0 && uint16At(reply, 8) === 0;
}

function clamp(value: number, { min, max }: { min: number; max: number }): number {
  return Math.min(max, Math.max(min, value));
}
