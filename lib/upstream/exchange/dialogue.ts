import { formatSocketAddress } from "../../base/net/address.ts";
import { Spares } from "../../base/spares.ts";
import type { Random } from "../../base/random/random.ts";
import type { ReplyKind } from "../../response/reply_kind.ts";
import type { Response } from "../../response/response.ts";
import { Capabilities } from "./capabilities.ts";
import type { CookieJar } from "./cookie_jar.ts";
import { TrafficCounts } from "../health/traffic_counts.ts";
import { LargeReplies } from "./large_replies.ts";
import { type Endpoint, isSecure, type Protocol, serverText, socketAddressOf } from "../endpoint.ts";
import { firstManner, type Manner } from "./next_step.ts";
import { UntrustedError } from "../refusal.ts";
import { isForAny, type Request, sendsLeft, writeUpstreamQuery } from "../request.ts";
import { restoreSpelling } from "./restore_spelling.ts";
import { type Cause, type QueryOwner, SentQuery } from "./sent_query.ts";
import type { Transport } from "../transport.ts";
import { truncatedWhole, type UpstreamError } from "../upstream_error.ts";
import type { Services } from "../../observe/services.ts";

/** So many sends of a question go over UDP alone, however silent the upstream is. */
const SENDS_BEFORE_TCP = 2;

/** What a dialogue is made from. */
export interface DialogueOptions extends Pick<Services, "clock"> {
  /** Where the server is asked. */
  readonly endpoint: Endpoint;
  /** How the server is asked. */
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

/** How one upstream is spoken to: over what, in the best manner that it is known to cope with. */
export class Dialogue {
  readonly #options: DialogueOptions;
  readonly #stream: Transport;
  readonly #tell: (lesson: string) => void;
  #capabilities: Capabilities;
  #largeReplies = new LargeReplies();
  /** Queries that are over, to be used again. */
  readonly #spares = new Spares<SentQuery>();
  /** What goes there and comes back, by kind. */
  readonly counts: TrafficCounts = new TrafficCounts();
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

  /** The questions whose replies did not fit into a datagram. */
  get largeReplies(): LargeReplies {
    return this.#largeReplies;
  }

  /** On the program's clock. */
  nowMs(): number {
    return this.#options.clock.nowMs();
  }

  /** Whether UDP meets silence, and TCP does not. */
  get needsTcp(): boolean {
    return this.#capabilities.needsTcp(this.nowMs());
  }

  /** Whether it takes place over TCP. */
  get isOverTcp(): boolean {
    // hot path
    return this.#options.transport.traits.isStream || this.needsTcp;
  }

  /** Forgets all that was learned: there may be another server at the other end, or another path in between. */
  forget(): void {
    this.#capabilities = new Capabilities(this.#tell);
    this.#largeReplies = new LargeReplies();
    this.#options.cookies?.renew();
  }

