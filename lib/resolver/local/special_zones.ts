import { CLASS, TYPE } from "../../wire/iana.ts";
import type { ResourceRecord } from "../../wire/message.ts";
import { isSameName, type Name, nameFromText } from "../../wire/name.ts";
import { rdataFromText } from "../../wire/text/rdata_text.ts";

/**
 * How the names of a zone are answered, its own and all below it:
 *
 * - `loopback`: addresses of this machine, no other records.
 * - `nonexistent`: NXDOMAIN.
 * - `empty`: the zone exists with SOA and NS (RFC 6303 §3), and nothing else is in it but the loopback addresses' names.
 * - `recordless`: every name exists, and none has records.
 */
export type SpecialZoneKind = "loopback" | "nonexistent" | "empty" | "recordless";

/**
 * The names that have a meaning of their own, so that no server on the Internet has anything to say about them: IANA's
 * registries of locally served zones and of special-use domain names. Those of the latter that resolvers need not know
 * are not here: example (RFC 6761 §6.5), ipv4only.arpa (RFC 8880), 6tisch.arpa (RFC 9031), eap-noob.arpa (RFC 9140) and
 * eap.arpa.
 */
const TABLE: readonly (readonly [SpecialZoneKind, rfc: string, zones: readonly string[]])[] = [
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
  // RFC 6598 §4: "Reverse DNS queries for Shared Address Space addresses MUST NOT be forwarded to the global DNS
  // infrastructure"; RFC 7793 makes local zones of them.
  ["empty", "RFC 7793", Array.from({ length: 64 }, (_, i) => `${64 + i}.100.in-addr.arpa`)],
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
export interface SpecialZone {
  /** How its names are answered. */
  readonly kind: SpecialZoneKind;
  /** Who says so. */
  readonly rfc: string;
  /** Its top. */
  readonly name: Name;
  /** What stands at its top, and in negative answers. */
  readonly soa: ResourceRecord;
}

/** RFC 6303 §3: TTL of the SOA and NS record of an empty zone. */
export const TTL_SECONDS = 10_800;

/** Whether a name of one label has a meaning of its own. */
export function isSpecialLabel(name: Name): boolean {
  return SPECIAL_ZONES.some((zone) => isSameName(zone.name, name));
}

/** All of them. */
export const SPECIAL_ZONES: readonly SpecialZone[] = TABLE.flatMap(([kind, rfc, zones]) => {
  return zones.map((text) => {
    const name = nameFromText(text);
    const rdata = rdataFromText(TYPE.SOA, `${text}. nobody.invalid. 1 3600 1200 604800 ${TTL_SECONDS}`);
    return { kind, rfc, name, soa: { name, type: TYPE.SOA, class: CLASS.IN, ttl: TTL_SECONDS, rdata } };
  });
});
