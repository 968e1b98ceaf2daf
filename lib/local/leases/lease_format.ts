import { readDnsmasqLeases } from "./dnsmasq.ts";
import { readIscLeases } from "./isc.ts";
import { readKeaLeases } from "./kea.ts";
import type { ReadLeases } from "./lease.ts";
import { readOdhcpdLeases } from "./odhcpd.ts";

/** The programs whose leases can be read. */
export type LeaseFormat = "dnsmasq" | "isc" | "kea" | "odhcpd";

/** How their files are read. */
export const LEASE_READERS: Readonly<Record<LeaseFormat, ReadLeases>> = {
  dnsmasq: readDnsmasqLeases,
  isc: readIscLeases,
  kea: readKeaLeases,
  odhcpd: readOdhcpdLeases,
};

/** What so much of the beginning shows. */
const LOOKED_AT_MAX = 16_384;

/** Whose file it looks like; `null` when it says nothing yet, as an empty one does. */
export function detectLeaseFormat(text: string): LeaseFormat | null {
  for (const line of text.slice(0, LOOKED_AT_MAX).split("\n").map((line) => line.trim())) {
    if (/^address,/.test(line)) return "kea";
    if (/^(?:lease\s+\S+\s*\{|ia-(?:na|ta|pd)\s|authoring-byte-order\s|server-duid\s)|dhcpd\.leases/.test(line)) {
      return "isc";
    }
    if (/^(?:duid\s|[0-9]{1,10}\s+\S+\s+[0-9a-f.:]+\s)/i.test(line)) return "dnsmasq";
    if (
      /^# \S+ [0-9a-f]+ (?:ipv4|[0-9a-f]+) \S+ -?[0-9]+ /i.test(line) || /^[0-9a-f.:]*[.:][0-9a-f.:]+\s/i.test(line)
    ) return "odhcpd";
  }
  return null;
}
