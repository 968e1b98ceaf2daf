import { AddressFormatError, formatSocketAddress, parseSocketAddress } from "../../base/net/address.ts";
import { type Cidr, CidrFormatError, formatCidr, parseCidr } from "../../base/net/cidr.ts";
import { formatIp, parseIp } from "../../base/net/ip.ts";
import { NameFormatError, nameFromText } from "../../wire/name.ts";
import { DEFAULT_UPSTREAM_PORT } from "../config.ts";
import type { Bounds } from "../setting.ts";

/** A plain address and port, such as `192.0.2.1` and `[2001:db8::1]:5353`; `null` for what is none, such as a name. */
export function serverText(text: string, defaultPort: number = DEFAULT_UPSTREAM_PORT): string | null {
  try {
    const address = parseSocketAddress(text, defaultPort);
    return address.port === DEFAULT_UPSTREAM_PORT ? address.hostname : formatSocketAddress(address);
  } catch (error) {
    if (error instanceof AddressFormatError) return null;
    throw error;
  }
}

/** The same where a port stands behind another sign than a colon, as in `192.0.2.1#5353`. */
export function serverTextBehind(text: string, sign: "#" | "@"): string | null {
  const [address, port] = text.split(sign);
  if (port === undefined) return serverText(`${address}`.includes(":") ? `[${address}]` : address!);
  return serverText(address!.includes(":") ? `[${address}]:${port}` : `${address}:${port}`);
}

/** Where to listen: always with its port. `null` for what is no address. */
export function listenText(address: string, port: number): string | null {
  const octets = parseIp(address);
  if (octets === null || !(port >= 1 && port <= 65_535)) return null;
  return formatSocketAddress({ transport: "udp", hostname: formatIp(octets), port });
}

/** An address in its usual form; `null` for what is none. */
export function ipText(text: string): string | null {
  const octets = parseIp(text.trim());
  return octets === null ? null : formatIp(octets);
}

/** A network in its usual form, which its address may be longer than; `null` for what is none. */
export function networkText(text: string): string | null {
  const cidr = readNetwork(text);
  return cidr === null ? null : formatCidr(cidr);
}

/** A domain name without a dot at its end, `.` for the root; `null` for what is none. */
export function nameText(text: string): string | null {
  if (text === ".") return text;
  const name = text.endsWith(".") ? text.slice(0, -1) : text;
  if (name === "" || name.startsWith(".")) return null;
  try {
    nameFromText(name);
    return name;
  } catch (error) {
    if (error instanceof NameFormatError) return null;
    throw error;
  }
}

/** A time in the largest unit that it is a whole number of. */
export function durationText(seconds: number): string {
  for (const [unit, length] of [["d", 86_400], ["h", 3600], ["m", 60]] as const) {
    if (seconds >= length && seconds % length === 0) return `${seconds / length}${unit}`;
  }
  return `${seconds}s`;
}

/** The same of milliseconds. */
export function millisecondsText(ms: number): string {
  return ms % 1000 === 0 ? durationText(ms / 1000) : `${ms}ms`;
}

/** Seconds in whole units as Go and dnsmasq write them: `90`, `5m`, `1h30m`; `null` for what is none. */
export function secondsOf(text: string): number | null {
  const trimmed = text.trim();
  if (/^\d+$/.test(trimmed)) return Number(trimmed);
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+$/.test(trimmed)) return null;
  const length: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
  const parts = [...trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)];
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * length[unit!]!, 0);
}

/** What comes closest to a number among those that are allowed, and what there is to say about it. */
export function within(number: number, { min, max }: Bounds): { number: number; note: string } {
  const allowed = Math.min(Math.max(Math.round(number), min), max);
  return { number: allowed, note: allowed === number ? "" : `${number} there; here ${min}–${max}` };
}

/**
 * The domains that hold the reverse names of a network (RFC 1035 §3.5, RFC 3596 §2.5), several when it ends within a label;
 * `null` for what is no network.
 */
export function reverseDomains(text: string): readonly string[] | null {
  const cidr = readNetwork(text);
  if (cidr === null) return null;
  const { octets, prefixBits } = cidr;
  const isIpv4 = octets.length === 4;
  const labelBits = isIpv4 ? 8 : 4;
  const labels = isIpv4 ? [...octets] : [...octets].flatMap((octet) => [octet >> 4, octet & 15]);
  const whole = Math.ceil(prefixBits / labelBits);
  const shown = (label: number) => isIpv4 ? String(label) : label.toString(16);
  const suffix = isIpv4 ? "in-addr.arpa" : "ip6.arpa";
  const count = whole === 0 ? 1 : 1 << (whole * labelBits - prefixBits);
  return Array.from({ length: count }, (_, i) => {
    const own = labels.slice(0, whole);
    if (whole > 0) own[whole - 1]! += i;
    return [...own.reverse().map(shown), suffix].join(".");
  });
}

/** The network with all of its bits behind the prefix cleared. */
function readNetwork(text: string): Cidr | null {
  const [address, prefix] = text.trim().split("/");
  const octets = parseIp(address!);
  if (octets === null) return null;
  const bits = prefix === undefined ? 8 * octets.length : Number(prefix);
  if (!Number.isInteger(bits) || bits < 0 || bits > 8 * octets.length) return null;
  const cleared = octets.map((octet, i) => {
    const kept = Math.min(Math.max(bits - 8 * i, 0), 8);
    return octet & (0xff << (8 - kept));
  });
  try {
    return parseCidr(`${formatIp(cleared)}/${bits}`);
  } catch (error) {
    if (error instanceof CidrFormatError) return null;
    throw error;
  }
}

/** A server that is asked over UDP or TCP, as URLs of other programs write it; `null` for others, and for names. */
export function plainServer(text: string): string | null {
  const [, scheme = "", rest = ""] = /^(?:([a-z+-]+):(?:\/\/)?(?=[[\d]))?(.*)$/i.exec(text.trim()) ?? [];
  const isTcp = scheme.toLowerCase() === "tcp";
  if (!isTcp && !["", "udp", "dns", "tcp+udp"].includes(scheme.toLowerCase())) return null;
  const server = serverText(rest.replace(/\/$/, ""));
  return server === null ? null : isTcp ? `tcp://${server}` : server;
}

/** A word for a group, made of what another program calls it, that is not taken yet. */
export function groupName(text: string, isTaken: (name: string) => boolean): string {
  const plain = text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "") || "group";
  const word = /^[a-z]/.test(plain) ? plain : `group-${plain}`;
  for (let i = 1;; i++) {
    const name = i === 1 ? word : `${word}-${i}`;
    if (!isTaken(name)) return name;
  }
}
