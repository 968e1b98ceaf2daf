import type { SocketAddress } from "../../base/net/address.ts";
import { shortCopy } from "../../base/octets/short_copies.ts";
import type { Random } from "../../base/random/random.ts";
import type { Clock, DatagramSocket, DatagramWatcher, Turns } from "../../base/runtime.ts";
import type { Counters } from "../../observe/counters.ts";
import { EDE } from "../../wire/iana.ts";
import { Correlator } from "../matching/correlator.ts";
import type { AwaitedQuery } from "../matching/awaited_query.ts";
import { COUNTER_OF, type Verdict } from "../matching/verdict.ts";
import type { QuerySource } from "../request.ts";
import { ForgeryError, UpstreamError } from "../upstream_error.ts";
import type { Services } from "../../observe/services.ts";

/** We ask for at most 1232 octets; what a server sends beyond this is cut off, and then counted as garbled. */
const RECEIVE_OCTETS = 4096;

/** Queries that leave together at most: more would wait for each other too long. */
const BURST_MAX = 32;

/** Batches that are taken before others have their turn. */
const BATCHES_MAX = 4;

/** So many datagrams that nobody asked for, within one window, are an attack: 100 guesses of 65,536 are still few. */
const FLOOD_COUNT = 100;
const FLOOD_WINDOW_MS = 1000;
/**
 * Verdicts that a forger's guesses get. Late, doubled and garbled replies come from honest servers, too, and so do those that
 * have a letter case or a cookie of their own: whoever guesses as much as these have right has sent 65,536 times as much that
 * counts.
 */
const FORGED: ReadonlySet<Verdict> = new Set(["unsolicited", "wrongPeer", "wrongQuestion"]);

/** What an upstream socket is made from. */
export interface UpstreamSocketOptions extends Pick<Services, "clock" | "turns" | "deadlines" | "counters"> {
  /** An open socket, which belongs to this object from now on. */
  readonly socket: DatagramSocket;
  /** Where unpredictable numbers come from. */
  readonly random: Random;
  /** See `CorrelatorOptions.tombstoneMs`. */
  readonly tombstoneMs: number;
  /** When the socket was opened, on the program's clock. */
  readonly openedAtMs: number;
}

/** One UDP socket towards upstreams, with the queries in flight on it. */
export class UpstreamSocket implements QuerySource, DatagramWatcher {
  /** The queries in flight on this socket. */
  readonly correlator: Correlator;
  /** When the socket was opened, on the program's clock. */
  readonly openedAtMs: number;
  readonly #socket: DatagramSocket;
  readonly #counters: Counters;
  readonly #clock: Clock;
  readonly #turns: Turns;
  #queryCount = 0;
  #isClosed = false;
  #isRetired = false;
  #isDistrusted = false;
  /** Datagrams that nobody asked for, since the window began. */
  #forgeryCount = 0;
  #windowStartMs = -Infinity;
  #onClosed: () => void = () => {};
  /** In the order in which they were queued. */
  #queued: AwaitedQuery[] = [];
  /** Made once, not for each burst. */
  readonly #flush = () => this.#flushNow();

