/** What a server of lists does with a request. */
export type Manner = (request: Request) => Response | Promise<Response>;

/** Names that are told apart from those of others by `word`, as a hosts file. */
export function hostsText(word: string, count: number): string {
  return Array.from({ length: count }, (_, i) => `0.0.0.0 ${word}${i}.example.org\n`).join("");
}

/** A server of lists on the loopback that behaves as it is told. */
export class ListServer implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  /** What it does from now on. */
  manner: Manner = () => new Response(null, { status: 404 });
  /** Paths that were asked for. */
  readonly asked: string[] = [];

  readonly #stopping = new AbortController();

  constructor(options: Partial<Deno.TlsCertifiedKeyPem> = {}) {
    const { signal } = this.#stopping;
    const where = { hostname: "127.0.0.1", port: 0, signal, onListen() {}, onError: () => new Response() };
    this.#server = Deno.serve({ ...where, ...options }, (request) => {
      this.asked.push(new URL(request.url).pathname);
      return this.manner(request);
    });
  }

  get port(): number {
    return this.#server.addr.port;
  }

  /** Gives a list from now on. */
  serve(text: string): void {
    this.manner = () => new Response(text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Whoever is in the middle of an endless answer is not waited for.
    this.#stopping.abort();
    await this.#server.finished;
  }
}

/** A body of such chunks, on and on, for as long as somebody takes them; with `count`, so many. */
export function chunks(chunk: string, count = Infinity): ReadableStream<Uint8Array<ArrayBuffer>> {
  const octets = new TextEncoder().encode(chunk);
  let sent = 0;
  return new ReadableStream({
    pull(controller) {
      if (sent++ < count) controller.enqueue(octets);
      else controller.close();
    },
  });
}

/** A body that begins, and does not go on. */
export function stalling(start: string): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode(start)) });
}

/** A body that breaks off. */
export function breaking(start: string): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(start));
    },
    pull(controller) {
      controller.error(new Error("The server has died"));
    },
  });
}
