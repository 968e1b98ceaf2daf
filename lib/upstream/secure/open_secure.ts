import type { StreamTransport } from "../stream/stream_transport.ts";
import { Addresses } from "./addresses.ts";
import { bootstrap, type BootstrapServers } from "./bootstrap.ts";
import { SecureDial, type SecureDialOptions } from "./secure_dial.ts";
import { DOH_ALPN, httpsTransport } from "../http/https_transport.ts";
import { DOT_ALPN, tlsTransport, type TlsTransportOptions } from "./tls_transport.ts";

/** What an encrypted upstream is asked through. */
export interface SecureLink {
  /** Its connections. */
  readonly stream: StreamTransport;
  /** The network may be another one: what was learned of where it is does not count. */
  forget(): void;
}

/** What that is made from. */
export interface SecureLinkOptions
  extends
    Omit<TlsTransportOptions, "dial" | "standing" | "runtime">,
    Pick<SecureDialOptions, "endpoint" | "name" | "sources"> {
  /** The world outside. */
  readonly runtime: SecureDialOptions["runtime"] & TlsTransportOptions["runtime"];
  /** Who is asked where it is; `null` for nobody. */
  readonly bootstrapServers: BootstrapServers | null;
  /** See `StandingOptions`. */
  readonly onUntrusted: NonNullable<TlsTransportOptions["standing"]>["onUntrusted"];
}

/** Opens the way to an encrypted upstream, and connects although nobody asks yet. */
export function openSecure(options: SecureLinkOptions): SecureLink {
  const { endpoint, name, sources, runtime, bootstrapServers, onUntrusted } = options;
  const find = endpoint.name === null || bootstrapServers === null
    ? null
    : bootstrap(endpoint.name, bootstrapServers, runtime.clock);
  const addresses = new Addresses({ ...runtime, given: endpoint.addresses, find });
  const dial = new SecureDial({
    endpoint,
    name,
    sources,
    runtime,
    addresses,
    alpn: endpoint.protocol === "https" ? DOH_ALPN : DOT_ALPN,
  });
  const transport = endpoint.protocol === "https" ? httpsTransport : tlsTransport;
  const stream = transport({ ...options, dial, standing: { onUntrusted } });
  stream.warm();
  return { stream, forget: () => dial.forget() };
}
