import type { SeededRandom } from "../../support/seeded_random.ts";
import type { HostsLine, LeaseRow } from "./file_draw.ts";

/** Who writes leases. */
export type LeaseFormat = "dnsmasq" | "isc" | "kea" | "odhcpd";

/** A hosts file as people write it: with comments, odd spaces, capitals, and lines that say nothing. */
export function hostsText(lines: readonly HostsLine[], random: SeededRandom): string {
  const lineEnd = random.pick(["\n", "\n", "\r\n"]);
  const odd = ["", "# a comment", "not-an-address nas", "198.51.100.199", "   ", "fe80::1%eth0 linked"];
  const written = lines.map(({ address, names }) => {
    const spelled = names.map((name) => random.chance(0.2) ? name.toUpperCase() : name)
      .map((name) => random.chance(0.1) ? `${name}.` : name);
    return `${random.pick(["", "", " "])}${address}${random.pick([" ", "\t", "  "])}${
      spelled.join(random.pick([" ", "\t"]))
    }` +
      random.pick(["", "", " # why", " "]);
  });
  const all = written.flatMap((line) => random.chance(0.3) ? [random.pick(odd), line] : [line]);
  const text = all.map((line) => `${line}${lineEnd}`).join("");
  return (random.chance(0.1) ? "\ufeff" : "") + (random.chance(0.3) ? text.trimEnd() : text);
}

/** Leases as one of the servers writes them. */
export function leasesText(rows: readonly LeaseRow[], format: LeaseFormat, random: SeededRandom): string {
  const text = rows.map((row) => WRITERS[format](row, random)).join("");
  return format === "kea" && rows.length > 0 ? `${KEA_HEADER}\n${text}` : text;
}

/** The kernel's table of neighbours; of one nobody has heard. */
export function neighboursText(macs: ReadonlyMap<string, string>): string {
  const rows = [...macs, ["198.51.100.99", "00:00:00:00:00:00"]].map(([address, mac]) => {
    return `${address!.padEnd(17)}0x1         0x2         ${mac}     *        eth0\n`;
  });
  return `IP address       HW type     Flags       HW address            Mask     Device\n${rows.join("")}`;
}

const KEA_HEADER = "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state";
/** A lease without end has this lifetime. */
const KEA_FOREVER = 0xffff_ffff;

const WRITERS: Readonly<Record<LeaseFormat, (row: LeaseRow, random: SeededRandom) => string>> = {
  dnsmasq: ({ address, hostname, mac, endSeconds }) => `${endSeconds} ${mac} ${address} ${hostname ?? "*"} 01:${mac}\n`,
  isc: ({ address, hostname, mac, endSeconds }, random) => {
    const noise = random.chance(0.3) ? `lease ${address} {\n  binding state free;\n}\n` : "";
    const name = hostname === null ? "" : `  client-hostname "${hostname}";\n`;
    // It is told by its end alone which of two is the newer.
    const end = endSeconds === 0 ? "never" : `epoch ${endSeconds}`;
    return `${noise}lease ${address} {\n  ends ${end};\n  binding state active;\n  hardware ethernet ${mac};\n${name}}\n`;
  },
  kea: ({ address, hostname, mac, endSeconds }) => {
    // A lifetime of one second makes the end tell which of two is the newer.
    const [lifetime, expire] = endSeconds === 0 ? [KEA_FOREVER, KEA_FOREVER] : [1, endSeconds];
    return `${address},${mac},,${lifetime},${expire},1,0,0,${hostname ?? ""},0\n`;
  },
  odhcpd: ({ address, hostname, mac, endSeconds }) => {
    const [id, association, length] = mac === null ? ["00010203", "1a2b", 128] : [mac.replaceAll(":", ""), "ipv4", 32];
    const name = hostname?.replaceAll(" ", "-") ?? "-";
    return `# br-lan ${id} ${association} ${name} ${
      endSeconds === 0 ? -1 : endSeconds
    } 64 ${length} ${address}/${length}\n`;
  },
};
