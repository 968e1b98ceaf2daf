import { assertEquals } from "@std/assert";
import { sampleWith as sample } from "./sample_with.ts";
import { ratioTable, type Result, workloadTable } from "./speed_report.ts";

const WORKLOAD = { name: "cold", title: "Cold" };

Deno.test("workloadTable() prints medians and extremes, and every loss of every round", () => {
  const rounds = [
    sample({ cpuMicrosPerAnswer: 30, lost: 2 }),
    sample({ cpuMicrosPerAnswer: 7, lost: 1, refused: 4 }),
    sample({ cpuMicrosPerAnswer: 8, lostAtRate: 5 }),
  ];
  const lines = workloadTable({ workload: WORKLOAD, rate: 500, samples: { ours: rounds } }).split("\n");
  assertEquals(lines[0], "Cold; latency at 500 queries/s");
  assertEquals([lines[2]!, lines[4]!].map(cellsOf), [
    ["Server", "CPU µs/answer", "(min–max)", "answers/s", "p50 µs", "p99 µs", "lost", "RSS MB"],
    ["ours", "8.0", "(7.0–30.0)", "1000", "50", "99", "3 + 4 by an RCODE + 5 at the rate of latency", "5"],
  ]);
});

Deno.test("workloadTable() may be of something else than servers, in the order in which it is given", () => {
  const samples = { "2 clients": [sample()], "10 clients": [sample()], "1 client": [sample()] };
  const lines = workloadTable({ workload: WORKLOAD, rate: 1, samples }, "Clients").split("\n").slice(2);
  assertEquals(lines.map((line) => cellsOf(line)[0]).filter((cell) => !cell!.startsWith("-")), [
    "Clients",
    "2 clients",
    "10 clients",
    "1 client",
  ]);
});

Deno.test("workloadTable() leaves out the rounds in which a server failed, and says when it always did", () => {
  const samples = { ours: [null, sample()], bind: [null, null] };
  const lines = workloadTable({ workload: WORKLOAD, rate: null, samples }).split("\n");
  assertEquals(lines[0], "Cold; latency at full load");
  assertEquals(cellsOf(lines.at(-2)!).slice(0, 2), ["ours", "10.0"]);
  assertEquals(cellsOf(lines.at(-1)!).slice(0, 3), ["bind", "failed", "–"]);
});

Deno.test("ratioTable() compares every mode with the best peer of each round, and with each peer", () => {
  const cpu = (...values: number[]) => values.map((cpuMicrosPerAnswer) => sample({ cpuMicrosPerAnswer }));
  const result: Result = {
    workload: WORKLOAD,
    rate: 1,
    samples: { "ours-plain": cpu(20, 20), "ours-native": cpu(5, 10), bind: cpu(10, 40), unbound: cpu(20, 20) },
  };
  const rows = ratioTable([result], ["ours-plain", "ours-native"], ["bind", "unbound"]).split("\n").map(cellsOf);
  assertEquals(rows[0], [
    "Workload",
    "Mode",
    "CPU ÷ best",
    "p99 ÷ best",
    "answers/s ÷ best",
    "CPU ÷ bind",
    "CPU ÷ unbound",
  ]);
  assertEquals(rows[2], ["cold", "ours-plain", "1.50", "1.00", "1.00", "1.25", "1.00"]);
  assertEquals(rows[3], ["cold", "ours-native", "0.50", "1.00", "1.00", "0.38", "0.38"]);
});

Deno.test("ratioTable() prints a dash where there is nobody to compare with", () => {
  const row = ratioTable([{ workload: WORKLOAD, rate: 1, samples: { ours: [sample()] } }], ["ours"], []);
  assertEquals(cellsOf(row.split("\n")[2]!), ["cold", "ours", "–", "–", "–"]);
});

Deno.test("ratioTable() leaves out rounds in which a peer has no latency", () => {
  const samples = {
    ours: [sample({ p99Micros: 10 }), sample({ p99Micros: 10 })],
    bind: [sample({ p99Micros: NaN }), sample({ p99Micros: 20 })],
  };
  const row = ratioTable([{ workload: WORKLOAD, rate: 1, samples }], ["ours"], ["bind"]).split("\n")[2]!;
  assertEquals(cellsOf(row)[3], "0.50");
});

function cellsOf(row: string): string[] {
  return row.split("|").map((cell) => cell.trim()).slice(1, -1);
}
