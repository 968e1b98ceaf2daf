import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { FullConfig } from "../../lib/config/config.ts";
import { NO_FILTER, type Policy, UNFILTERED, type UpstreamGroupConfig } from "../../lib/config/policy.ts";
import { DEFAULTS, FIELDS, SETTINGS } from "../../lib/config/settings.ts";
import { changesBetween } from "../../lib/reload/changes/changes.ts";
import { isSame } from "../../lib/reload/changes/difference.ts";
import { endpointAt } from "../../lib/upstream/endpoint.ts";
import { listOf } from "../support/policies.ts";
import { udp } from "../support/fake_socket.ts";
import { plainListen } from "../../lib/server/listen/listen.ts";

const PLACE = { file: "/etc/dns-forwarder/config.toml", line: 1 };

function group(name: string, ...hosts: readonly string[]): UpstreamGroupConfig {
  return {
    name,
    servers: hosts.map((host) => endpointAt(udp(host, 53))),
    strategy: "sequential",
    fallback: null,
    timeoutMs: 2000,
    sockets: 32,
    sources: [],
    failoverOn: [],
    trustsAd: true,
    asksWithCookies: true,
    randomizesCase: true,
    place: PLACE,
  };
}

const POLICY: Policy = {
  upstreamGroups: [group("default", "192.0.2.1"), group("ad", "10.0.0.11")],
  routes: [{
    domains: [{ name: "corp.example", isExact: false }],
    list: null,
    types: null,
    clients: null,
    to: "ad",
    allowsPrivateAnswers: false,
    place: PLACE,
  }],
  clientGroups: [{
    name: "kids",
    addresses: ["192.168.1.0/24"],
    macs: [],
    ids: [],
    names: [],
    listeners: [],
    upstream: null,
    ...UNFILTERED,
    dropTypes: [],
    local: [],
    place: PLACE,
  }],
  local: {
    domain: "home.arpa",
    singleLabel: "local",
    hostsFiles: [],
    leases: [],
    addresses: [{ name: "nas", addresses: ["192.168.1.10"], alias: null, place: PLACE }],
    records: [],
    makesPointers: true,
    ttlSeconds: 300,
  },
  rewrites: [],
  ...NO_FILTER,
};

function withPolicy(fields: Partial<Policy>): FullConfig {
  return { ...DEFAULTS, policy: { ...POLICY, ...fields } };
}

for (
  const [what, from, to, followed] of [
    ["a number", { timeoutMs: 2000 }, { timeoutMs: 3000 }, ["server.timeout: 2000 → 3000"]],
    ["a switch", { servesStale: true }, { servesStale: false }, ["cache.stale: on → off"]],
    ["a text that there is none of", { serverId: "a" }, { serverId: null }, ["server.server-id: a → none"]],
    [
      "a list",
      { allow: ["10.0.0.0/8", "192.168.0.0/16"] },
      { allow: ["10.0.0.0/8", "172.16.0.0/12"] },
      ["access.allow: 172.16.0.0/12 added, 192.168.0.0/16 removed"],
    ],
    [
      "addresses",
      { listen: [plainListen(udp("192.0.2.1", 53))] },
      { listen: [udp("192.0.2.1", 53), udp("::1", 53)].map(plainListen) },
      ["server.listen: [::1]:53 added"],
    ],
    [
      "an order",
      { upstreams: [endpointAt(udp("192.0.2.1", 53)), endpointAt(udp("192.0.2.2", 53))] },
      { upstreams: [endpointAt(udp("192.0.2.2", 53)), endpointAt(udp("192.0.2.1", 53))] },
      ["upstreams.default.servers: in another order"],
    ],
    [
      "the addresses of made-up answers",
      {},
      { answer: { ipv4: "192.0.2.9", ipv6: "::9" } },
      ["answer: 127.0.0.1 → 192.0.2.9 ::9"],
    ],
  ] as const satisfies readonly (readonly [string, Partial<FullConfig>, Partial<FullConfig>, readonly string[]])[]
) {
  Deno.test(`changesBetween() says what is different in ${what}`, () => {
    const changes = changesBetween({ ...DEFAULTS, ...from }, { ...DEFAULTS, ...to });
    assertEquals(changes.followed, followed);
    assertEquals([changes.needsRestart, changes.isNone], [[], false]);
  });
}

