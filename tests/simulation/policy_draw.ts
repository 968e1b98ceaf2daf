import type { FullConfig } from "../../lib/config/config.ts";
import {
  type ClientGroupConfig,
  NO_FILTER,
  type Policy,
  type RouteConfig,
  UNFILTERED,
  type UpstreamGroupConfig,
} from "../../lib/config/policy.ts";
import type { Endpoint } from "../../lib/upstream/endpoint.ts";
import { DEFAULT_FAILOVER_ON } from "../../lib/upstream/group/answer_rule.ts";
import { STRATEGIES } from "../../lib/upstream/group/strategy.ts";
import { TYPE } from "../../lib/wire/iana.ts";
import type { SeededRandom } from "../support/seeded_random.ts";

/** Domains that names which are asked lie in, or are. */
const DOMAINS = ["org", "example.org", "Example.COM", "www0.example.org", "mail1.example.com", "in-addr.arpa"];
/** Networks, the longest first, and which of the clients they hold. */
export const NETWORKS = [
  { text: "2001:db8:c::7/128", holds: ["2001:db8:c::7"] },
  { text: "198.51.100.7/32", holds: ["198.51.100.7"] },
  { text: "198.51.100.8/31", holds: ["198.51.100.8"] },
  { text: "2001:db8::/32", holds: ["2001:db8:c::7", "2001:db8:c::8"] },
];
/** As the other lives draw them. */
const NETWORK_TEXTS = ["198.51.100.7/32", "198.51.100.8/31", "2001:db8:c::7/128", "2001:db8::/32"];
const PLACE = { file: "/etc/dns-forwarder/config.toml", line: 1 };

/**
 * Groups of these upstreams, and who is asked for what and for whom. All know the same zone: whoever is asked, the answer is one
 * that the checker knows.
 *
 * @param countMin How many a group has at least.
 */
export function drawPolicy(
  random: SeededRandom,
  { config, countMin, upstreams }: { config: FullConfig; countMin: number; upstreams: readonly Endpoint[] },
): Policy {
  const some = () => random.shuffled(upstreams).slice(0, random.between(countMin, upstreams.length));
  const names = ["default", "ad", "vpn", "isp"].slice(0, random.between(1, 4));
  const upstreamGroups = names.map((name): UpstreamGroupConfig => ({
    name,
    servers: name === "default" ? config.upstreams : some(),
    strategy: random.pick(STRATEGIES),
    fallback: null,
    timeoutMs: config.timeoutMs,
    sockets: config.upstreamSockets,
    sources: [],
    failoverOn: DEFAULT_FAILOVER_ON,
    trustsAd: true,
    asksWithCookies: config.asksWithCookies,
    randomizesCase: config.randomizesCase,
    place: PLACE,
  }));
  const clientGroups = random.shuffled(NETWORK_TEXTS).slice(0, random.between(0, 3)).map((
    network,
    i,
  ): ClientGroupConfig => ({
    name: `group${i}`,
    addresses: [network],
    macs: [],
    ids: [],
    names: [],
    listeners: [],
    upstream: random.chance(0.5) ? random.pick(names) : null,
    ...UNFILTERED,
    dropTypes: [],
    local: [],
    place: PLACE,
  }));
  return {
    upstreamGroups,
    routes: drawRoutes(random, names, clientGroups.map(({ name }) => name)),
    clientGroups,
    local: {
      domain: null,
      singleLabel: "forward",
      hostsFiles: [],
      leases: [],
      addresses: [],
      records: [],
      makesPointers: true,
      ttlSeconds: 60,
    },
    rewrites: [],
    ...NO_FILTER,
  };
}

/** No two of them hold for the same under the same conditions. */
function drawRoutes(random: SeededRandom, to: readonly string[], clients: readonly string[]): RouteConfig[] {
  return random.shuffled(DOMAINS).slice(0, random.between(0, DOMAINS.length)).map((name, line) => ({
    domains: [{ name, isExact: random.chance(0.2) }],
    list: null,
    types: random.chance(0.3) ? [random.pick([TYPE.A, TYPE.AAAA, TYPE.MX, TYPE.TXT])] : null,
    clients: clients.length > 0 && random.chance(0.3) ? [random.pick(clients)] : null,
    to: random.pick(to),
    allowsPrivateAnswers: false,
    place: { ...PLACE, line },
  }));
}
