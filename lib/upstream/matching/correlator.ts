import { isSameAddress, type SocketAddress } from "../../base/net/address.ts";
import type { DeadlineQueue } from "../../base/time/deadline_queue.ts";
import { LinkedTable } from "../../base/linked_table.ts";
import type { Random } from "../../base/random/random.ts";
import { HEADER_OCTETS, QDCOUNT_OFFSET, RCODE_MASK } from "../../wire/header.ts";
import { putUint16 } from "../../wire/octets.ts";
import { OPT_FAULT, SCAN } from "../../wire/scan.ts";
import { Response } from "../../response/response.ts";
import { AnsweredIds } from "./answered_ids.ts";
import { type AwaitedQuery, QUERY_STATE, type QueryKeeper } from "./awaited_query.ts";
import type { AskedServer, Listener } from "./registration.ts";
import { hasSameOctets, isCutResponseTo, isResponseTo } from "./response_match.ts";
import type { Verdict } from "./verdict.ts";
import type { Services } from "../../observe/services.ts";

/** Half of all IDs: beyond it, a guessed ID would be right too often and a free one too hard to draw (RFC 5452 §9). */
export const IN_FLIGHT_MAX = 32_768;

/** What a correlator is made from. */
export interface CorrelatorOptions extends Pick<Services, "deadlines"> {
  /** Where unpredictable numbers come from. */
  readonly random: Random;
  /** How long an ID stays unused after its query was given up: its reply may still be on the road. */
  readonly tombstoneMs: number;
  /** Called whenever the last query has gone: nothing is waited for and no ID rests. */
  readonly onIdle: () => void;
}

/** What has come in last, in whichever correlator: it is done with when `accept` returns. */
const response = new Response();

/**
 * Matches the datagrams that come in on one upstream socket to the queries that went out on it. Pure state: it is given
 * datagrams, it has no socket.
 *
 * RFC 5452 §9.1: a reply is accepted only from the address and port that were asked, with the ID and the question of a
 * query in flight. Anything else neither completes nor fails a query: the wait goes on.
 */
