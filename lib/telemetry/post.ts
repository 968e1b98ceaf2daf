import { type HttpClient, type HttpContent, HttpError } from "../base/http/http_client.ts";
import { parseIp } from "../base/net/ip.ts";
import type { Network, Timers } from "../base/runtime.ts";
import { DialError, familiesInTurn, firstConnected } from "../base/sockets/dial_race.ts";

/** All of it: a name, a connection, an answer. */
const TOTAL_MS = 20_000;
/** Where an address was known before, it is taken after this time. */
const NAME_MS = 6_000;

/** What something is sent with. */
export interface PostOptions {
  /** Speaks HTTP. */
  readonly http: HttpClient;
  /** Where connections come from. */
  readonly network: Pick<Network, "connectStream">;
  /** Finds the addresses of a server by what this program serves itself: it may be the machine's only resolver. */
  readonly findAddresses: (name: string) => Promise<readonly string[]>;
  /** What pauses are made with. */
  readonly timers: Timers;
  /** Fields that the server wants to see. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Something could not be sent. The message says why, without the URL: that may have secrets in it. */
export class PostError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "PostError";
  /** Whether the same would come of another try. */
  readonly isFinal: boolean;
  /** For how many seconds the server wants to be left alone; 0 when it has not said. */
  readonly retryAfterSeconds: number;

  /** See the fields. */
  constructor(
    message: string,
    { isFinal = false, retryAfterSeconds = 0, cause }: {
      isFinal?: boolean;
      retryAfterSeconds?: number;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause });
    this.isFinal = isFinal;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Sends things to one server, one after the other. */
export class Post {
  readonly #url: URL;
  readonly #options: PostOptions;
  /** Where it was reached last: that its name is not found is just what may have to be told. */
  #lastAddress: string | null = null;

  /** To whatever is at `url`. */
  constructor(url: string, options: PostOptions) {
    this.#url = new URL(url);
    this.#options = options;
  }

  /**
   * Sends one thing.
   *
   * @throws {PostError} when it was not taken.
   */
  async send(content: HttpContent, ended: AbortSignal): Promise<void> {
    const { timers } = this.#options;
    const late = new AbortController();
    const cancel = timers.start(TOTAL_MS, () => late.abort(new PostError(`it takes longer than ${TOTAL_MS / 1000} s`)));
    const signal = AbortSignal.any([ended, late.signal]);
    const over = Promise.withResolvers<never>();
    over.promise.catch(() => {});
    signal.addEventListener("abort", () => over.reject(signal.reason), { once: true });
    try {
      await Promise.race([this.#send(content, signal), over.promise]);
    } catch (error) {
      throw toPostError(error);
    } finally {
      cancel();
    }
  }

  async #send(content: HttpContent, signal: AbortSignal): Promise<void> {
    const { http, network, timers, headers = {} } = this.#options;
    const url = this.#url;
    const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
    const connection = await firstConnected(await this.#addresses(), {
      timers,
      signal,
      connect: (hostname, ended) => network.connectStream({ transport: "tcp", hostname, port }, ended),
      discard: (socket) => socket.close(),
    });
    const address = connection.peer.hostname;
    const response = await http.post({ url, connection, headers, signal }, content);
    const { status } = response;
    // RFC 9110 §10.2.3; of its two forms the one that needs no clock.
    const retryAfterSeconds = Number(/^\d{1,5}$/.exec(response.header("retry-after") ?? "")?.[0] ?? 0);
    response.close();
    this.#lastAddress = address;
    if (status >= 200 && status < 300) return;
    // 408 and 429 are about the moment, the others of that hundred about the request; and nobody is followed elsewhere.
    const isFinal = status >= 300 && status < 500 && status !== 408 && status !== 429;
    throw new PostError(`its server answers with status ${status}`, { isFinal, retryAfterSeconds });
  }

  async #addresses(): Promise<readonly string[]> {
    const host = this.#url.hostname.replace(/^\[|\]$/g, "");
    if (parseIp(host) !== null) return [host];
    const last = this.#lastAddress;
    try {
      const found = familiesInTurn([...await this.#found(host)]);
      return last === null || found.includes(last) ? found : [...found, last];
    } catch (error) {
      if (last !== null) return [last];
      const reason = error instanceof Error ? error.message : `${error}`;
      throw new PostError(`the address of ${host} is not found: ${reason}`, { cause: error });
    }
  }

  async #found(host: string): Promise<readonly string[]> {
    const late = Promise.withResolvers<never>();
    const cancel = this.#options.timers.start(NAME_MS, () => late.reject(new Error(`not within ${NAME_MS / 1000} s`)));
    try {
      return await Promise.race([this.#options.findAddresses(host), late.promise]);
    } finally {
      cancel();
    }
  }
}

function toPostError(error: unknown): unknown {
  if (error instanceof DialError) {
    return new PostError(`its server cannot be reached: ${error.message}`, { cause: error });
  }
  return error instanceof HttpError ? new PostError(error.message, { cause: error }) : error;
}