  /** See {@linkcode UpstreamSocketOptions}. */
  constructor({ socket, random, clock, turns, deadlines, counters, tombstoneMs, openedAtMs }: UpstreamSocketOptions) {
    this.#socket = socket;
    this.#counters = counters;
    this.#clock = clock;
    this.#turns = turns;
    this.openedAtMs = openedAtMs;
    this.correlator = new Correlator({ random, deadlines, tombstoneMs, onIdle: () => this.#isRetired && this.close() });
    if (socket.watch === undefined) this.#receive();
    else socket.watch(this);
  }

  /** Where queries leave from, as far as the socket was told. */
  get address(): SocketAddress {
    return this.#socket.address;
  }

  /** Queries sent from here so far. */
  get queryCount(): number {
    return this.#queryCount;
  }

  /** Whether the socket takes no more queries: closed by us, or broken. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Whether queries from here have met silence although their upstream lives. */
  get isDistrusted(): boolean {
    return this.#isDistrusted;
  }

  /** See `QuerySource`. */
  distrust(): void {
    this.#isDistrusted = true;
  }

  /** Whether queries wait here to leave together: one more costs next to nothing. */
  get hasQueued(): boolean {
    return this.#queued.length > 0;
  }

  /** Sends a query, with others of this turn where the socket has batches. Its `octets` are only lent. */
  send(octets: Uint8Array<ArrayBuffer>, query: AwaitedQuery): void {
    // hot path
    this.#queryCount++;
    this.#counters.upstreamQueries++;
    const { batch } = this.#socket;
    if (batch === undefined) {
      query.leavesBy(this.#socket.send(shortCopy(octets), query.peer));
      return;
    }
    query.leaves();
    batch.queue(octets, query.peer);
    if (this.#queued.push(query) === 1) this.#turns.atTurnEnd(this.#flush);
    else if (this.#queued.length === BURST_MAX) this.#flush();
  }

  #flushNow(): void {
    const queued = this.#queued;
    if (queued.length === 0) return;
    const { batch } = this.#socket;
    const lostCount = batch!.flush();
    if (lostCount > 0) {
      // Who is told may send another one.
      this.#queued = [];
      const cause = new Error("The operating system would not send it");
      for (const i of batch!.lost) queued[i]!.notSent(cause);
    }
    for (let i = 0; i < queued.length; i++) queued[i]!.hasLeft();
    queued.length = 0;
  }

  /** Closes as soon as no reply is awaited any more, then calls `onClosed`. */
  retire(onClosed: () => void): void {
    this.#onClosed = onClosed;
    this.#isRetired = true;
    if (this.correlator.isIdle) this.close();
  }

  /** Closes now. Queries still in flight fail. */
  close(cause?: unknown): void {
    this.#shut(new UpstreamError("Upstream socket was closed", EDE.NETWORK_ERROR, { cause }));
  }

  #shut(error: UpstreamError): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // They are in flight for the correlator, and fail with the rest.
    this.#queued = [];
    this.#socket.close();
    this.correlator.abandon(error);
    this.#onClosed();
  }

  async #receive(): Promise<void> {
    const buffer = new Uint8Array(RECEIVE_OCTETS);
    while (!this.#isClosed) {
      try {
        const [datagram, peer] = await this.#socket.receive(buffer);
        this.#count(this.correlator.accept(datagram, peer));
        this.onReadable();
      } catch (error) {
        this.onFailed(error);
      }
    }
  }

  /** See `DatagramWatcher`. Closed by us, or broken: then it hears nothing more, and its queries are asked again from another one. */
  onFailed(error: unknown): void {
    this.close(error);
  }

  /** See `DatagramWatcher`. Takes what has come, or what has come behind the datagram that has woken us. */
  onReadable(): void {
    // hot path
    const { batch } = this.#socket;
    if (batch === undefined) return;
    for (let round = 0; round < BATCHES_MAX; round++) {
      const count = batch.receive();
      for (let i = 0; i < count && !this.#isClosed; i++) {
        this.#count(this.correlator.accept(batch.datagram(i), batch.peer(i)));
      }
      if (count < batch.size || this.#isClosed) return;
    }
  }

  #count(verdict: Verdict): void {
    this.#counters[COUNTER_OF[verdict]]++;
    if (FORGED.has(verdict)) this.#noteForgery();
  }

  /** RFC 5452 §9.3: a resolver should notice that it is being attacked. Each guess that fails brings the next closer. */
  #noteForgery(): void {
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#windowStartMs > FLOOD_WINDOW_MS) {
      this.#windowStartMs = nowMs;
      this.#forgeryCount = 0;
    }
    if (++this.#forgeryCount < FLOOD_COUNT) return;
    this.#counters.upstreamFloods++;
    this.#shut(new ForgeryError("Forged replies are coming in", EDE.OTHER));
  }
}
