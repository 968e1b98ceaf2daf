import type { PushedStream } from "../../../base/sockets/pushed_stream.ts";
import type { StreamSocket } from "../../../base/sockets/stream_socket.ts";
import type { Services } from "../../../observe/services.ts";
import { StreamFrames } from "../../../wire/stream_frames.ts";

/** What an input is made from. */
export interface StreamInputOptions extends Pick<Services, "turns" | "share"> {
  /** Where the octets come from; stays its owner's. */
  readonly socket: Pick<StreamSocket, "read"> | Pick<PushedStream, "receive" | "wantOctets">;
  /** Whether another message may be handed over; if not, `goOn` says later that there may be room. */
  readonly hasRoom: () => boolean;
  /** Is given each message, which is its own from then on. */
  readonly onMessage: (message: Uint8Array<ArrayBuffer>) => void;
  /** Told when the messages that have come together are handed over, as far as there was room. */
  readonly onBurst: () => void;
  /** Told once that no more will come: the other side has closed its own, or the connection is of no more use. */
  readonly onEnd: (isBroken: boolean) => void;
}

/**
 * The messages that come on one connection: hands over those that have come together in one turn, as long as there is room for
 * them and nobody else is kept waiting. Meanwhile nothing is read, which is how TCP says "slower": the rest waits on the other side.
 */
export class StreamInput {
  readonly #options: StreamInputOptions;
  readonly #frames = new StreamFrames();
  /** Whether there may be messages that were read and not handed over. */
  #isBehind = false;
  #isAwaitingTurn = false;
  /** Settles when none are left. */
  #held: PromiseWithResolvers<void> | null = null;
  #isStopped = false;

  /** See {@linkcode StreamInputOptions}. */
  constructor(options: StreamInputOptions) {
    this.#options = options;
  }

  /** Begins to read, unless it is told what to read: see `onReadable`. To be called once. Never rejects. */
  async run(): Promise<void> {
    const { socket, turns } = this.#options;
    if (!("read" in socket)) return;
    try {
      while (!this.#isStopped) {
        // Awaited right here: an async function for each read would be a promise more.
        const count = await socket.read(this.#frames.space());
        if (count === null) return this.#end(false);
        turns.beginTurn();
        this.#frames.filled(count);
        this.#handOver(false);
        turns.endTurn();
        if (this.#isBehind) await (this.#held = Promise.withResolvers<void>()).promise;
      }
    } catch {
      // The other side went away: there is nobody left to tell.
      this.#end(true);
    }
  }

  /** A connection that tells has something to read. Within a turn. */
  onReadable(): void {
    // hot path
    const { socket } = this.#options;
    if (this.#isStopped || "read" in socket) return;
    try {
      const count = socket.receive(this.#frames.space());
      if (count < 0) return;
      if (count === 0) return this.#end(false);
      this.#frames.filled(count);
    } catch {
      return this.#end(true);
    }
    this.#handOver(false);
    if (this.#isBehind) socket.wantOctets(false);
  }

  /** There may be room again. */
  goOn(): void {
    // hot path
    if (this.#isBehind && !this.#isAwaitingTurn) this.#handOver(false);
  }

  /** Nothing is told any more. A `read` that waits ends when the socket is closed. */
  stop(): void {
    this.#isStopped = true;
    this.#isBehind = false;
    this.#held?.resolve();
    this.#held = null;
  }

  /** Does not throw. @param hasTurn Whether a share has been waited for: then one message at least is handed over. */
  #handOver(hasTurn: boolean): void {
    // hot path
    try {
      this.#isBehind = !this.#takeAll(hasTurn);
      this.#options.onBurst();
    } catch {
      // It is no stream of messages: nothing sensible can follow.
      this.#end(true);
    }
    if (!this.#isBehind) this.#letRead();
  }

  /** Returns whether nothing is left. */
  #takeAll(hasTurn: boolean): boolean {
    // hot path
    const { share, hasRoom, onMessage } = this.#options;
    while (!this.#isStopped) {
      if (!hasRoom()) return false;
      if (share.isUsedUp && !hasTurn) {
        void this.#awaitTurn();
        return false;
      }
      hasTurn = false;
      const message = this.#frames.take();
      if (message === null) break;
      onMessage(message);
    }
    return true;
  }

  async #awaitTurn(): Promise<void> {
    this.#isAwaitingTurn = true;
    await this.#options.share.nextTurn();
    this.#isAwaitingTurn = false;
    if (!this.#isStopped) this.#handOver(true);
  }

  #letRead(): void {
    // hot path
    const { socket } = this.#options;
    if (!("read" in socket)) return socket.wantOctets(true);
    this.#held?.resolve();
    this.#held = null;
  }

  #end(isBroken: boolean): void {
    if (this.#isStopped) return;
    this.stop();
    const { socket } = this.#options;
    // The end would be told again and again.
    if (!isBroken && !("read" in socket)) socket.wantOctets(false);
    this.#options.onEnd(isBroken);
  }
}
