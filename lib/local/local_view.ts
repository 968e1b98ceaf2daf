import { TYPE } from "../wire/iana.ts";
import { isSameName, type Name } from "../wire/name.ts";
import { type Known, knownIn, type LocalOrigin, type LocalRrdata, type LocalSource } from "./local_source.ts";
import { wildcardOf } from "./name_parts.ts";
import { NO_NODE } from "./name_table.ts";
import type { RecordSource } from "./record_source.ts";
import { addressOfReverse, networkOfReverse } from "./reverse_name.ts";
import { writtenAt, writtenSoa, zoneOf } from "./zones_here.ts";

/** What a client sees, and when. */
export interface LocalViewOptions {
  /** The local domain; `null` for none. */
  readonly domain: Name | null;
  /** Whether addresses have names. */
  readonly makesPointers: boolean;
  /** What its group alone sees; `null` for nothing. */
  readonly own: RecordSource | null;
  /** What everybody sees. */
  readonly common: RecordSource;
  /** What files say, in tiers. */
  readonly files: readonly (readonly LocalSource[])[];
  /** Since 1970. */
  readonly nowSeconds: number;
}

/** What is known here of a name. */
export interface LocalFinding {
  /** Whether it has records, has none but names below it, or does not exist. */
  readonly kind: "data" | "empty" | "absent";
  /** All of its records. */
  readonly records: readonly LocalRrdata[];
  /** The domain that it is known in: whose SOA record a denial has. Of no meaning where there is an answer. */
  readonly apex: Name;
  /** That record, where it has been written down. */
  readonly soa: LocalRrdata | null;
  /** What says so. */
  readonly origin: LocalOrigin;
  /** Where the name is led to, and so is all below a domain; `null` mostly. */
  readonly redirection: LocalRedirection | null;
  /** Whether it is said of all names of one label: one with a meaning of its own keeps that. */
  readonly isOfAll: boolean;
}

/** A DNAME record. */
export interface LocalRedirection {
  /** The domain below which names are led elsewhere. */
  readonly owner: Name;
  /** Where to. */
  readonly record: LocalRrdata;
}

const NO_FINDING = { kind: "data", soa: null, redirection: null, isOfAll: false } as const;

/** What one client sees at one moment, as one tree of names (RFC 4592). */
export class LocalView {
  readonly #options: LocalViewOptions;
  /** Own, and those of the configuration. */
  readonly #records: readonly RecordSource[];
  readonly #files: readonly (readonly LocalSource[])[];
  readonly #all: readonly LocalSource[];
  readonly #nowSeconds: number;

  /** See {@linkcode LocalViewOptions}. */
  constructor(options: LocalViewOptions) {
    const { own, common, files, nowSeconds } = options;
    this.#options = options;
    this.#records = own === null ? [common] : [own, common];
    this.#files = files;
    this.#all = [...this.#records, ...files.flat()];
    this.#nowSeconds = nowSeconds;
  }

