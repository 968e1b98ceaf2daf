// What dnstap says that messages came over, on real sockets: the program asks itself over each encrypted transport.

import { assertEquals } from "@std/assert";
import { App } from "../../../lib/app/app.ts";
import type { ByteStream } from "../../../lib/base/net/byte_stream.ts";
import { formatSocketAddress } from "../../../lib/base/net/address.ts";
import type { FullConfig } from "../../../lib/config/config.ts";
import { DEFAULTS } from "../../../lib/config/settings.ts";
import { MessageStream } from "../../../lib/program/telemetry/message_stream.ts";
import { parseListen } from "../../../lib/server/listen/listen.ts";
import { denoRuntime } from "../../../lib/system/deno_runtime.ts";
import { parseEndpoint } from "../../../lib/upstream/parse_endpoint.ts";
import { decode } from "../../../lib/wire/message.ts";
import { type ReadFrame, readFrame, StreamReader } from "../../support/dnstap_frames.ts";
import { question, questionLines, wire } from "../../support/messages.ts";
import { testCertificates } from "../../support/test_certificates.ts";
import { UdpClient } from "../udp_client.ts";
import { quicTest } from "./quic_client.ts";

const CERTIFICATES = await testCertificates();
/** Message.Type of dnstap.proto. */
const [CQ, CR, FQ, FR] = [5, 6, 7, 8] as const;
/** SocketProtocol of dnstap.proto. */
const [UDP, DOT, DOH, DOQ] = [1, 3, 4, 7] as const;
const NO_SOCKETS = {
  listen: () => Promise.reject(new Error("there are none")),
  connect: () => Promise.reject(new Error("there are none")),
};

/** Somebody who reads dnstap at a port of his own. */
class Reader implements AsyncDisposable {
  readonly #listener = Deno.listen({ transport: "tcp", hostname: "127.0.0.1", port: 0 });
  #conn: Deno.Conn | null = null;
  readonly #reader: Promise<StreamReader>;

  constructor() {
    this.#reader = this.#accept();
  }

  get to(): string {
    return `tcp://${formatSocketAddress({ ...this.#listener.addr as Deno.NetAddr, transport: "tcp" })}`;
  }

  /** So many frames, each as its type, what it came over, and what it asks for. */
  async frames(count: number): Promise<[type: number, protocol: number, asks: string][]> {
    const reader = await this.#reader;
    const frames: ReadFrame[] = [];
    while (frames.length < count) {
      const heard = await reader.next();
      if (heard === null) throw new Error(`The stream ends after ${frames.length} frames`);
      if ("payload" in heard) frames.push(readFrame(heard.payload));
    }
    return frames.map(({ type, protocol, query, response }) => {
      return [type, protocol, questionLines(decode((query ?? response)!).questions)[0]!.toLowerCase()];
    });
  }

  async #accept(): Promise<StreamReader> {
    const conn = this.#conn = await this.#listener.accept();
    const reader = new StreamReader(
      {
        read: (buffer: Uint8Array<ArrayBuffer>) => conn.read(buffer),
        write: (octets: Uint8Array<ArrayBuffer>) => conn.write(octets),
      } as unknown as ByteStream,
    );
    await reader.accept();
    return reader;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#conn?.close();
    this.#listener.close();
    return Promise.resolve();
  }
}

/** The program in this process, telling of its messages. */
class Told implements AsyncDisposable {
  readonly reader = new Reader();
  readonly app: App;
  readonly #messages: MessageStream;

  constructor(fields: Partial<FullConfig>, hasCertificate: boolean) {
    const config: FullConfig = {
      ...DEFAULTS,
      logLevel: "error",
      cacheSizeMib: 0,
      dnstapTo: this.reader.to,
      toldClients: "full",
      ...fields,
    };
    const deno = denoRuntime({}, () => {});
    const ca = new TextEncoder().encode(CERTIFICATES.authority.certificate);
    const runtime = { ...deno, files: { ...deno.files, read: () => Promise.resolve(ca) } };
    const identities = hasCertificate ? [CERTIFICATES.server] : [];
    this.app = new App(config, runtime, undefined, { identities, authorities: {} });
    const log = { info: () => {}, warn: () => {}, error: () => {} } as unknown as ConstructorParameters<
      typeof MessageStream
    >[0]["log"];
    this.#messages = new MessageStream({ app: this.app, system: { localSockets: NO_SOCKETS }, runtime, log });
    this.#messages.follow(config);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.app.stop();
    await this.#messages.stop();
    await this.reader[Symbol.asyncDispose]();
  }
}

for (
  const [scheme, path, protocol] of [["tls", "", DOT], ["https", "/dns-query", DOH], ["quic", "", DOQ]] as const
) {
  quicTest(`dnstap says of clients and of upstreams that messages came over ${scheme}`, async () => {
    await using server = new Told({ listen: [parseListen(`${scheme}://127.0.0.1:0`, 53)] }, true);
    const { port } = server.app.addresses[0]!;
    const upstream = `${scheme}://dns.example.org:${port}${path}?ip=127.0.0.1&ca=/ca.pem`;
    const upstreams = [parseEndpoint(upstream, 53)];
    await using forwarder = new Told({ listen: [parseListen("127.0.0.1:0", 53)], upstreams }, false);
    using client = new UdpClient(forwarder.app.addresses[0]!);
    const message = wire({ id: 1, recursionDesired: true, questions: [question("a.example")] });
    assertEquals(decode(await client.ask(message)).answers.length, 1);
    const asks = "a.example. in a";
    assertEquals(await forwarder.reader.frames(4), [
      [FQ, protocol, asks],
      [FR, protocol, asks],
      [CQ, UDP, asks],
      [CR, UDP, asks],
    ]);
    assertEquals(await server.reader.frames(2), [[CQ, protocol, asks], [CR, protocol, asks]]);
  });
}
