import { parseIp } from "../../../lib/base/net/ip.ts";
import type { LocalAddresses, LocalConfig } from "../../../lib/config/policy.ts";
import { TYPE } from "../../../lib/wire/iana.ts";
import type { ResourceRecord } from "../../../lib/wire/message.ts";
import { nameFromText } from "../../../lib/wire/name.ts";
import { recordFromText } from "../../../lib/wire/text/record_from_text.ts";
import type { HostsLine, LeaseRow } from "./file_draw.ts";

/** A record without its name. */
export type Rrdata = Pick<ResourceRecord, "type" | "ttl" | "rdata">;

/** What one source says of names, over texts: in lower case, without a dot at their ends. */
export interface KnownSource {
  readonly records: ReadonlyMap<string, readonly Rrdata[]>;
  /** All names that stand there, those whose records have ended as well: what they lie in exists. */
  readonly owners: readonly string[];
  /** By the name of an address (`1.2.0.192.in-addr.arpa`): what it is called. */
  readonly pointers: ReadonlyMap<string, { readonly name: string; readonly ttl: number }>;
}

type Naming = Pick<LocalConfig, "domain" | "ttlSeconds">;

/** Names of one label are in the local domain. */
export function inDomain(name: string, domain: string | null): string {
  const bare = name.replace(/^\*\.(?=.)/, "");
  return domain === null || bare.includes(".") ? name : `${name}.${domain}`;
}

/** What the configuration says. */
export function configured(
  addresses: readonly LocalAddresses[],
  records: LocalConfig["records"],
  { domain, ttlSeconds: ttl }: Naming,
): KnownSource {
  const source = new Draft();
  for (const { name, addresses: ips, alias } of addresses) {
    const rrdatas = ips.map((ip) => addressRecord(ip, ttl));
    if (alias !== null) rrdatas.push({ ttl, type: TYPE.CNAME, rdata: nameFromText(inDomain(alias, domain)) });
    // A wildcard of one label more is meant both ways.
    const owners = new Set([inDomain(name, domain), ...(name.startsWith("*.") ? [name] : [])]);
    for (const owner of owners) rrdatas.forEach((rrdata) => source.add(owner, rrdata));
    if (!name.startsWith("*.")) ips.forEach((ip) => source.point(ip, inDomain(name, domain), ttl));
  }
  for (const { text } of records) {
    const { type, ttl: own, rdata } = recordFromText(text, ttl);
    source.add(text.slice(0, text.indexOf(" ")).replace(/\.$/, ""), { type, ttl: own, rdata });
  }
  return source;
}

/** What a hosts file says: the first name of a line is the one that the address has. */
export function ofHosts(lines: readonly HostsLine[], { domain, ttlSeconds: ttl }: Naming): KnownSource {
  const source = new Draft();
  for (const { address, names } of lines) {
    const owners = names.filter((name) => name !== "localhost").map((name) => inDomain(name, domain));
    for (const owner of owners) source.add(owner, addressRecord(address, ttl));
    if (owners.length > 0) source.point(address, owners[0]!, ttl);
  }
  return source;
}

/**
 * What leases say: the last one of an address counts, and of those of one name in one network the one that ends last. `own` is
 * the domain of the file.
 */
export function ofLeases(
  rows: readonly LeaseRow[],
  own: string | null,
  { domain, ttlSeconds }: Naming,
  nowSeconds: number,
): KnownSource {
  const source = new Draft();
  const given = rows.filter((row, i) => !rows.slice(i + 1).some(({ address }) => address === row.address));
  const named = given.flatMap((row) => {
    const label = labelOf(row.hostname);
    return label === null ? [] : [{ ...row, label, network: networkOf(row.address) }];
  });
  const isNewest = (row: typeof named[number], i: number) => {
    const rivals = named.filter(({ label, network }) => label === row.label && network === row.network);
    const newest = Math.max(...rivals.map(({ endSeconds }) => endSeconds));
    return rivals.findLast(({ endSeconds }) => endSeconds === newest) === named[i];
  };
  for (const { label, address, endSeconds } of named.filter(isNewest)) {
    const leftSeconds = endSeconds === 0 ? Infinity : endSeconds - nowSeconds;
    const ttl = Math.min(ttlSeconds, leftSeconds);
    const fileDomain = own ?? domain;
    const name = fileDomain === null ? label : `${label}.${fileDomain}`;
    const names = fileDomain === null || fileDomain === domain ? [name] : [name, label];
    for (const owner of names) {
      if (ttl > 0) source.add(owner, addressRecord(address, ttl));
      else source.owners.push(owner);
    }
    if (ttl > 0) source.point(address, name, ttl);
  }
  return source;
}

/** `1.2.0.192.in-addr.arpa`, `….ip6.arpa`. */
export function reverseNameOf(address: string): string {
  const octets = [...parseIp(address)!];
  if (octets.length === 4) return `${octets.reverse().join(".")}.in-addr.arpa`;
  const nibbles = octets.map((octet) => octet.toString(16).padStart(2, "0")).join("");
  return `${[...nibbles].reverse().join(".")}.ip6.arpa`;
}

class Draft implements KnownSource {
  readonly records = new Map<string, Rrdata[]>();
  readonly owners: string[] = [];
  readonly pointers = new Map<string, { name: string; ttl: number }>();

  /** Each record once; an alias has nothing beside it (RFC 2181 §10.1): the first counts. */
  add(owner: string, rrdata: Rrdata): void {
    const there = this.records.get(owner) ?? [];
    const isAlias = rrdata.type === TYPE.CNAME;
    if (there.some(({ type }) => (type === TYPE.CNAME) !== isAlias || (isAlias && type === rrdata.type))) return;
    const isThere = there.some(({ type, rdata }) => type === rrdata.type && rdata.join() === rrdata.rdata.join());
    this.records.set(owner, isThere ? there : [...there, rrdata]);
    this.owners.push(owner);
  }

  /** The first name of an address counts. Those that many share have none. */
  point(address: string, name: string, ttl: number): void {
    if (["0.0.0.0", "::", "127.0.0.1", "::1"].includes(address)) return;
    const reverse = reverseNameOf(address);
    if (!this.pointers.has(reverse)) this.pointers.set(reverse, { name, ttl });
  }
}

function addressRecord(address: string, ttl: number): Rrdata {
  const rdata = Uint8Array.from(parseIp(address)!);
  return { ttl, type: rdata.length === 4 ? TYPE.A : TYPE.AAAA, rdata };
}

/** Letters, digits and hyphens; names that lead other people's traffic astray are refused. */
function labelOf(hostname: string | null): string | null {
  const label = (hostname ?? "").split(".")[0]!.toLowerCase().replaceAll("'", "").replaceAll(" ", "-");
  return ["", "wpad", "isatap", "localhost"].includes(label) ? null : label;
}

/** A client has one IPv4 address, and one in each IPv6 network. */
function networkOf(address: string): string {
  return address.includes(":") ? parseIp(address)!.slice(0, 8).join() : "4";
}
