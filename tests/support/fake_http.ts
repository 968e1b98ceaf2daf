import {
  type HttpClient,
  type HttpContent,
  HttpError,
  type HttpRequest,
  type HttpResponse,
} from "../../lib/base/http/http_client.ts";
import type { StreamSocket } from "../../lib/base/runtime.ts";

/** What a server answers. */
export interface FakeAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Chunks; `SILENCE` among them is where nothing more comes. */
  readonly body?: Iterable<Chunk> | AsyncIterable<Chunk>;
}

type Chunk = string | Uint8Array<ArrayBuffer> | typeof SILENCE;

/** A request that has come. */
export interface SeenRequest {
  readonly url: string;
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What was to be taken; not there for GET. */
  readonly content?: HttpContent;
}

/** Servers that answer as a test says, by URL, in turn; the last answer counts on. */
export class FakeHttp implements HttpClient {
  readonly seen: SeenRequest[] = [];
  readonly answers: Map<string, (FakeAnswer | Error | "silence")[]> = new Map();
  /** Addresses where nobody listens. */
  readonly refused: Set<string> = new Set();
  /** Addresses that nothing comes back from. */
  readonly silent: Set<string> = new Set();
  openConnections = 0;
  openResponses = 0;

  answer(url: string, ...answers: (FakeAnswer | Error | "silence")[]): this {
    this.answers.set(url, answers);
    return this;
  }

  readonly connectStream = async (
    { hostname, port }: { readonly hostname: string; readonly port: number },
    signal: AbortSignal,
  ): Promise<StreamSocket> => {
    await null;
    if (this.refused.has(hostname)) throw new Error("Connection refused");
    if (this.silent.has(hostname)) await aborted(signal);
    this.openConnections++;
    let isOpen = true;
    return {
      peer: { transport: "tcp", hostname, port },
      read: () => Promise.resolve(null),
      write: ({ length }) => Promise.resolve(length),
      close: () => {
        if (isOpen) this.openConnections--;
        isOpen = false;
      },
    };
  };

  get(request: HttpRequest): Promise<HttpResponse> {
    return this.#ask(request, {});
  }

  post(request: HttpRequest, content: HttpContent): Promise<HttpResponse> {
    return this.#ask(request, { content });
  }

  async #ask(
    { url, connection, headers, signal }: HttpRequest,
    more: Pick<SeenRequest, "content">,
  ): Promise<HttpResponse> {
    const { peer } = connection;
    this.seen.push({ url: url.href, address: `${peer.hostname}:${peer.port}`, headers, ...more });
    const answers = this.answers.get(url.href) ?? [{ status: 404 }];
    const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
    try {
      if (answer === "silence") await aborted(signal);
      if (answer instanceof Error) throw answer;
    } catch (error) {
      connection.close();
      throw error;
    }
    const { status = 200, headers: fields = {}, body = [] } = answer as FakeAnswer;
    this.openResponses++;
    let isOpen = true;
    return {
      status,
      header: (name) => fields[name] ?? null,
      body: chunksOf(body, signal),
      close: () => {
        if (isOpen) this.openResponses--;
        isOpen = false;
        connection.close();
      },
    };
  }
}

/** Nothing, until somebody gives up. */
export const SILENCE: unique symbol = Symbol("silence");

async function* chunksOf(
  body: NonNullable<FakeAnswer["body"]>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for await (const chunk of body as AsyncIterable<Chunk>) {
    if (chunk === SILENCE) await aborted(signal);
    else yield typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new HttpError("given up")), { once: true });
  });
}
