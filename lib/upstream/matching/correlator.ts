import { isSameAddress, type SocketAddress } from "../../base/net/address.ts";
import type { DeadlineQueue } from "../../base/time/deadline_queue.ts";
import { LinkedTable } from "../../base/linked_table.ts";
import type { Random } from "../../base/random/random.ts";
import { HEADER_OCTETS, QDCOUNT_OFFSET } from "../../wire/header.ts";
import { putUint16 } from "../../wire/octets.ts";
import { OPT_FAULT, SCAN } from "../../wire/scan.ts";
import { Response } from "../../response/response.ts";
import { AnsweredIds } from "./answered_ids.ts";
import { Entry, type Keeper, type Pending } from "./pending.ts";
import type { AskedServer, Doubts, Listener } from "./registration.ts";
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
  /** Called whenever the last entry has gone: nothing is waited for and no ID rests. */
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
  readonly #entries = new LinkedTable<Entry>();
  readonly #answered = new AnsweredIds();
  /** Made once: closures for each query would be a third of what it takes to register it. */
  readonly #keeper: Keeper = {
    expire: (entry, nowMs) => this.#expire(entry, nowMs),
    giveUp: (entry) => this.#giveUp(entry),
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
    return this.#entries.size < IN_FLIGHT_MAX;
  }

  /** Whether nothing is waited for and no ID rests. */
  get isIdle(): boolean {
    return this.#entries.size === 0;
  }

  /**
   * Waits for the reply to a query that is about to be sent with the ID that this draws. Needs `hasRoom`.
   *
   * @param server Whom the query is for.
   * @param question The one question, in wire format and as it is sent; not changed any more.
   * @param deadlineMs Until when a reply is waited for, unless `owner` says otherwise then.
   * @param owner Without one, `deadlineMs` holds.
   * @param doubts Without them, letter case does not matter, and the cookie does.
   */
  register(
    server: AskedServer,
    question: Uint8Array<ArrayBuffer>,
    deadlineMs: number,
    owner: Listener | null = null,
    doubts: Doubts | null = null,
  ): Pending {
    // hot path
    const entry = new Entry(this.#drawId(), this.#keeper, server, question, owner, doubts);
    this.#entries.add(entry);
    this.#deadlines.schedule(entry, deadlineMs);
    return entry;
  }

  /**
   * Takes a datagram in. Only "matched" settles a query, before this returns: what it gives is a view of `datagram`.
   */
  accept(datagram: Uint8Array<ArrayBuffer>, peer: SocketAddress): Verdict {
    const status = response.read(datagram);
    const { scan } = response;
    if (status === SCAN.tooShort) return "unsolicited";
    const entry = this.#entries.first(scan.id);
    if (entry === null) return this.#answered.has(scan.id, peer) ? "late" : "unsolicited";
    const { server, question, doubts } = entry;
    if (!isSameAddress(peer, server.address)) return "wrongPeer";
    if (entry.isGhost) return "late";
    if (isCutResponseTo(datagram, scan, question)) return this.#acceptCut(entry, datagram);
    if (!isResponseTo(datagram, scan, question)) return "wrongQuestion";
    if (doubts !== null && doubts.mindsCase && scan.questionCount > 0 && !hasSameOctets(datagram, question)) {
      doubts.onWrongCase();
      return "wrongCase";
    }
    // RFC 6891 §6.1.1: one OPT at most, and in the additional section. Others would pass for records and reach clients.
    if (status !== SCAN.ok || scan.optFault !== OPT_FAULT.none) return "garbled";
    if ((doubts === null || doubts.mindsCookie) && server.isGenuine?.(response) === false) {
      doubts?.onWrongCookie();
      return "wrongCookie";
    }
    this.#settle(entry, scan.questionCount > 0);
    response.trim();
    const receiver = entry.reply.takeIn(response);
    if (receiver === null) return "matched";
    try {
      receiver.arrived(response);
    } catch (error) {
      receiver.failed(error);
    }
    return "matched";
  }

  /**
   * RFC 2181 §9: "When a DNS client receives a reply with TC set, it should ignore that response, and query again", over
   * TCP. Whatever it breaks off in, it has said so.
   */
  #acceptCut(entry: Entry, datagram: Uint8Array<ArrayBuffer>): Verdict {
    const { question, doubts } = entry;
    const hasQuestion = response.scan.questionsEnd > HEADER_OCTETS;
    if (hasQuestion && doubts !== null && doubts.mindsCase && !hasSameOctets(datagram, question)) {
      doubts.onWrongCase();
      return "wrongCase";
    }
    this.#settle(entry, hasQuestion);
    const head = new Uint8Array(HEADER_OCTETS + question.length);
    head.set(datagram.subarray(0, QDCOUNT_OFFSET));
    head.set(question, HEADER_OCTETS);
    putUint16(head, QDCOUNT_OFFSET, 1);
    response.read(head);
    entry.reply.arrived(response);
    return "matched";
  }

  #settle(entry: Entry, namesQuestion: boolean): void {
    this.#deadlines.cancel(entry);
    this.#answered.add(entry.key, entry.server.address);
    // A second copy of a bare error, say, would pass for the reply to whatever gets its ID next.
    if (namesQuestion) this.#remove(entry);
    else this.#bury(entry, entry.dueMs);
  }

  /** Fails every query in flight with `error` and forgets all tombstones. For a socket that is closed. */
  abandon(error: Error): void {
    for (const entry of this.#entries.drain()) {
      this.#deadlines.cancel(entry);
      if (!entry.isGhost) entry.reply.failed(error);
    }
  }

  #drawId(): number {
    // The table is at most half full, so two draws find a free ID on average.
    for (;;) {
      const id = this.#random.uint16();
      if (this.#entries.first(id) === null) return id;
    }
  }

  #expire(entry: Entry, nowMs: number): void {
    if (entry.isGhost) return this.#remove(entry);
    const untilMs = entry.owner?.listensUntilMs(nowMs) ?? 0;
    if (untilMs > nowMs) return this.#deadlines.schedule(entry, untilMs);
    this.#bury(entry, nowMs);
    entry.reply.failed(entry.server.expired());
  }

  #giveUp(entry: Entry): void {
    if (entry.isGhost || this.#entries.first(entry.key) !== entry) return;
    const { dueMs } = entry;
    this.#deadlines.cancel(entry);
    this.#bury(entry, dueMs);
  }

  /** Turns a query that was given up into a tombstone: its ID is told apart from a free one, and not drawn, for a while. */
  #bury(entry: Entry, fromMs: number): void {
    entry.isGhost = true;
    this.#deadlines.schedule(entry, fromMs + this.#tombstoneMs);
  }

  #remove(entry: Entry): void {
    this.#entries.remove(entry);
    if (this.#entries.size === 0) this.#onIdle();
  }
}
