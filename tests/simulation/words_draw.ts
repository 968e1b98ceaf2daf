import type { DomainPattern } from "../../lib/config/domain_pattern.ts";
import type { LocalAddresses, LocalConfig, Policy, RewriteConfig } from "../../lib/config/policy.ts";
import { TYPE } from "../../lib/wire/iana.ts";
import type { SeededRandom } from "../support/seeded_random.ts";

const HOSTS = ["www0", "www1", "www2", "mail0", "mail1", "mail2", "a0", "a1", "a2"];
/** Names that are asked, many of them. */
export const NAMES = ["example.org", "example.com"].flatMap((
  zone,
) => [zone, ...HOSTS.map((host) => `${host}.${zone}`)]);
const WILDCARDS = ["*.example.com", "*.example.org", "*.www0.example.com"];
const DROPPED = [TYPE.A, TYPE.AAAA, TYPE.HTTPS, TYPE.TXT, TYPE.CNAME];
const PLACE = { file: "/etc/dns-forwarder/config.toml", line: 1 };
/** As of what is stale (RFC 8767 §4): an alias in front of that has no other. */
const TTL_SECONDS = 30;

/** The policy with words of its own about names: what is known here, what is asked for instead, what is not given to whom. */
export function withWords(policy: Policy, random: SeededRandom): Policy {
  const clients = policy.clientGroups.map(({ name }) => name);
  const groupNames = policy.upstreamGroups.map(({ name }) => name);
  return {
    ...policy,
    // Only later ones: there are no circles.
    upstreamGroups: policy.upstreamGroups.map((group, i) => {
      const later = groupNames.slice(i + 1);
      return { ...group, fallback: later.length > 0 && random.chance(0.5) ? random.pick(later) : null };
    }),
    clientGroups: policy.clientGroups.map((group) => ({
      ...group,
      dropTypes: random.chance(0.5) ? random.shuffled(DROPPED).slice(0, random.between(1, 2)) : [],
      local: random.chance(0.4) ? drawAddresses(random, random.between(1, 3)) : [],
    })),
    local: { ...policy.local, ...drawLocal(random), ttlSeconds: TTL_SECONDS },
    rewrites: random.chance(0.6) ? drawRewrites(random, clients) : [],
  };
}

function drawLocal(random: SeededRandom): Partial<LocalConfig> {
  const addresses = random.chance(0.7) ? drawAddresses(random, random.between(2, 8)) : [];
  return {
    domain: random.chance(0.3) ? random.pick(["example.com", "example.org"]) : null,
    addresses,
    records: random.chance(0.4) ? drawRecords(random, addresses) : [],
  };
}

function drawAddresses(random: SeededRandom, count: number): LocalAddresses[] {
  const names = random.shuffled([...NAMES, ...WILDCARDS]).slice(0, count);
  return names.map((name) => {
    const alias = random.chance(0.35) ? random.pick(NAMES.filter((other) => other !== name)) : null;
    const ipv4 = Array.from(
      { length: random.between(1, 3) },
      (_, i) => `198.51.100.${100 + 10 * i + random.below(10)}`,
    );
    const ipv6 = random.chance(0.5) ? [`2001:db8:f::${random.between(1, 9)}`] : [];
    return { name, addresses: alias === null ? [...ipv4, ...ipv6] : [], alias, place: PLACE };
  });
}

/** Of names without an alias: that has nothing beside it. */
function drawRecords(random: SeededRandom, addresses: readonly LocalAddresses[]): LocalConfig["records"] {
  const free = NAMES.filter((name) => !addresses.some((one) => one.name === name && one.alias !== null));
  return random.shuffled(free).slice(0, random.between(1, 3)).map((name) => {
    const text = random.pick([`TXT "v${random.below(9)}"`, `MX ${random.below(9)} mail1.example.org.`]);
    return { text: `${name}. 77 IN ${text}`, place: PLACE };
  });
}

/** No two of them hold for the same domain. */
function drawRewrites(random: SeededRandom, clients: readonly string[]): RewriteConfig[] {
  return random.shuffled(NAMES).slice(0, random.between(1, 6)).map((name, line) => {
    const domain: DomainPattern = { name, isExact: random.chance(0.5) };
    return {
      domains: [domain],
      to: random.pick(NAMES.filter((other) => other !== name)),
      isFlat: random.chance(0.5),
      clients: clients.length > 0 && random.chance(0.3) ? [random.pick(clients)] : null,
      place: { ...PLACE, line },
    };
  });
}
