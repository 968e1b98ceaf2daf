import type { SocketAddress } from "../../lib/base/net/address.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** A query as the server got it. */
export interface ReceivedQuery {
  readonly octets: Octets;
  readonly peer: SocketAddress;
}

/** Makes the reply to a query; `null` for silence. */
export type Handler = (query: ReceivedQuery) => Octets | null | Promise<Octets | null>;

/** An upstream on a real socket, which answers as a function says. */
export class UdpServer implements AsyncDisposable {
  /** Every query so far, first to last. */
  readonly queries: ReceivedQuery[] = [];
  readonly #socket: Deno.DatagramConn;
  readonly #handler: Handler;
  readonly #end: Promise<void>;

  constructor(handler: Handler, hostname = "127.0.0.1") {
    this.#handler = handler;
    this.#socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
    this.#end = this.#serve();
  }

  /** Where it listens. */
  get address(): SocketAddress {
    return this.#socket.addr as SocketAddress;
  }

  /** Sends a datagram that is no answer to anything. */
  async send(octets: Octets, to: SocketAddress): Promise<void> {
    await this.#socket.send(octets, to as Deno.NetAddr);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.#end;
  }

  async #serve(): Promise<void> {
    const replies: Promise<void>[] = [];
    try {
      for await (const [octets, peer] of this.#socket) {
        const query = { octets: octets as Octets, peer: peer as SocketAddress };
        this.queries.push(query);
        // Not awaited: a slow answer does not keep other queries from being heard.
        replies.push(this.#answer(query));
      }
    } finally {
      await Promise.all(replies);
    }
  }

  async #answer(query: ReceivedQuery): Promise<void> {
    const reply = await this.#handler(query);
    if (reply !== null) await this.send(reply, query.peer);
  }
}
