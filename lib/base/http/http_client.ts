import type { SocketAddress } from "../net/address.ts";
import type { ByteStream } from "../net/byte_stream.ts";

/** Gets what stands at a URL, over a connection to an address that the caller has found. */
export interface HttpClient {
  /**
   * Asks for `url` once (GET, RFC 9110 §9.3.1) and resolves when the header of the answer is there. Redirects are not followed.
   * For `https:` the server must have a certificate for the URL's host, whichever address it has.
   *
   * @throws {HttpError} when there is no answer.
   */
  get(request: HttpRequest): Promise<HttpResponse>;
  /** The same with something to be taken (POST, RFC 9110 §9.3.3). */
  post(request: HttpRequest, content: HttpContent): Promise<HttpResponse>;
}

/** What a server is to take. */
export interface HttpContent {
  /** What it is, such as `application/json`. */
  readonly type: string;
  /** All of it. */
  readonly body: string | Uint8Array<ArrayBuffer>;
}

/** What is asked for. */
export interface HttpRequest {
  /** `https:` or `http:`. */
  readonly url: URL;
  /** A TCP connection to the server; the client closes it, whatever becomes of the request. */
  readonly connection: ByteStream & { readonly peer: SocketAddress };
  /** Fields besides those that each request has. */
  readonly headers: Readonly<Record<string, string>>;
  /** Ends it, before its answer or in the middle of it. */
  readonly signal: AbortSignal;
}

/** What is answered. */
export interface HttpResponse {
  /** Such as 200. */
  readonly status: number;
  /** The value of a field; `null` when it is not there. */
  header(name: string): string | null;
  /**
   * The content, unpacked, as it comes: what nobody takes is not asked for. Rejects with an `HttpError` when it ends before its
   * end.
   */
  readonly body: AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** Gives up what has not come. To be called in any case. */
  close(): void;
}

/** There is no answer, or no whole one. The message says why, without the URL. */
export class HttpError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "HttpError";
}
