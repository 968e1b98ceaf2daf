import type { Cidr } from "../base/net/cidr.ts";
import type { Rdata } from "../wire/rdata/rdata.ts";
import type { Name } from "../wire/name.ts";
import { type NameTable, NO_NODE } from "./name_table.ts";

/** A record at a name that is known here. */
export interface LocalRrdata {
  /** TYPE */
  readonly type: number;
  /** Seconds. */
  readonly ttl: number;
  /** Names in full. */
  readonly rdata: Rdata;
}

/** Where something stands that is known here. */
export interface LocalOrigin {
  /** What says it: `[local]`, `hosts file /etc/hosts`. */
  readonly what: string;
  /** The place in the configuration; `null` where it is not from there. */
  readonly place: { readonly file: string; readonly line: number } | null;
}

/** Names with records, out of the configuration or a file. What it says may depend on the time of day: leases end. */
export interface LocalSource {
  /** The names, by number. */
  readonly names: NameTable;
  /** Whether there are records at a name now. */
  hasRecords(node: number, nowSeconds: number): boolean;
  /** The records at a name now, in the order in which they were written. */
  records(node: number, nowSeconds: number): readonly LocalRrdata[];
  /** Where they stand. */
  origin(node: number): LocalOrigin;
  /** What the address of 4 or 16 octets is called, and how long that holds; `null` when it is not known. */
  pointer(address: Uint8Array, nowSeconds: number): LocalPointer | null;
  /** Whether one of these addresses is called something. */
  hasPointerIn(network: Cidr, nowSeconds: number): boolean;
}

/** The name of an address. */
export interface LocalPointer {
  /** In full. */
  readonly name: Name;
  /** Seconds. */
  readonly ttl: number;
}

/** What a name has, and what says so. */
export interface Known {
  /** In the order in which they were written. */
  readonly records: readonly LocalRrdata[];
  /** What says so. */
  readonly origin: LocalOrigin;
}

/** What a source says of a name; `null` for nothing. */
export function knownIn(source: LocalSource, name: Name, nowSeconds: number): Known | null {
  const node = source.names.find(name, 0, name.length);
  const records = node === NO_NODE ? [] : source.records(node, nowSeconds);
  return records.length === 0 ? null : { records, origin: source.origin(node) };
}