for (
  const [what, fields, followed] of [
    [
      "a server of a group",
      { upstreamGroups: [group("default", "192.0.2.1"), group("ad", "10.0.0.11", "10.0.0.12")] },
      ["upstreams.ad.servers: 10.0.0.12:53 added"],
    ],
    [
      "a group that comes and one that goes",
      { upstreamGroups: [group("default", "192.0.2.1"), group("vpn", "10.0.0.11")] },
      ["upstreams.vpn: added", "upstreams.ad: removed"],
    ],
    ["where a route leads", { routes: [{ ...POLICY.routes[0]!, to: "default" }] }, [
      "route corp.example.to: ad → default",
    ]],
    ["whom a route is for", { routes: [{ ...POLICY.routes[0]!, clients: ["kids"] }] }, [
      "route corp.example for kids: added",
      "route corp.example: removed",
    ]],
    ["who is in a client group", { clientGroups: [{ ...POLICY.clientGroups[0]!, names: ["tablet-*"] }] }, [
      "clients.kids.names: tablet-* added",
    ]],
    [
      "local names",
      { local: { ...POLICY.local, addresses: [], ttlSeconds: 60 } },
      ["local.addresses: nas 192.168.1.10 removed", "local.ttl: 300 → 60"],
    ],
    [
      "a rewrite",
      {
        rewrites: [{
          domains: [{ name: "www.example", isExact: true }],
          to: "b.example",
          isFlat: false,
          clients: null,
          place: PLACE,
        }],
      },
      ["rewrite =www.example: added"],
    ],
  ] as const satisfies readonly (readonly [string, Partial<Policy>, readonly string[]])[]
) {
  Deno.test(`changesBetween() says what is different in ${what}`, () => {
    assertEquals(changesBetween(withPolicy({}), withPolicy(fields)).followed, followed);
  });
}

Deno.test("changesBetween() says what is different in lists, schedules and what a group blocks, and no secret", () => {
  const list = listOf("ads", { sources: [{ file: "/ads.txt" }], token: { file: "/token", text: "secret" } });
  const url = "https://lists.example/ads.txt?key=secret#secret";
  const window = { days: [1, 5], fromMinute: 480, toMinute: 725, timeZone: null };
  const schedule = { name: "work", windows: [window], place: PLACE };
  const rule = { lists: ["ads", "more"], schedule: "work", except: ["needed"], place: PLACE };
  const kids = POLICY.clientGroups[0]!;
  const from = withPolicy({ lists: [list], schedules: [schedule] });
  const to = withPolicy({
    lists: [{
      ...list,
      sources: [{ url }],
      maxSizeOctets: 1,
      maxErrorsShare: 0.5,
      isImportant: true,
      token: { file: "/other", text: "secret" },
    }],
    schedules: [{ ...schedule, windows: [{ ...window, timeZone: "Europe/Paris" }] }],
    clientGroups: [{ ...kids, block: [rule, { ...rule, lists: "*", schedule: null, except: [] }] }],
    block: { ...NO_FILTER.block, answer: ["192.0.2.80"], explain: "code" },
    answers: { ...NO_FILTER.answers, dropTypes: [28] },
  });
  assertEquals(changesBetween(from, to).followed, [
    "clients.kids.block: ads+more (work) except needed, * added",
    "lists.ads.max-size: 268435456 → 1",
    "lists.ads.max-errors: 0.05 → 0.5",
    "lists.ads.sources: https://lists.example/ads.txt added, /ads.txt removed",
    "lists.ads.important: off → on",
    "lists.ads.token: /token → /other",
    "schedules.work.windows: mon+fri 8:00-12:05 Europe/Paris added, mon+fri 8:00-12:05 removed",
    "block.answer: zero → 192.0.2.80",
    "block.explain: list → code",
    "answers.drop-types: 28 added",
  ]);
});

