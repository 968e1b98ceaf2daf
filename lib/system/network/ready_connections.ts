import type { StreamSocket } from "../../base/runtime.ts";

/** Connections that wait to be accepted; whoever accepts takes them at once, but for moments. */
const READY_MAX = 256;

/** Connections that have come and are ready, and the `accept` that waits for one. */
export class ReadyConnections<S extends StreamSocket> {
  readonly #ready: S[] = [];
  /** What the next `accept` fails with. */
  #error: Error | null = null;
  #accepting: PromiseWithResolvers<S> | null = null;
  #isClosed = false;

  /** Whether nobody will accept any more. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** A connection is ready. */
  offer(connection: S): void {
    if (this.#isClosed || this.#ready.length >= READY_MAX) return connection.close();
    this.#ready.push(connection);
    this.#pump();
  }

  /** Lets one `accept` fail. */
  fail(error: Error): void {
    this.#error = error;
    this.#pump();
  }

  /** See `StreamListenSocket.accept`. Not while one waits. */
  accept(): Promise<S> {
    if (this.#isClosed) return Promise.reject(new Error("Listener is closed"));
    this.#accepting = Promise.withResolvers<S>();
    const { promise } = this.#accepting;
    this.#pump();
    return promise;
  }

  /** Closes what nobody will accept; an `accept` that waits rejects. */
  close(): void {
    this.#isClosed = true;
    for (const connection of this.#ready.splice(0)) connection.close();
    this.#accepting?.reject(new Error("Listener has closed"));
    this.#accepting = null;
  }

  #pump(): void {
    const accepting = this.#accepting;
    if (accepting === null) return;
    const error = this.#error;
    const connection = error === null ? this.#ready.shift() : undefined;
    if (error === null && connection === undefined) return;
    this.#accepting = null;
    this.#error = null;
    if (error !== null) accepting.reject(error);
    else accepting.resolve(connection!);
  }
}
