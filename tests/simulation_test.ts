import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import type { AnswersConfig, Dns64Config, ListConfig } from "../lib/config/lists.ts";
import type { ClientGroupConfig, LocalConfig, Policy } from "../lib/config/policy.ts";
import { Counters } from "../lib/observe/counters.ts";
import { TYPE } from "../lib/wire/iana.ts";
import { putUint16 } from "../lib/wire/octets.ts";
import { SERVER_FATES } from "./simulation/lists/list_server.ts";
import { liveBothWays } from "./simulation/both_ways.ts";
import { drawPlan, type Plan } from "./simulation/plan.ts";
import { simulate, type SimulationOptions } from "./simulation/simulation.ts";
import { STREAM_MANNERS } from "./simulation/stream_client.ts";
import { DATAGRAM_KINDS } from "./simulation/traffic.ts";
import { TLS_FATES } from "./simulation/secure_plan.ts";
import { HTTP_FATES } from "./simulation/unruly_http.ts";
import { QUIC_FATES } from "./simulation/unruly_quic.ts";
import { CONNECTION_FATES } from "./simulation/unruly_streams.ts";
import { BEHAVIOURS } from "./simulation/unruly_upstream.ts";
import type { Zone } from "./support/scripted_upstream.ts";
import { signRecords } from "./support/sign_records.ts";
import type { Passage } from "./support/world_network.ts";

/** `deno task simulate` runs as many as one likes. */
const SEED_COUNT = 500;

/**
 * Counters of what never happens there: a program that is wrong, an operating system that tells what it drops. These lives
 * are short, too: what answers that grow old lead to is for the cache's own simulation. Its clients speak no QUIC, and are too few
 * to fill the room that there is for connections.
 */
const UNMET: readonly string[] = [
  "broken",
  "dropped",
  "prefetches",
  "cacheRefreshes",
  "quicFaults",
  "httpRefused",
  "connectionsGivenUp",
];

const met = new Map<string, number>();

Deno.test(`simulation: ${SEED_COUNT} seeds`, async () => {
  for (let seed = 1; seed <= SEED_COUNT; seed++) {
    const { faults, counts } = await simulate(seed);
    const replay = `Replay it: deno task simulate --seeds 1 --from ${seed}`;
    assertEquals(faults, [], `Seed ${seed} failed:\n${faults.join("\n")}\n${replay}\n`);
    for (const [name, count] of counts) met.set(name, (met.get(name) ?? 0) + count);
  }
});

/** Lives that are the same with the usual way upstream and without. */
const BOTH_WAYS_SEED = 7_810_000;
const BOTH_WAYS_COUNT = 60;

Deno.test(`simulation: ${BOTH_WAYS_COUNT} seeds come to the same, octet for octet, with the usual way and without`, async () => {
  for (let seed = BOTH_WAYS_SEED; seed < BOTH_WAYS_SEED + BOTH_WAYS_COUNT; seed++) {
    const { faults } = await liveBothWays(seed);
    assertEquals(faults, [], `Replay it: deno task simulate --both-ways --seeds 1 --from ${seed}`);
  }
});

/** Lives in which most upstreams are asked over QUIC begin here. */
const QUIC_SEED = 7_200_000;
const QUIC_SEED_COUNT = 60;

Deno.test(`simulation: ${QUIC_SEED_COUNT} seeds with upstreams over QUIC`, async () => {
  const found = new Map<string, number>();
  for (let seed = QUIC_SEED; seed < QUIC_SEED + QUIC_SEED_COUNT; seed++) {
    const { faults, counts } = await simulate(seed);
    assertEquals(faults, [], `Replay it: deno task simulate --seeds 1 --from ${seed}`);
    for (const [name, count] of counts) found.set(name, (found.get(name) ?? 0) + count);
  }
  assertEquals(QUIC_FATES.filter((fate) => !found.has(`upstream ${fate}`)), []);
});

/** Seeds that have found something wrong in the program. */
const FOUND: readonly [seed: number, what: string][] = [
  [20730, "a query for several types that waited for the exchange of a later query, beyond its own deadline"],
  [6000171, "a question that was asked again when it had its answer, and one whose answer was on its way over TCP"],
  [6402806, "a truncated BADCOOKIE that had broken off before its OPT record, and was taken for YXRRSET"],
  [7_300_159, "a reason that was left out because it was too long for its client"],
  [
    7_300_508,
    "queries that were left to silent connections: turned away on another one, and silent on two that had worked",
  ],
  [7_401_319, "a query that was left to two silent connections, of which one had been kept in reserve"],
  [7253, "a query for several types that asked for the others when its time was up"],
];

for (const [seed, what] of FOUND) {
  Deno.test(`simulation: seed ${seed}, which found ${what}`, async () => {
    assertEquals((await simulate(seed)).faults, []);
  });
}

