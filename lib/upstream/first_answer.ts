import { deliver, LaterOctets } from "../base/later.ts";
import { isBadCookie } from "./cookie_jar.ts";
import { isDoubtful, isEdnsRejection } from "./reply_kind.ts";
import type { Request } from "./request.ts";
import type { Sending } from "./sending.ts";
import { ForgeryError } from "./upstream_error.ts";

/** The first query for a request. */
export interface FirstSend {
  /** With an OPT record (RFC 6891). */
  readonly withOpt: boolean;
  /** The query on its way. */
  readonly sending: Sending;
}

/** Knows what to do when the first query has not brought an answer. */
export interface Reconsiderer {
  /** Asks again in a lesser manner where the best one has not brought an answer. */
  reconsider(request: Request, reply: Uint8Array<ArrayBuffer>, first: FirstSend): Promise<Uint8Array<ArrayBuffer>>;
  /** Asks where a forger would have to guess the sequence number as well (RFC 5452 §9.3). */
  exchangeOverTcp(request: Request): Promise<Uint8Array<ArrayBuffer>>;
}

/** What the first query has brought, unless that has to be reconsidered: then what comes of it. */
export class FirstAnswer extends LaterOctets {
  readonly #reconsiderer: Reconsiderer;
  readonly #request: Request;
  readonly #first: FirstSend;
  #isReconsidered = false;

  /** To be given the reply to `first`. */
  constructor(reconsiderer: Reconsiderer, request: Request, first: FirstSend) {
    super();
    this.#reconsiderer = reconsiderer;
    this.#request = request;
    this.#first = first;
  }

  /** See `Receiver`. */
  override arrived(reply: Uint8Array<ArrayBuffer>): void {
    if (this.#isReconsidered || !this.#isDubious(reply)) return super.arrived(reply);
    this.#isReconsidered = true;
    deliver(this.#reconsiderer.reconsider(this.#request, reply.slice(), this.#first), this);
  }

  /** See `Receiver`. */
  override failed(error: unknown): void {
    if (this.#isReconsidered || !(error instanceof ForgeryError)) return super.failed(error);
    this.#isReconsidered = true;
    deliver(this.#reconsiderer.exchangeOverTcp(this.#request), this);
  }

  #isDubious(reply: Uint8Array<ArrayBuffer>): boolean {
    const { withOpt, sending } = this.#first;
    return isBadCookie(reply) || (withOpt && isEdnsRejection(reply)) || (sending.isMixed && isDoubtful(reply));
  }
}
