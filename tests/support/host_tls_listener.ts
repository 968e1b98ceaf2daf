import { readCertificate } from "../../lib/base/certificates/certificate.ts";
import { fromPem } from "../../lib/base/certificates/pem.ts";
import type { SocketAddress } from "../../lib/base/net/address.ts";
import { writeAll } from "../../lib/base/net/byte_stream.ts";
import {
  TlsError,
  type TlsIdentity,
  type TlsListenSocket,
  type TlsServerOptions,
  type TlsSocket,
} from "../../lib/base/sockets/tls.ts";
import { AcceptQueue } from "./accept_queue.ts";
import type { EventTime } from "./event_time.ts";
import type { HostStream } from "./host_stream.ts";
import type { HostStreamListener } from "./host_stream_listener.ts";
import { certificatesOf, type ClientHello, HostTlsStream, readHandshake, toHandshake } from "./host_tls.ts";

/** A listening TLS socket of a host. Proxies it has none. */
export class HostTlsListener implements TlsListenSocket {
  readonly address: SocketAddress;
  /** What new clients are shown. */
  identities: readonly TlsIdentity[];
  #clientCa: string | null;
  readonly #listener: HostStreamListener;
  readonly #options: TlsServerOptions;
  readonly #time: EventTime;
  readonly #queue = new AcceptQueue<HostTlsStream>();
  readonly #shaking = new Set<HostStream>();

  constructor(listener: HostStreamListener, options: TlsServerOptions, time: EventTime) {
    if (options.identities.length === 0) throw new TlsError("A certificate is needed");
    this.address = listener.address;
    this.identities = options.identities;
    this.#listener = listener;
    this.#options = options;
    this.#clientCa = options.clientCa;
    this.#time = time;
    listener.onConnection = (stream) => void this.#shake(stream);
  }

  get isClosed(): boolean {
    return this.#listener.isClosed;
  }

  accept(): Promise<TlsSocket> {
    return this.#queue.accept();
  }

  replace(identities: readonly TlsIdentity[], clientCa: string | null): void {
    if (identities.length === 0) throw new TlsError("A certificate is needed");
    this.identities = identities;
    this.#clientCa = clientCa;
  }

  close(): void {
    this.#listener.close();
    for (const { stream } of this.#queue.close()) stream.reset();
    for (const stream of this.#shaking) stream.reset();
  }

  async #shake(stream: HostStream): Promise<void> {
    this.#shaking.add(stream);
    const cancel = this.#time.start(this.#options.handshakeMs, () => stream.reset());
    try {
      const hello = await readHandshake<ClientHello>(stream);
      const refusal = this.#refusalOf(hello);
      if (refusal !== null) {
        await writeAll(stream, toHandshake({ alert: refusal }));
        return stream.close();
      }
      const { serverName, alpn, certificates } = hello;
      const spoken = this.#options.alpn.find((name) => alpn.includes(name)) ?? null;
      await writeAll(
        stream,
        toHandshake({ alpn: spoken, certificates: certificatesOf(this.#identityFor(serverName)) }),
      );
      const shown = { alpn: spoken, peerCertificates: certificates, chainError: null, serverName, isResumed: false };
      this.#queue.offer(new HostTlsStream(stream, shown));
    } catch {
      if (!stream.isClosed) stream.close();
    } finally {
      cancel();
      this.#shaking.delete(stream);
    }
  }

  #refusalOf({ alpn, certificates }: ClientHello): string | null {
    const { alpn: ours } = this.#options;
    const clientCa = this.#clientCa;
    if (alpn.length > 0 && ours.length > 0 && !alpn.some((name) => ours.includes(name))) {
      return "no application protocol";
    }
    if (clientCa === null) return null;
    const [own] = certificates;
    if (own === undefined) return "certificate required";
    const believed = fromPem(clientCa, "CERTIFICATE").map((der) => readCertificate(der).subject);
    return believed.includes(own.issuer) ? null : "unknown ca";
  }

  #identityFor(serverName: string | null): TlsIdentity {
    const wild = serverName?.replace(/^[^.]+/, "*");
    const covers = (wanted: string | null | undefined) => {
      return this.identities.find((identity) => wanted && certificatesOf(identity)[0]?.names.includes(wanted));
    };
    return covers(serverName) ?? covers(wild) ?? this.identities[0]!;
  }
}
