import type { ByteStream } from "../net/byte_stream.ts";

/** What HTTP is spoken, by the names that ALPN has for it (RFC 9113 §3.2, RFC 7301 §6). The one that is liked best comes first. */
export const HTTP_VERSIONS = ["h2", "http/1.1"] as const;

/** See `HTTP_VERSIONS`. */
export type HttpVersion = typeof HTTP_VERSIONS[number];

/** Fields of a header: names in lower case and values by turns. */
export type HttpFields = readonly string[];

/** Many exchanges of small messages over connections that somebody else has dialled or accepted, and authenticated. */
export interface HttpExchanges {
  /** Asks over `socket`, which belongs to the connection from now on. Waits for nothing that the server says. */
  connect(socket: ByteStream, options: HttpClientOptions): HttpClientConnection;
  /** Answers over `socket`, which belongs to the connection from now on. */
  serve(socket: ByteStream, options: HttpServerOptions): HttpServerConnection;
}

/** Whom a connection is to, and who is told of it. HTTP/2 is spoken there (RFC 9113). */
export interface HttpClientOptions {
  /** The host of each request, with its port where it is not the usual one (RFC 9110 §7.2). */
  readonly authority: string;
  /** `roomForStreams` may be another number: the server has said how many requests it takes at a time, or one has ended. */
  readonly onRoom: () => void;
  /** It takes no more requests. Told once; those that are under way may still be answered. */
  readonly onEnd: (end: HttpConnectionEnd) => void;
}

/** Why a connection takes no more requests. */
export interface HttpConnectionEnd {
  /**
   * `goaway`: the server finishes what it has taken, and says so (RFC 9113 §6.8); `closed`: it has closed the connection;
   * `failed`: the connection is broken, or what came is no HTTP; `us`: `close` was called, or all numbers of requests are used up.
   */
  readonly kind: "goaway" | "closed" | "failed" | "us";
  /** In words, for the operator. */
  readonly text: string;
}

/** A connection to a server. */
export interface HttpClientConnection {
  /** Whether it takes requests. */
  readonly isOpen: boolean;
  /** Requests that it takes beside those under way: what the server's settings leave. */
  readonly roomForStreams: number;
  /**
   * Sends a request; those of one turn leave together. To be called as long as it is open and has room.
   *
   * @returns Gives the request up, and tells the server (CANCEL, RFC 9113 §7): nothing is told of it any more.
   */
  request(message: HttpRequestMessage, sink: HttpResponseSink): () => void;
  /** Closes it now. Whatever is under way fails. */
  close(): void;
}

/** A request. */
export interface HttpRequestMessage {
  /** GET has no content. */
  readonly method: "GET" | "POST";
  /** Path and query, such as `/dns-query?dns=AAAB`. */
  readonly path: string;
  /** Besides those that each request has: host and the content's length. The same object again is cheaper. */
  readonly fields: HttpFields;
  /** Only lent. */
  readonly content: Uint8Array<ArrayBuffer> | null;
  /** What is read of the answer's content at most; a longer one is a failure. */
  readonly contentOctetsMax: number;
}

/** Who has asked. Told one of both, once. */
export interface HttpResponseSink {
  /**
   * The whole answer is there.
   *
   * @param field The value of a field by its name in lower case; `null` when it is not there.
   * @param content Only lent.
   */
  answered(status: number, field: (name: string) => string | null, content: Uint8Array<ArrayBuffer>): void;
  /** There is none, or no whole one. */
  failed(error: HttpStreamError): void;
}

/** A request has no answer. The message says why. */
export class HttpStreamError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "HttpStreamError";
  /**
   * Whether the server may have done something about it. If not, it says so: the request's number is above the last one that a
   * GOAWAY names (RFC 9113 §6.8), or it was refused (REFUSED_STREAM, §8.7). Then it may be sent again, and is no failure.
   */
  readonly wasProcessed: boolean;

  /** See the properties. */
  constructor(message: string, wasProcessed: boolean) {
    super(message);
    this.wasProcessed = wasProcessed;
  }
}

/** How a connection of a client is served. */
export interface HttpServerOptions {
  /** What both sides have agreed on; `null` when they have not, and the client's first octets tell (RFC 9113 §3.3). */
  readonly version: HttpVersion | null;
  /** What a client may make of it. */
  readonly limits: HttpServerLimits;
  /** Asked before more of what has come is looked at, which waits as long as this is not `null`. */
  readonly gate: () => Promise<void> | null;
  /** The header of a request is there. It is answered by `respond`, now or later. */
  readonly onRequest: (exchange: HttpExchange) => void;
  /** Something has left the program: `waitingOctets` has become less. */
  readonly onSent: () => void;
  /** The connection is closed, whoever has closed it. Told once. */
  readonly onEnd: () => void;
}

/** What a client may make of a connection. Who goes beyond it is answered by the rules of HTTP, or loses the connection. */
export interface HttpServerLimits {
  /** Requests at a time without an answer that the client waits for (RFC 9113 §6.5.2). What is worked on in vain counts for `gate`. */
  readonly streams: number;
  /** Octets of a request's fields, 32 more for each field (RFC 9113 §6.5.2). */
  readonly headerOctets: number;
  /** Requests that it may give up, or have us give up by what it sends, beyond those that were answered (RFC 9113 §10.5). */
  readonly resets: number;
  /** Octets of content that wait for the rest of it, on all requests together; at least one of them fits. */
  readonly contentOctets: number;
}

/** A connection of a client. */
export interface HttpServerConnection {
  /** Octets of answers that have not left the program. */
  readonly waitingOctets: number;
  /** Takes no more requests, says so (GOAWAY, `Connection: close`), and closes behind the last answer. */
  drain(): void;
  /** Closes it now. */
  close(): void;
}

/** One request, and its answer. */
export interface HttpExchange {
  /** Such as `GET`. */
  readonly method: string;
  /** Path and query as they were sent. */
  readonly path: string;
  /** The host that was asked for; `null` where the client names none. */
  readonly authority: string | null;
  /** Whether the client has given it up, or is gone: nobody reads the answer. */
  readonly isGone: boolean;
  /** The value of a field by its name in lower case, several of them joined by commas; `null` when it is not there. */
  field(name: string): string | null;
  /**
   * Reads the content. To be called once, at once or not at all. When the client gives up before its end, nothing is read.
   *
   * @param read Is given the content, which is then the caller's, or `null` when there is more than `octetsMax`.
   */
  readContent(octetsMax: number, read: (content: Uint8Array<ArrayBuffer> | null) => void): void;
  /**
   * Answers, once; what is answered in one turn leaves together. Without effect when the client is gone.
   *
   * @param fields Besides the length of the content. The same object again is cheaper.
   * @param content Only lent.
   */
  respond(status: number, fields: HttpFields, content: Uint8Array<ArrayBuffer> | null): void;
}
