import type { QuestionHash } from "../../names/question_hash.ts";
import { type Name, ROOT } from "../../wire/name.ts";
import { AddressSource } from "../address_source.ts";
import { NameTable } from "../name_table.ts";
import { byAddress, type EntriesByAddress } from "../reverse_index.ts";
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
    yield;
    const given = activeRows(rows, inOrder);
    yield;
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
      const address = rows.address(row);
      const name = rows.name(row, domain ?? ROOT)!;
      source.add(name, 0, name.length, address, true, rows.ends[row]);
      if (isOtherDomain) {
        const single = rows.name(row, ROOT)!;
        source.add(single, 0, single.length, address, false, rows.ends[row]);
      }
      if (i % LEASES_OF_A_TURN === 0) yield;
    }
    yield;
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
      const key = rows.name(row, rows.networkDomain(row));
      if (key === null) continue;
      const node = names.add(key, 0, key.length);
      const rival = newest[node] ?? -1;
      if (rival === -1 || rows.newness[row]! >= rows.newness[rival]!) newest[node] = row;
      // What a new name lies in has a number, too.
      while (newest.length < names.count) newest.push(-1);
    }
    yield;
    return Uint32Array.from(newest.filter((row) => row !== -1)).sort();
  }
}

/** The rows that hold: those that are the last of their addresses, in their own order. */
function activeRows(rows: LeaseRows, { ipv4, ipv6 }: EntriesByAddress): Uint32Array {
  const active = new Uint32Array(ipv4.length + ipv6.length);
  let count = 0;
  for (const entries of [ipv4, ipv6]) {
    for (let i = 0; i < entries.length; i++) {
      const row = entries[i]!;
      const isLast = i + 1 === entries.length || !rows.hasSameAddress(row, entries[i + 1]!);
      if (isLast && rows.isActive(row)) active[count++] = row;
    }
  }
  return active.slice(0, count).sort();
}
