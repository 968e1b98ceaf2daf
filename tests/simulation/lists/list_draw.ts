import type { BlockAnswer, BlockRule, ListConfig, ScheduleConfig } from "../../../lib/config/lists.ts";
import { BLOCK_REASONS, DEFAULT_LIST } from "../../../lib/config/lists.ts";
import { type ClientGroupConfig, type Policy, type RouteConfig, UNFILTERED } from "../../../lib/config/policy.ts";
import type { Pause } from "../../../lib/lists/schedule/pause.ts";
import { TYPE } from "../../../lib/wire/iana.ts";
import type { Line } from "../../app/policy/block_law.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";
import { NAMES } from "../words_draw.ts";

/** Lists of all policies, whatever these say of them. */
export const LISTS = ["ads", "must", "needed", "video"];
const SCHEDULES = ["day", "night"];
const PLACE = { file: "/etc/dns-forwarder/config.toml", line: 3 };
/** Names that lists have, beside those that are asked; what lies above many of them, too. */
const LISTED = [...NAMES, "com", "x.www0.example.org", "nas.example.org", "in-addr.arpa", "old.example.net"];
/** What answers lead to: aliases, services and addresses. */
const TARGETS = [
  ...[
    "target.example.org",
    "host1.target.example.org",
    "alias1.example.org",
    "alias2.example.com",
    "target2.example.org",
  ],
  ...["198.18.0.0/18", "198.18.128.0/17", "10.0.0.0/8", "2001:db8:8000::/33"],
];
/** All that lines are about. */
export const SAID_NAMES = [...LISTED, ...TARGETS];
/** Times at which clocks are changed, or it is midnight somewhere: 30 minutes at once in one of these places. */
const MOMENTS: readonly [timeZone: string, moment: string][] = [
  ["Europe/Paris", "2026-03-29T01:00:00Z"],
  ["Europe/Paris", "2026-10-25T01:00:00Z"],
  ["America/New_York", "2026-03-08T07:00:00Z"],
  ["America/New_York", "2026-11-01T06:00:00Z"],
  ["Australia/Lord_Howe", "2026-04-04T15:00:00Z"],
  ["Australia/Lord_Howe", "2026-10-03T15:30:00Z"],
  ["Asia/Kolkata", "2026-07-04T18:30:00Z"],
  ["UTC", "2026-02-28T00:00:00Z"],
  ["UTC", "2026-06-10T12:34:00Z"],
];
/** For all types and all clients. */
const LIST_ROUTE: Omit<RouteConfig, "list"> = {
  domains: [],
  types: null,
  clients: null,
  to: "listed",
  allowsPrivateAnswers: false,
  place: { ...PLACE, line: 100 },
};
/** On any day. */
const WEEK = [0, 1, 2, 3, 4, 5, 6];

/** What becomes of lists in a life: the same for all its policies. */
export interface ListPlan {
  /** When the life begins, in seconds since 1970: shortly before something happens to the clocks. */
  readonly startSeconds: number;
  /** The time zone in which it does. */
  readonly timeZone: string;
  /** Whether they are fetched, again and again; else they are told to the program. */
  readonly isKept: boolean;
  /** What lists say from a moment on, in milliseconds after the start. */
  readonly sets: readonly { readonly afterMs: number; readonly lines: readonly Line[] }[];
  /** Which pauses the operator wants from a moment on. */
  readonly pauses: readonly { readonly afterMs: number; readonly pauses: readonly Pause[] }[];
}

/** Where there are none. The world begins on 2025-01-01 then. */
export const NO_LISTS: ListPlan = {
  startSeconds: 1_735_689_600,
  timeZone: "UTC",
  isKept: false,
  sets: [],
  pauses: [],
};

