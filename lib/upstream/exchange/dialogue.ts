import type { Random } from "../../base/random/random.ts";
import type { Asking } from "../ask.ts";
import { Capabilities } from "./capabilities.ts";
import { randomizeCase } from "./case_randomization.ts";
import type { CookieJar } from "./cookie_jar.ts";
import type { Doubts } from "../matching/registration.ts";
import { type Endpoint, socketAddressOf } from "../endpoint.ts";
import { Exchange, type Line } from "./exchange.ts";
import { LargeReplies } from "./large_replies.ts";
import { firstManner, type Manner } from "./next_step.ts";
import { isBadCookie, isEdnsRejection, isTruncated } from "../../response/reply_kind.ts";
import { isForAny, type Request, sendsLeft, writeUpstreamQuery } from "../request.ts";
import type { Response } from "../../response/response.ts";
import type { DeferredResponse } from "../matching/deferred_response.ts";
import { restoreSpelling } from "./restore_spelling.ts";
import type { Transport } from "../transport.ts";
import { truncatedOverTcp, TruncationError, UpstreamError } from "../upstream_error.ts";
import type { Services } from "../../observe/services.ts";

/** So many sends of a question go over UDP alone, however silent the upstream is. */
const SENDS_BEFORE_TCP = 2;

/** What a dialogue is made from. */
export interface DialogueOptions extends Pick<Services, "clock"> {
  /** Where the server is asked. */
  readonly endpoint: Endpoint;
  /** How it is asked. */
  readonly transport: Transport;
  /** What brings the whole of a truncated reply, and a reply that nobody forges; `null` where `transport` is no worse. */
  readonly fallback: Transport | null;
  /** The cookies exchanged with the upstream; none when it is to be asked without. */
  readonly cookies?: CookieJar;
  /** Whether names go upstream in random letter case; they do unless said otherwise. */
  readonly randomizesCase?: boolean;
  /** Where unpredictable letter case comes from. */
  readonly random: Random;
}

/** How one upstream is spoken to: in the best manner that it is known to cope with. */
export class Dialogue implements Line {
  readonly #options: DialogueOptions;
  readonly #stream: Transport;
  readonly #tell: (lesson: string) => void;
  #capabilities: Capabilities;
  #largeReplies = new LargeReplies();
  #queryCount = 0;
  #replyCount = 0;

  /** See {@linkcode DialogueOptions}; `tell` is told what has been learned, as `Capabilities` says. */
  constructor(options: DialogueOptions, tell: (lesson: string) => void) {
    this.#options = options;
    this.#stream = options.fallback ?? options.transport;
    this.#tell = tell;
    this.#capabilities = new Capabilities(tell);
  }

  /** Messages sent so far. */
  get queryCount(): number {
    return this.#queryCount;
  }

  /** Replies to these that were accepted so far. */
  get replyCount(): number {
    return this.#replyCount;
  }

  /** What the upstream supports. */
  get capabilities(): Capabilities {
    return this.#capabilities;
  }

  /** Whether it takes place over TCP. */
  get isOverTcp(): boolean {
    return this.#options.transport.traits.isStream || this.#capabilities.needsTcp(this.nowMs());
  }

  /** Forgets all that was learned: there may be another server at the other end, or another path in between. */
  forget(): void {
    this.#capabilities = new Capabilities(this.#tell);
    this.#largeReplies = new LargeReplies();
    this.#options.cookies?.renew();
  }

