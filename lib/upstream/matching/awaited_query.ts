import type { SocketAddress } from "../../base/net/address.ts";
import type { Sink } from "../../base/deferred.ts";
import type { Linkable } from "../../base/linked_table.ts";
import { Deadline } from "../../base/time/deadline_queue.ts";
import type { Passage } from "../../observe/upstream_tap.ts";
import type { Response } from "../../response/response.ts";
import type { AskedServer, Listener } from "./registration.ts";

/** What has become of a query, and of its ID. */
export const QUERY_STATE = {
  /** It has no ID: it was not sent, or its ID is free again. */
  free: 0,
  /** It waits for its reply. */
  waiting: 1,
  /** Its ID is free, and it is being told what has come of it. */
  told: 2,
  /** Nobody waits any more, and its ID rests: a tombstone. */
  resting: 3,
} as const;

/** One of `QUERY_STATE`. */
export type QueryState = (typeof QUERY_STATE)[keyof typeof QUERY_STATE];

/** Who gives out IDs, and waits for replies. */
export interface QueryKeeper {
  /** The deadline of a query has come, or its ID has rested. */
  expire(query: AwaitedQuery, nowMs: number): void;
  /** A query that waits could not be sent: its ID is to rest. */
  giveUp(query: AwaitedQuery): void;
}

/**
 * A query from when it is sent until its ID is free again: what was asked, whom, and under which ID its reply is waited for.
 * Whoever sends queries extends it with what is to become of the reply, which comes, or fails, once.
 */
export abstract class AwaitedQuery extends Deadline implements Linkable<AwaitedQuery>, Sink<Response> {
  /** See `Linkable`: its ID, unpredictable, and no other's at the moment. */
  key = 0;
  /** See `Linkable`. */
  nextInRow: AwaitedQuery | null = null;
  /** What becomes of it; the correlator's to write. */
  state: QueryState = QUERY_STATE.free;
  /** Whom it is for; see `begin`. */
  server!: AskedServer;
  /** Who may go on listening at its deadline. */
  owner: Listener | null = null;
  /** Whether its server knows our cookie, and so is to show it; see `AskedServer.faultOf`. */
  expectsCookie = false;
  /** Whether the time that its reply has taken says nothing of how long its server takes: it has waited for a connection, say. */
  isAmbiguous = false;
  /** The one question, in wire format and as it is sent; not changed as long as it waits or rests. */
  question: Uint8Array<ArrayBuffer>;
  /** Who is shown its reply; `null` when nobody looks. To be set when it is sent. */
  passage: Passage | null = null;
  /** Whether it waits to leave, with others of its turn. */
  #isLeaving = false;
  /** Made once, not for each send. */
  #onLeft: (() => void) | null = null;
  #onNotSent: ((cause: unknown) => void) | null = null;
  #keeper: QueryKeeper | null = null;

  /** Asks `question`. */
  constructor(question: Uint8Array<ArrayBuffer>) {
    super();
    this.question = question;
  }

  /** Whether a reply has to have the letter case of the question. */
  abstract get mindsCase(): boolean;

  /** Whether a reply has to have the cookie that was sent; see `AskedServer.isGenuine`. */
  abstract get mindsCookie(): boolean;

  /** A reply has come whose question differs in nothing but letter case; it does not count. */
  abstract onWrongCase(): void;

  /** A reply has come that is right in all but its cookie; it does not count. */
  abstract onWrongCookie(): void;

  /** See `Sink`: the reply, without the octets behind the last record. It is lent. */
  abstract arrived(response: Response): void;

  /** See `Sink`: there will be no reply. */
  abstract failed(error: unknown): void;

  /** Waits under an ID; for `Correlator.register`. */
  begin(id: number, keeper: QueryKeeper, server: AskedServer, owner: Listener | null): void {
    // hot path
    this.key = id;
    this.#keeper = keeper;
    this.server = server;
    this.owner = owner;
    this.passage = null;
    this.state = QUERY_STATE.waiting;
  }

  /** It is to leave; `hasLeft` follows. */
  leaves(): void {
    // hot path
    this.#isLeaving = true;
  }

  /** The same where a promise says that it has left. */
  leavesBy(sending: Promise<unknown>): void {
    // hot path
    this.#isLeaving = true;
    this.#onLeft ??= () => this.hasLeft();
    this.#onNotSent ??= (cause) => {
      this.notSent(cause);
      this.hasLeft();
    };
    sending.then(this.#onLeft, this.#onNotSent);
  }

  /** It has left, or never will. */
  hasLeft(): void {
    // hot path
    this.#isLeaving = false;
    if (this.state === QUERY_STATE.free) this.onFree();
  }

  /** It has been told what has come of it, and its ID is free; for the correlator. */
  release(): void {
    // hot path
    this.state = QUERY_STATE.free;
    if (!this.#isLeaving) this.onFree();
  }

  /** Nobody holds it any more but for whoever has sent it: it may be used again. */
  protected onFree(): void {}

  /** What it has to be sent with. */
  get id(): number {
    return this.key;
  }

  /** Where it goes. */
  get peer(): SocketAddress {
    return this.server.address;
  }

  /** It could not be sent, and is given up, if it still waits. A reply that overtakes that news counts. */
  notSent(cause: unknown): void {
    const error = this.server.notSent(cause);
    if (this.state !== QUERY_STATE.waiting) return;
    this.#keeper!.giveUp(this);
    this.failed(error);
  }

  /** See `Deadline`. */
  override onDue(nowMs: number): void {
    this.#keeper!.expire(this, nowMs);
  }
}
