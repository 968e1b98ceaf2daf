import { formatSocketAddress, type SocketAddress } from "../../lib/base/net/address.ts";
import { uint16At } from "../../lib/wire/octets.ts";
import { StreamFrames, toFrame } from "../../lib/wire/stream_frames.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** As long as `UdpClient` waits. */
const PATIENCE_MS = 2000;

/** A DNS client with one TCP connection. */
export class TcpClient implements Disposable {
  readonly #connection: Deno.TcpConn;
  readonly #frames = new StreamFrames();
  #isClosed = false;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /** Connects. */
  static async connect({ hostname, port }: SocketAddress): Promise<TcpClient> {
    const connection = await Deno.connect({ hostname, port });
    connection.setNoDelay(true);
    return new TcpClient(connection);
  }

  /** Sends `query` and waits for the message with its ID; others are passed over. */
  async ask(query: Octets): Promise<Octets> {
    await this.send(toFrame(query));
    for (;;) {
      const reply = await this.receive();
      if (reply === null) throw new Error("The server closed the connection without an answer");
      if (uint16At(reply, 0) === uint16At(query, 0)) return reply;
    }
  }

  /** Sends `octets`, whatever they are: the length before a message is the caller's. */
  async send(octets: Octets): Promise<void> {
    for (let sent = 0; sent < octets.length;) sent += await this.#connection.write(octets.subarray(sent));
  }

  /** Tells the server that no more will be sent. */
  async closeWrite(): Promise<void> {
    await this.#connection.closeWrite();
  }

  /**
   * The next message, or `null` when the server has closed the connection. Throws after two seconds of silence; the
   * client is of no use then.
   */
  async receive(): Promise<Octets | null> {
    const timer = setTimeout(() => this[Symbol.dispose](), PATIENCE_MS);
    try {
      for (;;) {
        const message = this.#frames.take();
        if (message !== null) return message;
        const count = await this.#connection.read(this.#frames.space());
        if (count === null) return null;
        this.#frames.filled(count);
      }
    } catch (error) {
      if (!this.#isClosed) throw error;
      const server = formatSocketAddress(this.#connection.remoteAddr as SocketAddress);
      throw new Error(`No message from ${server} in ${PATIENCE_MS} ms`);
    } finally {
      clearTimeout(timer);
    }
  }

  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#connection.close();
  }
}
