import type { LocalAddresses, LocalConfig, Policy } from "../../../lib/config/policy.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";
import { type FilePlan, NAMED_ADDRESSES } from "./file_draw.ts";
import { inDomain, reverseNameOf } from "./known_source.ts";

/** Names of one label. */
export const SINGLE_LABELS = ["nas", "www0", "www1", "printer", "laptop", "alecs-iphone", "wpad", "unknown", "apps"];
/** Domains below which DNAME records lead elsewhere, or which have other records than addresses. */
const OWNERS = ["www0.example.org", "mail1.example.com", "example.org", "old.example.net", "a1.example.org"];
const LONG_LABEL = "l".repeat(60);
/** Where they lead. The last one is too long for some names. */
const TARGETS = ["example.com", "new.example.net", `${LONG_LABEL}.${LONG_LABEL}.example.org`];
/** A name that is asked for below each of the owners. */
export const LONG_NAME = `${LONG_LABEL}.${LONG_LABEL}`;
const PLACE = { file: "/etc/dns-forwarder/config.toml", line: 2 };

/** The policy with more of what a home knows: names of one label, records of more types, files. */
export function withHome(policy: Policy, random: SeededRandom, files: FilePlan): Policy {
  const { local } = policy;
  const domain = local.domain ?? (random.chance(0.4) ? random.pick(["example.org", "home.arpa"]) : null);
  const hasFiles = random.chance(0.7);
  const addresses = withoutConflicts([...local.addresses, ...drawSingles(random)], domain);
  const aliases = new Set(addresses.filter(({ alias }) => alias !== null).map(({ name }) => inDomain(name, domain)));
  return {
    ...policy,
    clientGroups: policy.clientGroups.map((group) => {
      const own = random.chance(0.3) ? [...group.local, ...drawSingles(random).slice(0, 2)] : group.local;
      return { ...group, local: withoutConflicts(own, domain) };
    }),
    local: {
      ...local,
      domain,
      singleLabel: random.pick(["local", "forward"]),
      makesPointers: random.chance(0.8),
      addresses,
      records: [...local.records, ...drawRecords(random)].filter(({ text }) => !aliases.has(ownerOf(text))),
      hostsFiles: hasFiles ? files.hostsFiles : [],
      leases: hasFiles ? files.leases : [],
    },
  };
}

function drawSingles(random: SeededRandom): LocalAddresses[] {
  return random.shuffled([...SINGLE_LABELS, "*.apps", "nas.home.arpa", "x.y.example.org"]).slice(
    0,
    random.between(0, 4),
  )
    .map((name) => {
      const alias = random.chance(0.3) ? random.pick(["www1", "mail1.example.org", "nas", "www2.example.com"]) : null;
      const addresses = random.shuffled(NAMED_ADDRESSES).slice(0, random.between(1, 3));
      return { name, addresses: alias === null ? addresses : [], alias: alias === name ? "www2" : alias, place: PLACE };
    });
}

/** Each name once: of two that stand for the same, the first. */
function withoutConflicts(addresses: readonly LocalAddresses[], domain: string | null): LocalAddresses[] {
  const owners = new Set<string>();
  return addresses.filter(({ name }) => {
    const owner = inDomain(name, domain);
    return !owners.has(owner) && owners.add(owner);
  });
}

function drawRecords(random: SeededRandom): LocalConfig["records"] {
  const reverse = reverseNameOf(random.pick(NAMED_ADDRESSES));
  const owner = () => random.pick(OWNERS);
  // As long as what is stale: see `withWords`.
  const texts = [
    `${owner()}. 30 IN DNAME ${random.pick(TARGETS)}.`,
    `${owner()}. 77 IN DS 12345 13 2 ${"ab".repeat(32)}`,
    `${owner()}. 77 IN SOA ns.example.org. hostmaster.example.org. ${random.below(9)} 3600 600 86400 60`,
    `${reverse}. 77 IN PTR written.example.org.`,
    `nas. 77 IN TXT "of the root"`,
    `_http._tcp.example.org. 77 IN SRV 0 0 80 nas.example.org.`,
  ];
  return random.shuffled(texts).slice(0, random.between(0, 3)).map((text) => ({ text, place: PLACE }));
}

/** The name that a record in text belongs to, without a dot at its end. */
export function ownerOf(text: string): string {
  return text.slice(0, text.indexOf(" ")).replace(/\.$/, "");
}
