import type { LeaseFile } from "../../../lib/config/policy.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";
import { hostsText, type LeaseFormat, leasesText, neighboursText } from "./file_texts.ts";

/** A line of a hosts file: an address, and what it is called. */
export interface HostsLine {
  readonly address: string;
  /** In lower case, without a dot at their ends. */
  readonly names: readonly string[];
}

/** What a DHCP server has given to whom. */
export interface LeaseRow {
  readonly address: string;
  /** What the client calls itself; `null` if it does not. */
  readonly hostname: string | null;
  /** `null` where the file has none. */
  readonly mac: string | null;
  /** Since 1970; 0 for never. */
  readonly endSeconds: number;
}

/** What a file says; leases in the order in which they stand there. */
export type FileSays =
  | { readonly kind: "neighbours"; readonly macs: ReadonlyMap<string, string> }
  | { readonly kind: "hosts"; readonly lines: readonly HostsLine[] }
  | { readonly kind: "leases"; readonly rows: readonly LeaseRow[] };

/** Something happens to a file. */
export interface FileChange {
  /** In milliseconds after the start; what is there before has 0. */
  readonly afterMs: number;
  readonly path: string;
  /** What is written there; `null` cannot be read, `undefined` is no file any more. */
  readonly text: string | null | undefined;
  /** What that says; `null` as long as it cannot be read. */
  readonly says: FileSays | null;
}

/** Paths of hosts files. */
export const HOSTS_PATHS = ["/etc/hosts", "/etc/hosts.d/more"];
/** The kernel's table of who is around. */
export const NEIGHBOURS_PATH = "/proc/net/arp";
/** The DHCP server's. */
export const LEASE_PATH = "/var/lib/misc/dnsmasq.leases";
/** Where files may put names that are asked for; those of one label are in the local domain. */
const HOSTS_NAMES = [
  ...["nas", "www0", "printer", "nas.example.org", "www1.example.com", "mail0.example.org", "a0.example.com"],
  ...["deep.www2.example.org", "Router.Example.ORG", "nas.lan"],
];
/** What clients call themselves. The last ones get no name. */
const HOSTNAMES = ["laptop", "www1", "Alec's iPhone", "nas", "printer.example.net", "wpad", null];
/** Addresses that have names, and are asked for by them. */
export const NAMED_ADDRESSES = [
  ...["198.51.100.101", "198.51.100.112", "198.51.100.123", "192.0.2.7", "127.0.0.1", "0.0.0.0"],
  ...["2001:db8:f::1", "2001:db8:f::2", "::1"],
];
/** Who asks. */
const CLIENTS = ["198.51.100.7", "198.51.100.8", "2001:db8:c::7", "2001:db8:c::8"];
/** Of their machines, which may have other addresses next time. */
export const CLIENT_MACS = ["02:00:5e:00:53:01", "02:00:5e:00:53:02", "02:00:5e:00:53:0a"];
/** Leases of both families; an IPv6 network has one address of each client, as far as it has a name. */
const LEASED = [
  ...CLIENTS,
  ...CLIENTS,
  "198.51.100.101",
  "198.51.100.130",
  "198.51.100.131",
  "192.0.2.7",
  "2001:db8:f::1",
  "2001:db8:f:1::5",
];
/** The domain that leases may have to themselves. */
export const LEASE_DOMAIN = "dhcp.example.net";
/** Long after each life. */
const LATER_SECONDS = 864_000;

/** What the program may be told to read, and what is there; drawn for a whole life. */
export interface FilePlan {
  readonly hostsFiles: readonly string[];
  readonly leases: readonly LeaseFile[];
  readonly changes: readonly FileChange[];
}

