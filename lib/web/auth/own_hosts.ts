import type { SocketAddress } from "../../base/net/address.ts";
import { formatIp, parseIp } from "../../base/net/ip.ts";

/** This machine, by whatever name (RFC 6761 §6.3, RFC 1122 §3.2.1.3, RFC 4291 §2.5.3). */
const LOOPBACK = /^(?:127\.|::1$)/;

/** All addresses of this machine. */
const ANY: readonly string[] = ["0.0.0.0", "::"];

/** What requests may ask for as their host. */
export interface OwnHosts {
  /** Where it listens. */
  readonly address: Pick<SocketAddress, "hostname">;
  /** Further names, in lower case. */
  readonly names: readonly string[];
}

/**
 * Whether a host is what this program may be asked by. A page of somebody else whose name has been given our address (DNS rebinding)
 * asks for its own name, and a browser believes that it asks its own server. An address cannot be given another one.
 */
export function isOwnHost(host: string, { address, names }: OwnHosts): boolean {
  const [, literal, name] = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+))(?::[0-9]{1,5})?$/.exec(host) ?? [];
  const ip = parseIp(literal ?? name ?? "");
  const isAny = ANY.includes(address.hostname);
  const isHere = isAny || LOOPBACK.test(address.hostname);
  if (ip !== null) {
    const text = formatIp(ip);
    return isAny || text === address.hostname || (isHere && LOOPBACK.test(text));
  }
  const asked = (name ?? "").toLowerCase().replace(/\.$/, "");
  return (isHere && asked === "localhost") || names.includes(asked);
}
