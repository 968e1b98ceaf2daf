import { type Cidr, formatCidr, isInCidr, parseCidr } from "../../base/net/cidr.ts";
import type { Client } from "../../resolver/client.ts";

/**
 * Who may ask when nothing else is said: this machine and the networks around it. RFC 5625 §6.1 warns of proxies that
 * serve the outside; open forwarders are how amplification attacks are made. 100.64.0.0/10 (RFC 6598) is not among them:
 * behind a carrier's address translation it holds other customers.
 */
export const PRIVATE_NETWORKS: readonly Cidr[] = [
  "127.0.0.0/8", // RFC 1122 §3.2.1.3
  "10.0.0.0/8", // RFC 1918 §3, and the next two
  "172.16.0.0/12",
  "192.168.0.0/16",
  "169.254.0.0/16", // RFC 3927 §2.1
  "::1", // RFC 4291 §2.5.3
  "fc00::/7", // RFC 4193 §3.1
  "fe80::/10", // RFC 4291 §2.5.6
].map(parseCidr);

/** Networks that are exceptions. */
export interface AccessExceptions {
  /** Whose clients may ask at a listener, by its name, instead of those that may ask elsewhere. */
  readonly byListener?: ReadonlyMap<string, readonly Cidr[]>;
  /** Whose clients may not ask; within a network that may, or around one. */
  readonly denied?: readonly Cidr[];
  /** Whose clients have no rate. */
  readonly exempt?: readonly Cidr[];
}

/** Decides by their address, and by where they come in, which clients may ask. */
export class Access {
  readonly #allowed: readonly Cidr[];
  readonly #byListener: ReadonlyMap<string, readonly Cidr[]>;
  readonly #denied: readonly Cidr[];
  readonly #exempt: readonly Cidr[];

  /** Lets the clients of the networks `allowed` ask, but for exceptions. */
  constructor(allowed: readonly Cidr[], { byListener = new Map(), denied = [], exempt = [] }: AccessExceptions = {}) {
    this.#allowed = allowed;
    this.#byListener = byListener;
    this.#denied = denied;
    this.#exempt = exempt;
  }

  /** Whether the client may ask, by its address; what is no address may not. The verdict is kept with the client. */
  allows(client: Client): boolean {
    // hot path
    if (client.judgedBy !== this) this.#judge(client);
    return client.isAllowed;
  }

  /** The network that says whether the client may ask, as `formatCidr` writes it; `null` when none does. For explanations. */
  networkOf(client: Client): string | null {
    const { octets } = client;
    if (octets === null) return null;
    const holding = [...this.#denied, ...this.#allowedAt(client)].filter((cidr) => isInCidr(octets, cidr));
    const [longest] = holding.toSorted((a, b) => b.prefixBits - a.prefixBits);
    return longest === undefined ? null : formatCidr(longest);
  }

  #allowedAt({ listener }: Client): readonly Cidr[] {
    return this.#byListener.get(listener) ?? this.#allowed;
  }

  #judge(client: Client): void {
    const { octets } = client;
    client.isAllowed = octets !== null && longest(this.#allowedAt(client), octets) > longest(this.#denied, octets);
    client.isExempt = octets !== null && longest(this.#exempt, octets) >= 0;
    client.judgedBy = this;
  }
}

/** The prefix of the longest network that holds an address; -1 for none. Of two that say otherwise, the longer one means it. */
function longest(networks: readonly Cidr[], octets: Uint8Array): number {
  let bits = -1;
  for (const cidr of networks) {
    if (cidr.prefixBits > bits && isInCidr(octets, cidr)) bits = cidr.prefixBits;
  }
  return bits;
}