export class Correlator {
  readonly #random: Random;
  readonly #deadlines: DeadlineQueue;
  readonly #tombstoneMs: number;
  readonly #onIdle: () => void;
  /** Those that wait, and those whose IDs rest. */
  readonly #queries = new LinkedTable<AwaitedQuery>();
  readonly #answered = new AnsweredIds();
  /** Made once: closures for each query would be a third of what it takes to register it. */
  readonly #keeper: QueryKeeper = {
    expire: (query, nowMs) => this.#expire(query, nowMs),
    giveUp: (query) => this.#giveUp(query),
  };

  /** See {@linkcode CorrelatorOptions}. */
  constructor({ random, deadlines, tombstoneMs, onIdle }: CorrelatorOptions) {
    this.#random = random;
    this.#deadlines = deadlines;
    this.#tombstoneMs = tombstoneMs;
    this.#onIdle = onIdle;
  }

  /** Whether another query may be registered. */
  get hasRoom(): boolean {
    return this.#queries.size < IN_FLIGHT_MAX;
  }

  /** Whether nothing is waited for and no ID rests. */
  get isIdle(): boolean {
    return this.#queries.size === 0;
  }

  /**
   * Waits for the reply to a query that is about to be sent with the ID that this draws. Needs `hasRoom`.
   *
   * @param query One that does not wait, nor rests.
   * @param server Whom the query is for.
   * @param deadlineMs Until when a reply is waited for, unless `owner` says otherwise then.
   * @param owner Without one, `deadlineMs` holds.
   */
  register(query: AwaitedQuery, server: AskedServer, deadlineMs: number, owner: Listener | null = null): void {
    // hot path
    query.begin(this.#drawId(), this.#keeper, server, owner);
    this.#queries.add(query);
    this.#deadlines.schedule(query, deadlineMs);
  }

  /**
   * Takes a datagram in. Only "matched" settles a query, before this returns: what it gives is a view of `datagram`.
   */
  accept(datagram: Uint8Array<ArrayBuffer>, peer: SocketAddress): Verdict {
    // hot path
    const query = this.#match(datagram, peer);
    if (typeof query === "string") return query;
    const fault = query.expectsCookie ? query.server.faultOf!(response) : null;
    if (query.passage !== null && fault === null) query.passage.replied(response.octets);
    try {
      if (fault === null) query.arrived(response);
      else query.failed(fault);
    } catch (error) {
      query.failed(error);
    }
    if (query.state === QUERY_STATE.told) query.release();
    return "matched";
  }

  /** The query that a datagram replies to, which waits no more, or what is wrong with it. */
  #match(datagram: Uint8Array<ArrayBuffer>, peer: SocketAddress): AwaitedQuery | Exclude<Verdict, "matched"> {
    // hot path
    const status = response.read(datagram);
    const { scan } = response;
    if (status === SCAN.tooShort) return "unsolicited";
    const query = this.#queries.first(scan.id);
    if (query === null) return this.#answered.has(scan.id, peer) ? "late" : "unsolicited";
    const { server, question } = query;
    if (!isSameAddress(peer, server.address)) return "wrongPeer";
    if (query.state === QUERY_STATE.resting) return "late";
    if (isCutResponseTo(datagram, scan, question)) return this.#matchCut(query, datagram);
    if (!isResponseTo(datagram, scan, question)) return "wrongQuestion";
    if (scan.questionCount > 0 && query.mindsCase && !hasSameOctets(datagram, question)) {
      query.onWrongCase();
      return "wrongCase";
    }
    // RFC 6891 §6.1.1: one OPT at most, and in the additional section. Others would pass for records and reach clients.
    if (status !== SCAN.ok || scan.optFault !== OPT_FAULT.none) return "garbled";
    if (query.mindsCookie && server.isGenuine?.(response) === false) {
      query.onWrongCookie();
      return "wrongCookie";
    }
    this.#settle(query, scan.questionCount > 0);
    response.trim();
    return query;
  }

  /**
   * RFC 2181 §9: "When a DNS client receives a reply with TC set, it should ignore that response, and query again", over
   * TCP. Whatever it breaks off in, it has said so.
   */
  #matchCut(query: AwaitedQuery, datagram: Uint8Array<ArrayBuffer>): AwaitedQuery | "wrongCase" {
    const { question } = query;
    const hasQuestion = response.scan.questionsEnd > HEADER_OCTETS;
    if (hasQuestion && query.mindsCase && !hasSameOctets(datagram, question)) {
      query.onWrongCase();
      return "wrongCase";
    }
    this.#settle(query, hasQuestion);
    const head = new Uint8Array(HEADER_OCTETS + question.length);
    head.set(datagram.subarray(0, QDCOUNT_OFFSET));
    head.set(question, HEADER_OCTETS);
    putUint16(head, QDCOUNT_OFFSET, 1);
    // RFC 6891 §6.1.3: of an extended RCODE four bits are in the header, and the others in an OPT record, which is not there.
    // BADCOOKIE would pass for YXRRSET.
    head[3]! &= ~RCODE_MASK;
    response.read(head);
    return query;
  }

  #settle(query: AwaitedQuery, namesQuestion: boolean): void {
    this.#deadlines.cancel(query);
    this.#answered.add(query.key, query.server.address);
    // A second copy of a bare error, say, would pass for the reply to whatever gets its ID next.
    if (namesQuestion) this.#remove(query);
    else this.#rest(query, query.dueMs);
  }

  /** Fails every query in flight with `error` and forgets all tombstones. For a socket that is closed. */
  abandon(error: Error): void {
    for (const query of this.#queries.drain()) {
      this.#deadlines.cancel(query);
      const isWaiting = query.state === QUERY_STATE.waiting;
      query.state = QUERY_STATE.told;
      if (isWaiting) query.failed(error);
      query.release();
    }
  }

  #drawId(): number {
    // The table is at most half full, so two draws find a free ID on average.
    for (;;) {
      const id = this.#random.uint16();
      if (this.#queries.first(id) === null) return id;
    }
  }

  #expire(query: AwaitedQuery, nowMs: number): void {
    if (query.state === QUERY_STATE.resting) {
      this.#remove(query);
      return query.release();
    }
    const untilMs = query.owner?.listensUntilMs(nowMs) ?? 0;
    if (untilMs > nowMs) return this.#deadlines.schedule(query, untilMs);
    this.#rest(query, nowMs);
    query.failed(query.server.expired());
  }

  #giveUp(query: AwaitedQuery): void {
    const { dueMs } = query;
    this.#deadlines.cancel(query);
    this.#rest(query, dueMs);
  }

  /** Turns a query into a tombstone: its ID is told apart from a free one, and not drawn, for a while. */
  #rest(query: AwaitedQuery, fromMs: number): void {
    query.state = QUERY_STATE.resting;
    this.#deadlines.schedule(query, fromMs + this.#tombstoneMs);
  }

  #remove(query: AwaitedQuery): void {
    query.state = QUERY_STATE.told;
    this.#queries.remove(query);
    if (this.#queries.size === 0) this.#onIdle();
  }
}
