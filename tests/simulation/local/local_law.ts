import type { Policy } from "../../../lib/config/policy.ts";
import { CLASS, RCODE, TYPE } from "../../../lib/wire/iana.ts";
import type { Question, ResourceRecord } from "../../../lib/wire/message.ts";
import { type Name, nameFromText } from "../../../lib/wire/name.ts";
import { ownSoa } from "../../../lib/resolver/local/own_soa.ts";
import { configured, type KnownSource, type Rrdata } from "./known_source.ts";

/** What is known here of a name, for one client. */
export interface KnownHere {
  /** Whether the name has records, has none but names below it or a domain of its own, or does not exist. */
  readonly kind: "data" | "empty" | "absent";
  /** Those of the type that was asked for; or the aliases that lead to another name, and nothing else. */
  readonly answers: readonly ResourceRecord[];
  /** Where another name follows: that of the last answer. */
  readonly isAlias: boolean;
  /** NOERROR, but for a name that would be too long. */
  readonly rcode: number;
  /** Of a denial. */
  readonly soa: ResourceRecord;
}

/** What is known here, source by source. */
export interface Sources {
  /** What the client's group alone sees. */
  readonly own: KnownSource;
  readonly common: KnownSource;
  readonly hosts: readonly KnownSource[];
  readonly leases: readonly KnownSource[];
}

/** RFC 4035 §3.1.4.1, and what else is asked of a top-level domain by whoever validates. */
const ZONE_TYPES: readonly number[] = [
  ...[TYPE.NS, TYPE.SOA, TYPE.DS, TYPE.DNSKEY, TYPE.NSEC, TYPE.NSEC3, TYPE.NSEC3PARAM, TYPE.RRSIG],
];

/** What a client of a group that has `own` to itself finds, beside what files say. */
export function sourcesOf(
  { local, clientGroups }: Policy,
  group: string | null,
  files: Pick<Sources, "hosts" | "leases">,
): Sources {
  const own = clientGroups.find(({ name }) => name === group)?.local ?? [];
  const known = configuredSources.get(local) ?? new Map<string | null, Configured>();
  configuredSources.set(local, known);
  const one = known.get(group) ??
    { own: configured(own, [], local), common: configured(local.addresses, local.records, local) };
  known.set(group, one);
  return { ...one, ...files };
}

type Configured = Pick<Sources, "own" | "common">;

/** It is asked for again and again. */
const configuredSources = new WeakMap<Policy["local"], Map<string | null, Configured>>();

/**
 * What the law says of local data, over texts: the group's own before everybody's, the configuration before files, hosts files before
 * leases; the exact name before wildcards (RFC 4592); and that in a domain of our own what is not known does not exist.
 * `name` is the question's in lower case, without a dot at its end.
 */
export function knownHere({ local }: Policy, sources: Sources, question: Question, name: string): KnownHere | null {
  const tree = new Tree(local, sources);
  const isSingle = name !== "." && !name.includes(".");
  const { type } = question;
  if (isSingle && local.domain !== null && type !== TYPE.DS) {
    // It stands for the name in the domain, and is as good as any other name: no zone is above it.
    const found = tree.find(`${name}.${local.domain}`, type);
    const { redirection = null } = found ?? {};
    if (redirection !== null) {
      // Such a record is above the whole name alone: the other one is an alias.
      const target = [...nameFromText(`${name}.${local.domain}`).slice(0, -nameFromText(redirection.owner).length)];
      const alias = {
        ...redirection.record,
        type: TYPE.CNAME,
        rdata: Uint8Array.from([...target, ...redirection.record.rdata]),
      };
      return answered(local, question, name, {
        kind: "data",
        records: [alias],
        zone: null,
        soa: null,
        redirection: null,
      });
    }
    if (found?.kind === "data") return answered(local, question, name, { ...found, zone: null, soa: null });
  }
  const found = tree.find(name, type);
  if (found !== null) return answered(local, question, name, found);
  if (!isSingle || local.singleLabel === "forward" || ZONE_TYPES.includes(type)) return null;
  return answered(local, question, name, { kind: "absent", records: [], zone: name, soa: null, redirection: null });
}

interface Found {
  readonly kind: KnownHere["kind"];
  readonly records: readonly Rrdata[];
  /** The nearest domain that is told here. */
  readonly zone: string | null;
  /** The nearest SOA record that is written down. */
  readonly soa: { readonly owner: string; readonly record: Rrdata } | null;
  /** The nearest DNAME record above. */
  readonly redirection: { readonly owner: string; readonly record: Rrdata } | null;
}

/** One tree of names, as a client sees it. */
class Tree {
  readonly #domain: string | null;
  readonly #makesPointers: boolean;
  readonly #sources: Sources;
  readonly #all: readonly KnownSource[];

  constructor({ domain, makesPointers }: Policy["local"], sources: Sources) {
    this.#domain = domain;
    this.#makesPointers = makesPointers;
    this.#sources = sources;
    this.#all = [sources.own, sources.common, ...sources.hosts, ...sources.leases];
  }

