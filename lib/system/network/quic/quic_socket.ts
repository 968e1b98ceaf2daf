import type { SocketAddress } from "../../../base/net/address.ts";
import type { QuicEnd, QuicSocket, QuicStream } from "../../../base/sockets/quic.ts";
import { noteLeft } from "./left_behind.ts";
import { DenoQuicStream } from "./quic_stream.ts";
import { leaveToPromises } from "../../../base/left_to_promises.ts";

/** A connection of Deno's. */
export class DenoQuicSocket implements QuicSocket {
  /** See `QuicSocket`. */
  readonly peer: SocketAddress;
  /** See `QuicSocket`. */
  readonly serverName: string | null;
  /** See `QuicSocket`. */
  readonly closed: Promise<QuicEnd>;
  readonly #connection: Deno.QuicConn;
  readonly #streams: ReadableStreamDefaultReader<Deno.QuicBidirectionalStream>;
  #isClosed = false;

  /** `connection`, whose handshake is done, belongs to this object from now on. */
  constructor(connection: Deno.QuicConn) {
    const { hostname, port } = connection.remoteAddr;
    this.peer = { transport: "udp", hostname, port };
    this.serverName = connection.serverName ?? null;
    this.#connection = connection;
    this.#streams = connection.incomingBidirectionalStreams.getReader();
    this.#streams.closed.catch(() => {});
    this.closed = connection.closed.then(
      ({ closeCode, reason }) => ({ code: this.#isClosed ? null : closeCode, reason }),
      (error) => ({ code: null, reason: error instanceof Error ? error.message : String(error) }),
    );
    this.closed.then(noteLeft);
  }

  /** See `QuicSocket`. */
  async openStream(waits: boolean): Promise<QuicStream | null> {
    leaveToPromises();
    try {
      return new DenoQuicStream(await this.#connection.createBidirectionalStream({ waitUntilAvailable: waits }));
    } catch (error) {
      // What Deno says when no further stream is allowed.
      if (error instanceof RangeError) return null;
      throw error;
    }
  }

  /** See `QuicSocket`. */
  async acceptStream(): Promise<QuicStream> {
    const { value, done } = await this.#streams.read();
    if (done) throw new Error("The connection is closed");
    return new DenoQuicStream(value);
  }

  /** See `QuicSocket`. */
  close(code: number, reason = ""): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#connection.close({ closeCode: code, reason });
  }
}
