import type { HttpExchange, HttpFields } from "../../base/http/http_exchange.ts";
import { fieldIn } from "../fields.ts";
import type { OctetsOut } from "../frames/octets_out.ts";
import type { H1Head } from "./request_head.ts";

/** What statuses are called (RFC 9110 §15). Nobody has to read that. */
const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  400: "Bad Request",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  413: "Content Too Large",
  414: "URI Too Long",
  415: "Unsupported Media Type",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  501: "Not Implemented",
  503: "Service Unavailable",
  505: "HTTP Version Not Supported",
};

/** One request over HTTP/1.1, and its answer. */
export class H1Exchange implements HttpExchange {
  /** See `HttpExchange`. */
  isGone = false;
  /** Whether the connection is closed behind the answer. */
  isLast: boolean;
  /** What is read of the content; `null` when nobody wants it. */
  octetsMax: number | null = null;
  readonly #head: H1Head | null;
  readonly #out: OctetsOut;
  readonly #answered = Promise.withResolvers<void>();
  #read: ((content: Uint8Array<ArrayBuffer> | null) => void) | null = null;
  #isAnswered = false;

  /** What `head` asks for; `null` for what is no request. */
  constructor(head: H1Head | null, out: OctetsOut) {
    this.#head = head;
    this.#out = out;
    this.isLast = head?.isLast ?? true;
  }

  /** Resolves when it is answered, or nobody reads the answer. */
  get answered(): Promise<void> {
    return this.#answered.promise;
  }

  /** See `HttpExchange`. */
  get method(): string {
    return this.#head!.method;
  }

  /** See `HttpExchange`. */
  get path(): string {
    return this.#head!.path;
  }

  /** See `HttpExchange`. */
  get authority(): string | null {
    return this.field("host");
  }

  /** See `HttpExchange`. */
  field(name: string): string | null {
    return fieldIn(this.#head!.fields, name);
  }

  /** See `HttpExchange`. */
  readContent(octetsMax: number, read: (content: Uint8Array<ArrayBuffer> | null) => void): void {
    this.octetsMax = octetsMax;
    this.#read = read;
  }

  /** The content is there, or is too long. */
  deliver(content: Uint8Array<ArrayBuffer> | null): void {
    const read = this.#read;
    this.#read = null;
    read?.(content);
  }

  /** See `HttpExchange`. */
  respond(status: number, fields: HttpFields, content: Uint8Array<ArrayBuffer> | null): void {
    if (this.isGone || this.#isAnswered) return;
    this.#isAnswered = true;
    this.#read = null;
    let text = `HTTP/1.1 ${status} ${REASONS[status] ?? ""}\r\n`;
    for (let i = 0; i < fields.length; i += 2) text += `${fields[i]}: ${fields[i + 1]}\r\n`;
    text += `content-length: ${content?.length ?? 0}\r\n`;
    if (this.isLast) text += "connection: close\r\n";
    text += "\r\n";
    const { length } = text;
    const at = this.#out.reserve(length + (content?.length ?? 0));
    for (let i = 0; i < length; i++) this.#out.octets[at + i] = text.charCodeAt(i);
    if (content !== null) this.#out.octets.set(content, at + length);
    this.#answered.resolve();
  }

  /** The client is gone. */
  leave(): void {
    this.isGone = true;
    this.#read = null;
    this.#answered.resolve();
  }
}
