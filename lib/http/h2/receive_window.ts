import { FRAME, H2_CODE, H2Error, WINDOW_OCTETS } from "../frames/frame.ts";
import { putNumberFrame } from "../frames/put_frames.ts";
import type { OctetsOut } from "../frames/octets_out.ts";

/** What the other side may send as content on all streams together, before we say more (RFC 9113 §6.9): what we keep of it is bounded. */
export class ReceiveWindow {
  readonly #out: OctetsOut;
  readonly #octets: number;
  /** What has come, and was not given back. */
  #used = 0;
  /** What of that is to be given back. */
  #freed = 0;

  /** One of `octets`, no less than what every connection has. */
  constructor(out: OctetsOut, octets: number) {
    this.#out = out;
    this.#octets = octets;
  }

  /** Tells the other side how large it is. */
  open(): void {
    if (this.#octets > WINDOW_OCTETS) putNumberFrame(this.#out, FRAME.WINDOW_UPDATE, 0, this.#octets - WINDOW_OCTETS);
  }

  /** So many octets have come. */
  take(octets: number): void {
    this.#used += octets;
    if (this.#used > this.#octets) throw new H2Error(H2_CODE.FLOW_CONTROL_ERROR, "more comes than may");
  }

  /** So many of them are kept no more. */
  credit(octets: number): void {
    this.#freed += octets;
    // Not a frame for each message.
    if (this.#freed * 2 < this.#octets) return;
    putNumberFrame(this.#out, FRAME.WINDOW_UPDATE, 0, this.#freed);
    this.#used -= this.#freed;
    this.#freed = 0;
  }
}
