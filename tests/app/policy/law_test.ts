import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { decide } from "../../../lib/app/policy/decide.ts";
import { Destinations } from "../../../lib/app/policy/destinations.ts";
import { ListsNow } from "../../../lib/app/lists_now.ts";
import type { Policy, RouteConfig } from "../../../lib/config/policy.ts";
import type { Decision } from "../../../lib/resolver/decision.ts";
import { Client } from "../../../lib/resolver/client.ts";
import { Query } from "../../../lib/resolver/query.ts";
import type { UpstreamGroup } from "../../../lib/upstream/group/upstream_group.ts";
import type { InForce } from "../../../lib/lists/schedule/in_force.ts";
import { CLASS, TYPE } from "../../../lib/wire/iana.ts";
import { nameFromText } from "../../../lib/wire/name.ts";
import { wire } from "../../support/messages.ts";
import { listOf, policyOf } from "../../support/policies.ts";
import { questionHash, StubResolver } from "../../support/resolving.ts";
import { nameSetOf } from "../../support/list_sets.ts";
import { type Asked, domainsOf, lawSays } from "./law.ts";

const UPSTREAMS = ["default", "one", "two"];
/** Each group has a client, who is known by its network. */
const CLIENTS = ["default", "kids", "office"];
const addressOf = (client: string) => `192.0.2.${CLIENTS.indexOf(client)}`;
const TYPES = [TYPE.A, TYPE.AAAA, TYPE.DS, TYPE.DNSKEY, TYPE.TXT, TYPE.PTR, TYPE.HTTPS];

const labels = fc.constantFrom("a", "b", "*", "local", "example", "com", "arpa", "home", "in-addr", "10");
const names = fc.oneof(
  fc.constantFrom(".", "local", "home.arpa", "10.in-addr.arpa", "a.local", "b.a.example.com", "localhost"),
  fc.constantFrom("www.google.com", "www.youtube.com", "ipv4only.arpa", "170.0.0.192.in-addr.arpa"),
  fc.constantFrom(
    "b.9.f.f.4.6.0.0.ip6.arpa",
    `${"0.".repeat(16)}b.9.f.f.4.6.0.0.ip6.arpa`,
    "1.a.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
  ),
  fc.array(labels, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(".")),
);
const TRANSLATORS_NAMES = [
  ...["ipv4only.arpa", "170.0.0.192.in-addr.arpa"],
  ...[`${"0.".repeat(16)}b.9.f.f.4.6.0.0.ip6.arpa`, "a.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"],
];
/** A few, so that rules and questions meet. */
const few = fc.uniqueArray(names, { minLength: 1, maxLength: 8 });
const some = <T>(values: readonly T[]) =>
  fc.option(fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 }), { nil: undefined });

const cases = few.chain((pool) => {
  const name = fc.oneof(
    fc.constantFrom(...pool),
    fc.tuple(labels, fc.constantFrom(...pool)).map(([label, rest]) => {
      return rest === "." ? label : `${label}.${rest}`;
    }),
  );
  const domains = fc.uniqueArray(fc.tuple(fc.constantFrom("", "="), name).map(([sign, text]) => `${sign}${text}`), {
    minLength: 1,
    maxLength: 3,
  });
  const route = fc.record({
    domains: fc.option(domains, { nil: undefined }),
    types: some(TYPES),
    clients: some(CLIENTS),
    to: fc.constantFrom(...UPSTREAMS),
  }, { requiredKeys: ["to"] });
  const rewrite = fc.record({ domains, to: name, clients: some(CLIENTS) }, { requiredKeys: ["domains", "to"] });
  const group = fc.record({
    upstream: fc.constantFrom(null, ...UPSTREAMS),
    dropTypes: fc.uniqueArray(fc.constantFrom(...TYPES), { maxLength: 1 }),
    safeSearch: fc.uniqueArray(fc.constantFrom("google", "youtube", "youtube-moderate"), { maxLength: 2 }),
    dns64: fc.constantFrom(null, true, false),
  });
  return fc.record({
    dns64: fc.constantFrom(
      null,
      { prefix: "64:ff9b::/96", exclude: [], clients: null },
      { prefix: "2001:db8:a::/48", exclude: [], clients: ["kids"] },
    ),
    routes: fc.array(route, { maxLength: 8 }),
    rewrites: fc.array(rewrite, { maxLength: 3 }),
    groups: fc.tuple(...CLIENTS.map(() => group)),
    hasDefaultGroup: fc.boolean(),
    asked: fc.array(
      fc.record({
        name,
        type: fc.constantFrom(...TYPES),
        class: fc.constantFrom(CLASS.IN, CLASS.IN, CLASS.IN, CLASS.CH),
        client: fc.constantFrom(...CLIENTS),
      }),
      { minLength: 1, maxLength: 12 },
    ),
  });
});

