import type { Runtime } from "../../base/runtime.ts";
import type { TlsSocket } from "../../base/sockets/tls.ts";
import { sourceTo } from "../approach.ts";
import type { SecureEndpoint } from "../endpoint.ts";
import { UntrustedError } from "../refusal.ts";
import { authenticate } from "./authenticate.ts";
import type { Way } from "./secure_dial.ts";

/** What connections over TLS are made with. */
export interface TlsWayOptions {
  /** Whom to. */
  readonly endpoint: SecureEndpoint;
  /** The upstream's name in messages. */
  readonly name: string;
  /** What is spoken, best first (ALPN). */
  readonly alpn: readonly string[];
  /** Where connections come from, an address of each family at most. */
  readonly sources: readonly string[];
  /** The world outside. */
  readonly runtime: Pick<Runtime, "network" | "wallClock">;
}

/** How one upstream is connected to over TLS. Who is there is looked at here, before anything is sent. */
export function tlsWay({ endpoint, name, alpn, sources, runtime }: TlsWayOptions): Way<TlsSocket> {
  const { network, wallClock } = runtime;
  return {
    connect: async (hostname, ca, signal) => {
      const remote = { transport: "tcp", hostname, port: endpoint.port } as const;
      const tls = { serverName: endpoint.name, alpn, ca, identity: null };
      const socket = await network.connectTls(remote, tls, signal, sourceTo(hostname, sources));
      const refusal = authenticate(socket, { ...endpoint, address: hostname }, wallClock.epochSeconds());
      if (refusal === null) return socket;
      socket.close();
      throw new UntrustedError(name, refusal);
    },
    discard: (socket) => socket.close(),
  };
}
