import { parseCidr } from "../../base/net/cidr.ts";
import { Nat64Prefix } from "../../base/net/nat64_prefix.ts";
import type { Clock } from "../../base/runtime.ts";
import type { Policy } from "../../config/policy.ts";
import { Dns64 } from "../../resolver/filter/dns64.ts";
import { IPV4_ONLY, IPV4_ONLY_REVERSE, Ipv4Only } from "../../resolver/filter/ipv4_only.ts";
import type { Query } from "../../resolver/query.ts";
import type { Resolver } from "../../resolver/resolver.ts";
import { Nat64Pointer } from "../../resolver/route/nat64_pointer.ts";
import { RULE, type Rule } from "../../resolver/route/rule.ts";
import { reverseZone } from "../../local/reverse_name.ts";
import { TYPE } from "../../wire/iana.ts";
import type { Name } from "../../wire/name.ts";
import { groupNames } from "./group_names.ts";
import { NOBODY_ASKED } from "./rules.ts";

/** By the numbers of groups, whether their clients get IPv6 addresses that are made. */
export function dns64Groups(policy: Policy): boolean[] {
  const { clientGroups, dns64 } = policy;
  return groupNames(policy).map((name) => {
    const own = clientGroups.find((group) => group.name === name)?.dns64 ?? null;
    return dns64 !== null && (own ?? dns64.clients?.includes(name) ?? false);
  });
}

/** Makes IPv6 addresses of what `next` says, for those who get them; `next` when nobody does. */
export function withDns64(policy: Policy, groupOf: (query: Query) => number, clock: Clock, next: Resolver): Resolver {
  const areFor = dns64Groups(policy);
  if (policy.dns64 === null || !areFor.includes(true)) return next;
  return new Dns64({
    next,
    isFor: (query) => areFor[groupOf(query)]!,
    prefix: new Nat64Prefix(parseCidr(policy.dns64.prefix)),
    exclude: policy.dns64.exclude.map(parseCidr),
    clock,
  });
}

/** What holds for the names in reverse of such addresses, and for the name that tells of their prefix. */
export function dns64Rules(policy: Policy, again: Resolver): Rule[] {
  const { dns64, local: { ttlSeconds } } = policy;
  const clients = dns64Groups(policy).flatMap((isFor, number) => isFor ? [number] : []);
  if (dns64 === null || clients.length === 0) return [];
  const network = parseCidr(dns64.prefix);
  const prefix = new Nat64Prefix(network);
  const reason = { sentence: 2, what: "[dns64]", place: null };
  const rule = (domain: Name, isExact: boolean, types: readonly number[] | null, answeredBy: Resolver): Rule => ({
    kind: RULE.route,
    domain,
    isExact,
    clients,
    types,
    exceptName: null,
    exceptTypes: [],
    ruling: { ...NOBODY_ASKED, reason, answeredBy, subject: "domain" },
  });
  const ipv4Only = new Ipv4Only(prefix);
  return [
    rule(reverseZone(network), false, [TYPE.PTR], new Nat64Pointer({ prefix, ttlSeconds, again })),
    rule(IPV4_ONLY, false, null, ipv4Only),
    ...IPV4_ONLY_REVERSE.map((name) => rule(name, true, null, ipv4Only)),
  ];
}
