import type { LaterOctets, Receiver } from "../base/later.ts";

/** What TCP brings for a truncated reply, on its way to whoever has asked. */
export class WholeReply implements Receiver<Uint8Array<ArrayBuffer>> {
  readonly #reply: LaterOctets;
  readonly #onEnd: (hasFailed: boolean) => void;

  /** Goes to `reply`, once `onEnd` has been told whether it has failed. */
  constructor(reply: LaterOctets, onEnd: (hasFailed: boolean) => void) {
    this.#reply = reply;
    this.#onEnd = onEnd;
  }

  /** See `Receiver`. */
  arrived(whole: Uint8Array<ArrayBuffer>): void {
    this.#onEnd(false);
    this.#reply.arrived(whole);
  }

  /** See `Receiver`. */
  failed(error: unknown): void {
    this.#onEnd(true);
    this.#reply.failed(error);
  }
}
