import { parseIp } from "../../base/net/ip.ts";
import { eachLine, type LeaseSink, macOf } from "./lease.ts";

/** What stands in the place of a DUID's association for a DHCPv4 lease. */
const IPV4 = "ipv4";
/** A lease without end. */
const FOREVER = "-1";

/**
 * Reads the state file of OpenWrt's odhcpd. It is a hosts file, whose comments say more:
 * `# <interface> <MAC or DUID> <"ipv4" or association> <name> <end> <assigned> <length> <address>/<length> …`.
 */
export function readOdhcpdLeases(text: string, sink: LeaseSink): Generator<void> {
  const told = new Set<string>();
  return eachLine(text, sink, (line) => {
    if (line === "") return true;
    const words = line.split(/\s+/);
    if (words[0] !== "#") return takeHosts(words, told, sink);
    const [, , id, association, name, end, , , ...networks] = words;
    // A comment like any other.
    if (end === undefined || !/^-?[0-9]{1,10}$/.test(end)) return true;
    const addresses = networks.map(wholeAddress).filter((address) => address !== null);
    for (const address of addresses) {
      told.add(address.join("."));
      const endSeconds = end === FOREVER ? 0 : Number(end);
      sink.lease({
        address,
        hostname: name === "-" ? null : name!,
        mac: association === IPV4 ? macOf(id!) : null,
        endSeconds,
        newness: endSeconds,
        isActive: true,
      });
    }
    return true;
  });
}

/** `192.0.2.7/32`, `2001:db8::7/128`; delegated prefixes are no address of anybody. */
function wholeAddress(text: string): Uint8Array<ArrayBuffer> | null {
  const [ip, length] = text.split("/");
  const address = parseIp(ip!);
  return address !== null && (length === undefined || Number(length) === 8 * address.length) ? address : null;
}

/** What the comments have not said. */
function takeHosts([ip, name]: readonly string[], told: ReadonlySet<string>, sink: LeaseSink): boolean {
  const address = parseIp(ip!);
  if (address === null || name === undefined) return false;
  if (!told.has(address.join("."))) {
    sink.lease({ address, hostname: name, mac: null, endSeconds: 0, newness: 0, isActive: true });
  }
  return true;
}
