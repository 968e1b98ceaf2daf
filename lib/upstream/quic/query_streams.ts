import type { QuicSocket, QuicStream } from "../../base/sockets/quic.ts";
import type { Services } from "../../observe/services.ts";
import { putId } from "../../wire/header.ts";
import { toFrame } from "../../wire/stream_frames.ts";
import type { CarriedQuery } from "../stream/carried_query.ts";
import { readReply, ReplyFault } from "./read_reply.ts";
import { StreamOpenings } from "./stream_openings.ts";

/** Who is told what becomes of queries on their streams. */
export interface StreamsOwner {
  /** Whether somebody still waits for the reply here. */
  awaits(sent: CarriedQuery): boolean;
  /** Something has come. */
  heard(): void;
  /** A message has come, which is the owner's. */
  replied(sent: CarriedQuery, message: Uint8Array<ArrayBuffer>): void;
  /** Nothing will come, and the connection goes on. */
  failed(sent: CarriedQuery, cause: unknown): void;
  /** There was no stream for it in time. */
  refused(sent: CarriedQuery): void;
  /** The server does what must not be done: the connection is to be ended. */
  broken(fault: ReplyFault): void;
}

/** The streams of a connection to an upstream: one for each query (RFC 9250 §4.2). */
export class QueryStreams {
  readonly #owner: StreamsOwner;
  readonly #openings: StreamOpenings;
  readonly #streams = new Map<CarriedQuery, QuicStream>();
  #isClosed = false;

  /** Those of `socket`. */
  constructor(socket: QuicSocket, services: Pick<Services, "clock" | "deadlines">, owner: StreamsOwner) {
    this.#owner = owner;
    this.#openings = new StreamOpenings(socket, services);
  }

  /** See `StreamOpenings`. */
  get isExhausted(): boolean {
    return this.#openings.isExhausted;
  }

  /** Sends a query as soon as there is a stream for it. */
  send(sent: CarriedQuery): void {
    const refuse = () => {
      if (this.#owner.awaits(sent)) this.#owner.refused(sent);
    };
    this.#openings.open({ take: (stream) => void this.#carry(sent, stream), refuse });
  }

  /** Nobody waits for the reply any more. */
  cancel(sent: CarriedQuery): void {
    this.#streams.get(sent)?.cancel();
  }

  /** The connection has ended: nobody is told anything more. */
  close(): void {
    this.#isClosed = true;
    this.#openings.close();
    this.#streams.clear();
  }

  async #carry(sent: CarriedQuery, stream: QuicStream): Promise<void> {
    const owner = this.#owner;
    // Given up meanwhile.
    if (!owner.awaits(sent)) return stream.cancel();
    this.#streams.set(sent, stream);
    const octets = sent.query.octets.slice();
    // RFC 9250 §4.2.1: "the DNS Message ID MUST be set to 0".
    putId(octets, 0);
    try {
      await stream.finish(toFrame(octets));
      await readReply(stream, () => owner.heard(), (message) => {
        if (!this.#isClosed) owner.replied(sent, message);
      });
    } catch (error) {
      if (this.#isClosed) return;
      // RFC 9250 §4.3.3: "it is considered a fatal error".
      if (error instanceof ReplyFault) owner.broken(error);
      else if (owner.awaits(sent)) owner.failed(sent, error);
    } finally {
      this.#streams.delete(sent);
    }
  }
}
