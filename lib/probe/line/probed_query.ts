import type { Response } from "../../response/response.ts";
import { AwaitedQuery } from "../../upstream/matching/awaited_query.ts";

/** A query whose reply is looked at by people: it is sent once, and whatever letter case and cookie come back is what is found. */
export class ProbedQuery extends AwaitedQuery {
  readonly #settle: PromiseWithResolvers<Uint8Array<ArrayBuffer>> = Promise.withResolvers();

  /** A copy of the reply. Rejects when there is none. */
  get reply(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#settle.promise;
  }

  /** See `AwaitedQuery`. */
  override get mindsCase(): boolean {
    return false;
  }

  /** See `AwaitedQuery`. */
  override get mindsCookie(): boolean {
    return false;
  }

  /** See `AwaitedQuery`. */
  override onWrongCase(): void {}

  /** See `AwaitedQuery`. */
  override onWrongCookie(): void {}

  /** See `Sink`. */
  override arrived({ octets }: Response): void {
    this.#settle.resolve(octets.slice());
  }

  /** See `Sink`. */
  override failed(error: unknown): void {
    this.#settle.reject(error);
  }
}
