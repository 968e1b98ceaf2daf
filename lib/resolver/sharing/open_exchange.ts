import type { Linkable } from "../../base/linked_table.ts";
import type { PendingReply } from "../pending_reply.ts";
import type { Query } from "../query.ts";
import type { Reply } from "../reply.ts";
import type { Waiter } from "./waiter.ts";

/** Whom exchanges tell how they end. */
export interface ExchangeListener {
  /** The upstreams' reply has come, or ours that there is none. */
  onReply(exchange: OpenExchange, reply: Reply): void;
  /** The program has failed. */
  onError(exchange: OpenExchange, error: unknown): void;
}

/** An exchange with the upstreams that is in flight. */
export interface OpenExchange extends Linkable<OpenExchange> {
  /** See `askedOf`. */
  readonly asked: number;
  /** The query that goes upstream for all. */
  readonly leader: Query;
  /** Who has asked first. */
  readonly first: Waiter;
  /** How many wait. */
  readonly waiterCount: number;
  /** All who wait, in the order in which they came. */
  readonly waiters: readonly Waiter[];
  /** See `PendingReply.late`. */
  readonly late: PendingReply | null;
  /** Whether they have got their answer from elsewhere. */
  isOver: boolean;
  /** The same as one that others may join. */
  shared(): JoinableExchange;
}

/** One that others may join. */
export interface JoinableExchange extends OpenExchange {
  /** One more waits. */
  add(waiter: Waiter): void;
}

/** An exchange that goes the usual way; see `UsualWay`. */
export interface UsualExchange extends OpenExchange {
  /** What is to bring the reply where it has left the usual way; `null` as long as it goes it. */
  readonly pending: PendingReply | null;
  /** It is in flight, found by `key`, and `listener` is to be told how it ends. */
  open(key: number, asked: number, listener: UsualListener): void;
}

/** Who keeps usual exchanges, and is told how they end. */
export interface UsualListener extends ExchangeListener {
  /** One has left the usual way: what is to bring its reply. */
  onLeft(exchange: UsualExchange, pending: PendingReply): JoinableExchange;
}

/** The usual way of a question to an upstream and back, for which less has to be made. */
export interface UsualWay {
  /** Asks for `leader`, on behalf of `query`. `null` where that is not usual: then nothing has been done. */
  take(query: Query, leader: Query): UsualExchange | null;
}