  find(name: string, type: number): Found | null {
    const above = aboveOf(name);
    const records = this.#at(name) ?? this.#pointer(name);
    const isWritten = records?.some((record) => record.type === TYPE.DS) ?? false;
    // A DS record is the parent's to tell.
    if (type === TYPE.DS && !isWritten && (name === "." || this.#zoneOf(above[0]!) === null)) return null;
    if (records !== null) return this.#found(name, "data", records);
    // RFC 6672 §2.2: names below it, and not its own.
    const redirection = this.#written(above, TYPE.DNAME);
    if (redirection !== null) return { ...this.#found(name, "data", []), redirection };
    const exists = this.#exists(name);
    const encloser = above.find((one) => this.#exists(one))!;
    const wild = exists || encloser === "." ? null : this.#at(`*.${encloser}`);
    if (wild !== null) return this.#found(name, "data", wild);
    return this.#zoneOf(name) === null ? null : this.#found(name, exists ? "empty" : "absent", []);
  }

  #found(name: string, kind: Found["kind"], records: readonly Rrdata[]): Found {
    const soa = this.#written([name, ...aboveOf(name)], TYPE.SOA);
    return { kind, records, zone: this.#zoneOf(name), soa, redirection: null };
  }

  /** What a name has. What the group has for it hides all else; addresses and aliases of the configuration hide those of files. */
  #at(owner: string): readonly Rrdata[] | null {
    const { own, common, hosts, leases } = this.#sources;
    const first = own.records.get(owner);
    if (first !== undefined) return first;
    const written = common.records.get(owner) ?? [];
    const hides = written.some(({ type }) => type === TYPE.A || type === TYPE.AAAA || type === TYPE.CNAME);
    const [listed, leased] = [hosts, leases].map((tier) => tier.flatMap(({ records }) => records.get(owner) ?? []));
    const all = [...written, ...(hides ? [] : listed!.length > 0 ? listed! : leased!)];
    return all.length === 0 ? null : all;
  }

  #pointer(name: string): readonly Rrdata[] | null {
    if (!this.#makesPointers) return null;
    const pointer = this.#all.map(({ pointers }) => pointers.get(name)).find((one) => one !== undefined);
    return pointer === undefined ? null : [{ type: TYPE.PTR, ttl: pointer.ttl, rdata: nameFromText(pointer.name) }];
  }

  #exists(owner: string): boolean {
    if (owner === "." || owner === this.#domain) return true;
    return this.#all.some(({ records, owners }) => {
      return records.has(owner) || owners.some((one) => one.endsWith(`.${owner}`));
    });
  }

  /** The local domain, and the domains of wildcards, all of whose names are told here. */
  #zoneOf(name: string): string | null {
    const { own, common } = this.#sources;
    const isOpen = (one: string) => own.records.has(`*.${one}`) || common.records.has(`*.${one}`);
    return [name, ...aboveOf(name)].find((one) => one === this.#domain || (one !== name && isOpen(one))) ?? null;
  }

  /** The nearest of these names that has a record of a type written down. */
  #written(names: readonly string[], type: number): Found["soa"] {
    const { own, common } = this.#sources;
    const all = names.flatMap((owner) => {
      const records = own.records.get(owner) ?? common.records.get(owner) ?? [];
      return records.filter((record) => record.type === type).map((record) => ({ owner, record }));
    });
    return all[0] ?? null;
  }
}

function answered({ ttlSeconds }: Policy["local"], question: Question, name: string, found: Found): KnownHere {
  const { kind, records, redirection } = found;
  const apex = found.soa?.owner ?? found.zone ?? name;
  const ownSoaRecord = ownSoa(nameFromText(apex), ttlSeconds);
  const soa = found.soa === null ? ownSoaRecord : { ...ownSoaRecord, ...found.soa.record };
  const isFollowed = question.type !== TYPE.CNAME;
  if (redirection !== null) return redirected(question, redirection, { soa, isFollowed });
  const alias = records.find(({ type }) => type === TYPE.CNAME);
  const asked = alias === undefined ? records.filter(({ type }) => type === question.type) : [alias];
  const ttl = Math.min(...asked.map((record) => record.ttl));
  const answers = asked.map(({ type, rdata }) => ({ name: question.name, class: CLASS.IN, type, rdata, ttl }));
  return {
    kind,
    answers: answers.length > 0 ? answers : apexAnswers(question, name, apex, soa),
    isAlias: alias !== undefined && isFollowed,
    rcode: kind === "absent" ? RCODE.NXDOMAIN : RCODE.NOERROR,
    soa,
  };
}

/** RFC 6672 §2.2, §3.1: the DNAME record, and the alias that follows from it. */
function redirected(
  { name }: Question,
  { owner, record: { ttl, rdata } }: NonNullable<Found["redirection"]>,
  { soa, isFollowed }: { soa: ResourceRecord; isFollowed: boolean },
): KnownHere {
  const ownerName = nameFromText(owner);
  const dname = { name: ownerName, type: TYPE.DNAME, class: CLASS.IN, ttl, rdata };
  const target: Name = Uint8Array.from([...name.subarray(0, name.length - ownerName.length), ...rdata]);
  if (target.length > 255) return { kind: "data", answers: [dname], isAlias: false, rcode: RCODE.YXDOMAIN, soa };
  const alias = { name, type: TYPE.CNAME, class: CLASS.IN, ttl, rdata: target };
  return { kind: "data", answers: [dname, alias], isAlias: isFollowed, rcode: RCODE.NOERROR, soa };
}

/** RFC 6303 §3: the top of a domain of our own has these two. */
function apexAnswers({ type }: Question, name: string, apex: string, soa: ResourceRecord): ResourceRecord[] {
  if (name !== apex) return [];
  if (type === TYPE.SOA) return [soa];
  return type === TYPE.NS ? [{ ...soa, type, rdata: nameFromText(apex) }] : [];
}

/** All names above one, the nearest first; the root last. */
function aboveOf(name: string): string[] {
  const labels = name === "." ? [] : name.split(".");
  return labels.map((_, i) => labels.slice(i + 1).join(".") || ".");
}
