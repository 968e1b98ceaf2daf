import { HEADER_OCTETS } from "../wire/header.ts";
import { CLASS, EDE, RCODE, TYPE } from "../wire/iana.ts";
import { decodeQuestions, type Question, type ResourceRecord } from "../wire/message.ts";
import { foldCase, foldOctet, type Name, nameFromText, nameToText } from "../wire/name.ts";
import { octetsKey } from "../wire/octets_key.ts";
import { rdataFromText } from "../wire/rdata_text.ts";
import { localReply } from "./local_reply.ts";
import type { Query } from "./query.ts";
import type { Reply, Resolver } from "./resolver.ts";

/**
 * How the names of a zone are answered, its own and all below it:
 *
 * - `loopback`: addresses of this machine, no other records.
 * - `nonexistent`: NXDOMAIN.
 * - `empty`: the zone exists with SOA and NS, and nothing is in it (RFC 6303 §3).
 * - `recordless`: every name exists, and none has records.
 */
type Kind = "loopback" | "nonexistent" | "empty" | "recordless";

/** The names that have a meaning of their own, so that no server on the Internet has anything to say about them. */
const TABLE: readonly (readonly [Kind, rfc: string, zones: readonly string[]])[] = [
  // RFC 6761 §6.3: "Caching DNS servers SHOULD recognize localhost names as special and SHOULD NOT attempt to look up NS
  // records for them, or otherwise query authoritative DNS servers".
  ["loopback", "RFC 6761", ["localhost"]],
  // §6.4 for invalid. For test, §6.2 says the same unless users want otherwise. §6.5 lets example be looked up.
  ["nonexistent", "RFC 6761", ["invalid", "test"]],
  // RFC 6762 §22.1: "SHOULD recognize these names as special and SHOULD NOT attempt to look up NS records for them".
  ["nonexistent", "RFC 6762", ["local"]],
  // RFC 7686 §2: "MUST NOT attempt to look up .onion names in the DNS and MUST generate NXDOMAIN for all such queries".
  ["nonexistent", "RFC 7686", ["onion"]],
  ["nonexistent", "RFC 9476", ["alt"]],
  // ICANN reserved it in 2024 for private use.
  ["nonexistent", "ICANN", ["internal"]],
  ["empty", "RFC 8375", ["home.arpa"]],
  ["empty", "RFC 9665", ["service.arpa"]],
  // RFC 9462 §4: a resolver without encrypted sides returns NODATA for queries to resolver.arpa.
  ["recordless", "RFC 9462", ["resolver.arpa"]],
  // RFC 6303 §4.1: RFC 1918 networks. §4.2: this network, loopback, link-local, documentation, broadcast.
  ["empty", "RFC 6303", [
    "10.in-addr.arpa",
    ...Array.from({ length: 16 }, (_, i) => `${16 + i}.172.in-addr.arpa`),
    "168.192.in-addr.arpa",
    "0.in-addr.arpa",
    "127.in-addr.arpa",
    "254.169.in-addr.arpa",
    "2.0.192.in-addr.arpa",
    "100.51.198.in-addr.arpa",
    "113.0.203.in-addr.arpa",
    "255.255.255.255.in-addr.arpa",
  ]],
  // §4.3–4.6: unspecified and loopback address, local networks, link-local addresses, documentation.
  ["empty", "RFC 6303", [
    `${"0.".repeat(32)}ip6.arpa`,
    `1.${"0.".repeat(31)}ip6.arpa`,
    "d.f.ip6.arpa",
    ..."89ab".split("").map((nibble) => `${nibble}.e.f.ip6.arpa`),
    "8.b.d.0.1.0.0.2.ip6.arpa",
  ]],
];

/** A zone of the table. */
interface Zone {
  readonly kind: Kind;
  readonly rfc: string;
  readonly name: Name;
  readonly soa: ResourceRecord;
}

/** RFC 6303 §3: TTL and RDATA of the SOA and NS record of an empty zone. */
const TTL_SECONDS = 10_800;

const ZONES: ReadonlyMap<string, Zone> = new Map(TABLE.flatMap(([kind, rfc, zones]) => {
  return zones.map((text): [string, Zone] => {
    const name = nameFromText(text);
    const rdata = rdataFromText(TYPE.SOA, `${text}. nobody.invalid. 1 3600 1200 604800 ${TTL_SECONDS}`);
    return [toKey(name), { kind, rfc, name, soa: { name, type: TYPE.SOA, class: CLASS.IN, ttl: TTL_SECONDS, rdata } }];
  });
}));

