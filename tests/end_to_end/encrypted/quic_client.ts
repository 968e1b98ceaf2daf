import type { SocketAddress } from "../../../lib/base/net/address.ts";
import type { QuicClientOptions, QuicSocket } from "../../../lib/base/sockets/quic.ts";
import { DENO_QUIC } from "../../../lib/system/network/quic/deno_quic.ts";
import { decode, type Message } from "../../../lib/wire/message.ts";
import { toFrame } from "../../../lib/wire/stream_frames.ts";
import { question, wire } from "../../support/messages.ts";
import { testCertificates } from "../../support/test_certificates.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** Defines a test for which QUIC must be to be had; elsewhere it is left out, and says why. */
export function quicTest(name: string, fn: () => Promise<void>): void {
  const { whyNot } = DENO_QUIC;
  Deno.test({ name: whyNot === null ? name : `${name} (left out: ${whyNot})`, ignore: whyNot !== null, fn });
}

/** A client over QUIC, on real sockets. */
export class TestQuicClient {
  readonly #client = DENO_QUIC.client(null);
  #connection: QuicSocket | null = null;

  /** Connects to a server that is `dns.example.org`, by the authority of tests. */
  async connect(server: SocketAddress, options: Partial<QuicClientOptions> = {}): Promise<QuicSocket> {
    const { authority } = await testCertificates();
    const usual = { serverName: "dns.example.org", ca: authority.certificate, alpn: ["doq"], idleMs: 5000 };
    const signal = AbortSignal.timeout(5000);
    return this.#connection = await this.#client.connect(
      { ...server, transport: "udp" },
      { ...usual, ...options },
      signal,
    );
  }

  /** Sends a message on a stream of its own; resolves to what comes until its end. */
  async exchange(frame: Octets): Promise<Octets> {
    const stream = (await this.#connection!.openStream(true))!;
    await stream.finish(frame);
    const pieces: number[] = [];
    for (let octets = await stream.read(); octets !== null; octets = await stream.read()) pieces.push(...octets);
    return Uint8Array.from(pieces);
  }

  /** Asks, and takes the answer apart. */
  async ask(text: string, fields: Partial<Message> = {}): Promise<Message> {
    const message = wire({ id: 0, recursionDesired: true, questions: [question(text)], ...fields });
    return decode((await this.exchange(toFrame(message))).subarray(2));
  }

  /** How the connection was ended. */
  get closed() {
    return this.#connection!.closed;
  }

  close(): void {
    this.#client.close();
  }
}
