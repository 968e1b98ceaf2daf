import { assertEquals } from "@std/assert";
import { sampleWith as sample } from "../common/sample_with.ts";
import { OUR_MODES } from "../common/our_modes.ts";
import { PEERS } from "../common/forwarders.ts";
import { type Goal, GOALS, goalsTable } from "./goals.ts";
import { PEER_WORKLOADS } from "./peer_workloads.ts";

const GOAL: Goal = {
  title: "hits",
  workload: "hits-1",
  mode: "ours-native",
  of: "cpuMicrosPerAnswer",
  by: "best",
  most: 1.1,
};
const WORKLOAD = { name: "hits-1", title: "Hits" };

function cpu(...values: number[]) {
  return values.map((cpuMicrosPerAnswer) => sample({ cpuMicrosPerAnswer }));
}

/** Measured, at most, verdict. */
function rowOf(goal: Goal, samples: Parameters<typeof goalsTable>[1][number]["samples"]): string[] {
  const text = goalsTable([goal], [{ workload: WORKLOAD, rate: null, samples }], ["bind", "unbound"]);
  return text.split("\n")[2]!.split("|").map((cell) => cell.trim()).slice(5, 8);
}

Deno.test("goalsTable() compares within each round with the best peer, and says by how much a goal is missed", () => {
  const samples = { "ours-native": cpu(11, 30, 24), bind: cpu(10, 30, 30), unbound: cpu(20, 25, 20) };
  assertEquals(rowOf(GOAL, samples), ["1.20", "1.10", "missed by 9 %"]);
});

Deno.test("goalsTable() says of a goal that is reached to the digit that it is met", () => {
  assertEquals(rowOf(GOAL, { "ours-native": cpu(11), bind: cpu(10) }), ["1.10", "1.10", "met"]);
});

Deno.test("goalsTable() compares with the server that a goal names, which may be one of ours", () => {
  const goal = { ...GOAL, by: { server: "ours-plain" } };
  assertEquals(rowOf(goal, { "ours-native": cpu(11), bind: cpu(1), "ours-plain": cpu(20) }), ["0.55", "1.10", "met"]);
});

Deno.test("goalsTable() compares what is no ratio with a number of its own", () => {
  const goal: Goal = { ...GOAL, of: "residentOctets", by: 1e6, most: 100 };
  const samples = { "ours-native": [sample({ residentOctets: 90e6 }), sample({ residentOctets: 120e6 }), null] };
  assertEquals(rowOf(goal, samples), ["105", "100", "missed by 5 %"]);
});

Deno.test("goalsTable() says what was not measured: no such workload, no such server, no round without a failure", () => {
  const none = ["–", "1.10", "not measured"];
  assertEquals(rowOf({ ...GOAL, workload: "zipf" }, { "ours-native": cpu(1), bind: cpu(1) }), none);
  assertEquals(rowOf(GOAL, { "ours-native": cpu(1) }), none);
  assertEquals(rowOf(GOAL, { "ours-native": [null, sample()], bind: [sample(), null] }), none);
});

Deno.test("GOALS are of workloads and servers that there are", () => {
  const servers = [...OUR_MODES, ...PEERS].map(({ name }) => name);
  const workloads = PEER_WORKLOADS.map(({ name }) => name);
  for (const { workload, mode, by } of GOALS) {
    assertEquals(workloads.filter((name) => name === workload), [workload]);
    assertEquals(servers.includes(mode), true, mode);
    if (typeof by === "object") assertEquals(servers.includes(by.server), true, by.server);
  }
});
