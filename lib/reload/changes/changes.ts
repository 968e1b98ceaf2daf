import type { Config, FullConfig } from "../../config/config.ts";
import type { DomainPattern } from "../../config/domain_pattern.ts";
import { NO_FILTER, type Policy } from "../../config/policy.ts";
import { FIELDS, SETTINGS } from "../../config/settings.ts";
import { fieldChanges, isSame, namedChanges, thingChanges } from "./difference.ts";
import { valueText } from "./value_text.ts";

/** What differs between the configuration that is followed and another one. */
export interface Changes {
  /** The other one, with what only a restart can change as it was. */
  readonly config: FullConfig;
  /** What will be followed, a text each: `access.allow: 10.0.0.0/8 added`. */
  readonly followed: readonly string[];
  /** What stays as it is until the program starts again. */
  readonly needsRestart: readonly string[];
  /** Whether there is nothing to be followed, not even that something stands on another line. */
  readonly isNone: boolean;
}

/** Compares two configurations, and says in words what is different. */
export function changesBetween(from: FullConfig, to: FullConfig): Changes {
  const stays = FIELDS.filter((field) => !SETTINGS[field].isReloadable);
  const config = { ...to, ...Object.fromEntries(stays.map((field) => [field, from[field]])) };
  const settings = FIELDS.filter((field) => SETTINGS[field].isReloadable).flatMap((field) =>
    changesOf(field, from, to)
  );
  const policy = from.policy === null && to.policy === null
    ? []
    : policyChanges(from.policy ?? NOTHING, to.policy ?? NOTHING);
  return {
    config,
    followed: [...settings, ...policy.filter((text) => !settings.some((setting) => saysTheSame(setting, text)))],
    needsRestart: stays.flatMap((field) => changesOf(field, from, to)),
    isNone: isSame(from, config),
  };
}

function changesOf(field: keyof Config, from: Config, to: Config): string[] {
  // Who knows such an address may write to whoever reads there.
  if (field === "alertWebhook") return from[field] === to[field] ? [] : [`${SETTINGS[field].path}: another one`];
  return fieldChanges(SETTINGS[field].path, from[field], to[field]);
}

/** What a setting says is what each group of upstreams says that says nothing else: `server.timeout`, `upstreams.ad.timeout`. */
function saysTheSame(setting: string, text: string): boolean {
  return text.startsWith("upstreams.") && withoutTable(text) === withoutTable(setting);
}

function withoutTable(text: string): string {
  const path = text.slice(0, text.indexOf(":"));
  return text.slice(path.lastIndexOf(".") + 1);
}

function policyChanges(from: Policy, to: Policy): string[] {
  return [
    ...namedChanges(from.upstreamGroups, to.upstreamGroups, ({ name }) => `upstreams.${name}`),
    ...namedChanges(from.routes, to.routes, ({ domains, list, types, clients }) => {
      const names = list === null ? domainsText(domains) : [...domains.map(valueText), `list ${list}`].join(" ");
      return `route ${[names, ...(types ?? []).map((type) => `TYPE${type}`), ...forText(clients)].join(" ")}`;
    }),
    ...namedChanges(from.clientGroups, to.clientGroups, ({ name }) => `clients.${name}`),
    ...thingChanges("local", from.local, to.local),
    ...namedChanges(from.rewrites, to.rewrites, ({ domains, clients }) => {
      return `rewrite ${[domainsText(domains), ...forText(clients)].join(" ")}`;
    }),
    ...namedChanges(from.lists, to.lists, ({ name }) => `lists.${name}`),
    ...namedChanges(from.schedules, to.schedules, ({ name }) => `schedules.${name}`),
    ...thingChanges("block", from.block, to.block),
    ...thingChanges("answers", from.answers, to.answers),
    ...namedChanges(someOf(from.dns64), someOf(to.dns64), () => "dns64"),
  ];
}

function someOf<T>(thing: T | null): readonly T[] {
  return thing === null ? [] : [thing];
}

function domainsText(domains: readonly DomainPattern[]): string {
  return domains.length === 0 ? "." : valueText(domains);
}

function forText(clients: readonly string[] | null): string[] {
  return clients === null ? [] : [`for ${clients.join(" ")}`];
}

const NOTHING: Policy = {
  upstreamGroups: [],
  routes: [],
  clientGroups: [],
  local: {
    domain: null,
    singleLabel: "forward",
    hostsFiles: [],
    leases: [],
    addresses: [],
    records: [],
    makesPointers: false,
    ttlSeconds: 0,
  },
  rewrites: [],
  ...NO_FILTER,
};
