import type { ByteStream } from "../../base/net/byte_stream.ts";
import {
  type HttpClientConnection,
  type HttpClientOptions,
  type HttpConnectionEnd,
  type HttpFields,
  type HttpRequestMessage,
  type HttpResponseSink,
  HttpStreamError,
} from "../../base/http/http_exchange.ts";
import { hpackBlock } from "../hpack/hpack_encoder.ts";
import { codeText, H2_CODE, H2Error, PREFACE, SETTING, WINDOW_OCTETS, WINDOW_OCTETS_MAX } from "../frames/frame.ts";
import { AskedStream } from "./asked_stream.ts";
import { H2Connection } from "./h2_connection.ts";
import type { H2Role } from "./h2_role.ts";
import type { H2Stream } from "./h2_stream.ts";
import type { Block } from "./header_blocks.ts";
import { isTrailer, responseHead } from "./message_head.ts";
import { putHeaders, putSettings } from "../frames/put_frames.ts";

/** Octets of the fields of an answer. */
const FIELD_OCTETS_MAX = 16_384;
/** Content that may be on its way to us, on all streams: never what is waited for. */
const WINDOW = 1 << 20;
/** Streams at a time as long as the server has said nothing: what RFC 9113 §6.5.2 wants each to allow. */
const STREAMS_UNSAID = 100;

/** A connection to a server that speaks HTTP/2 (RFC 9113). */
export class H2Client implements H2Role, HttpClientConnection {
  /** See `H2Role`. */
  readonly isServer = false;
  readonly #options: HttpClientOptions;
  readonly #connection: H2Connection;
  #nextId = 1;
  #end: HttpConnectionEnd | null = null;
  #hasSettings = false;
  /** The header that was sent last: most say the same again. */
  #lastMessage: Pick<HttpRequestMessage, "method" | "path" | "fields"> | null = null;
  #lastBlock: Uint8Array = new Uint8Array();

  /** Speaks on `socket`. */
  constructor(socket: ByteStream, options: HttpClientOptions) {
    this.#options = options;
    const connection = new H2Connection({
      socket,
      first: null,
      role: this,
      fieldOctetsMax: FIELD_OCTETS_MAX,
      windowOctets: WINDOW,
    });
    this.#connection = connection;
    connection.out.put(new TextEncoder().encode(PREFACE));
    const settings = [SETTING.ENABLE_PUSH, 0, SETTING.INITIAL_WINDOW_SIZE, WINDOW_OCTETS + 1];
    putSettings(connection.out, [...settings, SETTING.MAX_HEADER_LIST_SIZE, FIELD_OCTETS_MAX]);
    void connection.run();
  }

  /** See `HttpClientConnection`. */
  get isOpen(): boolean {
    return this.#end === null;
  }

  /** See `HttpClientConnection`. */
  get roomForStreams(): number {
    const { peer, streams } = this.#connection;
    const streamsMax = this.#hasSettings ? peer.streamsMax : STREAMS_UNSAID;
    return this.isOpen ? Math.max(0, streamsMax - streams.size) : 0;
  }

