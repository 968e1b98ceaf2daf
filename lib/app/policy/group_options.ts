import type { Config, FullConfig } from "../../config/config.ts";
import type { UpstreamGroupConfig } from "../../config/policy.ts";
import { AnswerRule, DEFAULT_FAILOVER_ON } from "../../upstream/group/answer_rule.ts";
import type { UpstreamGroup } from "../../upstream/group/upstream_group.ts";
import type { GroupOptions } from "../../upstream/registry.ts";

/** The name of the group that is asked unless something else is said. */
export const DEFAULT_GROUP = "default";

/** The group that the settings alone say; `null` if they name no server. */
export function groupOfSettings(config: Config): UpstreamGroupConfig | null {
  const { upstreams, strategy, timeoutMs, upstreamSockets, asksWithCookies, randomizesCase } = config;
  if (upstreams.length === 0) return null;
  return {
    name: DEFAULT_GROUP,
    servers: upstreams,
    strategy,
    fallback: null,
    timeoutMs,
    sockets: upstreamSockets,
    sources: [],
    failoverOn: DEFAULT_FAILOVER_ON,
    trustsAd: true,
    asksWithCookies,
    randomizesCase,
    place: null,
  };
}

/** All groups of a configuration, the default first where there is one. */
export function upstreamGroupsOf(config: FullConfig): readonly UpstreamGroupConfig[] {
  if (config.policy !== null) return config.policy.upstreamGroups;
  const group = groupOfSettings(config);
  return group === null ? [] : [group];
}

/**
 * Opens groups by `open`, each behind its fallback.
 *
 * @throws {RangeError} when a fallback is missing, or leads back to its group; and whatever `open` throws. None is left open then.
 */
export function openGroups(
  groups: readonly UpstreamGroupConfig[],
  open: (group: UpstreamGroupConfig, fallback: UpstreamGroup | null) => UpstreamGroup,
): ReadonlyMap<string, UpstreamGroup> {
  const byName = new Map(groups.map((group) => [group.name, group]));
  const opened = new Map<string, UpstreamGroup>();
  const openNamed = (name: string, before: readonly string[]): UpstreamGroup => {
    const known = opened.get(name);
    if (known !== undefined) return known;
    const group = byName.get(name);
    if (group === undefined) throw new RangeError(`There is no upstream group "${name}"`);
    if (before.includes(name)) throw new RangeError(`The fallback of "${name}" leads back to it`);
    const upstreams = open(group, group.fallback === null ? null : openNamed(group.fallback, [...before, name]));
    opened.set(name, upstreams);
    return upstreams;
  };
  try {
    for (const { name } of groups) openNamed(name, []);
  } catch (error) {
    for (const upstreams of opened.values()) upstreams.close();
    throw error;
  }
  return opened;
}

/**
 * What a group is opened with.
 *
 * @param timeoutMs How long clients wait.
 * @param fallback The group that `group.fallback` names.
 */
export function groupOptionsOf(
  group: UpstreamGroupConfig,
  timeoutMs: number,
  fallback: UpstreamGroup | null = null,
): GroupOptions {
  const { servers: endpoints, strategy, sockets: socketCount, sources, asksWithCookies, randomizesCase } = group;
  const rule = new AnswerRule(group);
  const ownTimeoutMs = group.timeoutMs < timeoutMs ? group.timeoutMs : Infinity;
  return {
    endpoints,
    strategy,
    socketCount,
    sources,
    asksWithCookies,
    randomizesCase,
    rule,
    timeoutMs: ownTimeoutMs,
    fallback,
  };
}
