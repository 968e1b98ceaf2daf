import { formatSocketAddress, type SocketAddress } from "../../../base/net/address.ts";
import { AddressInUseError } from "../../../base/runtime.ts";
import {
  QuicError,
  type QuicListenSocket,
  type QuicServerOptions,
  type QuicSocket,
} from "../../../base/sockets/quic.ts";
import type { TlsIdentity } from "../../../base/sockets/tls.ts";
import { DenoQuicSocket } from "./quic_socket.ts";

/** Handshakes at a time. Nobody has shown yet that he is where his packets say; Deno has no Retry (RFC 9000 §8.1.2). */
const HANDSHAKES_MAX = 128;

/**
 * Endpoints that have been closed, by the address that was asked for. The port of an endpoint is given back when the collector
 * of garbage comes by, whenever that is: whoever listens there again is given the same one.
 */
const parked = new Map<string, Endpoint>();

/** See `Quic`. */
export function listenQuic(local: SocketAddress, options: QuicServerOptions): QuicListenSocket {
  const key = formatSocketAddress(local);
  const endpoint = parked.get(key) ?? new Endpoint(local);
  try {
    endpoint.serve(options);
  } catch (error) {
    if (!parked.has(key)) endpoint.close();
    throw new QuicError(error instanceof Error ? error.message : String(error), "chain", { cause: error });
  }
  parked.delete(key);
  const { hostname, port } = endpoint.address;
  const isChosen = local.port === 0;
  return new DenoQuicListener({ ...local, hostname, port }, endpoint, options, () => {
    if (isChosen) endpoint.close();
    else parked.set(key, endpoint);
  });
}

/** A UDP socket, and who takes what comes to it. */
class Endpoint {
  readonly #endpoint: Deno.QuicEndpoint;
  /** The first is asked for connections, whoever was announced since; when one is collected as garbage, nobody is served any more. */
  readonly #announced: Deno.QuicListener[] = [];
  #taker: ((incoming: Deno.QuicIncoming) => void) | null = null;

  constructor({ hostname, port }: SocketAddress) {
    try {
      this.#endpoint = new Deno.QuicEndpoint({ hostname, port });
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
      const text = formatSocketAddress({ transport: "udp", hostname, port });
      throw new AddressInUseError(`${text} is in use`, { cause: error });
    }
  }

  get address(): Deno.NetAddr {
    return this.#endpoint.addr;
  }

  /** From now on clients are served so. */
  serve({ alpn, idleMs, streamsMax, identity }: QuicServerOptions): void {
    const listener = this.#endpoint.listen({
      cert: identity.certificate,
      key: identity.key,
      alpnProtocols: [...alpn],
      maxIdleTimeout: idleMs,
      maxConcurrentBidirectionalStreams: streamsMax,
      // RFC 9250 §4.3.3: no client opens any.
      maxConcurrentUnidirectionalStreams: 0,
    });
    this.#announced.push(listener);
    if (this.#announced.length === 1) void this.#run(listener);
  }

  /** Gives what comes to `taker`, and turns it away without one. */
  give(taker: ((incoming: Deno.QuicIncoming) => void) | null): void {
    this.#taker = taker;
  }

  close(): void {
    this.#endpoint.close();
  }

  async #run(listener: Deno.QuicListener): Promise<void> {
    for (;;) {
      let incoming;
      try {
        incoming = await listener.incoming();
      } catch {
        // It is closed: there is nothing else that this fails at.
        return;
      }
      if (this.#taker === null) incoming.refuse();
      else this.#taker(incoming);
    }
  }
}

class DenoQuicListener implements QuicListenSocket {
  readonly address: SocketAddress;
  readonly #endpoint: Endpoint;
  readonly #options: QuicServerOptions;
  readonly #giveBack: () => void;
  readonly #open = new Set<DenoQuicSocket>();
  /** Connections that nobody has taken yet. */
  readonly #ready: DenoQuicSocket[] = [];
  #handshakeCount = 0;
  #waiting: PromiseWithResolvers<QuicSocket> | null = null;
  #isLeft = false;
  #isClosed = false;

  constructor(address: SocketAddress, endpoint: Endpoint, options: QuicServerOptions, giveBack: () => void) {
    this.address = address;
    this.#endpoint = endpoint;
    this.#options = options;
    this.#giveBack = giveBack;
    endpoint.give((incoming) => void this.#shakeHands(incoming));
  }

  accept(): Promise<QuicSocket> {
    if (this.#isLeft) return Promise.reject(new Error("The listener is closed"));
    const socket = this.#ready.shift();
    if (socket !== undefined) return Promise.resolve(socket);
    this.#waiting ??= Promise.withResolvers();
    return this.#waiting.promise;
  }

  replace(identity: TlsIdentity): void {
    if (this.#isLeft) return;
    try {
      this.#endpoint.serve({ ...this.#options, identity });
    } catch (error) {
      throw new QuicError(error instanceof Error ? error.message : String(error), "chain", { cause: error });
    }
  }

  leave(): void {
    if (this.#isLeft) return;
    this.#isLeft = true;
    this.#endpoint.give(null);
    for (const socket of this.#ready.splice(0)) socket.close(0);
    this.#waiting?.reject(new Error("The listener is closed"));
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.leave();
    for (const socket of this.#open) socket.close(0);
    this.#giveBack();
  }

  async #shakeHands(incoming: Deno.QuicIncoming): Promise<void> {
    // Nothing else of it can be looked at: Deno forgets it when it is asked where it comes from.
    if (this.#handshakeCount >= HANDSHAKES_MAX) return incoming.refuse();
    this.#handshakeCount++;
    try {
      const socket = new DenoQuicSocket(await incoming.accept());
      if (this.#isLeft) return socket.close(0);
      this.#open.add(socket);
      socket.closed.finally(() => this.#open.delete(socket));
      if (this.#waiting === null) return void this.#ready.push(socket);
      this.#waiting.resolve(socket);
      this.#waiting = null;
    } catch {
      // Whoever it was does not like our certificate, speaks something else, or has gone.
    } finally {
      this.#handshakeCount--;
    }
  }
}
