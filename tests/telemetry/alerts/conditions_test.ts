import { assertEquals } from "@std/assert";
import { Counters } from "../../../lib/observe/counters.ts";
import type { Status } from "../../../lib/operator/status.ts";
import { Conditions, type Watched } from "../../../lib/telemetry/alerts/conditions.ts";
import { statusWith, UPSTREAM } from "../metrics/snapshots.ts";

const LOOK_MS = 5_000;

function watched(status: Partial<Status>, others: Partial<Watched> = {}): Watched {
  return { status: statusWith(status), lists: [], certificates: [], ...others };
}

/** What is found at once, as `kind subject: text`. */
function found(status: Partial<Status>, others: Partial<Watched> = {}): string[] {
  const findings = new Conditions().look(watched(status, others), 0, () => false);
  return findings.map(({ kind, subject, text }) => `${kind} ${subject}: ${text}`);
}

/** Looks every five seconds, with counters that grow by so much each time; tells at which seconds something is found. */
function foundAt(steps: number, grow: (step: number, counters: Counters) => void, isTold = false): number[] {
  const [conditions, counters] = [new Conditions(), new Counters()];
  const seconds: number[] = [];
  for (let step = 0; step < steps; step++) {
    grow(step, counters);
    const findings = conditions.look(watched({ counters }), step * LOOK_MS, () => isTold);
    if (findings.length > 0) seconds.push(step * LOOK_MS / 1000);
  }
  return seconds;
}

const GROUP = { name: "default", upstreams: ["192.0.2.1:53", "192.0.2.2:53"], fallback: null };
const OTHER = { ...UPSTREAM, name: "192.0.2.2:53" };

Deno.test.each([
  { what: "nothing when all is well", upstreams: [UPSTREAM, OTHER], said: [] },
  {
    what: "an upstream that is down, with its reason",
    upstreams: [{ ...UPSTREAM, state: "down", problem: "its certificate has expired" }, OTHER],
    said: ["upstream-down 192.0.2.1:53: The upstream 192.0.2.1:53 is down: its certificate has expired"],
  },
  {
    what: "nothing of one that one of several workers can ask",
    upstreams: [{ ...UPSTREAM, state: "down (1), up (1)" }, OTHER],
    said: [],
  },
  { what: "nothing of one that is left out by hand", upstreams: [{ ...UPSTREAM, state: "disabled" }, OTHER], said: [] },
  {
    what: "that nobody answers, one of them left out by hand",
    upstreams: [{ ...UPSTREAM, state: "disabled" }, { ...OTHER, state: "probing" }],
    said: [
      "all-upstreams-down : No upstream answers",
      "upstream-down 192.0.2.2:53: The upstream 192.0.2.2:53 is probing",
    ],
  },
])("Conditions finds $what", ({ upstreams, said }) => {
  assertEquals(found({ upstreams, groups: [GROUP] }), [...said]);
});

Deno.test("Conditions names the group of which nobody answers, where there are several", () => {
  const groups = [GROUP, { name: "ad", upstreams: ["192.0.2.1:53"], fallback: null }];
  assertEquals(
    found({ upstreams: [{ ...UPSTREAM, state: "down" }, OTHER], groups })[0],
    "all-upstreams-down ad: No upstream of the group ad answers",
  );
});

Deno.test("Conditions finds failures above 5 % of five minutes, not of a few replies, and until they are below half of that", () => {
  const tenPercent = (_: number, counters: Counters) => {
    counters.replied += 10;
    counters.failed += 1;
  };
  assertEquals(foundAt(7, tenPercent), [25, 30]);
  assertEquals(
    foundAt(100, (step, counters) => {
      counters.replied += 10;
      if (step % 2 === 0) counters.failed += 1;
    }),
    [],
  );
  // An outage of a minute is seen until too little of it is left in the span.
  const outage = (step: number, counters: Counters) => {
    counters.replied += 10;
    if (step >= 60 && step < 72) counters.failed += 10;
  };
  const [first, last] = [foundAt(200, outage)[0], foundAt(200, outage).at(-1)];
  assertEquals([first, last], [315, 635]);
  assertEquals(foundAt(200, outage, true).at(-1), 645);
});

Deno.test("Conditions finds more than ten forged replies a minute, whatever is wrong with them, and no late ones", () => {
  const forged = (_: number, counters: Counters) => {
    counters.upstreamWrongCase += 1;
    counters.upstreamWrongPeer += 1;
  };
  assertEquals(foundAt(31, forged), [130, 135, 140, 145, 150]);
  assertEquals(foundAt(100, (_, counters) => void (counters.upstreamLate += 100)), []);
});

Deno.test("Conditions finds a sink that has lost something in the last five minutes", () => {
  const conditions = new Conditions();
  const texts = [0, 0, 3, 3, 3].map((droppedCount, i) => {
    const sinks = [{ name: "query-log", recordCount: 10, droppedCount }];
    return conditions.look(watched({ sinks }), i * 150_000, () => false).map(({ text }) => text);
  });
  const lost = ["query-log has lost 3 records in 5 minutes"];
  assertEquals(texts, [[], [], lost, lost, []]);
});

Deno.test("Conditions finds certificates with a trouble, and lists that are old and cannot be fetched", () => {
  const source = { what: "https://a.example", isBeingUpdated: false, nextSeconds: 1 };
  const list = { names: 1, lines: 1, bad: 0, firstBad: [] };
  const lists = [
    { ...list, name: "well", sources: [{ ...source, ageSeconds: 1_000_000, error: null }] },
    { ...list, name: "new", sources: [{ ...source, ageSeconds: 3600, error: "404" }] },
    { ...list, name: "old", sources: [{ ...source, ageSeconds: 200_000, error: "status 503" }] },
    { ...list, name: "never", sources: [{ ...source, ageSeconds: null, error: "there is no such name" }] },
  ];
  const certificate = { names: [], validToS: 0 };
  const certificates = [
    { ...certificate, path: "/a.pem", trouble: null },
    { ...certificate, path: "/b.pem", trouble: "has expired on 2026-11-30 00:00 UTC" },
  ];
  assertEquals(found({}, { lists, certificates }), [
    "certificate-ending /b.pem: The certificate /b.pem has expired on 2026-11-30 00:00 UTC",
    "list-old old: The list old is 2 days old: status 503",
    "list-old never: The list never was never fetched: there is no such name",
  ]);
});
