import type { Config } from "../../config/config.ts";
import type { UpstreamGroupConfig } from "../../config/policy.ts";
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
    failoverOn: [],
    trustsAd: true,
    asksWithCookies,
    randomizesCase,
    place: null,
  };
}

/** What a group is opened with. */
export function groupOptionsOf(group: UpstreamGroupConfig): GroupOptions {
  const { servers: endpoints, strategy, sockets: socketCount, sources, asksWithCookies, randomizesCase } = group;
  return { endpoints, strategy, socketCount, sources, asksWithCookies, randomizesCase };
}