/** @param spanMs How long questions come. */
export function drawListPlan(random: SeededRandom, spanMs: number): ListPlan {
  const [timeZone, moment] = random.pick(MOMENTS);
  const spanSeconds = Math.ceil(spanMs / 1000);
  const startSeconds = Date.parse(moment) / 1000 - random.below(spanSeconds + 1);
  const times = (count: number) =>
    Array.from({ length: count }, () => random.fraction() * spanMs).toSorted((a, b) => a - b);
  const sets = [random.chance(0.8) ? 0 : random.fraction() * spanMs, ...times(random.between(0, 3))];
  return {
    startSeconds,
    timeZone,
    isKept: random.chance(0.4),
    sets: sets.map((afterMs) => ({ afterMs, lines: drawLines(random) })).toSorted((a, b) => a.afterMs - b.afterMs),
    pauses: times(random.pick([0, 0, 1, 3])).map((afterMs) => {
      const untilSeconds = startSeconds + Math.floor(afterMs / 1000) + random.between(1, 60);
      const pauses = Array.from({ length: random.between(0, 2) }, () => drawPause(random, untilSeconds));
      return { afterMs, pauses };
    }),
  };
}

function drawPause(random: SeededRandom, untilSeconds: number): Pause {
  return {
    untilSeconds: random.chance(0.7) ? untilSeconds : null,
    clients: random.pick([null, null, ["default"], ["group0", "group1"]]),
    lists: random.pick([null, null, ["*"], [random.pick(LISTS)], ["ads", "*"]]),
  };
}

function drawLines(random: SeededRandom): Line[] {
  const lines = Array.from({ length: random.between(0, 12) }, () => drawLine(random, random.pick(LISTED)));
  const ofTargets = Array.from({ length: random.pick([1, 3, 6]) }, () => drawLine(random, random.pick(TARGETS)));
  // What is said of a network is said of all types, and under any name.
  return [
    ...lines,
    ...ofTargets.map((line) => line.name.includes("/") ? { ...line, types: undefined, except: undefined } : line),
  ];
}

function drawLine(random: SeededRandom, name: string): Line {
  return {
    list: random.pick(LISTS),
    name,
    covers: random.pick(["self", "below", "both", "both"]),
    isAllow: random.chance(0.2),
    isImportant: random.chance(0.15),
    types: random.chance(0.15) ? random.pick([[TYPE.A], [TYPE.A, TYPE.AAAA], [TYPE.HTTPS]]) : undefined,
    except: random.chance(0.15) ? [random.pick(LISTED)] : undefined,
  };
}

/** The policy with lists, schedules, and groups that block and allow. */
export function withLists(policy: Policy, random: SeededRandom, plan: ListPlan): Policy {
  const hasDefault = policy.clientGroups.some(({ name }) => name === "default");
  const groups = hasDefault ? policy.clientGroups : [...policy.clientGroups, DEFAULT_GROUP];
  return {
    ...policy,
    lists: LISTS.map((name) => drawList(random, name)),
    schedules: SCHEDULES.map((name) => drawSchedule(random, name, plan)),
    block: {
      answer: drawAnswer(random),
      ttlSeconds: random.pick([5, 60]),
      explain: random.pick(["list", "list", "code", "off"]),
      checksAnswers: random.chance(0.7),
    },
    clientGroups: groups.map((group): ClientGroupConfig => {
      const blocked = random.shuffled(LISTS).slice(0, random.between(1, 3));
      const others = LISTS.filter((list) => !blocked.includes(list));
      const block = random.chance(0.85) ? drawBlocks(random, blocked) : [];
      const allow = random.chance(0.8) && others.length > 0 ? [drawRule(random, [random.pick(others)])] : [];
      return { ...group, block, allow, answer: random.chance(0.3) ? drawAnswer(random) : null };
    }),
  };
}

/** The policy with a route for what a list has, whose own words are no domains of other routes: which of two counts is no matter of the law. */
export function withListRoute(policy: Policy, random: SeededRandom): Policy {
  const list = random.pick(LISTS);
  const clients = policy.clientGroups.map(({ name }) => name);
  const domains = new Set(policy.routes.flatMap((route) => route.domains.map(({ name }) => name.toLowerCase())));
  const lists = policy.lists.map((one) => {
    const names = one.names.filter((text) => !domains.has(text.replace(/^(?:=|\*\.)/, "")));
    return one.name === list ? { ...one, names } : one;
  });
  const route: RouteConfig = {
    ...LIST_ROUTE,
    list,
    types: random.chance(0.2) ? [random.pick([TYPE.A, TYPE.AAAA])] : null,
    clients: random.chance(0.3) ? [random.pick(clients)] : null,
    to: random.pick(policy.upstreamGroups).name,
  };
  return { ...policy, lists, routes: [...policy.routes, route] };
}

