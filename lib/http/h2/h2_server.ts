import type { ByteStream } from "../../base/net/byte_stream.ts";
import type { HttpServerConnection, HttpServerOptions } from "../../base/http/http_exchange.ts";
import { H2_CODE, H2Error, SETTING, WINDOW_OCTETS } from "../frames/frame.ts";
import { H2Connection } from "./h2_connection.ts";
import type { H2Role } from "./h2_role.ts";
import type { H2Stream } from "./h2_stream.ts";
import type { Block } from "./header_blocks.ts";
import { isTrailer, type RequestHead, requestHead } from "./message_head.ts";
import { putSettings } from "../frames/put_frames.ts";
import { type ServedConnection, ServedStream } from "./served_stream.ts";

/** Content of one request: one octet more than anybody reads, so that too much is noticed. */
const STREAM_WINDOW_OCTETS = WINDOW_OCTETS + 1;

/** A client's connection that speaks HTTP/2 (RFC 9113). */
export class H2Server implements H2Role, HttpServerConnection, ServedConnection {
  /** See `H2Role`. */
  readonly isServer = true;
  readonly #options: HttpServerOptions;
  readonly #connection: H2Connection;
  /** Requests that were given up, beyond those that were answered. */
  #resetCount = 0;
  #isDraining = false;
  /** The header that came last, and what it asks for. */
  #lastBlock: Block | null = null;
  #lastHead: RequestHead | null = null;

  /** Serves what comes on `socket`, of which `first` has come already. */
  constructor(socket: ByteStream, options: HttpServerOptions, first: Uint8Array | null) {
    const { limits } = options;
    this.#options = options;
    this.#connection = new H2Connection({
      socket,
      first,
      role: this,
      fieldOctetsMax: limits.headerOctets,
      windowOctets: Math.max(limits.contentOctets, STREAM_WINDOW_OCTETS),
    });
    putSettings(this.#connection.out, [
      SETTING.MAX_CONCURRENT_STREAMS,
      limits.streams,
      SETTING.INITIAL_WINDOW_SIZE,
      STREAM_WINDOW_OCTETS,
      SETTING.MAX_HEADER_LIST_SIZE,
      limits.headerOctets,
    ]);
    void this.#connection.run();
  }

  /** See `HttpServerConnection`. */
  get waitingOctets(): number {
    return this.#connection.out.waitingOctets + this.#connection.sender.waitingOctets;
  }

  /** See `HttpServerConnection`. */
  drain(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    if (this.#connection.isClosed) return;
    this.#connection.goAway(H2_CODE.NO_ERROR);
    this.#closeWhenDone();
  }

  /** See `HttpServerConnection`. */
  close(): void {
    this.#connection.close(null);
  }

  /** See `H2Role`. */
  gate(): Promise<void> | null {
    return this.#options.gate();
  }

  /** See `H2Role`. */
  onBlock(streamId: number, block: Block, isEnd: boolean): void {
    const connection = this.#connection;
    const known = connection.streams.get(streamId);
    if (known !== undefined) return this.#onTrailer(known as ServedStream, block, isEnd);
    // RFC 9113 §6.8: nothing is done about it, and the client knows.
    if (this.#isDraining) return connection.ignore(streamId);
    connection.lastStreamId = streamId;
    if (connection.streams.size >= this.#options.limits.streams) {
      this.#countReset();
      return connection.reset(streamId, H2_CODE.REFUSED_STREAM);
    }
    const head = this.#headOf(block);
    if (head === null) {
      this.#countReset();
      return connection.reset(streamId, H2_CODE.PROTOCOL_ERROR);
    }
    const stream = new ServedStream(streamId, head, this);
    stream.isComplete = isEnd;
    connection.streams.set(streamId, stream);
    connection.noteUse();
    // RFC 6585 §5.
    if (!block.isWhole) return stream.respond(431, [], null);
    if (isEnd && head.contentLength > 0) return this.#giveUp(stream, H2_CODE.PROTOCOL_ERROR);
    this.#options.onRequest(stream);
  }

  /** See `H2Role`. */
  onContent(stream: H2Stream, octets: Uint8Array<ArrayBuffer>, isEnd: boolean): void {
    stream.isComplete = isEnd;
    if (!(stream as ServedStream).take(octets, isEnd)) this.#giveUp(stream as ServedStream, H2_CODE.PROTOCOL_ERROR);
  }

  /** See `H2Role`. */
  onReset(stream: H2Stream): void {
    (stream as ServedStream).isGone = true;
    this.#countReset();
    this.#closeWhenDone();
  }

  /** See `H2Role`: the client opens no more, and closes when it likes. */
  onGoaway(): void {}

  /** See `H2Role`. */
  onSettings(): void {}

  /** See `H2Role`. */
  onContentSent(stream: H2Stream): void {
    this.onAnswered(stream as ServedStream);
  }

  /** See `H2Role`. */
  onSent(): void {
    this.#options.onSent();
  }

  /** See `H2Role`. */
  onClosed(): void {
    for (const stream of this.#connection.streams.values()) (stream as ServedStream).isGone = true;
    this.#options.onEnd();
  }

  /** See `ServedConnection`. */
  get connection(): H2Connection {
    return this.#connection;
  }

  /** See `ServedConnection`. */
  onAnswered(stream: ServedStream): void {
    if (this.#resetCount > 0) this.#resetCount--;
    // RFC 9113 §8.1: what is left of the request need not be sent.
    if (stream.isComplete) this.#connection.remove(stream.id);
    else this.#connection.reset(stream.id, H2_CODE.NO_ERROR);
    this.#closeWhenDone();
  }

  #headOf(block: Block): RequestHead | null {
    if (block === this.#lastBlock) return this.#lastHead;
    this.#lastBlock = block;
    return this.#lastHead = requestHead(block.fields);
  }

  #onTrailer(stream: ServedStream, block: Block, isEnd: boolean): void {
    if (!isEnd || !isTrailer(block.fields)) return this.#giveUp(stream, H2_CODE.PROTOCOL_ERROR);
    this.onContent(stream, new Uint8Array(), true);
  }

  #giveUp(stream: ServedStream, code: number): void {
    stream.isGone = true;
    this.#connection.reset(stream.id, code);
    this.#countReset();
    this.#closeWhenDone();
  }

  #countReset(): void {
    if (++this.#resetCount <= this.#options.limits.resets) return;
    this.#connection.fail(new H2Error(H2_CODE.ENHANCE_YOUR_CALM, "too many requests are given up"));
  }

  #closeWhenDone(): void {
    const connection = this.#connection;
    if (!this.#isDraining || connection.streams.size > 0 || connection.isClosed) return;
    connection.out.afterLast(() => connection.close(null));
  }
}
