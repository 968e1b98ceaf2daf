import { DEFAULT_FAILOVER_ON } from "../../upstream/group/answer_rule.ts";
import { withBootstrap } from "../../upstream/endpoint.ts";
import type { UpstreamGroupConfig } from "../policy.ts";
import type { Setting } from "../setting.ts";
import { SETTINGS } from "../settings.ts";
import { markAt, placeOf } from "./mark.ts";
import type { Texts } from "./schema/row.ts";
import type { PolicySource } from "./policy_source.ts";

/** A group as the file has it: of what it does not say, `sockets` and the time are everybody's. */
export function upstreamGroup(name: string, { tables, marks, config }: PolicySource): UpstreamGroupConfig {
  const group = Object.hasOwn(tables.upstreams ?? {}, name) ? tables.upstreams![name]! : {};
  const { mark, isWhole } = markAt(marks, ["upstreams", name]);
  // Flags are above the file, and speak of this group alone.
  const single = name === "default" ? config : {
    upstreams: read(SETTINGS.upstreams, group.servers),
    strategy: read(SETTINGS.strategy, group.strategy),
    upstreamSockets: group.sockets === undefined
      ? config.upstreamSockets
      : read(SETTINGS.upstreamSockets, group.sockets),
    asksWithCookies: read(SETTINGS.asksWithCookies, group.cookies),
    randomizesCase: read(SETTINGS.randomizesCase, group["case-randomization"]),
  };
  return {
    name,
    servers: single.upstreams.map((server) => withBootstrap(server, config.bootstrap)),
    strategy: single.strategy,
    fallback: group.fallback ?? null,
    timeoutMs: group.timeout === undefined ? config.timeoutMs : read(SETTINGS.timeoutMs, group.timeout),
    sockets: single.upstreamSockets,
    sources: group.source ?? [],
    failoverOn: group["failover-on"] ?? DEFAULT_FAILOVER_ON,
    trustsAd: group["trust-ad"] ?? true,
    asksWithCookies: single.asksWithCookies,
    randomizesCase: single.randomizesCase,
    place: isWhole ? placeOf(mark) : null,
  };
}

/** A setting as its reader has it; the texts have been read once already, by the schema. */
function read<T>({ path, reader, default: value }: Setting<T>, texts: Texts | undefined): T {
  return texts === undefined ? value : reader.read(texts.map((text) => ({ path, text, where: path })));
}
