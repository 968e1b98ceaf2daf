import type { Network } from "../../base/runtime.ts";
import { type QuicClient, QuicError, type QuicSocket } from "../../base/sockets/quic.ts";
import { DOQ_ALPN, DOQ_CODE } from "../../wire/quic/doq.ts";
import { sourceTo } from "../approach.ts";
import type { SecureEndpoint } from "../endpoint.ts";
import { UntrustedError } from "../refusal.ts";
import { QUIC_KEEP_MS } from "./quic_transport.ts";

/** What connections over QUIC are made with. */
export interface QuicWayOptions {
  /** Whom to. */
  readonly endpoint: SecureEndpoint;
  /** The upstream's name in messages. */
  readonly name: string;
  /** Where connections come from, an address of each family at most. */
  readonly sources: readonly string[];
  /** Where they are made. */
  readonly network: Pick<Network, "quic">;
}

/**
 * How one upstream is connected to over QUIC. It is the system that looks at the certificate, with an authority that the operator
 * has named beside those that come with the program: there is no connection to whoever is not the right one.
 */
export class QuicWay {
  readonly #options: QuicWayOptions;
  /** By the address that they connect from. */
  readonly #clients = new Map<string | null, QuicClient>();

  /** See {@linkcode QuicWayOptions}. */
  constructor(options: QuicWayOptions) {
    this.#options = options;
  }

  /**
   * Connects to one of the server's addresses.
   *
   * @param ca Further authorities, PEM.
   * @throws {UntrustedError} when whoever is there is not who it should be.
   */
  async connect(hostname: string, ca: string | null, signal: AbortSignal): Promise<QuicSocket> {
    const { endpoint, name, sources, network: { quic } } = this.#options;
    const remote = { transport: "udp", hostname, port: endpoint.port } as const;
    const source = sourceTo(hostname, sources);
    const client = this.#clients.getOrInsertComputed(source, () => quic.client(source));
    const options = { serverName: endpoint.name, ca, alpn: [DOQ_ALPN], idleMs: QUIC_KEEP_MS };
    try {
      return await client.connect(remote, options, signal);
    } catch (error) {
      if (!(error instanceof QuicError) || error.doubt === null) throw error;
      throw new UntrustedError(name, { kind: error.doubt, text: told(error, endpoint.name ?? hostname) });
    }
  }

  /** Nobody wants this connection. */
  discard(socket: QuicSocket): void {
    socket.close(DOQ_CODE.NO_ERROR);
  }

  /** The network may be another one: connections leave from other ports from now on. */
  forget(): void {
    for (const client of this.#clients.values()) client.renew();
  }

  /** There will be no connection any more. */
  close(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }
}

/** What is wrong with a certificate, for the operator: `meant` is whom it should be for. */
function told({ doubt, message }: QuicError, meant: string): string {
  if (doubt === "name") return `its certificate is not for ${meant}`;
  if (doubt === "expired") return "its certificate has expired, by the clock of this machine";
  if (doubt === "notYetValid") return "its certificate is not valid yet, by the clock of this machine";
  return `no authority that is believed stands behind its certificate (${message})`;
}
