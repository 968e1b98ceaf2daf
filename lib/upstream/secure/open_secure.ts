import type { Runtime } from "../../base/runtime.ts";
import { quicTransport } from "../quic/quic_transport.ts";
import { QuicWay } from "../quic/quic_way.ts";
import type { StreamTransport } from "../stream/stream_transport.ts";
import { Addresses } from "./addresses.ts";
import { bootstrap, type BootstrapServers } from "./bootstrap.ts";
import { DOH_ALPN, httpsTransport } from "../http/https_transport.ts";
import { SecureDial } from "./secure_dial.ts";
import { tlsWay, type TlsWayOptions } from "./tls_way.ts";
import { DOT_ALPN, tlsTransport, type TlsTransportOptions } from "./tls_transport.ts";

/** What an encrypted upstream is asked through. */
export interface SecureLink {
  /** Its connections. */
  readonly stream: StreamTransport;
  /** See `SecureDial`. */
  readonly handshakeCount: number;
  /** The network may be another one: what was learned of where it is does not count. */
  forget(): void;
  /** Closes every connection. There will be no other. */
  close(): void;
}

/** What that is made from. */
export interface SecureLinkOptions
  extends
    Omit<TlsTransportOptions, "dial" | "standing" | "runtime">,
    Pick<TlsWayOptions, "endpoint" | "name" | "sources"> {
  /** The world outside. */
  readonly runtime: Pick<Runtime, "network" | "timers" | "wallClock" | "files"> & TlsTransportOptions["runtime"];
  /** Who is asked where it is; `null` for nobody. */
  readonly bootstrapServers: BootstrapServers | null;
  /** See `StandingOptions`. */
  readonly onUntrusted: NonNullable<TlsTransportOptions["standing"]>["onUntrusted"];
}

/** Opens the way to an encrypted upstream, and connects although nobody asks yet. */
export function openSecure(options: SecureLinkOptions): SecureLink {
  const link = options.endpoint.protocol === "quic" ? openQuic(options) : openTls(options);
  link.stream.warm();
  return link;
}

function openTls(options: SecureLinkOptions): SecureLink {
  const isHttps = options.endpoint.protocol === "https";
  const way = tlsWay({ ...options, alpn: isHttps ? DOH_ALPN : DOT_ALPN });
  const dial = new SecureDial({ ...options, way, addresses: addressesOf(options) });
  const transport = isHttps ? httpsTransport : tlsTransport;
  const stream = transport({ ...options, dial, standing: options });
  return {
    stream,
    get handshakeCount() {
      return dial.handshakeCount;
    },
    forget: () => dial.forget(),
    close: () => stream.close(),
  };
}

function openQuic(options: SecureLinkOptions): SecureLink {
  const way = new QuicWay({ ...options, ...options.runtime });
  const dial = new SecureDial({ ...options, way, addresses: addressesOf(options) });
  const stream = quicTransport({ ...options, connect: (signal) => dial.connect(signal), standing: options });
  return {
    stream,
    get handshakeCount() {
      return dial.handshakeCount;
    },
    forget: () => {
      dial.forget();
      way.forget();
    },
    close: () => {
      stream.close();
      way.close();
    },
  };
}

function addressesOf({ endpoint, runtime, bootstrapServers }: SecureLinkOptions): Addresses {
  const find = endpoint.name === null || bootstrapServers === null
    ? null
    : bootstrap(endpoint.name, bootstrapServers, runtime.clock);
  return new Addresses({ ...runtime, given: endpoint.addresses, find });
}
