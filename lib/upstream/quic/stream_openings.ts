import type { QuicSocket, QuicStream } from "../../base/sockets/quic.ts";
import type { Services } from "../../observe/services.ts";
import { Alarm } from "../../base/time/deadline_queue.ts";

/**
 * How long a query waits for a stream. A server that lets credit run out (knotd after 1,024 streams) gives none however long one
 * waits, and another connection is there within a round trip or two.
 */
const STREAM_WAIT_MS = 50;

/** What waits for a stream. */
export interface StreamTaker {
  /** Here it is. */
  take(stream: QuicStream): void;
  /** There is none in time. */
  refuse(): void;
}

/** Opens streams on one connection, in the order in which they are wanted, as far as the other side allows. */
export class StreamOpenings {
  readonly #socket: QuicSocket;
  readonly #services: Pick<Services, "clock" | "deadlines">;
  readonly #takers: StreamTaker[] = [];
  readonly #tooLong = new Alarm(() => this.#refuseAll());
  /** One that nobody has waited for in the end. */
  #spare: QuicStream | null = null;
  #isOpening = false;
  #isExhausted = false;

  /** Those of `socket`. */
  constructor(socket: QuicSocket, services: Pick<Services, "clock" | "deadlines">) {
    this.#socket = socket;
    this.#services = services;
  }

  /** Whether the last ones who wanted one got none: then there is no use in wanting one until the other side says so. */
  get isExhausted(): boolean {
    return this.#isExhausted;
  }

  /** Opens a stream for `taker`, unless the connection ends before. */
  open(taker: StreamTaker): void {
    const spare = this.#spare;
    this.#spare = null;
    if (spare !== null) return taker.take(spare);
    this.#takers.push(taker);
    if (!this.#isOpening) void this.#run();
  }

  /** The connection has ended. */
  close(): void {
    this.#takers.length = 0;
    this.#services.deadlines.cancel(this.#tooLong);
  }

  async #run(): Promise<void> {
    this.#isOpening = true;
    try {
      while (this.#takers.length > 0) this.#give(await this.#socket.openStream(false) ?? await this.#wait());
    } catch {
      // The connection has ended, and tells so itself.
    } finally {
      this.#isOpening = false;
    }
  }

  async #wait(): Promise<QuicStream> {
    const { clock, deadlines } = this.#services;
    deadlines.schedule(this.#tooLong, clock.nowMs() + STREAM_WAIT_MS);
    try {
      return (await this.#socket.openStream(true))!;
    } finally {
      this.#isExhausted = false;
      deadlines.cancel(this.#tooLong);
    }
  }

  #give(stream: QuicStream): void {
    const taker = this.#takers.shift();
    if (taker === undefined) this.#spare = stream;
    else taker.take(stream);
  }

  #refuseAll(): void {
    this.#isExhausted = true;
    for (const taker of this.#takers.splice(0)) taker.refuse();
  }
}
