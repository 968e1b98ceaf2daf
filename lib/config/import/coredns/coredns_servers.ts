import { nameText, reverseDomains } from "../spellings.ts";
import type { Directive } from "./corefile.ts";

/** A plugin, in a block that is for some zones. */
export interface Scope {
  /** The domains of the block, `.` among them for all. */
  readonly zones: readonly string[];
  /** Where the block listens. */
  readonly ports: readonly number[];
  /** The same with what is spoken there. */
  readonly places: readonly Place[];
}

/** What is spoken at a port. */
export interface Place {
  /** `tls://`; empty for plain DNS. */
  readonly scheme: string;
  /** 1–65535. */
  readonly port: number;
}

/** Blocks for the same zone at other ports are other servers: asked by the first, often, over TLS. */
export class Servers {
  readonly #portsByZone = new Map<string, readonly number[]>();
  readonly #pluginsByZones = new Map<string, string>();

  /** Whether what is said for these zones at these ports is said of another server than what was said before. */
  isOther({ zones, ports }: Scope): boolean {
    const known = zones.map((zone) => this.#portsByZone.getOrInsert(zone, ports));
    return known.some((others) => !others.some((port) => ports.includes(port)));
  }

  /** Remembers what is said for zones. */
  note({ zones }: Scope, plugins: readonly Directive[]): void {
    this.#pluginsByZones.getOrInsert(keyOf(zones), said(plugins));
  }

  /** Whether the same was said for the same zones. */
  isSaid({ zones }: Scope, plugins: readonly Directive[]): boolean {
    return this.#pluginsByZones.get(keyOf(zones)) === said(plugins);
  }
}

/** One zone may stand there for each way to ask for it. */
function keyOf(zones: readonly string[]): string {
  return [...new Set(zones)].sort().join(" ");
}

/** In any order: CoreDNS has one of its own. */
function said(plugins: readonly Directive[]): string {
  const texts = plugins.map(({ name, args, block }) => JSON.stringify([name, args, said(block)]));
  return JSON.stringify(texts.sort());
}

/** What clients may speak, and where unless that is said. */
const PORTS: Readonly<Record<string, string>> = { dns: "53", tls: "853", https: "443", quic: "853" };

/** `.`, `example.org:1053`, `dns://.:53`, `tls://.`, `10.0.0.0/24`. */
export function readKey(key: string): Place & { zones: readonly string[] } | null {
  const [, scheme = "dns", rest = ""] = /^(?:([a-z0-9]+):\/\/)?(.*)$/.exec(key) ?? [];
  const usualPort = PORTS[scheme];
  if (usualPort === undefined) return null;
  const [, zone = "", port = usualPort] = /^(.*?)(?::(\d+))?$/.exec(rest) ?? [];
  const zones: readonly (string | null)[] | null = zone.includes("/")
    ? reverseDomains(zone)
    : [nameText(zone === "" ? "." : zone)];
  if (zones === null || zones.includes(null)) return null;
  return { zones: zones as string[], port: Number(port), scheme: scheme === "dns" ? "" : `${scheme}://` };
}
