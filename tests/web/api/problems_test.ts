import { assertEquals } from "@std/assert";
import type { Status } from "../../../lib/operator/status.ts";
import { NO_TRAFFIC } from "../../../lib/upstream/health/upstream_traffic.ts";
import type { UpstreamStatus } from "../../../lib/upstream/health/upstream_status.ts";
import type { SeriesAnswer } from "../../../lib/web/api/answers.ts";
import { healthOf, problemsIn } from "../../../lib/web/api/told/problems.ts";

function upstream(name: string, fields: Partial<UpstreamStatus> = {}): UpstreamStatus {
  return {
    name,
    state: "up",
    problem: null,
    isUnauthenticated: false,
    smoothedMs: 1,
    percentile95Ms: 2,
    queryCount: 0,
    replyCount: 0,
    failureCount: 0,
    traffic: NO_TRAFFIC,
    isAskedWithoutEdns: false,
    isAskedWithoutCookies: false,
    isAskedInPlainCase: false,
    isAskedOverTcp: false,
    ...fields,
  };
}

function seriesOf(answered: number, failed: number): SeriesAnswer {
  return { stepMs: 1000, fromAtMs: 0, sources: ["cache", "failure"], counts: [[answered], [failed]], from: "memory" };
}

/** Kinds and subjects, and the word for all of it. */
function told(upstreams: readonly UpstreamStatus[], more: Partial<Parameters<typeof problemsIn>[0]> = {}): string[] {
  const groups = [{ name: "default", upstreams: upstreams.map(({ name }) => name), fallback: null }];
  const status: Pick<Status, "upstreams" | "groups" | "sinks"> = { upstreams, groups, sinks: [] };
  const problems = problemsIn({ status, lists: [], certificates: [], series: null, ...more });
  return [healthOf(problems, status), ...problems.map(({ kind, subject }) => `${kind} ${subject}`.trim())];
}

Deno.test("problemsIn() tells the worst first, and healthOf() says it in one word", () => {
  const [a, b] = [upstream("a"), upstream("b")];
  assertEquals(told([a, b]), ["well"]);
  assertEquals(told([a, upstream("b", { state: "down" })]), ["impaired", "upstream-down b"]);
  assertEquals(told([upstream("a", { state: "down" }), upstream("b", { state: "loop" })]), [
    "failing",
    "all-upstreams-down",
    "upstream-down a",
    "upstream-down b",
  ]);
  // Several processes may see it differently: one that can ask it is enough.
  assertEquals(told([upstream("a", { state: "up (1), down (3)" })]), ["well"]);
  assertEquals(told([a, upstream("b", { state: "disabled", leftOutSeconds: 9 })]), ["well", "upstream-disabled b"]);
  assertEquals(told([upstream("a", { state: "disabled", leftOutSeconds: 9 })])[0], "failing");
  // Who is asked where others are, and nothing else, answers no client.
  assertEquals(told([a, upstream("b", { state: "down", isForBootstrap: true })]), ["well"]);
});

Deno.test("problemsIn() tells failures where there are many of them, lists that are old and certificates that end", () => {
  const all = [upstream("a")];
  assertEquals(told(all, { series: seriesOf(95, 5) }), ["well"]);
  assertEquals(told(all, { series: seriesOf(94, 6) }), ["impaired", "failures"]);
  assertEquals(told(all, { series: seriesOf(0, 49) }), ["well"]);
  const source = {
    what: "https://a.example",
    ageSeconds: 1,
    isBeingUpdated: false,
    nextSeconds: 1,
    error: "nobody answers",
  };
  const list = { name: "ads", names: 1, lines: 1, bad: 0, firstBad: [], sources: [source] };
  assertEquals(told(all, { lists: [list] }), ["impaired", "list-old ads"]);
  const certificate = { path: "/a.pem", names: [], validToS: 1, trouble: "ends in 3 days" };
  assertEquals(told(all, { certificates: [certificate] }), ["impaired", "certificate-ending /a.pem"]);
});
