import { parseCidr } from "../base/net/cidr.ts";
import { atOnce } from "../base/time/in_steps.ts";
import type { FullConfig } from "../config/config.ts";
import type { LocalDirectory } from "../local/client_directory.ts";
import type { GroupStatus } from "../operator/status.ts";
import { Access } from "../server/admission/access.ts";
import { Admission } from "../server/admission/admission.ts";
import { listenName } from "../server/listen/listen.ts";
import { Pipeline } from "../server/pipeline.ts";
import { endpointText } from "../upstream/endpoint.ts";
import type { UpstreamGroup } from "../upstream/group/upstream_group.ts";
import { resolverChain } from "./chain.ts";
import type { OwnQuestions } from "./policy/decide.ts";
import { groupNames } from "./policy/group_names.ts";
import { type Destinations, openDestinations } from "./policy/destinations.ts";
import { upstreamGroupsOf } from "./policy/group_options.ts";
import { openLocal } from "./policy/local.ts";
import type { PipelineResources } from "./resources.ts";

/** A pipeline, and what belongs to it alone. */
export interface BuiltPipeline {
  /** What queries go through. */
  readonly pipeline: Pipeline;
  /** Who may ask: connections are judged before there is a query. */
  readonly access: Access;
  /** See `Chain`. */
  readonly own: OwnQuestions | null;
  /** Who is asked. */
  readonly destinations: Destinations;
  /** Knows what clients are called; `null` where nothing is said of that. */
  readonly directory: LocalDirectory | null;
  /** Who is asked, the default first. None when all answers are made up. */
  readonly groups: readonly UpstreamGroup[];
  /** The same, as the operator is told. */
  readonly groupStates: readonly GroupStatus[];
  /** Another one takes its place: what its last queries come to is decided by the rules of now. */
  settle(): void;
  /** Lets go of what it alone needs; to be called behind the last query, or instead of the first. */
  close(): void;
}

/** Makes the pipeline of a configuration, on top of what outlives it. */
export function buildPipeline(config: FullConfig, resources: PipelineResources): BuiltPipeline {
  return atOnce(pipelineInSteps(config, resources));
}

/** The same, in steps; all of them must be made. */
export function* pipelineInSteps(config: FullConfig, resources: PipelineResources): Generator<void, BuiltPipeline> {
  const { counters, strangers, cookies, registry, views, listsNow } = resources;
  const { policy } = config;
  const destinations = openDestinations(config, policy, registry, views);
  const { groups } = destinations;
  const { allow, deny, rateLimitExempt } = config;
  const byListener = new Map(
    (config.listen ?? []).flatMap((listen) => {
      return listen.allow === null ? [] : [[listenName(listen), listen.allow.map(parseCidr)]];
    }),
  );
  const exceptions = { byListener, denied: deny.map(parseCidr), exempt: rateLimitExempt.map(parseCidr) };
  const access = new Access(allow.map(parseCidr), exceptions);
  const rateLimit = config.rateLimit === 0 ? null : resources.rateLimit;
  const admission = new Admission({ access, cookies, rateLimit, strangers, counters });
  const local = policy === null ? null : openLocal(policy, groupNames(policy), resources);
  const { resolver, own, filter } = yield* resolverChain({ config, policy, local, destinations, resources });
  const { timeoutMs } = config;
  const recursionAvailable = groups.length > 0;
  const pipeline = new Pipeline({ admission, resolver, timeoutMs, recursionAvailable });
  const following = filter === null ? null : listsNow.follow(filter);
  const settle = () => following?.settle();
  const close = () => {
    following?.end();
    groups.forEach((group) => group.close());
    local?.close();
  };
  const groupStates = upstreamGroupsOf(config).map(({ name, servers, fallback }) => {
    return { name, upstreams: servers.map(endpointText), fallback };
  });
  const directory = local?.directory ?? null;
  return { pipeline, access, own, destinations, directory, groups, groupStates, settle, close };
}