/** Decides about questions as the program does; tells in the words of `lawSays`. */
function decider(policy: Policy, listsNow = new ListsNow()): (asked: Asked) => string {
  const destinations = new Destinations(
    new Map(UPSTREAMS.map((name, view) => [name, { upstreams: { name } as unknown as UpstreamGroup, view }])),
  );
  let decided: Decision | null = null;
  const next = new StubResolver();
  const { decide: decision, filter } = decide({
    config: { answersSpecialNames: true },
    policy,
    destinations,
    listsNow,
    hash: questionHash(),
    wallClock: { epochSeconds: () => 0 },
    next,
    madeUp: next,
    again: next,
  });
  if (filter !== null) listsNow.follow(filter);
  return ({ name, type, class: qclass, client }) => {
    const query = new Query({
      wire: wire({ questions: [{ name: nameFromText(name), type, class: qclass }] }),
      client: new Client(addressOf(client), "udp"),
      deadlineMs: 0,
    });
    decision.resolve(query);
    decided = query.decision!;
    const { sentence, what, place } = decided.reason;
    if (sentence === 4) return `blocked by ${what}`;
    if (what.startsWith("[[")) return `${what}, line ${place!.line}`;
    return what.startsWith("special-use name") ? what.replace(/\., .*$/, "") : what;
  };
}

/** Whether two words of a policy say different things of the same: what counts then is no matter of the law. */
function isAmbiguous(policy: Policy, { type, client }: Asked): boolean {
  const { routes, rewrites } = policy;
  const words = [
    ...routes.filter(({ types, clients }) => (types?.includes(type) ?? true) && (clients?.includes(client) ?? true)),
    ...rewrites.filter(({ clients }) => clients?.includes(client) ?? true).map((rewrite) => ({
      ...rewrite,
      types: null,
    })),
  ].flatMap((word) => {
    const conditions = `${word.clients === null} ${word.types === null}`;
    const lists = "list" in word && word.list !== null ? [`list ${word.list} ${conditions}`] : [];
    return [
      ...lists,
      ...domainsOf(word, policy).map(({ name, isExact }) => {
        return `${"isFlat" in word} ${name} ${isExact} ${conditions}`;
      }),
    ];
  });
  return new Set(words).size < words.length || (policy.dns64 !== null && routes.some(isOfTranslators));

  /** Whether it is about the very names that `dns64` is about. */
  function isOfTranslators(route: RouteConfig): boolean {
    return domainsOf(route, policy).some(({ name }) => TRANSLATORS_NAMES.includes(name));
  }
}

