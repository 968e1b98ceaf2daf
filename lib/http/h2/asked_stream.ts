import type { HttpResponseSink } from "../../base/http/http_exchange.ts";
import { fieldIn } from "../fields.ts";
import { H2Stream } from "./h2_stream.ts";
import type { ResponseHead } from "./message_head.ts";

/** A request of ours on a stream of its own, and its answer. */
export class AskedStream extends H2Stream {
  /** Who is told. */
  readonly sink: HttpResponseSink;
  /** What was answered, when it is there. */
  head: ResponseHead | null = null;
  /** Whether all of our content has left. */
  isSent = false;
  readonly #octetsMax: number;
  #content = new Uint8Array();

  /** One whose answer may have so many octets of content. */
  constructor(id: number, sendWindow: number, octetsMax: number, sink: HttpResponseSink) {
    super(id, sendWindow);
    this.#octetsMax = octetsMax;
    this.sink = sink;
  }

  /** Takes what came of the content, which is only lent. Returns what is wrong with it, or `null`. */
  take(octets: Uint8Array<ArrayBuffer>, isEnd: boolean): string | null {
    if (this.head === null) return "there is content without a header";
    const before = this.#content.length;
    if (before + octets.length > this.#octetsMax) return "it is too long";
    if (octets.length > 0) {
      const content = new Uint8Array(before + octets.length);
      content.set(this.#content);
      content.set(octets, before);
      this.#content = content;
    }
    const { contentLength } = this.head;
    // RFC 9113 §8.1.1.
    const isWrong = isEnd && contentLength !== -1 && contentLength !== this.#content.length;
    return isWrong ? "it has another length than it says" : null;
  }

  /** Tells the whole answer. */
  answer(): void {
    const { status, fields } = this.head!;
    this.sink.answered(status, (name) => fieldIn(fields, name), this.#content);
  }
}