/** The policy with a server of its own for the names of a list, which is asked for little else. */
export function withListServer(policy: Policy, random: SeededRandom): Policy {
  const { upstreamGroups } = policy;
  const [usual] = upstreamGroups;
  const own = usual!.servers.at(-1)!;
  const others = usual!.servers.slice(0, -1);
  if (others.length === 0 || policy.lists.length === 0) return policy;
  const route = { ...LIST_ROUTE, list: random.pick(LISTS) };
  return {
    ...policy,
    upstreamGroups: [
      ...upstreamGroups.map((group) => {
        const servers = group.servers.filter((server) => others.includes(server));
        return { ...group, servers: servers.length > 0 ? servers : others };
      }),
      { ...usual!, name: "listed", servers: [own], fallback: null },
    ],
    // Domains that routes name count before lists.
    routes: [...policy.routes.filter(({ list, types }) => list === null && types !== null), route],
  };
}

/** The default group, of which nothing is said. */
export const DEFAULT_GROUP: ClientGroupConfig = {
  ...UNFILTERED,
  name: "default",
  addresses: [],
  macs: [],
  ids: [],
  names: [],
  listeners: [],
  upstream: null,
  dropTypes: [],
  local: [],
  place: PLACE,
};

function drawList(random: SeededRandom, name: string): ListConfig {
  const named = [...LISTED, ...TARGETS].filter((one) => one.includes(".") && !one.includes("/"));
  const word = () => random.pick(["", "", "=", "*."]) + random.pick(named);
  const expressions = ["/^www[01]\\./", "/ample\\.com$/", "/^mail/"];
  const names = Array.from({ length: random.pick([0, 0, 1, 3]) }, word);
  return {
    ...DEFAULT_LIST,
    name,
    sources: [{ url: `https://lists.example.org/${name}.txt` }],
    names: random.chance(0.2) ? [...names, random.pick(expressions)] : names,
    coversBelow: null,
    types: random.chance(0.1) ? [TYPE.A, TYPE.AAAA] : null,
    isImportant: name === "must",
    answer: random.chance(0.25) ? drawAnswer(random) : null,
    reason: random.pick(BLOCK_REASONS),
    via: null,
    token: null,
    place: PLACE,
  };
}

function drawAnswer(random: SeededRandom): BlockAnswer {
  return random.pick([
    ...["zero", "zero", "nxdomain", "nodata", "refused"] as const,
    ["192.0.2.66", "192.0.2.67", "2001:db8::66"],
    ["192.0.2.66"],
  ]);
}

function drawBlocks(random: SeededRandom, lists: readonly string[]): BlockRule[] {
  const rules = [drawRule(random, lists)];
  if (random.chance(0.2)) {
    const except = LISTS.filter((list) => !lists.includes(list)).slice(0, random.below(2));
    rules.push({ ...drawRule(random, "*"), schedule: random.pick(SCHEDULES), except });
  }
  return rules;
}

function drawRule(random: SeededRandom, lists: readonly string[] | "*"): BlockRule {
  return { lists, schedule: random.chance(0.4) ? random.pick(SCHEDULES) : null, except: [], place: PLACE };
}

/** Edges are minutes near the moment at which the clocks are changed, in the first or in the other form of that time. */
function drawSchedule(random: SeededRandom, name: string, { timeZone, startSeconds }: ListPlan): ScheduleConfig {
  const minute = Math.floor(startSeconds / 60) % 1440;
  const around = () =>
    (minute + random.pick([0, 30, 60, 120, 180, 330, -300, -240, 600, 630]) + random.between(-1, 3) + 2880) % 1440;
  const windows = Array.from({ length: random.between(1, 2) }, () => {
    const fromMinute = around();
    const toMinute = random.pick([around(), fromMinute + 1, (fromMinute + 720) % 1440]) || 1440;
    return { days: random.chance(0.7) ? WEEK : WEEK.filter(() => random.chance(0.6)), fromMinute, toMinute, timeZone };
  });
  return {
    name,
    windows: windows.map((window) => ({ ...window, days: window.days.length > 0 ? window.days : [0] })),
    place: PLACE,
  };
}
