import type { Sink } from "../../base/deferred.ts";
import type { PendingReply } from "../pending_reply.ts";
import type { Query } from "../query.ts";
import type { Reply } from "../reply.ts";
import type { ExchangeListener, JoinableExchange, OpenExchange } from "./open_exchange.ts";
import type { Waiter } from "./waiter.ts";

/** What a shared exchange is made from. */
export interface SharedExchangeOptions {
  /** See `askedOf`. */
  readonly asked: number;
  /** What it is to bring. */
  readonly pending: PendingReply;
  /** Who has asked first. */
  readonly waiter: Waiter;
  /** Who is told how it ends. */
  readonly listener: ExchangeListener;
}

/** An exchange with the upstreams that identical queries share while it is in flight. */
export class SharedExchange implements JoinableExchange, Sink<Reply> {
  /** See `Linkable`: the hash of its question. */
  readonly key: number;
  /** See `Linkable`. */
  nextInRow: OpenExchange | null = null;
  /** See `askedOf`. */
  readonly asked: number;
  /** What it is to bring. */
  readonly pending: PendingReply;
  /** Who has asked first. */
  readonly first: Waiter;
  /** Those who have come later, in that order; nearly always nobody. */
  #others: Waiter[] | null = null;
  /** Whether they have got their answer from elsewhere. */
  isOver = false;
  readonly #listener: ExchangeListener;

  /** See {@linkcode SharedExchangeOptions}; `hash` is what it is found by. */
  constructor(hash: number, { asked, pending, waiter, listener }: SharedExchangeOptions) {
    this.key = hash;
    this.asked = asked;
    this.pending = pending;
    this.first = waiter;
    this.#listener = listener;
  }

  /** How many wait. */
  get waiterCount(): number {
    return 1 + (this.#others?.length ?? 0);
  }

  /** All who wait, in the order in which they came. */
  get waiters(): readonly Waiter[] {
    return [this.first, ...this.#others ?? []];
  }

  /** One more waits. */
  add(waiter: Waiter): void {
    (this.#others ??= []).push(waiter);
  }

  /** The query that goes upstream for all. */
  get leader(): Query {
    return this.pending.query;
  }

  /** See `OpenExchange`. */
  get late(): PendingReply | null {
    return this.pending.late;
  }

  /** See `OpenExchange`. */
  shared(): this {
    return this;
  }

  /** See `Sink`. */
  arrived(reply: Reply): void {
    this.#listener.onReply(this, reply);
  }

  /** See `Sink`. */
  failed(error: unknown): void {
    this.#listener.onError(this, error);
  }
}
