import type { ByteStream } from "../../base/net/byte_stream.ts";
import type { HttpServerConnection, HttpServerOptions } from "../../base/http/http_exchange.ts";
import { OctetsOut } from "../frames/octets_out.ts";
import { PREFACE } from "../frames/frame.ts";
import { H1Exchange } from "./h1_exchange.ts";
import { OctetReader, TooLong } from "./octet_reader.ts";
import { readContent } from "./read_content.ts";
import { type H1Head, readHead } from "./request_head.ts";

/** Octets that wait to leave, above which nothing more is looked at. */
const WAITING_OCTETS_MAX = 65_536;

/** What goes on with a connection that speaks something else, with what has come already. */
export type Takeover = (first: Uint8Array) => HttpServerConnection;

/** A client's connection that speaks HTTP/1.1 (RFC 9112): one request after the other. */
export class H1Server implements HttpServerConnection {
  readonly #socket: ByteStream;
  readonly #options: HttpServerOptions;
  readonly #out: OctetsOut;
  readonly #reader: OctetReader;
  readonly #takeover: Takeover | null;
  #left = Promise.withResolvers<void>();
  #exchange: H1Exchange | null = null;
  #other: HttpServerConnection | null = null;
  #isDraining = false;
  #isClosed = false;

  /** Serves what comes on `socket`; what begins as HTTP/2 does, by `takeover`, if there is one. */
  constructor(socket: ByteStream, options: HttpServerOptions, takeover: Takeover | null) {
    this.#socket = socket;
    this.#options = options;
    this.#takeover = takeover;
    this.#out = new OctetsOut({ socket, onSent: () => this.#onSent(), onFailure: () => this.close() });
    this.#reader = new OctetReader(socket, options.limits.headerOctets);
    void this.#run();
  }

  /** See `HttpServerConnection`. */
  get waitingOctets(): number {
    return this.#other?.waitingOctets ?? this.#out.waitingOctets;
  }

  /** See `HttpServerConnection`. */
  drain(): void {
    if (this.#other !== null) return this.#other.drain();
    this.#isDraining = true;
    if (this.#exchange === null) this.#closeBehindLast();
  }

  /** See `HttpServerConnection`. */
  close(): void {
    if (this.#other !== null) return this.#other.close();
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#exchange !== null) this.#exchange.leave();
    this.#out.close();
    this.#socket.close();
    this.#left.resolve();
    this.#options.onEnd();
  }

  async #run(): Promise<void> {
    try {
      if (this.#takeover !== null && await this.#isOther()) return;
      while (!this.#isClosed && !this.#isDraining) {
        while (this.#out.waitingOctets > WAITING_OCTETS_MAX && !this.#isClosed) await this.#left.promise;
        for (let wait = this.#options.gate(); wait !== null; wait = this.#options.gate()) await wait;
        if (!await this.#serveOne()) break;
      }
      this.#closeBehindLast();
    } catch {
      // The client went away, or sent what is no request to its end.
      this.close();
    }
  }

  async #isOther(): Promise<boolean> {
    for (;;) {
      const { waiting } = this.#reader;
      const text = String.fromCharCode(...waiting.subarray(0, PREFACE.length));
      if (!PREFACE.startsWith(text)) return false;
      if (text.length === PREFACE.length) {
        this.#other = this.#takeover!(waiting);
        if (this.#isDraining) this.#other.drain();
        return true;
      }
      if (!await this.#reader.more()) return false;
    }
  }

  /** Returns whether another one may come behind it. */
  async #serveOne(): Promise<boolean> {
    const head = await this.#readHead();
    if (head === null || this.#isClosed) return false;
    const exchange = new H1Exchange(typeof head === "number" ? null : head, this.#out);
    if (typeof head === "number") {
      exchange.isLast = true;
      exchange.respond(head, [], null);
      return false;
    }
    this.#exchange = exchange;
    exchange.isLast ||= this.#isDraining;
    this.#options.onRequest(exchange);
    const hasContent = head.contentLength !== 0;
    if (hasContent) {
      // Whoever answers without it ends the connection: what comes next would be content.
      await Promise.race([exchange.answered, this.#deliver(exchange, head)]);
    } else {
      exchange.deliver(new Uint8Array());
    }
    await exchange.answered;
    this.#exchange = null;
    return !exchange.isLast && !this.#isClosed;
  }

  async #deliver(exchange: H1Exchange, { contentLength }: H1Head): Promise<void> {
    const octetsMax = exchange.octetsMax;
    if (octetsMax === null) {
      exchange.isLast = true;
      return;
    }
    if (exchange.field("expect")?.toLowerCase() === "100-continue" && this.#reader.waiting.length === 0) {
      this.#out.put(new TextEncoder().encode("HTTP/1.1 100 Continue\r\n\r\n"));
    }
    // Should an answer be given meanwhile, it is the last one.
    const isLast = exchange.isLast;
    exchange.isLast = true;
    try {
      const content = await readContent(this.#reader, contentLength, octetsMax);
      if (content !== null) exchange.isLast = isLast;
      exchange.deliver(content);
    } catch {
      this.close();
    }
  }

  /** `null` when nothing comes any more. */
  async #readHead(): Promise<H1Head | number | null> {
    try {
      // RFC 9112 §2.2: an empty line before a request is overlooked.
      for (let i = 0; i < 2; i++) {
        if (this.#reader.waiting.length === 0 && !await this.#reader.more()) return null;
        const text = await this.#reader.textUntil("\r\n");
        if (text !== "") return readHead(await this.#rest(text));
      }
      return 400;
    } catch (error) {
      // RFC 6585 §5. A header that ends with its connection is nobody's.
      return error instanceof TooLong ? 431 : null;
    }
  }

  async #rest(first: string): Promise<string> {
    let text = first;
    for (;;) {
      const line = await this.#reader.textUntil("\r\n");
      if (line === "") return text;
      text += `\r\n${line}`;
      if (text.length > this.#options.limits.headerOctets) throw new TooLong();
    }
  }

  #onSent(): void {
    const { resolve } = this.#left;
    this.#left = Promise.withResolvers<void>();
    resolve();
    this.#options.onSent();
  }

  #closeBehindLast(): void {
    this.#out.afterLast(() => this.close());
  }
}
