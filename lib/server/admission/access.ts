import { type Cidr, isInCidr, parseCidr, unmappedIp } from "../../base/net/cidr.ts";
import { octetsOf } from "../../base/net/zone.ts";

/**
 * Verdicts that are kept, so that an address is parsed once and not for each query: more than a local network has
 * clients, and less than a MiB.
 */
const KEPT_MAX = 4096;

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

/** Decides by their address which clients may ask. */
export class Access {
  readonly #allowed: readonly Cidr[];
  readonly #verdicts = new Map<string, boolean>();

  /** Lets the clients of the networks `allowed` ask. */
  constructor(allowed: readonly Cidr[]) {
    this.#allowed = allowed;
  }

  /** Whether the client with this IP address may ask. What is no address may not. */
  allows(hostname: string): boolean {
    const known = this.#verdicts.get(hostname);
    if (known !== undefined) return known;
    // Strangers with many addresses cost the others a parse now and then; they must not cost memory.
    if (this.#verdicts.size >= KEPT_MAX) this.#verdicts.clear();
    const verdict = this.#judge(hostname);
    this.#verdicts.set(hostname, verdict);
    return verdict;
  }

  #judge(hostname: string): boolean {
    const octets = octetsOf(hostname);
    if (octets === null) return false;
    const address = unmappedIp(octets);
    return this.#allowed.some((cidr) => isInCidr(address, cidr));
  }
}
