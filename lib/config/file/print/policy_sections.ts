import { endpointText } from "../../../upstream/endpoint.ts";
import { DEFAULT_FAILOVER_ON } from "../../../upstream/group/answer_rule.ts";
import { rcodeToText, typeToText } from "../../../wire/iana.ts";
import type { FullConfig } from "../../config.ts";
import type { Place } from "../../place.ts";
import {
  type ClientGroupConfig,
  type LocalAddresses,
  type LocalConfig,
  mayHavePrivateAnswers,
  type RouteConfig,
  type UpstreamGroupConfig,
} from "../../policy.ts";
import { SETTINGS } from "../../settings.ts";
import { quantityToText } from "../schema/quantity.ts";
import { filterSections, ruleValue } from "./filter_sections.ts";
import { patternText } from "./pattern_text.ts";
import type { Entry, MakeSection, PrintOptions, Row, Section } from "./sections.ts";

/** What a configuration says beyond the table of settings. Those of `default` and `local` are to be put to the settings there. */
export function policySections(config: FullConfig, options: PrintOptions): Section[] {
  const policy = config.policy!;
  const { upstreamGroups, routes, clientGroups, local, rewrites } = policy;
  const section: MakeSection = (keys, isInList, place, rows) => {
    return { keys, isInList, entries: entriesOf(isInList ? null : keys.join("."), rows, place, options) };
  };
  // Servers that stand in a route are printed there.
  const named = upstreamGroups.filter(({ name }) => !name.includes(" "));
  return [
    ...named.map((group) => section(["upstreams", group.name], false, group.place, groupRows(group, config))),
    ...routes.map((route) => section(["route"], true, route.place, routeRows(route, upstreamGroups))),
    ...clientGroups.flatMap(({ name, place, local, ...group }) => [
      section(["clients", name], false, place, [
        ...markRows(name, group),
        ["upstream", group.upstream, null],
        ["block", group.block.map(ruleValue), []],
        ["allow", group.allow.map(ruleValue), []],
        ["answer", group.answer, null],
        ["rebinding-protection", group.rebindingProtection, null],
        ["safe-search", group.safeSearch, []],
        ["dns64", group.dns64, null],
        ["query-log", group.isTold, true],
        ["drop-types", group.dropTypes.map(typeToText), policy.answers.dropTypes.map(typeToText)],
      ]),
      ...addressSections(["clients", name, "local"], local),
    ]),
    section(["local"], false, null, localRows(local)),
    ...addressSections(["local", "addresses"], local.addresses),
    ...rewrites.map(({ domains, to, isFlat, clients, place }) =>
      section(["rewrite"], true, place, [
        ["domains", domains.map(patternText), null],
        ["to", to, null],
        ["flatten", isFlat, false],
        ["clients", clients, null],
      ])
    ),
    ...filterSections(policy, section),
  ];
}

/** Who is in no other group is in the default one: that cannot be said. */
function markRows(
  name: string,
  { addresses, macs, names, ids }: Pick<ClientGroupConfig, "addresses" | "macs" | "names" | "ids">,
): Row[] {
  if (name === "default") return [];
  return [["ids", ids, []], ["addresses", addresses, []], ["macs", macs, []], ["names", names, []]];
}

function entriesOf(
  path: string | null,
  rows: readonly Row[],
  place: Place | null,
  { places, withDefaults }: PrintOptions,
): Entry[] {
  return rows.flatMap(([key, value, fallback]) => {
    const isDefault = JSON.stringify(value) === JSON.stringify(fallback);
    const own = path === null ? null : places.get(`${path}.${key}`) ?? null;
    if (value === null || isDefault && own === null && !withDefaults) return [];
    return [{ key, value, from: own ?? (isDefault || place === null ? null : `${place.file}:${place.line}`) }];
  });
}

function rcodeWords(rcodes: readonly number[]): readonly string[] {
  return rcodes.map((rcode) => rcodeToText(rcode).toLowerCase());
}

/** The default group's other settings are rows of the table. */
function groupRows(group: UpstreamGroupConfig, config: FullConfig): Row[] {
  const time: Row = ["timeout", quantityToText(group.timeoutMs, "ms"), quantityToText(config.timeoutMs, "ms")];
  const rest: Row[] = [
    ["fallback", group.fallback, null],
    time,
    ["source", group.sources.length === 0 ? null : group.sources, null],
    ["failover-on", rcodeWords(group.failoverOn), rcodeWords(DEFAULT_FAILOVER_ON)],
    ["trust-ad", group.trustsAd, true],
  ];
  if (group.name === "default") return rest;
  return [
    ["servers", group.servers.map(endpointText), null],
    ["strategy", group.strategy, SETTINGS.strategy.default],
    ...rest,
    ["sockets", group.sockets, config.upstreamSockets],
    ["cookies", group.asksWithCookies, true],
    ["case-randomization", group.randomizesCase, true],
  ];
}

function routeRows(
  { domains, list, types, clients, to, allowsPrivateAnswers }: RouteConfig,
  groups: readonly UpstreamGroupConfig[],
): Row[] {
  const servers = to.includes(" ") ? groups.find(({ name }) => name === to)!.servers.map(endpointText) : to;
  return [
    ["domains", domains.length === 0 ? null : domains.map(patternText), null],
    ["list", list, null],
    ["types", types?.map(typeToText) ?? null, null],
    ["clients", clients, null],
    ["to", servers, null],
    ["private-answers", allowsPrivateAnswers, mayHavePrivateAnswers(domains)],
  ];
}

function localRows(local: LocalConfig): Row[] {
  const leases = local.leases.map(({ file, format, domain }) => ({ file, format, ...(domain !== null && { domain }) }));
  return [
    ["domain", local.domain, null],
    ["single-label", local.singleLabel, "local"],
    ["hosts-files", local.hostsFiles, []],
    ["leases", leases, []],
    ["records", local.records.map(({ text }) => text), []],
    ["ptr", local.makesPointers, true],
    ["ttl", quantityToText(local.ttlSeconds, "seconds"), "5m"],
  ];
}

function addressSections(keys: readonly string[], names: readonly LocalAddresses[]): Section[] {
  if (names.length === 0) return [];
  const entries = names.map(({ name, addresses, alias, place }): Entry => {
    return { key: name, value: alias ?? addresses, from: `${place.file}:${place.line}` };
  });
  return [{ keys, isInList: false, entries }];
}
