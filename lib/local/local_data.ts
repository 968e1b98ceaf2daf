import type { NameKey } from "../names/name_key.ts";
import type { QuestionHash } from "../names/question_hash.ts";
import { SuffixMap } from "../names/suffix_map.ts";
import { HEADER_OCTETS } from "../wire/header.ts";
import { TYPE } from "../wire/iana.ts";
import { type Name, NAME_OCTETS_MAX } from "../wire/name.ts";
import { isOneLabel, joined } from "./name_parts.ts";
import type { LocalOrigin, LocalSource } from "./local_source.ts";
import { type LocalFinding, LocalView } from "./local_view.ts";
import { NO_NODE } from "./name_table.ts";
import { NameFilter } from "./name_filter.ts";
import type { RecordSource } from "./record_source.ts";
import { IN_ADDR_ARPA, IP6_ARPA } from "./reverse_name.ts";

/** What local data are made from. */
export interface LocalDataOptions {
  /** Makes the keys of names. */
  readonly hash: QuestionHash;
  /** Unknown names in it do not exist; `null` for none. */
  readonly domain: Name | null;
  /** Whether unknown names of one label do not exist either. */
  readonly ownsSingleLabels: boolean;
  /** Whether addresses have names. */
  readonly makesPointers: boolean;
  /** What everybody sees. */
  readonly common: RecordSource;
  /** What the clients of a group alone see, by the group's number; `null` for nothing. */
  readonly groups: readonly (RecordSource | null)[];
  /** What hosts files and leases say, in tiers: the first that has addresses for a name counts. See `use`. */
  readonly files: readonly (readonly LocalSource[])[];
}

const OF_SINGLE_LABEL: LocalOrigin = { what: "[local] single-label", place: null };
/** A TLD is asked for these by whoever validates, and they say nothing of a host. */
const ZONE_TYPES: ReadonlySet<number> = new Set([
  TYPE.NS,
  TYPE.SOA,
  TYPE.DS,
  TYPE.DNSKEY,
  TYPE.NSEC,
  TYPE.NSEC3,
  TYPE.NSEC3PARAM,
  TYPE.RRSIG,
]);

/**
 * What is known here, as one tree of names (RFC 4592): a client sees its group's own records, those of the configuration, and
 * those of files. The exact name beats a wildcard, the nearer wildcard the farther, the group's own everybody's.
 */
export class LocalData {
  readonly #options: LocalDataOptions;
  readonly #hash: QuestionHash;
  /** Domains in which names that are not there may be ours all the same. */
  readonly #domains: SuffixMap<true>;
  /** Called when files say something else. */
  onChange: () => void = () => {};
  #files: readonly (readonly LocalSource[])[] = [];
  #sources: readonly LocalSource[] = [];
  #filter!: NameFilter;

  /** See {@linkcode LocalDataOptions}. */
  constructor(options: LocalDataOptions) {
    this.#options = options;
    const { hash, domain, makesPointers, common, groups } = options;
    const domains = [common, ...groups].flatMap((source) => source === null ? [] : source.openDomains);
    if (domain !== null) domains.push(domain);
    if (makesPointers) domains.push(IN_ADDR_ARPA, IP6_ARPA);
    this.#domains = new SuffixMap(hash, domains.map((name) => [name, true]));
    this.#hash = hash;
    this.use(options.files);
  }

  /** Files say something else from now on. */
  use(files: readonly (readonly LocalSource[])[]): void {
    this.#files = files;
    const { common, groups } = this.#options;
    this.#sources = [common, ...groups, ...files.flat()].filter((source) => source !== null);
    this.#filter = new NameFilter(this.#sources);
    this.onChange();
  }

  /**
   * Whether something may be known of the name that stands in full at `wire[12 … nameEnd)`: of others nothing is, and nearly all
   * are told here, in 10 ns beyond those for the key that memory is looked up by anyway.
   */
  mayKnow(key: NameKey, wire: Uint8Array, nameEnd: number): boolean {
    // hot path
    if (key.madeBy !== this.#hash) this.#hash.absorb(key, wire, nameEnd);
    // One label: it stands for a name of our domain, or may not exist.
    if (wire[HEADER_OCTETS]! + HEADER_OCTETS + 2 === nameEnd) return true;
    if (this.#filter.mayHave(key) && this.#isThere(key, wire, nameEnd)) return true;
    return this.#domains.find(key, wire, nameEnd) !== undefined;
  }

  /** Whether the name stands somewhere, for whomever. What the filter lets pass is another name one time in twenty. */
  #isThere(key: NameKey, wire: Uint8Array, nameEnd: number): boolean {
    // hot path
    for (let i = 0; i < this.#sources.length; i++) {
      if (this.#sources[i]!.names.findKey(key, wire, nameEnd) !== NO_NODE) return true;
    }
    return false;
  }

  /** What a client of the group of that number is told of a name; `null` when nothing is known here. */
  find(name: Name, type: number, group: number, nowSeconds: number): LocalFinding | null {
    const { domain, ownsSingleLabels } = this.#options;
    const view = this.#viewOf(group, nowSeconds);
    const isSingle = isOneLabel(name);
    if (isSingle && domain !== null && joinedLength(name, domain) <= NAME_OCTETS_MAX && type !== TYPE.DS) {
      const whole = joined(name, domain);
      const found = view.find(whole, type);
      if (found?.kind === "data") return forOneLabel(found, name, whole);
    }
    const found = view.find(name, type);
    if (found !== null || !isSingle || !ownsSingleLabels || ZONE_TYPES.has(type)) return found;
    const nothing = { records: [], soa: null, redirection: null };
    return { ...nothing, kind: "absent", apex: name, origin: OF_SINGLE_LABEL, isOfAll: true };
  }

  /** Whether, for a client of the group of that number, the name has records or is above a name that is known here. */
  isKnown(name: Name, group: number, nowSeconds: number): boolean {
    return this.#viewOf(group, nowSeconds).isKnown(name);
  }

  #viewOf(group: number, nowSeconds: number): LocalView {
    const own = this.#options.groups[group] ?? null;
    return new LocalView({ ...this.#options, own, files: this.#files, nowSeconds });
  }
}

/** What is known of the `whole` name, told of the one label that stands for it. No domain above that is ours. */
function forOneLabel(found: LocalFinding, name: Name, whole: Name): LocalFinding {
  const { redirection } = found;
  if (redirection === null) return { ...found, apex: name, soa: null };
  // RFC 6672 §2.2: a DNAME record is above the whole name alone, so the other one is an alias of where that is led.
  const { owner, record: { ttl, rdata } } = redirection;
  const labels = whole.subarray(0, whole.length - owner.length);
  const isName = labels.length + rdata.length <= NAME_OCTETS_MAX;
  const records = isName ? [{ type: TYPE.CNAME, ttl, rdata: Uint8Array.of(...labels, ...rdata) }] : [];
  return { ...found, records, redirection: null, apex: name, soa: null };
}

function joinedLength(name: Name, domain: Name): number {
  return name.length - 1 + domain.length;
}
