import type { StreamSocket } from "../../lib/base/runtime.ts";

/** Connections that wait to be accepted by a listener that is played in a test, and the `accept` that waits for one. */
export class AcceptQueue<S extends StreamSocket> {
  /** Decides whether an `accept` that would have a connection fails, and how; the connection waits for the next one. */
  fault: () => Error | null = () => null;
  readonly #waiting: (S | Error)[] = [];
  #accepting: PromiseWithResolvers<S> | null = null;
  #isClosed = false;

  /** Whether an `accept` waits. */
  get isAccepting(): boolean {
    return this.#accepting !== null;
  }

  /** A connection comes in, or an error that one `accept` fails with. */
  offer(next: S | Error): void {
    this.#waiting.push(next);
    this.#pump();
  }

  /** See `StreamListenSocket.accept`. */
  accept(): Promise<S> {
    if (this.#isClosed) return Promise.reject(new Error("BadResource: listener is closed"));
    this.#accepting = Promise.withResolvers<S>();
    const { promise } = this.#accepting;
    this.#pump();
    return promise;
  }

  /** Lets an `accept` that waits reject. Returns the connections that nobody will accept. */
  close(): S[] {
    if (this.#isClosed) throw new Error("BadResource: listener is closed");
    this.#isClosed = true;
    this.#accepting?.reject(new Error("Interrupted: listener is closed"));
    this.#accepting = null;
    return this.#waiting.filter((next): next is S => !(next instanceof Error));
  }

  #pump(): void {
    const accepting = this.#accepting;
    if (accepting === null || this.#waiting.length === 0) return;
    this.#accepting = null;
    const fault = this.fault();
    if (fault !== null) return accepting.reject(fault);
    const next = this.#waiting.shift()!;
    if (next instanceof Error) accepting.reject(next);
    else accepting.resolve(next);
  }
}