/** @param startSeconds When the life begins, since 1970. */
export function drawFiles(
  random: SeededRandom,
  { spanMs, startSeconds }: { spanMs: number; startSeconds: number },
): FilePlan {
  const hostsFiles = HOSTS_PATHS.slice(0, random.pick([0, 1, 1, 2]));
  const format = random.pick(["dnsmasq", "isc", "kea", "odhcpd"] as const);
  const lease: LeaseFile = {
    file: LEASE_PATH,
    format: random.pick([format, "auto"]),
    domain: random.pick([null, null, LEASE_DOMAIN]),
  };
  const leases = hostsFiles.length === 0 || random.chance(0.6) ? [lease] : [];
  const spanSeconds = Math.ceil(spanMs / 1000);
  const drawSays = (path: string): FileSays => {
    return path === LEASE_PATH
      ? { kind: "leases", rows: drawRows(random, { format, startSeconds, spanSeconds }) }
      : { kind: "hosts", lines: drawLines(random) };
  };
  const textOf = (says: FileSays) => {
    if (says.kind === "neighbours") return neighboursText(says.macs);
    return says.kind === "hosts" ? hostsText(says.lines, random) : leasesText(says.rows, format, random);
  };
  const changes = [...hostsFiles, ...leases.map(({ file }) => file)].flatMap((path) => {
    const changes: FileChange[] = random.chance(0.1) ? [] : [written(0, path, drawSays(path), textOf)];
    for (let left = random.between(0, 3); left > 0; left--) {
      changes.push(...drawChange(random, { afterMs: random.fraction() * spanMs, path, says: drawSays(path), textOf }));
    }
    return changes;
  });
  const times = [0, ...Array.from({ length: random.between(0, 3) }, () => random.fraction() * spanMs)];
  const around = times.map((afterMs) => written(afterMs, NEIGHBOURS_PATH, drawNeighbours(random), textOf));
  const all = [...changes, ...around];
  return { hostsFiles, leases, changes: all.toSorted((a, b) => a.afterMs - b.afterMs) };
}

type TextOf = (says: FileSays) => string;

function written(afterMs: number, path: string, says: FileSays, textOf: TextOf): FileChange {
  return { afterMs, path, text: textOf(says), says };
}

interface Change {
  readonly afterMs: number;
  readonly path: string;
  readonly says: FileSays;
  readonly textOf: TextOf;
}

/** As editors and daemons write, as one that is interrupted does, and as files go away. */
function drawChange(random: SeededRandom, { afterMs, path, says, textOf }: Change): FileChange[] {
  const whole = written(afterMs, path, says, textOf);
  const soon = afterMs + random.pick([0, 50, 150, 700, 1500]);
  switch (random.below(6)) {
    case 0:
      return [{ ...whole, text: "", says: emptied(says) }, { ...whole, afterMs: soon }];
    case 1: {
      const half = halfOf(says);
      return [written(afterMs, path, half, textOf), { ...whole, afterMs: soon }];
    }
    case 2:
      return [{ afterMs, path, text: random.pick([null, undefined]), says: null }, { ...whole, afterMs: soon }];
    case 3:
      return [{ afterMs, path, text: random.pick([null, undefined]), says: null }];
    default:
      return [whole];
  }
}

function emptied(says: FileSays): FileSays {
  if (says.kind === "neighbours") return { ...says, macs: new Map() };
  return says.kind === "hosts" ? { ...says, lines: [] } : { ...says, rows: [] };
}

function halfOf(says: FileSays): FileSays {
  if (says.kind === "neighbours") return says;
  return says.kind === "hosts"
    ? { ...says, lines: says.lines.slice(0, says.lines.length >> 1) }
    : { ...says, rows: says.rows.slice(0, says.rows.length >> 1) };
}

function drawLines(random: SeededRandom): HostsLine[] {
  return Array.from({ length: random.between(0, 6) }, () => ({
    address: random.pick(random.chance(0.4) ? CLIENTS : NAMED_ADDRESSES),
    names: random.shuffled([...HOSTS_NAMES, "localhost"]).slice(0, random.between(1, 3)).map((name) =>
      name.toLowerCase()
    ),
  }));
}

/** The table knows IPv4 alone. */
function drawNeighbours(random: SeededRandom): FileSays {
  const around = CLIENTS.filter((address) => !address.includes(":") && random.chance(0.7));
  return { kind: "neighbours", macs: new Map(around.map((address) => [address, random.pick(CLIENT_MACS)])) };
}

function drawRows(
  random: SeededRandom,
  { format, startSeconds, spanSeconds }: { format: LeaseFormat; startSeconds: number; spanSeconds: number },
): LeaseRow[] {
  const ends = () => {
    return random.pick([
      0,
      startSeconds + LATER_SECONDS + random.below(1000),
      startSeconds + random.below(spanSeconds + 40),
    ]);
  };
  return Array.from({ length: random.between(0, 6) }, () => {
    const other = Array.from({ length: 6 }, () => random.between(0, 255).toString(16).padStart(2, "0")).join(":");
    const address = random.pick(LEASED);
    // DHCPv6 knows clients by what they call themselves.
    const isUnknown = format === "odhcpd" && address.includes(":");
    const mac = isUnknown ? null : random.chance(0.6) ? random.pick(CLIENT_MACS) : other;
    return { address, hostname: random.pick(HOSTNAMES), mac, endSeconds: ends() };
  });
}

export type { LeaseFormat };