Deno.test("every decision is what the law says, whatever the policy, the question and the client", () => {
  fc.assert(
    fc.property(cases, ({ routes, rewrites, groups, dns64, hasDefaultGroup, asked }) => {
      const clients = Object.fromEntries(
        CLIENTS.map((name, i) => [name, { ...groups[i]!, addresses: [`${addressOf(name)}/32`] }]),
      );
      if (!hasDefaultGroup) delete clients.default;
      const policy = policyOf({
        upstreams: Object.fromEntries(UPSTREAMS.map((name, i) => [name, [`203.0.113.${i}`]])),
        routes,
        rewrites,
        clients,
        dns64,
      });
      const decideOn = decider(policy);
      for (const one of asked) if (!isAmbiguous(policy, one)) assertEquals(decideOn(one), lawSays(policy, one));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("no decision depends on the order in which a policy says things", () => {
  fc.assert(
    fc.property(cases, ({ routes, rewrites, groups, asked }) => {
      const clients = CLIENTS.map((name, i) =>
        [name, { ...groups[i]!, addresses: [`${addressOf(name)}/32`] }] as const
      );
      const upstreams = Object.fromEntries(UPSTREAMS.map((name, i) => [name, [`203.0.113.${i}`]]));
      const policy = policyOf({ upstreams, routes, rewrites, clients: Object.fromEntries(clients) });
      const reversed: Policy = {
        ...policy,
        routes: policy.routes.toReversed(),
        rewrites: policy.rewrites.toReversed(),
        clientGroups: policy.clientGroups.toReversed(),
      };
      const [decideOn, decideInReverse] = [decider(policy), decider(reversed)];
      const withoutPlace = (text: string) => text.replace(/, line .*/, "");
      for (const one of asked) assertEquals(withoutPlace(decideInReverse(one)), withoutPlace(decideOn(one)));
    }),
    { numRuns: 300 },
  );
});

/** Lists that a case may have: some with words of their own, some with lines, some with both. */
const LISTS = ["ads", "needed", "social", "marked"];
const SCHEDULES = ["day", "night"];

const listCases = few.chain((pool) => {
  const known = fc.constantFrom(...pool);
  const name = fc.oneof(
    known,
    fc.tuple(labels, known).map(([label, rest]) => rest === "." ? label : `${label}.${rest}`),
  );
  // Of a few names all may have an asterisk: without another one there would be none to choose.
  const listed = fc.oneof(name, fc.constant("listed.example")).filter((text) => /^[^*]*[a-z]$/.test(text));
  const word = fc.oneof(
    fc.tuple(fc.constantFrom("", "="), listed).map(([sign, text]) => `${sign}${text}`),
    fc.constantFrom("/^a\\./", "/ex.mple/", "/^home/"),
  );
  const list = fc.record({
    names: fc.array(word, { maxLength: 3 }),
    types: fc.option(fc.uniqueArray(fc.constantFrom(...TYPES), { minLength: 1 }), { nil: null, freq: 4 }),
    isImportant: fc.boolean(),
    answer: fc.option(fc.constant("nxdomain" as const), { nil: null }),
  });
  const rule = fc.record({
    lists: fc.oneof(
      fc.constant("*" as const),
      fc.subarray(LISTS, { minLength: 1 }),
      fc.subarray(LISTS, { minLength: 1 }),
    ),
    schedule: fc.option(fc.constantFrom(...SCHEDULES), { nil: null }),
    except: fc.oneof({ arbitrary: fc.constant([]), weight: 3 }, fc.subarray(LISTS)),
    place: fc.constant({ file: "config.toml", line: 1 }),
  });
  const line = fc.record({
    list: fc.constantFrom(...LISTS),
    name: listed,
    covers: fc.constantFrom("self" as const, "below" as const, "both" as const),
    isAllow: fc.boolean(),
    isImportant: fc.boolean(),
    types: fc.option(fc.uniqueArray(fc.constantFrom(...TYPES), { minLength: 1 }), { nil: undefined, freq: 4 }),
    except: fc.option(fc.tuple(listed), { nil: undefined, freq: 4 }),
  });
  const groups = fc.tuple(...CLIENTS.map(() => {
    return fc.record({ block: fc.array(rule, { maxLength: 3 }), allow: fc.array(rule, { maxLength: 2 }) });
  }));
  const route = fc.record({
    domains: fc.oneof(fc.tuple(name), fc.constant([])),
    list: fc.option(fc.constantFrom(...LISTS), { nil: undefined }),
    types: some(TYPES),
    clients: some(CLIENTS),
    to: fc.constantFrom(...UPSTREAMS),
  });
  const rewrite = fc.record({ domains: fc.tuple(name), to: name });
  const asked = fc.record({
    name,
    type: fc.constantFrom(...TYPES),
    class: fc.constantFrom(CLASS.IN, CLASS.IN, CLASS.IN, CLASS.CH),
    client: fc.constantFrom(...CLIENTS),
  });
  return fc.record({
    lists: fc.tuple(...LISTS.map(() => list)),
    lines: fc.array(line, { maxLength: 8 }),
    groups,
    routes: fc.array(route, { maxLength: 3 }),
    rewrites: fc.array(rewrite, { maxLength: 1 }),
    moments: fc.array(
      fc.record({
        open: fc.subarray(SCHEDULES),
        paused: fc.option(fc.tuple(fc.constantFrom(...CLIENTS), fc.constantFrom("*", ...LISTS)), { nil: null }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    asked: fc.array(asked, { minLength: 1, maxLength: 12 }),
  });
});

Deno.test("what is blocked is what the law says, whatever the lists, the schedules, the pauses, the question and the client", () => {
  fc.assert(
    fc.property(listCases, ({ lists, lines, groups, routes, rewrites, moments, asked }) => {
      const clients = CLIENTS.map((name, i) => [name, { ...groups[i]!, addresses: [`${addressOf(name)}/32`] }]);
      const policy = policyOf({
        upstreams: Object.fromEntries(UPSTREAMS.map((name, i) => [name, [`203.0.113.${i}`]])),
        routes,
        rewrites,
        clients: Object.fromEntries(clients),
        lists: LISTS.map((name, i) => listOf(name, { ...lists[i]!, sources: [{ file: "/list.txt" }] })),
      });
      const listsNow = new ListsNow();
      const decideOn = decider(policy, listsNow);
      const unambiguous = asked.filter((one) => !isAmbiguous(policy, one));
      for (const some of [[], lines.slice(0, lines.length >> 1), lines]) {
        listsNow.useNames(nameSetOf(some));
        for (const { open, paused } of moments) {
          const inForce: InForce = {
            isOpen: (schedule) => schedule === null || open.includes(schedule),
            isPaused: (group, list) => paused !== null && paused[0] === group && paused[1] === list,
          };
          listsNow.useRules(inForce);
          for (const one of unambiguous) assertEquals(decideOn(one), lawSays(policy, one, { lines: some, inForce }));
        }
      }
    }),
    { numRuns: 60 },
  );
});