Deno.test("simulation: those seeds meet every kind of datagram and misbehaviour, and move every counter", () => {
  const wanted = [
    "accepts failed",
    "datagrams swallowed",
    "lists swapped",
    ...SERVER_FATES.map((fate) => `list server ${fate}`),
    ...["explained", "flushed"].map((errand) => `operator ${errand}`),
    ...["applied", "unchanged", "rejected"].map((kind) => `reload ${kind}`),
    ...DATAGRAM_KINDS.map((kind) => `client ${kind}`),
    ...STREAM_MANNERS.map((manner) => `connection ${manner}`),
    ...[...BEHAVIOURS, ...CONNECTION_FATES, ...TLS_FATES, ...HTTP_FATES].map((behaviour) => `upstream ${behaviour}`),
    ...Object.keys(new Counters()).filter((name) => !UNMET.includes(name)).map((name) => `counter ${name}`),
  ];
  assertEquals(wanted.filter((name) => !met.has(name)), []);
});

Deno.test("simulation: a seed replays exactly", async () => {
  const first = await simulate(11, { isTraceKept: true });
  const second = await simulate(11, { isTraceKept: true });
  assert(first.traceLines.length > 100);
  assertEquals(second.traceLines, first.traceLines);
  assertEquals(second.traceHash, first.traceHash);
  assertEquals((await simulate(11)).traceHash, first.traceHash);
  assertNotEquals((await simulate(12)).traceHash, first.traceHash);
});

/** Changes the replies to clients, as the checker sees them. */
function corruptReplies(change: (octets: Uint8Array<ArrayBuffer>) => void): SimulationOptions {
  return {
    corruptPassage: (passage: Passage) => {
      if (passage.kind !== "sent" || passage.from.port !== 2053) return passage;
      const octets = passage.octets.slice();
      change(octets);
      return { ...passage, octets };
    },
  };
}

/** Makes the upstream say what the checker knows to be wrong. */
function corruptAnswers(change: (answer: ReturnType<Zone>) => Partial<ReturnType<Zone>>): SimulationOptions {
  return {
    corruptZone: (zone) => (question) => {
      const answer = zone(question);
      return { ...answer, ...change(answer) };
    },
  };
}

/** Lies, and how they are called. */
const LIES: readonly { readonly name: string; readonly options: SimulationOptions; readonly fault: string }[] = [
  {
    name: "another address in an A record",
    options: corruptAnswers(({ answers }) => ({
      answers: answers.map((one) => one.type === TYPE.A ? { ...one, rdata: Uint8Array.of(203, 0, 113, 66) } : one),
    })),
    fault: "has a record that nobody gave",
  },
  {
    name: "another TTL",
    options: corruptAnswers(({ answers }) => ({ answers: answers.map((one) => ({ ...one, ttl: 61 })) })),
    fault: "says what follows from no outcome",
  },
  {
    name: "a TTL that has risen",
    options: corruptAnswers(({ answers }) => ({ answers: answers.map((one) => ({ ...one, ttl: 86_401 })) })),
    fault: "has a TTL that has risen",
  },
  {
    name: "a missing record",
    options: corruptAnswers(({ answers }) => ({ answers: answers.slice(1) })),
    fault: "says what follows from no outcome",
  },
  {
    name: "signatures that were not asked for",
    options: corruptAnswers(({ answers }) => ({ answers: signRecords(answers) })),
    fault: "has a record that nobody gave: ",
  },
  {
    name: "another RCODE",
    options: corruptAnswers(({ rcode }) => ({ rcode: rcode === 3 ? 0 : rcode })),
    fault: "says what follows from no outcome",
  },
  {
    name: "AD that nobody gave",
    options: corruptAnswers(() => ({ isAuthenticData: true })),
    fault: "says what follows from no outcome",
  },
  {
    name: "another ID",
    options: corruptReplies((octets) => putUint16(octets, 0, 0xffff)),
    fault: "was asked by nobody",
  },
  { name: "QR=0", options: corruptReplies((octets) => octets[2]! &= 0x7f), fault: "has QR=0" },
  { name: "AA=1", options: corruptReplies((octets) => octets[2]! |= 0x04), fault: "has AA=1" },
  { name: "Z=1", options: corruptReplies((octets) => octets[3]! |= 0x40), fault: "has Z=1" },
  { name: "another RD", options: corruptReplies((octets) => octets[2]! ^= 0x01), fault: "does not echo opcode and RD" },
  { name: "another CD", options: corruptReplies((octets) => octets[3]! ^= 0x10), fault: "does not echo CD" },
  { name: "another RA", options: corruptReplies((octets) => octets[3]! ^= 0x80), fault: "wrong RA" },
  { name: "TC=1", options: corruptReplies((octets) => octets[2]! |= 0x02), fault: "says what follows from no outcome" },
  {
    name: "another spelling of the question",
    options: corruptReplies((octets) => octets[13]! ^= 0x20),
    fault: "has another question section",
  },
  {
    name: "no reply",
    options: {
      corruptPassage: (passage) => passage.from.port === 2053 ? { ...passage, kind: "lost" } : passage,
    },
    fault: "has no reply",
  },
  {
    name: "a reply to another client",
    options: {
      corruptPassage: (passage) => {
        return passage.from.port === 2053 ? { ...passage, to: { ...passage.to, port: 9 } } : passage;
      },
    },
    fault: "was asked by nobody",
  },
  {
    name: "a reply from another address",
    options: {
      corruptPassage: (passage) => {
        const { from } = passage;
        const hostname = from.hostname === "192.0.2.53" ? "192.0.2.54" : "192.0.2.53";
        return from.port === 2053 && !from.hostname.includes(":")
          ? { ...passage, from: { ...from, hostname } }
          : passage;
      },
    },
    fault: "comes from another address than was asked",
  },
];

