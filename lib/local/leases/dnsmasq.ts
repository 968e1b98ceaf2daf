import { parseIp } from "../../base/net/ip.ts";
import { eachLine, type LeaseSink, macOf } from "./lease.ts";

/** Line of the server's own identity, before its IPv6 leases. */
const SERVER_DUID = /^duid\s/;

/**
 * Reads dnsmasq's leases: `expiry mac address name client-id`, for IPv6 with the number of the association in the place of the
 * MAC. An expiry of 0 is none, a name of `*` too.
 */
export function readDnsmasqLeases(text: string, sink: LeaseSink): Generator<void> {
  return eachLine(text, sink, (line) => {
    if (line === "" || line.startsWith("#") || SERVER_DUID.test(line)) return true;
    const [expiry, mac, ip, ...rest] = line.split(/\s+/);
    const address = parseIp(ip ?? "");
    if (!/^[0-9]{1,10}$/.test(expiry!) || address === null || rest.length === 0) return false;
    // The name is one word, and so is what stands behind it.
    const hostname = rest.length > 1 ? rest.slice(0, -1).join(" ") : rest[0]!;
    const endSeconds = Number(expiry);
    sink.lease({
      address,
      hostname: hostname === "*" ? null : hostname,
      mac: macOf(mac!),
      endSeconds,
      newness: endSeconds,
      isActive: true,
    });
    return true;
  });
}
