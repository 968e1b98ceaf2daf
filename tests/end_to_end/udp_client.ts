import { formatSocketAddress, isIpv6, type SocketAddress } from "../../lib/base/net/address.ts";
import { PLAIN_UDP_OCTETS } from "../../lib/wire/edns/edns.ts";
import { uint16At } from "../../lib/wire/octets.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** As long as the course's tester waits, and longer than any test needs to. */
const PATIENCE_MS = 2000;

/** A DNS client on a real socket that asks once and reads what a client without EDNS can take. */
export class UdpClient implements Disposable {
  readonly #server: SocketAddress;
  readonly #socket: Deno.DatagramConn;

  /** Asks `server`, from an address of this machine. */
  constructor(server: SocketAddress, hostname: string = isIpv6(server) ? "::1" : "127.0.0.1") {
    this.#server = server;
    this.#socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
  }

  /** Sends `query` and waits for the datagram with its ID; others are passed over. */
  async ask(query: Octets): Promise<Octets> {
    await this.send(query);
    for (;;) {
      const reply = await this.receive();
      if (uint16At(reply, 0) === uint16At(query, 0)) return reply;
    }
  }

  /** Sends `octets`, whatever they are. */
  async send(octets: Octets): Promise<void> {
    await this.#socket.send(octets, this.#server as Deno.NetAddr);
  }

  /** The next datagram, cut after 512 octets. Throws after two seconds of silence; the client is of no use then. */
  async receive(): Promise<Octets> {
    let isTooLate = false;
    const timer = setTimeout(() => {
      isTooLate = true;
      this.#socket.close();
    }, PATIENCE_MS);
    try {
      const [datagram] = await this.#socket.receive(new Uint8Array(PLAIN_UDP_OCTETS));
      return datagram as Octets;
    } catch (error) {
      if (!isTooLate) throw error;
      throw new Error(`No datagram from ${formatSocketAddress(this.#server)} in ${PATIENCE_MS} ms`);
    } finally {
      clearTimeout(timer);
    }
  }

  [Symbol.dispose](): void {
    try {
      this.#socket.close();
    } catch (error) {
      // Closed by its own impatience.
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }
}