  /**
   * Whether a question is asked over TCP in place of UDP: when UDP meets silence, or when its reply is known not to fit into a
   * datagram (RFC 7766 §5), or would be another one over UDP; then in its first send alone. Should TCP be blocked meanwhile,
   * the next one goes over UDP.
   */
  beginsOverTcp(request: Request, nowMs: number): boolean {
    // hot path
    if (this.#capabilities.needsTcp(nowMs)) return true;
    return request.sendCount === 0 && (isForAny(request) || this.#largeReplies.has(request, nowMs));
  }

  /** Whether UDP has met nothing but silence so far, so that a query goes over TCP as well. */
  triesTcp({ sendCount }: Request, nowMs: number): boolean {
    // hot path
    if (this.#options.fallback === null) return false;
    const capabilities = this.#capabilities;
    return capabilities.isTcpOnTrial(nowMs) || (sendCount >= SENDS_BEFORE_TCP && capabilities.isSilent(nowMs, 1));
  }

  /** The best manner to ask over UDP. */
  manner(request: Request, nowMs: number): Manner {
    // hot path
    const { cookies, randomizesCase = true, transport: { traits } } = this.#options;
    const capabilities = this.#capabilities;
    const withOpt = this.#knowsEdns(request, nowMs);
    return firstManner({
      withOpt,
      withCookie: withOpt && !traits.isEncrypted && cookies !== undefined && capabilities.supportsCookies(nowMs),
      // The first send alone: a server that knows names in one spelling must not have its denials come in first and last.
      isMixed: request.sendCount === 0 && !traits.isEncrypted && randomizesCase && capabilities.ignoresCase(nowMs),
      isOverTcp: false,
    });
  }

  /** The same over TCP. There the client's spelling does: nobody can forge a reply who cannot read the query. */
  mannerOverTcp(request: Request): Manner {
    const nowMs = this.nowMs();
    return firstManner({
      withOpt: this.#knowsEdns(request, nowMs),
      withCookie: !this.#stream.traits.isEncrypted && this.#capabilities.supportsCookies(nowMs),
      isMixed: false,
      isOverTcp: true,
    });
  }

  #knowsEdns(request: Request, nowMs: number): boolean {
    // hot path
    return this.#capabilities.supportsEdns(nowMs) && request.ednsRejectedBy !== this;
  }

  /**
   * Sends a query of an exchange, and counts it. It may fail before this returns.
   *
   * @param wanted How it is put, unless the letters of the last send should be in random case: a denial could not be put to the
   * test any more.
   * @param before See `SentQuery`.
   */
  send(exchange: QueryOwner, wanted: Manner, cause: Cause, before: ReplyKind | null): void {
    // hot path
    const { request } = exchange;
    const { transport, cookies, random } = this.#options;
    const isDoubtful = wanted.isMixed && sendsLeft(request) === 1 && !this.#capabilities.hasShownCase;
    const manner = isDoubtful ? { ...wanted, isMixed: false } : wanted;
    const over = manner.isOverTcp ? this.#stream : transport;
    this.#queryCount++;
    this.counts.sent(this.#protocol(manner));
    if (!manner.isOverTcp) {
      request.sendCount++;
      this.#capabilities.sendsDatagram(this.nowMs());
    }
    const query = this.#spares.take() ?? new SentQuery(transport.traits.isForgeable, this.#spares);
    query.put(exchange, manner, cause, before, random);
    const cookie = manner.withCookie ? cookies?.option : undefined;
    over.send(writeUpstreamQuery(request, manner.withOpt, over.traits, cookie, query.question), query, request);
  }

  /** The reply to a query that was sent then has come: it gets the asker's spelling, and is counted. */
  heard({ manner, question, asked }: SentQuery, response: Response, sentAtMs: number): void {
    // hot path
    this.#replyCount++;
    this.counts.heard(response.scan.rcode, this.nowMs() - sentAtMs);
    if (!manner.isOverTcp) this.#capabilities.heardDatagram();
    restoreSpelling(response, question, asked);
  }

  /** No reply will come: who has not proved who it is was sent nothing. */
  failed(manner: Manner, error: unknown): void {
    if (!(error instanceof UntrustedError)) return;
    this.#queryCount--;
    this.counts.sent(this.#protocol(manner), -1);
  }

  /** What it goes over: where there is another way for what UDP does not bring, that is TCP. */
  #protocol({ isOverTcp }: Manner): Protocol {
    // hot path
    return isOverTcp && this.#options.fallback !== null ? "tcp" : this.#options.endpoint.protocol;
  }

  /** TCP has brought a reply that counts. */
  answeredOverTcp({ cause }: SentQuery, response: Response, request: Request): void {
    const nowMs = this.nowMs();
    if (cause !== "tcpFirst") return this.#capabilities.answeredOverTcp(nowMs);
    if (this.#capabilities.needsTcp(nowMs) || response.octets.length <= request.usefulOctetsMax) return;
    // It has grown beyond what the client can use: the next one is told so over UDP.
    this.#largeReplies.note(request, response.octets.length, nowMs);
  }

  /** TCP has not brought what was not asked for over UDP. */
  failedOverTcp(request: Request): void {
    this.#capabilities.failedOverTcp();
    this.#largeReplies.forget(request);
  }

  /** What is wrong with a reply over a connection that is truncated. */
  truncatedAgain(): UpstreamError {
    const { endpoint } = this.#options;
    if (isSecure(endpoint)) return truncatedWhole(serverText(endpoint));
    return truncatedWhole(`${formatSocketAddress(socketAddressOf(endpoint))} over TCP`);
  }
}