  /** See `HttpClientConnection`. */
  request(message: HttpRequestMessage, sink: HttpResponseSink): () => void {
    const connection = this.#connection;
    const { peer, streams, sender, out } = connection;
    const id = this.#nextId;
    this.#nextId += 2;
    const stream = new AskedStream(id, peer.windowOctets, message.contentOctetsMax, sink);
    connection.lastStreamId = id;
    streams.set(id, stream);
    connection.noteUse();
    const { content } = message;
    const contentLength = content === null ? -1 : content.length;
    putHeaders(out, id, this.#blockOf(message), contentLength, content === null, peer.takeTableSize());
    stream.isSent = content === null || sender.send(stream, content);
    if (this.#nextId > WINDOW_OCTETS_MAX) this.#noteEnd("us", "all numbers are used up");
    return () => {
      if (streams.get(id) === stream) this.#takeAway(stream, H2_CODE.CANCEL);
    };
  }

  /** See `HttpClientConnection`. */
  close(): void {
    this.#noteEnd("us", "we are closing");
    this.#connection.close(null);
  }

  /** See `H2Role`. */
  gate(): null {
    return null;
  }

  /** See `H2Role`. */
  onBlock(streamId: number, block: Block, isEnd: boolean): void {
    const stream = this.#connection.streams.get(streamId) as AskedStream | undefined;
    if (stream === undefined) throw new H2Error(H2_CODE.PROTOCOL_ERROR, "the server opens a stream");
    if (stream.head !== null) {
      if (!isEnd || !isTrailer(block.fields)) return this.#giveUp(stream, "its trailer is none");
      return this.onContent(stream, new Uint8Array(), true);
    }
    const head = block.isWhole ? responseHead(block.fields) : null;
    if (head === null) return this.#giveUp(stream, block.isWhole ? "its header is none" : "its header is too long");
    if (head.status < 200) {
      // RFC 9110 §15.2: what comes before the answer.
      return isEnd ? this.#giveUp(stream, "it ends before it has begun") : undefined;
    }
    stream.head = head;
    if (isEnd) this.onContent(stream, new Uint8Array(), true);
  }

  /** See `H2Role`. */
  onContent(h2Stream: H2Stream, octets: Uint8Array<ArrayBuffer>, isEnd: boolean): void {
    const stream = h2Stream as AskedStream;
    const fault = stream.take(octets, isEnd);
    if (fault !== null) return this.#giveUp(stream, fault);
    if (!isEnd) return;
    stream.isComplete = true;
    this.#takeAway(stream, stream.isSent ? null : H2_CODE.NO_ERROR);
    this.#connection.noteUse();
    stream.answer();
  }

  /** See `H2Role`. */
  onReset(stream: H2Stream, code: number): void {
    // RFC 9113 §8.7: nothing was done about it.
    this.#tell(stream, `The server has reset the stream: ${codeText(code)}`, code !== H2_CODE.REFUSED_STREAM);
    this.#afterStream();
  }

  /** See `H2Role`. */
  onGoaway(lastStreamId: number, code: number): void {
    this.#noteEnd("goaway", code === H2_CODE.NO_ERROR ? "the server goes away" : `the server says ${codeText(code)}`);
    for (const stream of [...this.#connection.streams.values()]) {
      if (stream.id <= lastStreamId) continue;
      this.#connection.remove(stream.id);
      this.#tell(stream, "The server goes away and has not looked at it", false);
    }
    this.#afterStream();
  }

  /** See `H2Role`. */
  onSettings(): void {
    this.#hasSettings = true;
    this.#options.onRoom();
  }

  /** See `H2Role`. */
  onContentSent(stream: H2Stream): void {
    (stream as AskedStream).isSent = true;
  }

  /** See `H2Role`. */
  onSent(): void {}

  /** See `H2Role`. */
  onClosed(error: unknown): void {
    const text = error === null ? "the server has closed the connection" : textOf(error);
    this.#noteEnd(error === null ? "closed" : "failed", text);
    for (const stream of [...this.#connection.streams.values()]) {
      this.#connection.remove(stream.id);
      this.#tell(stream, `The connection is closed: ${this.#end!.text}`, true);
    }
  }

  #blockOf({ method, path, fields }: HttpRequestMessage): Uint8Array {
    const last = this.#lastMessage;
    if (last?.fields === fields && last.path === path && last.method === method) return this.#lastBlock;
    this.#lastMessage = { method, path, fields };
    const pseudo = [":method", method, ":scheme", "https", ":authority", this.#options.authority, ":path", path];
    const all: HttpFields = [...pseudo, ...fields];
    return this.#lastBlock = hpackBlock(all);
  }

  #giveUp(stream: AskedStream, text: string): void {
    this.#takeAway(stream, H2_CODE.PROTOCOL_ERROR);
    this.#tell(stream, `The answer cannot be read: ${text}`, true);
  }

  /** @param code What the server is told; nothing, when it knows. */
  #takeAway(stream: AskedStream, code: number | null): void {
    if (code === null) this.#connection.remove(stream.id);
    else this.#connection.reset(stream.id, code);
    this.#afterStream();
  }

  #tell(stream: H2Stream, text: string, wasProcessed: boolean): void {
    (stream as AskedStream).sink.failed(new HttpStreamError(text, wasProcessed));
  }

  #afterStream(): void {
    const connection = this.#connection;
    if (this.isOpen) return this.#options.onRoom();
    if (connection.streams.size === 0) connection.out.afterLast(() => connection.close(null));
  }

  #noteEnd(kind: HttpConnectionEnd["kind"], text: string): void {
    if (this.#end !== null) return;
    this.#end = { kind, text };
    this.#options.onEnd(this.#end);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