/** Sums of the last labels of all of them: most names are told apart by theirs alone. */
const TOP_LABEL_SUMS: ReadonlySet<number> = new Set([...ZONES.values()].map(({ name }) => topLabelSum(name, 0)));

const LOOPBACK_RDATA: ReadonlyMap<number, Uint8Array<ArrayBuffer>> = new Map([
  [TYPE.A, rdataFromText(TYPE.A, "127.0.0.1")],
  [TYPE.AAAA, rdataFromText(TYPE.AAAA, "::1")],
]);

/** Answers names with a meaning of their own, which must not leave this network. */
export class SpecialNames implements Resolver {
  readonly #next: Resolver;

  /** Names that are not special go to `next`. */
  constructor({ next }: { next: Resolver }) {
    this.#next = next;
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply | PromiseLike<Reply> {
    // hot path
    if (query.qclass !== CLASS.IN || !TOP_LABEL_SUMS.has(topLabelSum(query.wire, HEADER_OCTETS))) {
      return this.#next.resolve(query);
    }
    const question = decodeQuestions(query.wire)[0]!;
    const zone = findZone(question.name);
    if (zone === undefined || isParents(question, zone)) return this.#next.resolve(query);
    query.extendedErrors.push({ infoCode: EDE.OTHER, text: `Special-use name ${nameToText(zone.name)}, ${zone.rfc}` });
    return answer(query, question, zone);
  }
}

/** A number for the last label of the name at `start`: the same for the same label in any case, and now and then for another. */
function topLabelSum(octets: Uint8Array, start: number): number {
  // hot path
  for (let offset = start; octets[offset] !== 0; offset += 1 + octets[offset]!) start = offset;
  const end = start + 1 + octets[start]!;
  let sum = 0;
  // Bernstein's hash for short texts. 30 bits: what V8 keeps as a small integer, without an object for it.
  for (let i = start; i < end; i++) sum = (Math.imul(sum, 33) ^ foldOctet(octets[i]!)) & 0x3fffffff;
  return sum;
}

function findZone(name: Name): Zone | undefined {
  const key = toKey(name);
  for (let start = 0; name[start] !== 0; start += 1 + name[start]!) {
    const zone = ZONES.get(key.slice(start));
    if (zone !== undefined) return zone;
  }
  return undefined;
}

/**
 * RFC 4035 §3.1.4.1: the DS record of a zone stands in its parent. That there is none is what tells validators that an
 * empty zone may be unsigned (RFC 8375 §7), so they get to hear it from there.
 */
function isParents({ name, type }: Question, zone: Zone): boolean {
  return type === TYPE.DS && zone.kind === "empty" && name.length === zone.name.length;
}

function answer(query: Query, { name, type }: Question, { kind, soa, name: apex }: Zone): Reply {
  const reply = (rcode: number, answers: readonly ResourceRecord[]) => {
    // RFC 2308 §3: a negative answer carries the SOA record.
    return localReply(query, {
      rcode,
      answers,
      authorities: answers.length > 0 ? [] : [soa],
      recursionAvailable: true,
    });
  };
  if (kind === "nonexistent") return reply(RCODE.NXDOMAIN, []);
  if (kind === "recordless") return reply(RCODE.NOERROR, []);
  if (kind === "loopback") {
    const rdata = LOOPBACK_RDATA.get(type);
    return reply(RCODE.NOERROR, rdata === undefined ? [] : [{ name, type, class: CLASS.IN, ttl: TTL_SECONDS, rdata }]);
  }
  if (name.length > apex.length) return reply(RCODE.NXDOMAIN, []);
  if (type === TYPE.SOA) return reply(RCODE.NOERROR, [soa]);
  if (type === TYPE.NS) return reply(RCODE.NOERROR, [{ ...soa, type, rdata: apex }]);
  return reply(RCODE.NOERROR, []);
}

/** Equal for equal names, letter case ignored; a suffix of the text is that of the name. */
function toKey(name: Name): string {
  return octetsKey(foldCase(name));
}