Deno.test("changesBetween() tells of the upstreams once, though both the settings and a group say them", () => {
  const upstreams = [endpointAt(udp("192.0.2.1", 53))];
  const more = [...upstreams, endpointAt(udp("192.0.2.2", 53))];
  const from = { ...withPolicy({}), upstreams };
  const to = { ...withPolicy({ upstreamGroups: [group("default", "192.0.2.1", "192.0.2.2")] }), upstreams: more };
  const groups = changesBetween(from, {
    ...to,
    policy: { ...to.policy!, upstreamGroups: [...to.policy!.upstreamGroups] },
  });
  assertEquals(groups.followed, ["upstreams.default.servers: 192.0.2.2:53 added", "upstreams.ad: removed"]);
});

Deno.test("changesBetween() tells of a timeout once, though each group that has none of its own says it", () => {
  const from = withPolicy({});
  const groups = POLICY.upstreamGroups.map((one) => ({ ...one, timeoutMs: 500 }));
  const own = { ...groups[1]!, timeoutMs: 700 };
  const to = { ...withPolicy({ upstreamGroups: [groups[0]!, own] }), timeoutMs: 500 };
  assertEquals(changesBetween(from, to).followed, [
    "server.timeout: 2000 → 500",
    "upstreams.ad.timeout: 2000 → 700",
  ]);
});

Deno.test("changesBetween() counts what is too much to be told", () => {
  const domains = Array.from({ length: 10_000 }, (_, i) => ({ name: `d${i}.example`, isExact: false }));
  const from = withPolicy({});
  const to = withPolicy({ local: { ...POLICY.local, hostsFiles: domains.map(({ name }) => name) } });
  assertEquals(changesBetween(from, to).followed[0]!.slice(-30), "d7.example and 9992 more added");
});

Deno.test("changesBetween() takes nothing for a difference that has but moved to another line, and yet follows it", () => {
  const moved = { ...POLICY.routes[0]!, place: { ...PLACE, line: 2 } };
  const changes = changesBetween(withPolicy({}), withPolicy({ routes: [moved] }));
  assertEquals([changes.followed, changes.isNone], [[], false]);
  assertEquals(changes.config.policy!.routes[0]!.place.line, 2);
});

Deno.test("changesBetween() leaves what needs a restart as it is, and says so", () => {
  const to: FullConfig = { ...DEFAULTS, workers: 4, timeoutMs: 500, cacheSizeMib: 128 };
  const changes = changesBetween(DEFAULTS, to);
  assertEquals(changes.followed, ["server.timeout: 2000 → 500"]);
  assertEquals(changes.needsRestart, ["cache.size: 64 → 128", "server.workers: 1 → 4"]);
  assertEquals(changes.config, { ...DEFAULTS, timeoutMs: 500 });
  const again = changesBetween(changes.config, to);
  assertEquals([again.isNone, again.needsRestart], [true, changes.needsRestart]);
});

Deno.test("changesBetween() knows every setting: what differs is followed, or needs a restart", () => {
  for (const field of FIELDS) {
    const other = { ...DEFAULTS, [field]: "another value" } as unknown as FullConfig;
    const { followed, needsRestart } = changesBetween(DEFAULTS, other);
    const { path, isReloadable } = SETTINGS[field];
    assertEquals((isReloadable ? followed : needsRestart).map((text) => text.split(":")[0]), [path]);
  }
});

Deno.test("isSame() says of plain data what their JSON says, whatever the order of keys", () => {
  const value = fc.jsonValue();
  const sorted = (key: string, one: unknown): unknown =>
    typeof one === "object" && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => a < b ? -1 : 1))
      : key === "" && one === undefined
      ? null
      : one;
  fc.assert(fc.property(value, value, (a, b) => {
    assertEquals(isSame(a, b), JSON.stringify(a, sorted) === JSON.stringify(b, sorted));
    assertEquals(isSame(a, JSON.parse(JSON.stringify(a))), true);
  }));
  assertEquals([isSame({ a: undefined }, {}), isSame({}, { a: undefined }), isSame({}, [])], [true, true, false]);
  assertEquals([isSame([1, 2], [1]), isSame([1], [1, 2]), isSame({ a: 1 }, { b: 1 })], [false, false, false]);
});
