import type { Config } from "../../config/config.ts";
import type { Policy, UpstreamGroupConfig } from "../../config/policy.ts";
import type { Query } from "../../resolver/query.ts";
import { type Endpoint, endpointText } from "../../upstream/endpoint.ts";
import type { UpstreamGroup } from "../../upstream/group/upstream_group.ts";
import type { UpstreamRegistry } from "../../upstream/registry.ts";
import { DEFAULT_GROUP, groupOfSettings, groupOptionsOf, openGroups } from "./group_options.ts";
import type { Views } from "../views.ts";

/** Who is asked, and with whom those who ask share answers. */
export interface Destination {
  /** The upstreams. */
  readonly upstreams: UpstreamGroup;
  /** See `Query.view`. */
  readonly view: number;
}

/** All that a configuration may ask. */
export class Destinations {
  /** Who is asked unless something else is said; `null` when answers are made up. */
  readonly default: Destination | null;
  readonly #byName: ReadonlyMap<string, Destination>;
  readonly #byView: ReadonlyMap<number, UpstreamGroup>;

  /** Those of the names given, of which one may be `default`. */
  constructor(byName: ReadonlyMap<string, Destination>) {
    this.#byName = byName;
    this.#byView = new Map([...byName.values()].map(({ view, upstreams }) => [view, upstreams]));
    this.default = byName.get(DEFAULT_GROUP) ?? null;
  }

  /** The one of that name, which there is. */
  named(name: string): Destination {
    const destination = this.#byName.get(name);
    if (destination === undefined) throw new Error(`There is no upstream group "${name}"`);
    return destination;
  }

  /** Everybody who may be asked, the default first. */
  get groups(): readonly UpstreamGroup[] {
    return [...this.#byName.values()].map(({ upstreams }) => upstreams);
  }

  /** Who is asked for a query. What nobody has decided about, what is asked again by ourselves, is of a view all the same. */
  upstreamsFor({ decision, view }: Query): UpstreamGroup {
    return decision?.upstreams ?? this.#byView.get(view)!;
  }
}

/** Opens whatever a configuration may ask. */
export function openDestinations(
  config: Config,
  policy: Policy | null,
  registry: UpstreamRegistry,
  views: Views,
): Destinations {
  if (policy === null) return openDefault(config, registry, views);
  const byName = new Map(policy.upstreamGroups.map((group) => [group.name, group]));
  const opened = openGroups(policy.upstreamGroups, (group, fallback) => {
    return registry.openGroup(groupOptionsOf(group, config.timeoutMs, fallback));
  });
  return new Destinations(
    new Map(policy.upstreamGroups.map((group) => {
      return [group.name, { upstreams: opened.get(group.name)!, view: views.of(identityOf(group, byName)) }];
    })),
  );
}

function openDefault(config: Config, registry: UpstreamRegistry, views: Views): Destinations {
  const group = groupOfSettings(config);
  if (group === null) return new Destinations(new Map());
  const view = views.of(identityOf(group, new Map()));
  const upstreams = registry.openGroup(groupOptionsOf(group, config.timeoutMs));
  return new Destinations(new Map([[DEFAULT_GROUP, { upstreams, view }]]));
}

/** The same text for groups that give the same answers: what they are called, and in which order their servers are asked, is no matter. */
function identityOf(group: UpstreamGroupConfig, byName: ReadonlyMap<string, UpstreamGroupConfig>): string {
  const identities: unknown[] = [];
  for (let next: UpstreamGroupConfig | undefined = group; next !== undefined; next = byName.get(next.fallback ?? "")) {
    const { servers, sources, failoverOn, trustsAd } = next;
    identities.push({
      servers: endpointTexts(servers),
      ...(sources.length > 0 && { sources }),
      failoverOn: failoverOn.toSorted((a, b) => a - b),
      trustsAd,
    });
  }
  return JSON.stringify(identities);
}

function endpointTexts(endpoints: readonly Endpoint[]): readonly string[] {
  return endpoints.map(endpointText).toSorted();
}
