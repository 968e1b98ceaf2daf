import { assertEquals } from "@std/assert";
import { type Failure, OutageEvidence } from "../../../lib/upstream/health/outage_evidence.ts";
import { requestFor } from "../../support/upstream_rig.ts";

/** Failures in a row, as `how name`, and whether they show an outage. */
const ROWS: readonly (readonly [what: string, failures: readonly string[], isEnough: boolean])[] = [
  ["three failures", ["useless a.org", "noReply b.org", "noReply a.org"], false],
  ["four questions without a reply, be they the same one", Array(4).fill("noReply a.org"), true],
  ["refusals of one name", Array(100).fill("useless a.org"), false],
  [
    "refusals of the names of one zone",
    ["a.z.org", "b.z.org AAAA", "c.d.z.org", "Z.org", "e.z.org"].map(useless),
    false,
  ],
  ["refusals in one zone, and one elsewhere", ["a.z.org", "b.z.org", "c.z.org", "y.org"].map(useless), false],
  [
    "refusals in one zone, and two without a reply",
    ["a.z.org", "b.z.org"].map(useless).concat(Array(2).fill("noReply a.z.org")),
    true,
  ],
  ["refusals in two zones", ["a.z.org", "b.z.org", "a.y.org", "b.y.org"].map(useless), true],
  ["refusals of everything", ["a.org", "b.org", "c.org", "d.net"].map(useless), true],
  ["refusals of the root, and of top-level domains", [".", "org", "net", "com"].map(useless), true],
];

function useless(name: string): string {
  return `useless ${name}`;
}

function failureOf(text: string): Failure {
  const [how, ...asked] = text.split(" ");
  return { how: how as Failure["how"], questionOctets: requestFor(asked.join(" ")).questionOctets };
}

for (const [what, failures, isEnough] of ROWS) {
  Deno.test(`OutageEvidence: ${what} ${isEnough ? "show" : "do not show"} an outage`, () => {
    const evidence = new OutageEvidence();
    for (const failure of failures) evidence.add(failureOf(failure));
    assertEquals([evidence.hasAny, evidence.isEnough], [true, isEnough]);
    evidence.clear();
    assertEquals([evidence.hasAny, evidence.isEnough], [false, false]);
    for (const failure of failures) evidence.add(failureOf(failure));
    assertEquals(evidence.isEnough, isEnough);
  });
}
