import { unmappedIp } from "../../../base/net/cidr.ts";
import { parseIp } from "../../../base/net/ip.ts";

/** Hops that are looked at, from the right: more proxies of one's own nobody has in a row. */
const HOPS_MAX = 16;

/** The addresses of an `X-Forwarded-For` field from the right, where the last proxy has written; `null` for what is none. */
export function* addressesIn(field: string): Iterable<Uint8Array<ArrayBuffer> | null> {
  for (const hop of field.split(",").reverse().slice(0, HOPS_MAX)) {
    const octets = parseIp(addressIn(hop.trim()));
    yield octets === null ? null : unmappedIp(octets);
  }
}

/** Some proxies write a port as well, and brackets with it. */
function addressIn(hop: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(hop);
  if (bracketed !== null) return bracketed[1]!;
  const [address, port, ...rest] = hop.split(":");
  return port !== undefined && rest.length === 0 ? address! : hop;
}
