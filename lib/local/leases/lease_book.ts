import type { QuestionHash } from "../../names/question_hash.ts";
import { type Name, nameFromText } from "../../wire/name.ts";
import { AddressSource } from "../address_source.ts";
import { joined } from "../name_parts.ts";
import { NameTable } from "../name_table.ts";
import { byAddress } from "../reverse_index.ts";
import type { Lease, LeaseSink } from "./lease.ts";
import { leaseLabel } from "./lease_name.ts";
import { LeaseRows } from "./lease_rows.ts";
import { MacTable } from "./mac_table.ts";

/** So many leases are dealt with in one go: some milliseconds. */
const LEASES_OF_A_TURN = 1000;

/** What a book is made from. */
export interface LeaseBookOptions {
  /** Makes the keys of names. */
  readonly hash: Pick<QuestionHash, "absorb">;
  /** The domain of the names; `null` for none. */
  readonly domain: Name | null;
  /** Whether the names are known without their domain as well: it is another than the local domain. */
  readonly isOtherDomain: boolean;
  /** What it is made of: `lease file /var/lib/misc/dnsmasq.leases`. */
  readonly title: string;
  /** TTL, unless the lease ends before. */
  readonly ttlSeconds: number;
}

/** What the leases of a file say. */
export interface LeaseContent {
  /** The names of the clients. */
  readonly source: AddressSource;
  /** Their hardware. */
  readonly macs: MacTable;
  /** Addresses that are given to somebody. */
  readonly count: number;
}

/** The leases of a file, in the order in which they came: the last one of an address counts, the newer one of a name. */
export class LeaseBook implements LeaseSink {
  readonly #options: LeaseBookOptions;
  readonly #rows = new LeaseRows();
  readonly #onBad: (lineNumber: number) => void;

  /** See {@linkcode LeaseBookOptions}; `onBad` is told of lines that say nothing that can be used. */
  constructor(options: LeaseBookOptions, onBad: (lineNumber: number) => void) {
    this.#options = options;
    this.#onBad = onBad;
  }

  /** See `LeaseSink`. */
  lease(lease: Lease): void {
    this.#rows.add(lease, lease.hostname === null ? null : leaseLabel(lease.hostname));
  }

  /** See `LeaseSink`. */
  bad(lineNumber: number): void {
    this.#onBad(lineNumber);
  }

  /** What they say all together, step by step. */
  *content(): Generator<void, LeaseContent> {
    const rows = this.#rows;
    rows.trim();
    const { words, families, ipv6, macs, ends } = rows;
    const inOrder = byAddress(words, families, ipv6);
    const last = [...lastOfEach(inOrder.ipv4, rows), ...lastOfEach(inOrder.ipv6, rows)].sort((a, b) => a - b);
    yield;
    const given = Uint32Array.from(last).filter((row) => rows.isActive(row));
    const source = yield* this.#source(given);
    const withMac = new Uint8Array(families.length);
    for (const row of given) if (macs[row]! >= 0) withMac[row] = families[row]!;
    yield;
    return { source, macs: new MacTable({ words, families: withMac, ipv6, macs, ends }), count: given.length };
  }

  *#source(given: Uint32Array): Generator<void, AddressSource> {
    const { hash, domain, isOtherDomain, ttlSeconds, title } = this.#options;
    const rows = this.#rows;
    const newest = yield* this.#newestOfNames(given);
    const source = new AddressSource({ hash, domain: null, ttlSeconds, title });
    for (const [i, row] of newest.entries()) {
      const single = nameFromText(rows.label(row)!);
      const name = domain === null ? single : joined(single, domain);
      const address = rows.address(row);
      source.add(name, 0, name.length, address, true, rows.ends[row]);
      if (domain !== null && isOtherDomain) source.add(single, 0, single.length, address, false, rows.ends[row]);
      if (i % LEASES_OF_A_TURN === 0) yield;
    }
    source.finish();
    return source;
  }

  /** The rows that have their names. A client may have an address of each family, so these do not compete. */
  *#newestOfNames(given: Uint32Array): Generator<void, Uint32Array> {
    const rows = this.#rows;
    const names = new NameTable(this.#options.hash);
    const newest: number[] = [];
    for (const [i, row] of given.entries()) {
      if (i % LEASES_OF_A_TURN === 0) yield;
      const label = rows.label(row);
      if (label === null) continue;
      const key = nameFromText(`${label}.${rows.networkKey(row)}`);
      const node = names.add(key, 0, key.length);
      const rival = newest[node] ?? -1;
      if (rival === -1 || rows.newness[row]! >= rows.newness[rival]!) newest[node] = row;
      // What a new name lies in has a number, too.
      while (newest.length < names.count) newest.push(-1);
    }
    return Uint32Array.from(newest.filter((row) => row !== -1)).sort();
  }
}

/** Of entries in the order of their addresses, the last one of each address. */
function lastOfEach(entries: Uint32Array, rows: LeaseRows): Uint32Array {
  return entries.filter((row, i) => i + 1 === entries.length || !rows.hasSameAddress(row, entries[i + 1]!));
}
