import { parseSocketAddress } from "../../base/net/address.ts";
import { unmappedIp } from "../../base/net/cidr.ts";
import { octetsOf } from "../../base/net/zone.ts";
import type { Client } from "../../resolver/client.ts";

/** More than a machine has. */
const KEPT_MAX = 256;

/** Where clients reach this program, as far as it is known. */
export class OwnAddresses {
  readonly #listeners = new Map<string, Listener>();
  readonly #addresses = new Map<string, Uint8Array | null>();

  /** The port that a client has asked; 0 for ourselves. */
  portFor({ listener }: Client): number {
    // hot path
    return this.#at(listener).port;
  }

  /** The octets of the address that it has asked; `null` where nobody knows. */
  addressFor({ listener, peer, asked }: Client): Uint8Array | null {
    // hot path
    const { hostname, isAnywhere } = this.#at(listener);
    return this.#octets(isAnywhere ? asked ?? peer?.asked ?? null : hostname);
  }

  #octets(hostname: string | null): Uint8Array | null {
    // hot path
    if (hostname === null) return null;
    const known = this.#addresses.get(hostname);
    if (known !== undefined) return known;
    if (this.#addresses.size >= KEPT_MAX) this.#addresses.clear();
    const octets = octetsOf(hostname);
    const told = octets === null ? null : unmappedIp(octets);
    this.#addresses.set(hostname, told);
    return told;
  }

  #at(listener: string): Listener {
    // hot path
    const known = this.#listeners.get(listener);
    if (known !== undefined) return known;
    if (this.#listeners.size >= KEPT_MAX) this.#listeners.clear();
    const read = readListener(listener);
    this.#listeners.set(listener, read);
    return read;
  }
}

interface Listener {
  readonly hostname: string | null;
  readonly port: number;
  readonly isAnywhere: boolean;
}

/** See `listenName`. */
function readListener(listener: string): Listener {
  const text = listener.replace(/^[a-z]+:\/\//, "");
  if (text === "") return { hostname: null, port: 0, isAnywhere: false };
  const { hostname, port } = parseSocketAddress(text, 0, 0);
  return { hostname, port, isAnywhere: hostname === "0.0.0.0" || hostname === "::" };
}