  /**
   * Asks in the first instance: over TCP when the reply is known not to fit into a datagram, or would be another one over
   * UDP, or when UDP meets silence; else over UDP.
   *
   * @param asker Is told when it is asked again in another manner, or in two at a time.
   * @returns A reply of any RCODE; truncated when it came over UDP and has to be asked for over TCP. Fails with an
   * `UpstreamError` when none came by the request's deadline.
   */
  ask(request: Request, asker: Asking): PromiseLike<Response> {
    const nowMs = this.nowMs();
    if (this.#capabilities.needsTcp(nowMs)) return this.#askOverTcpFirst(request, asker);
    const isForTcp = request.sendCount === 0 && (isForAny(request) || this.#largeReplies.has(request, nowMs));
    return isForTcp ? this.#askOverTcpFirst(request, asker) : this.#askOverUdp(request, asker, nowMs);
  }

  /**
   * Asks over TCP what has turned out too large for a datagram before (RFC 7766 §5), a question's first send alone; or what
   * UDP does not carry. Should TCP be blocked meanwhile, the next one goes over UDP.
   */
  async #askOverTcpFirst(request: Request, asker: Asking): Promise<Response> {
    request.sendCount++;
    // Where the rest goes over UDP, this takes longer: there may have to be a connection first.
    if (!this.isOverTcp) asker.askedBeside();
    let reply: Response;
    try {
      reply = await this.exchangeOverTcp(request);
    } catch (error) {
      this.#capabilities.failedOverTcp();
      this.#largeReplies.forget(request);
      const mayAskAgain = sendsLeft(request) > 0 && this.nowMs() < request.deadlineMs;
      if (!(error instanceof UpstreamError) || !mayAskAgain) throw error;
      asker.askedBeside();
      return await this.#askOverUdp(request, asker, this.nowMs());
    }
    const nowMs = this.nowMs();
    if (this.#capabilities.needsTcp(nowMs)) return reply;
    // It has grown beyond what the client can use: the next one is told so over UDP.
    if (reply.octets.length > request.usefulOctetsMax) this.#largeReplies.note(request, reply.octets.length, nowMs);
    // What has to be found out first, cookies and EDNS, is found out over UDP.
    const isRejected = isBadCookie(reply) || isEdnsRejection(reply.octets);
    return isRejected && sendsLeft(request) > 0 ? await this.#askOverUdp(request, asker, nowMs) : reply;
  }

  /** Asks over UDP in the best manner that the upstream is known to cope with. */
  #askOverUdp(request: Request, asker: Asking, nowMs: number): DeferredResponse {
    const { cookies, randomizesCase = true, transport: { traits }, fallback } = this.#options;
    const capabilities = this.#capabilities;
    const withOpt = capabilities.supportsEdns(nowMs) && request.ednsRejectedBy !== this;
    const manner = firstManner({
      withOpt,
      withCookie: withOpt && !traits.isEncrypted && cookies !== undefined && capabilities.supportsCookies(nowMs),
      // The first send alone: a server that knows names in one spelling must not have its denials come in first and last.
      isMixed: request.sendCount === 0 && !traits.isEncrypted && randomizesCase && capabilities.ignoresCase(nowMs),
    });
    const isTcpTried = fallback !== null &&
      (capabilities.isTcpOnTrial(nowMs) || (request.sendCount >= SENDS_BEFORE_TCP && capabilities.isSilent(nowMs, 1)));
    const exchange = new Exchange(this, request, asker);
    exchange.start(manner, isTcpTried);
    return exchange;
  }

  /** See `Line`. */
  nowMs(): number {
    return this.#options.clock.nowMs();
  }

  /** See `Line`. */
  mixed(question: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    return randomizeCase(question, this.#options.random);
  }

  /** See `Line`. */
  send(
    request: Request,
    manner: Manner,
    question: Uint8Array<ArrayBuffer>,
    doubts: Doubts,
  ): PromiseLike<Response> {
    const { transport, cookies } = this.#options;
    request.sendCount++;
    this.#queryCount++;
    this.#capabilities.sendsDatagram(this.nowMs());
    const cookie = manner.withCookie ? cookies?.option : undefined;
    const heeded = transport.traits.isForgeable ? doubts : null;
    return transport.exchange(writeUpstreamQuery(request, manner.withOpt, cookie, question), question, request, heeded);
  }

  /** See `Line`. */
  heard(): void {
    this.#replyCount++;
    this.#capabilities.heardDatagram();
  }

  /**
   * Asks over TCP what did not fit over UDP.
   *
   * @returns The whole reply, or the truncated one where the whole has more than `usefulOctetsMax`. Fails with a
   * `TruncationError` when TCP brings nothing, or what is truncated again.
   */
  async askOverTcp(request: Request, truncated: Response): Promise<Response> {
    try {
      const reply = await this.exchangeOverTcp(request);
      if (isTruncated(reply.octets)) throw truncatedOverTcp(socketAddressOf(this.#options.endpoint));
      this.#largeReplies.note(request, reply.octets.length, this.nowMs());
      // A client on UDP would get next to nothing of it, at the price of reading it all (CVE-2024-8508).
      return reply.octets.length > request.usefulOctetsMax ? truncated : reply;
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      throw new TruncationError(truncated, error);
    }
  }

  /** See `Line`. Over TCP the client's spelling does: nobody can forge a reply who cannot read the query. */
  async exchangeOverTcp(request: Request): Promise<Response> {
    const nowMs = this.nowMs();
    const withOpt = this.#capabilities.supportsEdns(nowMs) && request.ednsRejectedBy !== this;
    const reply = await this.#sendOverTcp(request, withOpt);
    // RFC 6891 §7. Whoever came here because a reply over UDP might be forged is not sent back there.
    if (!withOpt || !isEdnsRejection(reply.octets)) return reply;
    const plain = await this.#sendOverTcp(request, false);
    if (!isEdnsRejection(plain.octets)) this.#capabilities.rejectedEdns(request.questionOctets, this.nowMs());
    return plain;
  }

  async #sendOverTcp(request: Request, withOpt: boolean): Promise<Response> {
    const { cookies } = this.#options;
    const { questionOctets } = request;
    this.#queryCount++;
    const wantsCookie = !this.#stream.traits.isEncrypted && this.#capabilities.supportsCookies(this.nowMs());
    const cookie = wantsCookie ? cookies?.option : undefined;
    const reply = await this.#stream.exchange(writeUpstreamQuery(request, withOpt, cookie), questionOctets, request);
    this.#replyCount++;
    if (!this.#capabilities.hasShownEdns && reply.hadOpt) this.#capabilities.showedEdns();
    restoreSpelling(reply, questionOctets, questionOctets);
    return reply;
  }
}
