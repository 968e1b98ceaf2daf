import { assertEquals, assertThrows } from "@std/assert";
import { kernelDrops } from "./kernel_drops.ts";
import { reloadTable, type Sample } from "./report.ts";

const SAMPLE: Sample = {
  answersPerSecond: 1000,
  sent: 2000,
  lost: 0,
  dropped: 0,
  p99Micros: 500,
  p999Micros: 900,
  residentOctets: 64 * 1024 ** 2,
  reloads: 0,
};

Deno.test("reloadTable() sums what was lost, and tells medians and the ratio of the rounds", () => {
  const during = { ...SAMPLE, lost: 1, dropped: 2, reloads: 20, p99Micros: 600 };
  const text = reloadTable([{
    name: "ours",
    without: [SAMPLE, { ...SAMPLE, p99Micros: 1000 }, SAMPLE],
    during: [during, { ...during, p99Micros: 1500 }, during],
  }]);
  const cells = text.split("\n")[2]!.split("|").map((cell) => cell.trim()).slice(1, -1);
  assertEquals(cells, [
    "ours",
    "60",
    "3 of 6000",
    "6",
    "1000",
    "1000",
    "0.50 ms",
    "0.60 ms",
    "1.20",
    "0.90 ms",
    "64 MiB",
  ]);
});

Deno.test("kernelDrops() finds the drops of UDP by their name", () => {
  const snmp =
    "Ip: Forwarding\nIp: 1\nUdp: InDatagrams NoPorts RcvbufErrors InCsumErrors\nUdp: 5 6 7 8\nUdpLite: RcvbufErrors\nUdpLite: 9\n";
  assertEquals(kernelDrops(snmp), 7);
  assertThrows(() => kernelDrops("Tcp: a\nTcp: 1\n"), Error, "RcvbufErrors");
});
