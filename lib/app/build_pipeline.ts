import { parseCidr } from "../base/net/cidr.ts";
import type { Config } from "../config/config.ts";
import { Access } from "../server/admission/access.ts";
import { Admission } from "../server/admission/admission.ts";
import { Pipeline } from "../server/pipeline.ts";
import type { UpstreamGroup } from "../upstream/group/upstream_group.ts";
import { resolverChain } from "./chain.ts";
import type { Resources } from "./resources.ts";

/** A pipeline, and what belongs to it alone. */
export interface BuiltPipeline {
  /** What queries go through. */
  readonly pipeline: Pipeline;
  /** Who may ask: connections are judged before there is a query. */
  readonly access: Access;
  /** Who is asked; to be closed behind the last query. `null` when answers are made up. */
  readonly group: UpstreamGroup | null;
}

/** Makes the pipeline of a configuration, on top of what outlives it. */
export function buildPipeline(config: Config, resources: Resources): BuiltPipeline {
  const { clock, counters, log, cookies, registry } = resources;
  const { upstreams: endpoints, strategy, timeoutMs } = config;
  const group = endpoints.length === 0 ? null : registry.openGroup({ endpoints, strategy });
  const recursionAvailable = group !== null;
  const access = new Access(config.allow.map(parseCidr));
  const rateLimit = resources.rateLimit(config.rateLimit);
  const admission = new Admission({ access, cookies, rateLimit, counters, clock, log });
  const resolver = resolverChain(config, group, resources);
  return { pipeline: new Pipeline({ admission, resolver, timeoutMs, recursionAvailable }), access, group };
}