  /** What is known of a name when it is asked for a type; `null` when nothing is. */
  find(name: Name, type: number): LocalFinding | null {
    const known = this.#knownAt(name) ?? this.#pointer(name);
    if (type === TYPE.DS && !this.#isDelegatedHere(name, known)) return null;
    if (known !== null) return this.#data(known, name, type);
    const redirected = this.#redirected(name);
    if (redirected !== null) return redirected;
    const exists = this.#exists(name);
    const wild = exists ? null : this.#wildcard(name);
    if (wild !== null) return this.#data(wild, name, type);
    const zone = zoneOf(name, this.#options.domain, this.#records);
    if (zone === null) return null;
    return this.#finding(exists ? "empty" : "absent", { records: [], origin: zone.origin }, name, zone.apex);
  }

  /** Whether the name has records, or is above a name that is known here. */
  isKnown(name: Name): boolean {
    const isNamed = this.#all.some((source) => {
      const node = source.names.find(name, 0, name.length);
      return node !== NO_NODE && (source.names.hasBelow(node) || source.hasRecords(node, this.#nowSeconds));
    });
    return isNamed || this.#isAbovePointer(name);
  }

  /** Whose SOA record it is does not matter where there is an answer: most are. */
  #data(known: Known, name: Name, type: number): LocalFinding {
    const isAnswer = known.records.some((record) => record.type === type || record.type === TYPE.CNAME);
    if (isAnswer || type === TYPE.ANY) return { ...NO_FINDING, ...known, apex: name };
    return this.#finding("data", known, name, zoneOf(name, this.#options.domain, this.#records)?.apex ?? name);
  }

  #finding(kind: LocalFinding["kind"], { records, origin }: Known, name: Name, apex: Name): LocalFinding {
    const written = writtenSoa(name, this.#records);
    return { ...NO_FINDING, kind, records, origin, ...(written ?? { apex }) };
  }

  /** RFC 6672 §2.2: a DNAME record leads all names below it elsewhere, and not its own. */
  #redirected(name: Name): LocalFinding | null {
    for (let at = 0; name[at] !== 0;) {
      at += 1 + name[at]!;
      const owner = name.subarray(at) as Name;
      const known = writtenAt(owner, this.#records);
      const record = known?.records.find(({ type }) => type === TYPE.DNAME);
      if (record === undefined) continue;
      return { ...NO_FINDING, records: [], apex: owner, origin: known!.origin, redirection: { owner, record } };
    }
    return null;
  }

  /**
   * RFC 4035 §3.1.4.1: the DS record of a name is its parent's to tell. So it is told here when the parent is ours, or when it has
   * been written down.
   */
  #isDelegatedHere(name: Name, known: Known | null): boolean {
    if (known !== null && known.records.some(({ type }) => type === TYPE.DS)) return true;
    return name.length > 1 && zoneOf(name.subarray(1 + name[0]!), this.#options.domain, this.#records) !== null;
  }

  /** All that a name has; `null` for nothing. What the group has for itself hides all else. */
  #knownAt(name: Name): Known | null {
    for (const source of this.#records) {
      const known = knownIn(source, name, this.#nowSeconds);
      if (known === null) continue;
      const isWhole = source !== this.#options.common || known.records.some(({ type }) => isAddressOrAlias(type));
      const more = isWhole ? null : this.#addressesAt(name);
      return more === null ? known : { ...known, records: [...known.records, ...more.records] };
    }
    return this.#addressesAt(name);
  }

  /** The addresses that a name has in hosts files, or else in leases. */
  #addressesAt(name: Name): Known | null {
    for (const sources of this.#files) {
      const known = sources.map((source) => knownIn(source, name, this.#nowSeconds)).filter((one) => one !== null);
      if (known.length > 0) return { ...known[0]!, records: known.flatMap(({ records }) => records) };
    }
    return null;
  }

  #pointer(name: Name): Known | null {
    const address = this.#options.makesPointers ? addressOfReverse(name) : null;
    if (address === null) return null;
    for (const source of this.#all) {
      const pointer = source.pointer(address, this.#nowSeconds);
      if (pointer === null) continue;
      const node = source.names.find(pointer.name, 0, pointer.name.length);
      return { records: [{ type: TYPE.PTR, ttl: pointer.ttl, rdata: pointer.name }], origin: source.origin(node) };
    }
    return null;
  }

  /** Each known address has a name in the reverse tree. */
  #isAbovePointer(name: Name): boolean {
    const network = this.#options.makesPointers ? networkOfReverse(name) : null;
    return network !== null && this.#all.some((source) => source.hasPointerIn(network, this.#nowSeconds));
  }

  /** What the wildcard says that is a source of synthesis for a name that does not exist (RFC 4592 §3.3.1). */
  #wildcard(name: Name): Known | null {
    for (let at = 1 + name[0]!; name.length > 1; at += 1 + name[at]!) {
      const encloser = name.subarray(at) as Name;
      if (!this.#exists(encloser)) continue;
      const wildcard = wildcardOf(encloser);
      return wildcard === null ? null : this.#knownAt(wildcard);
    }
    return null;
  }

  #exists(name: Name): boolean {
    const { domain } = this.#options;
    if (name.length === 1 || (domain !== null && isSameName(name, domain))) return true;
    return this.isKnown(name);
  }
}

function isAddressOrAlias(type: number): boolean {
  return type === TYPE.A || type === TYPE.AAAA || type === TYPE.CNAME;
}
