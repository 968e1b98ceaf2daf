import type { SocketAddress } from "../../../lib/base/net/address.ts";
import type { TlsClientOptions, TlsSocket } from "../../../lib/base/sockets/tls.ts";
import { DENO_NETWORK } from "../../../lib/system/network/deno_network.ts";
import { decode, type Message } from "../../../lib/wire/message.ts";
import { StreamFrames, toFrame } from "../../../lib/wire/stream_frames.ts";
import { opt, question, wire } from "../../support/messages.ts";

/** A client over TLS on a real socket, which believes whoever is there. */
export class TestTlsClient {
  readonly socket: TlsSocket;
  readonly #frames = new StreamFrames();
  #id = 1;

  private constructor(socket: TlsSocket) {
    this.socket = socket;
  }

  static async connect(to: SocketAddress, options: Partial<TlsClientOptions> = {}): Promise<TestTlsClient> {
    const usual = { serverName: null, alpn: ["dot"], ca: null, identity: null };
    const signal = AbortSignal.timeout(5000);
    const remote = { ...to, transport: "tcp" } as const;
    return new TestTlsClient(await DENO_NETWORK.connectTls(remote, { ...usual, ...options }, signal));
  }

  /** Whom the server says it is. */
  get shown(): string {
    return this.socket.peerCertificates[0]!.names.join(" ");
  }

  /** Asks for the addresses of names, in one write; the replies in the order in which they come. */
  async ask(...names: readonly string[]): Promise<Message[]> {
    const octets = names.flatMap((name) => {
      const questions = [question(name)];
      return [...toFrame(wire({ id: this.#id++, recursionDesired: true, questions, additionals: [opt()] }))];
    });
    await this.socket.write(Uint8Array.from(octets));
    const replies: Message[] = [];
    while (replies.length < names.length) replies.push(decode(await this.receive()));
    return replies;
  }

  /** Resolves when the server has closed. */
  async ended(): Promise<void> {
    try {
      while (await this.socket.read(new Uint8Array(1024)) !== null);
    } catch {
      // It may reset the connection as well.
    }
  }

  close(): void {
    this.socket.close();
  }

  /** The next message. */
  async receive(): Promise<Uint8Array<ArrayBuffer>> {
    for (;;) {
      const message = this.#frames.take();
      if (message !== null) return message;
      const count = await this.socket.read(this.#frames.space());
      if (count === null) throw new Error("The server has closed");
      this.#frames.filled(count);
    }
  }
}