for (const { name, options, fault } of LIES) {
  Deno.test(`simulation: the checker finds ${name}`, async () => {
    const faults: string[] = [];
    // Not every seed has a query that shows the lie, or two addresses.
    for (let seed = 1; seed <= 20 && !faults.some((text) => text.includes(fault)); seed++) {
      faults.push(...(await simulate(seed, options)).faults);
    }
    assertStringIncludes(faults.join("\n"), fault);
  });
}

/** Changes what is known here. */
function withLocal(change: (local: LocalConfig) => Partial<LocalConfig>): (policy: Policy) => Policy {
  return (policy) => ({ ...policy, local: { ...policy.local, ...change(policy.local) } });
}

/** Changes what is said of client groups. */
function withGroups(change: (group: ClientGroupConfig) => Partial<ClientGroupConfig>): (policy: Policy) => Policy {
  return (policy) => ({
    ...policy,
    clientGroups: policy.clientGroups.map((group) => ({ ...group, ...change(group) })),
  });
}

/** Changes what may be in answers. */
function withAnswers(change: (answers: AnswersConfig) => Partial<AnswersConfig>): (policy: Policy) => Policy {
  return (policy) => ({ ...policy, answers: { ...policy.answers, ...change(policy.answers) } });
}

/** Changes how IPv6 addresses are made. */
function withDns64(change: (dns64: Dns64Config) => Partial<Dns64Config>): (policy: Policy) => Policy {
  return (policy) => ({
    ...policy,
    dns64: policy.dns64 === null ? null : { ...policy.dns64, ...change(policy.dns64) },
  });
}

/** Changes what is said of lists. */
function withEachList(change: (list: ListConfig) => Partial<ListConfig>): (policy: Policy) => Policy {
  return (policy) => ({ ...policy, lists: policy.lists.map((list) => ({ ...list, ...change(list) })) });
}

