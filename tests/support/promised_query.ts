import type { Response } from "../../lib/response/response.ts";
import { AwaitedQuery } from "../../lib/upstream/matching/awaited_query.ts";
import { DeferredResponse } from "../../lib/upstream/matching/deferred_response.ts";
import type { Request } from "../../lib/upstream/request.ts";
import type { Transport } from "../../lib/upstream/transport.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** What a query minds, and who is told of replies that do not count for it. */
export interface Doubts {
  readonly mindsCase: boolean;
  readonly mindsCookie: boolean;
  onWrongCase(): void;
  onWrongCookie(): void;
}

const NO_DOUBTS: Doubts = { mindsCase: false, mindsCookie: true, onWrongCase() {}, onWrongCookie() {} };

/** A query whose reply can be awaited. */
export class PromisedQuery extends AwaitedQuery {
  /** What comes of it. */
  readonly reply = new DeferredResponse();
  readonly #doubts: Doubts;

  /** Asks `question`. Without `doubts`, letter case does not matter, and the cookie does. */
  constructor(question: Octets, doubts: Doubts = NO_DOUBTS) {
    super(question);
    this.#doubts = doubts;
  }

  override get mindsCase(): boolean {
    return this.#doubts.mindsCase;
  }

  override get mindsCookie(): boolean {
    return this.#doubts.mindsCookie;
  }

  override onWrongCase(): void {
    this.#doubts.onWrongCase();
  }

  override onWrongCookie(): void {
    this.#doubts.onWrongCookie();
  }

  override arrived(response: Response): void {
    this.reply.arrived(response);
  }

  override failed(error: unknown): void {
    this.reply.failed(error);
  }
}

/** Asks over `transport`, and gives what comes of it. */
export function exchangeOver(
  transport: Transport,
  octets: Octets,
  question: Octets,
  request: Request,
  doubts?: Doubts,
): DeferredResponse {
  const query = new PromisedQuery(question, doubts);
  transport.send(octets, query, request);
  return query.reply;
}
