import type { Runtime } from "../../base/runtime.ts";
import { DialError, familiesInTurn, firstConnected } from "../../base/sockets/dial_race.ts";
import type { SecureEndpoint } from "../endpoint.ts";
import { type Refusal, UntrustedError } from "../refusal.ts";
import type { Addresses } from "./addresses.ts";

/** All authorities of a system have a quarter of this. */
const CA_OCTETS_MAX = 1024 * 1024;

/** How one address of an upstream is connected to. */
export interface Way<Socket> {
  /**
   * Connects, and makes sure that who answers is who it should be.
   *
   * @param ca Authorities that the operator has named, PEM; `null` for none.
   * @throws {UntrustedError} when it is somebody else.
   */
  connect(hostname: string, ca: string | null, signal: AbortSignal): Promise<Socket>;
  /** Nobody wants this connection. */
  discard(socket: Socket): void;
}

/** What an upstream is connected to with. */
export interface SecureDialOptions<Socket> {
  /** Whom. */
  readonly endpoint: SecureEndpoint;
  /** The upstream's name in messages. */
  readonly name: string;
  /** Where it is. */
  readonly addresses: Addresses;
  /** How each of these is connected to. */
  readonly way: Way<Socket>;
  /** The world outside. */
  readonly runtime: Pick<Runtime, "timers" | "files">;
}

/**
 * Connects to an encrypted upstream: to whichever of its addresses answers first, and only if who answers is who it should be. The
 * address that was good the last time is tried first, then its family.
 */
export class SecureDial<Socket> {
  readonly #options: SecureDialOptions<Socket>;
  #lastAddress: string | null = null;
  #handshakeCount = 0;

  /** See {@linkcode SecureDialOptions}. */
  constructor(options: SecureDialOptions<Socket>) {
    this.#options = options;
  }

  /** Handshakes with the server since the start; of two at once both, for both cost something. */
  get handshakeCount(): number {
    return this.#handshakeCount;
  }

  /** Forgets what was learned: the network may be another one. */
  forget(): void {
    this.#lastAddress = null;
    this.#options.addresses.doubt();
  }

  /**
   * Connects. Nothing has been sent when this resolves.
   *
   * @throws {UntrustedError} when who answers is not who it should be, be it at one address of several.
   * @throws {Error} whatever the operating system says.
   */
  async connect(signal: AbortSignal): Promise<Socket> {
    const { addresses } = this.#options;
    const ca = await this.#ca();
    const tried = await addresses.get();
    try {
      return await this.#race(tried, ca, signal);
    } catch (error) {
      signal.throwIfAborted();
      // Perhaps it has moved.
      addresses.doubt();
      await addresses.refresh();
      const others = addresses.known.filter((address) => !tried.includes(address));
      if (others.length === 0) throw error;
      return await this.#race(others, ca, signal);
    }
  }

  async #race(addresses: readonly string[], ca: string | null, signal: AbortSignal): Promise<Socket> {
    const { way, runtime: { timers } } = this.#options;
    try {
      return await firstConnected(this.#inOrder(addresses), {
        timers,
        signal,
        connect: (address, ended) => this.#connectTo(address, ca, ended),
        discard: (socket) => way.discard(socket),
      });
    } catch (error) {
      if (!(error instanceof DialError)) throw error;
      // That somebody else is there is more to be told than that nobody is.
      throw error.causes.find((cause) => cause instanceof UntrustedError) ?? error.cause ?? error;
    }
  }

  async #connectTo(hostname: string, ca: string | null, signal: AbortSignal): Promise<Socket> {
    const socket = await this.#options.way.connect(hostname, ca, signal);
    this.#handshakeCount++;
    this.#lastAddress = hostname;
    return socket;
  }

  #inOrder(addresses: readonly string[]): string[] {
    const last = this.#lastAddress;
    if (last === null) return familiesInTurn(addresses);
    const others = addresses.filter((address) => address !== last);
    // Whichever family was good comes first; after it, the other one.
    const rest = familiesInTurn(others, last.includes(":"));
    return addresses.includes(last) ? [last, ...rest] : familiesInTurn(others, !last.includes(":"));
  }

  /** The authorities that are believed; `null` for those that the program comes with. */
  async #ca(): Promise<string | null> {
    const { endpoint: { ca }, name, runtime: { files } } = this.#options;
    if (ca === null || ca === "none") return null;
    try {
      return new TextDecoder().decode(await files.read(ca, CA_OCTETS_MAX));
    } catch (error) {
      const reason = error instanceof Error ? error.message : `${error}`;
      const refusal: Refusal = {
        kind: "chain",
        text: `the authorities to believe in, ${ca}, cannot be read: ${reason}`,
      };
      throw new UntrustedError(name, refusal);
    }
  }
}