/** Policies that are not in force, and how that shows. */
const OTHER_POLICIES: readonly { readonly name: string; readonly corruptPolicy: (policy: Policy) => Policy }[] = [
  {
    name: "what is known here",
    corruptPolicy: withLocal(() => ({ addresses: [], records: [] })),
  },
  {
    name: "the local domain",
    corruptPolicy: withLocal(() => ({ domain: null })),
  },
  {
    name: "names of one label",
    corruptPolicy: withLocal(({ singleLabel }) => ({ singleLabel: singleLabel === "local" ? "forward" : "local" })),
  },
  { name: "names of addresses", corruptPolicy: withLocal(({ makesPointers }) => ({ makesPointers: !makesPointers })) },
  { name: "hosts files", corruptPolicy: withLocal(() => ({ hostsFiles: [] })) },
  { name: "leases", corruptPolicy: withLocal(() => ({ leases: [] })) },
  {
    name: "the domain of leases",
    corruptPolicy: withLocal(({ leases }) => ({
      leases: leases.map((lease) => ({ ...lease, domain: "example.org" })),
    })),
  },
  ...["DNAME", "DS", "SOA", "PTR"].map((type) => ({
    name: `a ${type} record`,
    corruptPolicy: withLocal(({ records }) => ({
      records: records.filter(({ text }) => !text.includes(` IN ${type} `)),
    })),
  })),
  {
    name: "what a group alone sees",
    corruptPolicy: (policy) => ({
      ...policy,
      clientGroups: policy.clientGroups.map((group) => ({ ...group, local: [] })),
    }),
  },
  {
    name: "types that are not given",
    corruptPolicy: (policy) => ({
      ...policy,
      clientGroups: policy.clientGroups.map((group) => ({ ...group, dropTypes: [] })),
    }),
  },
  {
    name: "what is blocked",
    corruptPolicy: withGroups(() => ({ block: [] })),
  },
  { name: "what is allowed", corruptPolicy: withGroups(() => ({ allow: [] })) },
  {
    name: "when it is blocked",
    corruptPolicy: withGroups(({ block }) => ({ block: block.map((rule) => ({ ...rule, schedule: null })) })),
  },
  {
    name: "the time of a schedule",
    corruptPolicy: (policy) => ({
      ...policy,
      schedules: policy.schedules.map(({ windows, ...schedule }) => ({
        ...schedule,
        windows: windows.map((window) => ({ ...window, timeZone: "Pacific/Chatham" })),
      })),
    }),
  },
  { name: "what lists say in their own words", corruptPolicy: withEachList(() => ({ names: [] })) },
  {
    name: "whether a list is important",
    corruptPolicy: withEachList(({ isImportant }) => ({ isImportant: !isImportant })),
  },
  { name: "what a list answers with", corruptPolicy: withEachList(() => ({ answer: ["203.0.113.66"] })) },
  {
    name: "who is asked for the names of a list",
    corruptPolicy: (policy) => ({ ...policy, routes: policy.routes.filter(({ list }) => list === null) }),
  },
  {
    name: "who is asked for some domains",
    corruptPolicy: (policy) => ({ ...policy, routes: policy.routes.filter(({ list }) => list !== null) }),
  },
  { name: "whose machine is in which group", corruptPolicy: withGroups(() => ({ macs: [] })) },
  { name: "who is in a group by name", corruptPolicy: withGroups(() => ({ names: [] })) },
  { name: "who is in a group by where it asks", corruptPolicy: withGroups(() => ({ listeners: [] })) },
  {
    name: "whether answers are judged",
    corruptPolicy: (policy) => ({ ...policy, block: { ...policy.block, checksAnswers: !policy.block.checksAnswers } }),
  },
  { name: "who is kept from private addresses", corruptPolicy: withGroups(() => ({ rebindingProtection: false })) },
  {
    name: "whether all are kept from private addresses",
    corruptPolicy: withAnswers(({ rebindingProtection }) => ({ rebindingProtection: !rebindingProtection })),
  },
  { name: "which names may have private addresses", corruptPolicy: withAnswers(() => ({ privateNames: [] })) },
  {
    name: "which routes may bring private addresses",
    corruptPolicy: (policy) => ({
      ...policy,
      routes: policy.routes.map((route) => ({ ...route, allowsPrivateAnswers: !route.allowsPrivateAnswers })),
    }),
  },
  { name: "whether aliases are left out", corruptPolicy: withAnswers(({ isFlat }) => ({ isFlat: !isFlat })) },
  { name: "who gets IPv6 addresses made", corruptPolicy: withGroups(({ dns64 }) => ({ dns64: !dns64 })) },
  {
    name: "what IPv6 addresses are made with",
    corruptPolicy: withDns64(({ prefix }) => ({
      prefix: prefix.startsWith("64") ? "2001:db8:64::/96" : "64:ff9b::/96",
    })),
  },
  { name: "which IPv6 addresses count for none", corruptPolicy: withDns64(() => ({ exclude: ["2001:db8::/32"] })) },
  { name: "who gets safe results alone", corruptPolicy: withGroups(() => ({ safeSearch: [] })) },
  { name: "rewrites", corruptPolicy: (policy) => ({ ...policy, rewrites: [] }) },
  {
    name: "how a rewrite shows",
    corruptPolicy: (policy) => ({
      ...policy,
      rewrites: policy.rewrites.map((rewrite) => ({ ...rewrite, isFlat: !rewrite.isFlat })),
    }),
  },
];

for (const { name, corruptPolicy } of OTHER_POLICIES) {
  Deno.test(`simulation: the checker finds that ${name} is not as the policy in force says`, async () => {
    let faults: readonly string[] = [];
    const differs = (policy: Policy) => JSON.stringify(corruptPolicy(policy)) !== JSON.stringify(policy);
    for (let seed = 1; seed <= 1000 && faults.length === 0; seed++) {
      if (policiesOf(drawPlan(seed)).some(differs)) faults = (await simulate(seed, { corruptPolicy })).faults;
    }
    const fault =
      /has a record that nobody gave|says what follows from no outcome|no route leads there|has \d+ extended errors/;
    assertMatch(faults.join("\n"), fault);
  });
}

function policiesOf({ config, reloads }: Plan): Policy[] {
  return [config, ...reloads.map((reload) => reload.config)].flatMap((one) => one?.policy ?? []);
}

Deno.test("simulation: it is found that an upstream was asked over TLS that is somebody else [7858_01]", async () => {
  const faults: string[] = [];
  for (let seed = 7_000_040; faults.length === 0 && seed < 7_000_100; seed++) {
    faults.push(...(await simulate(seed, { forbids: () => true })).faults);
  }
  assert(faults.some((fault) => fault.includes("[7858_01]")), faults.join("\n"));
});
