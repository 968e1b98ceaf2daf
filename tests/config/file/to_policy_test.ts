// What a file says beyond single settings, as the program has it.

import { assertEquals } from "@std/assert";
import { loadConfig } from "../../../lib/config/load_config.ts";
import { NO_FILTER, UNFILTERED } from "../../../lib/config/policy.ts";
import { DEFAULTS } from "../../../lib/config/settings.ts";
import { endpointText } from "../../../lib/upstream/endpoint.ts";
import { DEFAULT_FAILOVER_ON } from "../../../lib/upstream/group/answer_rule.ts";
import { RCODE, TYPE } from "../../../lib/wire/iana.ts";
import { configIo } from "../../support/config_io.ts";

const TEXT = `[server]
timeout = "900ms"
listen = ["192.0.2.53", { address = "[2001:db8::53]:5353", clients = "guests" }]
[upstreams.default]
servers = ["203.0.113.1"]
cookies = false
sockets = 64
[upstreams.second]
servers = ["tcp://203.0.113.2:5353"]
strategy = "fastest"
fallback = "default"
timeout = "1s"
source = "192.0.2.9"
failover-on = ["notimp"]
trust-ad = false
case-randomization = false
[[route]]
domains = ["Corp.Example.", "=www.example", "bücher.example"]
types = ["a", "TYPE65280", "A"]
clients = ["guests"]
to = "second"
[[route]]
domains = ["lab.example"]
to = ["203.0.113.3", "203.0.113.4"]
[[route]]
domains = ["lab.example"]
types = ["TXT"]
to = ["203.0.113.5"]
[clients.guests]
addresses = ["198.51.100.0/24", "::ffff:192.0.2.7"]
macs = ["AA-bb-cc-dd-ee-ff"]
names = ["Tablet-*"]
upstream = "second"
drop-types = ["AAAA"]
ids = ["Laptop"]
[clients.guests.local]
nas = "192.0.2.11"
[local]
domain = "Home.Arpa"
single-label = "forward"
hosts-files = ["hosts"]
leases = [{ file = "/leases", format = "kea", domain = "lan." }]
records = ["a.example. TXT x"]
ptr = false
ttl = "1m"
[local.addresses]
nas = ["192.0.2.10", "2001:DB8::10"]
"*.apps" = "nas"
[[rewrite]]
domains = ["old.example"]
to = "new.example."
flatten = true
`;

/** A line of the file. */
function at(line: number) {
  return { file: "/d/a.toml", line };
}

Deno.test("loadConfig() makes a policy of a file", async () => {
  const { config } = await loadConfig({ file: "/d/a.toml", given: [] }, configIo({ "/d/a.toml": TEXT }));
  const { upstreamGroups, ...others } = config.policy!;
  const usual = {
    strategy: "sequential",
    fallback: null,
    timeoutMs: 900,
    sockets: 64,
    sources: [],
    failoverOn: DEFAULT_FAILOVER_ON,
    trustsAd: true,
    asksWithCookies: true,
    randomizesCase: true,
  };
  assertEquals<unknown>(
    upstreamGroups.map(({ servers, ...group }) => ({ ...group, servers: servers.map(endpointText) })),
    [
      { ...usual, name: "default", servers: ["203.0.113.1:53"], asksWithCookies: false, place: at(4) },
      {
        ...usual,
        name: "second",
        servers: ["tcp://203.0.113.2:5353"],
        strategy: "fastest",
        fallback: "default",
        timeoutMs: 1000,
        sources: ["192.0.2.9"],
        failoverOn: [RCODE.NOTIMP],
        trustsAd: false,
        randomizesCase: false,
        place: at(8),
      },
      { ...usual, name: "route for lab.example", servers: ["203.0.113.3:53", "203.0.113.4:53"], place: at(22) },
      { ...usual, name: "route for lab.example, line 25 of /d/a.toml", servers: ["203.0.113.5:53"], place: at(25) },
    ],
  );
  const lab = [{ name: "lab.example", isExact: false }];
  const plain = { list: null, clients: null, allowsPrivateAnswers: true };
  assertEquals(others, {
    routes: [
      {
        domains: [
          { name: "corp.example", isExact: false },
          { name: "www.example", isExact: true },
          { name: "xn--bcher-kva.example", isExact: false },
        ],
        list: null,
        types: [TYPE.A, 65280],
        clients: ["guests"],
        to: "second",
        allowsPrivateAnswers: true,
        place: at(17),
      },
      { ...plain, domains: lab, types: null, to: "route for lab.example", place: at(22) },
      {
        ...plain,
        domains: lab,
        types: [TYPE.TXT],
        to: "route for lab.example, line 25 of /d/a.toml",
        place: at(25),
      },
    ],
    clientGroups: [{
      name: "guests",
      addresses: ["198.51.100.0/24", "192.0.2.7/32"],
      macs: ["aa:bb:cc:dd:ee:ff"],
      ids: ["laptop"],
      names: ["tablet-*"],
      listeners: ["[2001:db8::53]:5353"],
      upstream: "second",
      ...UNFILTERED,
      dropTypes: [TYPE.AAAA],
      local: [{ name: "nas", addresses: ["192.0.2.11"], alias: null, place: at(37) }],
      place: at(29),
    }],
    local: {
      domain: "home.arpa",
      singleLabel: "forward",
      hostsFiles: ["/d/hosts"],
      leases: [{ file: "/leases", format: "kea", domain: "lan" }],
      addresses: [
        { name: "nas", addresses: ["192.0.2.10", "2001:db8::10"], alias: null, place: at(47) },
        { name: "*.apps", addresses: [], alias: "nas", place: at(48) },
      ],
      records: [{ text: "a.example. TXT x", place: at(43) }],
      makesPointers: false,
      ttlSeconds: 60,
    },
    rewrites: [{
      domains: [{ name: "old.example", isExact: false }],
      to: "new.example",
      isFlat: true,
      clients: null,
      place: at(49),
    }],
    ...NO_FILTER,
  });
  assertEquals(JSON.parse(JSON.stringify(config)), config);
  assertEquals([config.upstreamSockets, config.asksWithCookies, config.allow], [64, false, DEFAULTS.allow]);
});

Deno.test("a rewrite may lead below its own domain, and there and back for different clients", async () => {
  const text = `[upstreams.default]
servers = ["203.0.113.1"]
[clients.kids]
addresses = ["192.0.2.0/24"]
[clients.guests]
addresses = ["198.51.100.0/24"]
[[rewrite]]
domains = ["video.example"]
to = "safe.video.example"
[[rewrite]]
domains = ["a.example"]
to = "b.example"
clients = ["kids"]
[[rewrite]]
domains = ["b.example"]
to = "a.example"
clients = ["guests"]
`;
  const { config } = await loadConfig({ file: "/d/a.toml", given: [] }, configIo({ "/d/a.toml": text }));
  assertEquals(config.policy!.rewrites.map(({ to }) => to), ["safe.video.example", "b.example", "a.example"]);
});
