import type { SocketAddress } from "../../base/net/address.ts";
import type { Linkable } from "../../base/linked_table.ts";
import { Deadline } from "../../base/time/deadline_queue.ts";
import { DeferredResponse } from "./deferred_response.ts";
import type { AskedServer, Doubts, Listener } from "./registration.ts";

/** A query that waits for its reply. */
export interface Pending {
  /** What the query has to be sent with: unpredictable, and no other's at the moment. */
  readonly id: number;
  /** Whom the query is for. */
  readonly peer: SocketAddress;
  /** The response, without the octets behind the last record. Fails with what `expired` makes at the deadline. */
  readonly reply: DeferredResponse;
  /** The query could not be sent: it is given up, if it still waits. A reply that overtakes that news counts. */
  notSent(cause: unknown): void;
}

/** What entries turn to. */
export interface Keeper {
  /** Its deadline has come. */
  expire(entry: Entry, nowMs: number): void;
  /** It could not be sent. */
  giveUp(entry: Entry): void;
}

/** A query in flight, or the tombstone of one. */
export class Entry extends Deadline implements Pending, Linkable<Entry> {
  /** See `Linkable`: its ID. */
  readonly key: number;
  /** See `Linkable`. */
  nextInRow: Entry | null = null;
  /** See `Correlator.register`. */
  readonly server: AskedServer;
  /** See `Correlator.register`. */
  readonly question: Uint8Array<ArrayBuffer>;
  /** See `Correlator.register`. */
  readonly owner: Listener | null;
  /** See `Correlator.register`. */
  readonly doubts: Doubts | null;
  /** See `Pending`. */
  readonly reply: DeferredResponse = new DeferredResponse();
  /** Whether it is a tombstone. */
  isGhost = false;
  readonly #keeper: Keeper;

  /** See `Correlator.register`; `keeper` is told what becomes of it. */
  constructor(
    id: number,
    keeper: Keeper,
    server: AskedServer,
    question: Uint8Array<ArrayBuffer>,
    owner: Listener | null,
    doubts: Doubts | null,
  ) {
    super();
    this.key = id;
    this.#keeper = keeper;
    this.server = server;
    this.question = question;
    this.owner = owner;
    this.doubts = doubts;
  }

  /** See `Pending`. */
  get id(): number {
    return this.key;
  }

  /** See `Pending`. */
  get peer(): SocketAddress {
    return this.server.address;
  }

  /** See `Pending`. */
  notSent(cause: unknown): void {
    const error = this.server.notSent(cause);
    this.#keeper.giveUp(this);
    // Of no effect when it has its reply.
    this.reply.failed(error);
  }

  /** See `Deadline`. */
  override onDue(nowMs: number): void {
    this.#keeper.expire(this, nowMs);
  }
}
