import type { Clock } from "../../../base/runtime.ts";
import type { PooledConnection } from "../pooled_connection.ts";
import { nameKey } from "../../question_keys.ts";
import { TwoProofs } from "../../exchange/two_proofs.ts";

/** Connections at a time where one does not do: a few, as RFC 7766 §6.2.2 asks for, so that a server is not stormed. */
export const PARALLEL_MAX = 4;
/** So many connections in a row that ended without a reply are no bad luck: the server does not want to. */
const FRUITLESS_MAX = 4;
/** After so long without another one it may be bad luck again. */
const FRUITLESS_MS = 1000;
/** How long there are fewer connections at a time when one was turned away: others may have taken its place. */
const CROWDED_MS = 60_000;
/** How long a limit is believed in: as long as all that is learned about an upstream. */
export const LIMIT_MS = 15 * 60_000;

/**
 * What one upstream allows: queries on a connection, and connections at a time. Nothing announces it (RFC 7766 §6.2.1 lets
 * servers close whenever they like), so it is learned from connections that end under their queries.
 */
export class ConnectionLimits {
  readonly #clock: Clock;
  #queriesMax = Infinity;
  #isCertain = false;
  readonly #proofs = new TwoProofs();
  #parallelMax = PARALLEL_MAX;
  #untilMs = -Infinity;
  #crowdedUntilMs = -Infinity;
  #fruitlessCount = 0;
  #fruitlessAtMs = -Infinity;

  /** Time is what `clock` says. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Queries that a connection should be given; Infinity as long as no limit is known. */
  get queriesMax(): number {
    if (this.#queriesMax !== Infinity && this.#clock.nowMs() >= this.#untilMs) this.#forgetQueries();
    return this.#queriesMax;
  }

  /**
   * Whether `queriesMax` has been met twice, under different names. Once may have been chance: a server restarts, a path breaks. Then a connection
   * that has answered so many is given another query, to see what comes of it.
   */
  get isCertain(): boolean {
    return this.#isCertain;
  }

  /** Connections that there should be at a time. */
  get parallelMax(): number {
    if (this.#parallelMax < PARALLEL_MAX && this.#clock.nowMs() >= this.#crowdedUntilMs) {
      this.#parallelMax = PARALLEL_MAX;
    }
    return this.#parallelMax;
  }

  /** Queries that a connection may be given now. */
  roomOn(connection: PooledConnection): number {
    if (!connection.isUsable || connection.isReserved) return 0;
    const left = this.queriesMax - connection.queryCount;
    if (left > 0) return left;
    // Whether the limit is one is found out by a single query.
    return this.isCertain || connection.isBusy ? 0 : 1;
  }

  /**
   * The server has ended a connection after `replyCount` replies, with queries left to answer, first of all
   * `questionOctets`; without one it tells nothing. That of one that was not active tells nothing: the server may have grown tired of waiting. If it is the
   * same name each time, the server, or whoever watches the path, may end connections under that name.
   */
  noteEnd(replyCount: number, wasActive: boolean, questionOctets?: Uint8Array<ArrayBuffer>): void {
    const isMet = replyCount === this.queriesMax;
    if (questionOctets === undefined || replyCount === 0 || (!wasActive && !isMet)) return;
    if (!isMet) {
      this.#isCertain = false;
      this.#proofs.clear();
    }
    if (this.#proofs.add(nameKey(questionOctets))) this.#isCertain = true;
    this.#queriesMax = replyCount;
    this.#untilMs = this.#clock.nowMs() + LIMIT_MS;
  }

  /** A connection has brought `replyCount` replies by now. */
  noteReply(replyCount: number): void {
    this.#fruitlessCount = 0;
    if (replyCount > this.#queriesMax) this.#forgetQueries();
  }

  /** The server has ended a connection without a reply. Returns whether it does so every time. */
  noteFruitless(): boolean {
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#fruitlessAtMs > FRUITLESS_MS) this.#fruitlessCount = 0;
    this.#fruitlessAtMs = nowMs;
    return ++this.#fruitlessCount >= FRUITLESS_MAX;
  }

  /** The server has turned a connection away while it kept `openCount` others. */
  noteCrowded(openCount: number): void {
    this.#parallelMax = Math.max(1, Math.min(this.#parallelMax, openCount));
    this.#crowdedUntilMs = this.#clock.nowMs() + CROWDED_MS;
  }

  /** Forgets what was learned: there may be another server at the other end. */
  forget(): void {
    this.#parallelMax = PARALLEL_MAX;
    this.#fruitlessCount = 0;
    this.#forgetQueries();
  }

  #forgetQueries(): void {
    this.#queriesMax = Infinity;
    this.#isCertain = false;
    this.#proofs.clear();
  }
}
