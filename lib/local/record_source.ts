import { type Cidr, isInCidr } from "../base/net/cidr.ts";
import { parseIp } from "../base/net/ip.ts";
import type { QuestionHash } from "../names/question_hash.ts";
import { TYPE, typeToText } from "../wire/iana.ts";
import { type Name, NameFormatError, nameFromText, nameToText } from "../wire/name.ts";
import { RdataFormatError } from "../wire/text/rdata_format_error.ts";
import { recordFromText } from "../wire/text/record_from_text.ts";
import type { LocalOrigin, LocalPointer, LocalRrdata, LocalSource } from "./local_source.ts";
import { isOneLabel, isWildcard, joined } from "./name_parts.ts";
import { mayHaveName } from "./reverse_name.ts";
import { NameTable } from "./name_table.ts";

/** Where something stands. */
export interface Place {
  /** A path. */
  readonly file: string;
  /** 1 and up. */
  readonly line: number;
}

/** A name with its addresses, or with another name. */
export interface AddressEntry {
  /** In text; a leftmost label `*` makes a wildcard. */
  readonly name: string;
  /** In text. */
  readonly addresses: readonly string[];
  /** Another name that it stands for; `null` if it has addresses. */
  readonly alias: string | null;
  /** Where it stands. */
  readonly place: Place;
}

/** A record in zone-file form. */
export interface RecordEntry {
  /** See `recordFromText`. */
  readonly text: string;
  /** Where it stands. */
  readonly place: Place;
}

/** What a source is made from. */
export interface RecordSourceOptions {
  /** Makes the keys of names. */
  readonly hash: Pick<QuestionHash, "absorb">;
  /** Names of one label are in it as well; `null` for none. */
  readonly domain: Name | null;
  /** TTL of what has none of its own. */
  readonly ttlSeconds: number;
  /** Names with addresses. */
  readonly addresses: readonly AddressEntry[];
  /** Records of any type. */
  readonly records?: readonly RecordEntry[];
  /** Where they stand: `[local]`. */
  readonly title: string;
}

/** What the configuration says of names. */
export class RecordSource implements LocalSource {
  /** See `LocalSource`. */
  readonly names: NameTable;
  /** What could not be taken, as `file:line: why`. */
  readonly problems: readonly string[];
  readonly #domain: Name | null;
  readonly #ttlSeconds: number;
  readonly #title: string;
  /** By node: where its first record stands. */
  readonly #places: Place[] = [];
  #place: Place | null = null;
  /** By node. */
  readonly #records: LocalRrdata[][] = [];
  readonly #pointers = new Map<string, LocalPointer>();
  /** The addresses that are called something. */
  readonly #pointed: Uint8Array[] = [];
  readonly #problems: string[] = [];

  /** See {@linkcode RecordSourceOptions}. */
  constructor({ hash, domain, ttlSeconds, addresses, records = [], title }: RecordSourceOptions) {
    this.names = new NameTable(hash);
    this.#domain = domain;
    this.#ttlSeconds = ttlSeconds;
    this.#title = title;
    for (const entry of addresses) this.#take(entry.place, () => this.#addAddresses(entry));
    for (const { text, place } of records) {
      this.#take(place, () => {
        const { name, type, ttl, rdata } = recordFromText(text, ttlSeconds);
        this.#add(name, { type, ttl, rdata });
      });
    }
    this.names.trim();
    this.problems = this.#problems;
  }

  /** See `LocalSource`. */
  hasRecords(node: number): boolean {
    return this.#records[node] !== undefined;
  }

  /** See `LocalSource`. */
  records(node: number): readonly LocalRrdata[] {
    return this.#records[node] ?? [];
  }

  /** See `LocalSource`. */
  origin(node: number): LocalOrigin {
    return { what: this.#title, place: this.#places[node] ?? null };
  }

  /** See `LocalSource`. */
  pointer(address: Uint8Array): LocalPointer | null {
    return this.#pointers.get(address.join(".")) ?? null;
  }

  /** See `LocalSource`. */
  hasPointerIn(network: Cidr): boolean {
    return this.#pointed.some((address) => isInCidr(address, network));
  }

  /** Domains below which names may be known that stand nowhere: by wildcards, and by DNAME records. */
  get openDomains(): Name[] {
    return [...this.#records.keys()].flatMap((node) => {
      const name = this.names.name(node);
      const records = this.#records[node] ?? [];
      const isRedirected = records.some(({ type }) => type === TYPE.DNAME);
      return [...(isWildcard(name) && records.length > 0 ? [name.slice(2)] : []), ...(isRedirected ? [name] : [])];
    });
  }

  #take(place: Place, add: () => void): void {
    this.#place = place;
    try {
      add();
    } catch (error) {
      if (!(error instanceof NameFormatError || error instanceof RdataFormatError)) throw error;
      this.#problems.push(`${place.file}:${place.line}: ${error.message}`);
    }
  }

  #addAddresses({ name: text, addresses, alias }: AddressEntry): void {
    const ttl = this.#ttlSeconds;
    const rrdatas: LocalRrdata[] = addresses.map((address) => {
      const octets = parseIp(address);
      if (octets === null) throw new RdataFormatError(`"${address}" is no address`);
      return { type: octets.length === 4 ? TYPE.A : TYPE.AAAA, ttl, rdata: octets };
    });
    if (alias !== null) rrdatas.push({ type: TYPE.CNAME, ttl, rdata: this.#inDomain(nameFromText(alias)) });
    const name = this.#inDomain(nameFromText(text));
    for (const rrdata of rrdatas) this.#add(name, rrdata);
    // `*.apps` is a name below the top-level domain "apps" and, as that has one label, below the one in our domain.
    const given = nameFromText(text);
    if (isWildcard(given) && name.length !== given.length) { for (const rrdata of rrdatas) this.#add(given, rrdata); }
    if (isWildcard(name)) return;
    for (const { type, rdata } of rrdatas) {
      const key = rdata.join(".");
      const isPointed = type !== TYPE.CNAME && mayHaveName(rdata) && !this.#pointers.has(key);
      if (!isPointed) continue;
      this.#pointers.set(key, { name, ttl });
      this.#pointed.push(rdata);
    }
  }

  /** The name, which is in our domain if it has one label, besides `*.`. */
  #inDomain(name: Name): Name {
    const bare = isWildcard(name) && name.length > 3 ? name.subarray(2) : name;
    return this.#domain !== null && isOneLabel(bare) ? joined(name, this.#domain) : name;
  }

  #add(name: Name, rrdata: LocalRrdata): void {
    const node = this.names.add(name, 0, name.length);
    const there = this.#records[node] ??= [];
    // RFC 2181 §10.1: an alias has no other data.
    const isAlias = rrdata.type === TYPE.CNAME;
    if (there.some(({ type }) => (type === TYPE.CNAME) !== isAlias || (isAlias && type === rrdata.type))) {
      throw new RdataFormatError(
        `${nameToText(name)} has other records: ${typeToText(rrdata.type)} cannot stand beside`,
      );
    }
    const isThere = there.some(({ type, rdata }) => type === rrdata.type && rdata.join() === rrdata.rdata.join());
    if (!isThere) there.push(rrdata);
    this.#places[node] ??= this.#place!;
  }
}
