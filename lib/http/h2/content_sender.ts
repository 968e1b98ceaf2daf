import type { OctetsOut } from "../frames/octets_out.ts";
import { FLAG, FRAME, FRAME_OCTETS_MAX, WINDOW_OCTETS } from "../frames/frame.ts";
import type { H2Stream } from "./h2_stream.ts";
import { putFrame } from "../frames/put_frames.ts";

/** Sends the content of streams as far as the other side lets us (RFC 9113 §5.2), the rest when it does. */
export class ContentSender {
  /** Octets that may be sent on all streams together. */
  window: number = WINDOW_OCTETS;
  readonly #out: OctetsOut;
  readonly #onSent: (stream: H2Stream) => void;
  /** Those with a rest. */
  readonly #waiting = new Set<H2Stream>();
  #waitingOctets = 0;

  /** Tells `onSent` of each stream whose rest has left. */
  constructor(out: OctetsOut, onSent: (stream: H2Stream) => void) {
    this.#out = out;
    this.#onSent = onSent;
  }

  /** Octets that wait for a window. */
  get waitingOctets(): number {
    return this.#waitingOctets;
  }

  /** Sends `content`, which is only lent, and nothing behind it. Returns whether that is all; else `onSent` tells. */
  send(stream: H2Stream, content: Uint8Array<ArrayBuffer>): boolean {
    const sent = this.#sendSome(stream, content);
    if (sent === content.length) return true;
    stream.rest = content.slice(sent);
    this.#waitingOctets += stream.rest.length;
    this.#waiting.add(stream);
    return false;
  }

  /** A window has grown. */
  goOn(): void {
    for (const stream of this.#waiting) {
      if (this.window <= 0) return;
      const rest = stream.rest!;
      const sent = this.#sendSome(stream, rest);
      this.#waitingOctets -= sent;
      stream.rest = rest.subarray(sent);
      if (sent < rest.length) continue;
      this.forget(stream);
      this.#onSent(stream);
    }
  }

  /** The stream is no more. */
  forget(stream: H2Stream): void {
    if (!this.#waiting.delete(stream)) return;
    this.#waitingOctets -= stream.rest!.length;
    stream.rest = null;
  }

  /** Never an empty frame, which would be the end. */
  #sendSome(stream: H2Stream, content: Uint8Array<ArrayBuffer>): number {
    let sent = 0;
    while (sent < content.length) {
      const count = Math.min(content.length - sent, this.window, stream.sendWindow, FRAME_OCTETS_MAX);
      if (count <= 0) break;
      const isEnd = sent + count === content.length;
      const at = putFrame(this.#out, FRAME.DATA, isEnd ? FLAG.END_STREAM : 0, stream.id, count);
      const octets = count === content.length ? content : content.subarray(sent, sent + count);
      this.#out.octets.set(octets, at);
      this.window -= count;
      stream.sendWindow -= count;
      sent += count;
    }
    return sent;
  }
}
