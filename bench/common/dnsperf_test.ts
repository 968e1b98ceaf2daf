import { assertEquals, assertThrows } from "@std/assert";
import { dnsperfArgs, type Drive, parseLatencies, parseSummary } from "./dnsperf.ts";

const DRIVE: Drive = {
  server: { transport: "udp", hostname: "127.0.0.1", port: 5300 },
  transport: "udp",
  file: "/q",
  clients: 10,
  inFlight: 100,
  seconds: 3,
  rate: null,
};

/** As dnsperf 2.10.0 prints it. */
const PRINTED = `DNS Performance Testing Tool
Version 2.10.0

[Status] Command line: dnsperf -s 127.0.0.1 -p 5300 -d q -n 1 -v
[Status] Sending queries (to 127.0.0.1:5300)
> NOERROR n0.bench.example.org A 0.000265
> SERVFAIL n1.bench.example.org A 0.000051
> T n2.bench.example.org A
> NOERROR n3.bench.example.org A 0.000029
[Status] Testing complete (end of file)

Statistics:

  Queries sent:         2000
  Queries completed:    1990 (99.50%)
  Queries lost:         10 (0.50%)

  Response codes:       NOERROR 1950 (97.99%), SERVFAIL 40 (2.01%)
  Average packet size:  request 39, response 88
  Run time (s):         0.011306
  Queries per second:   88448.611357
`;

Deno.test("dnsperfArgs() limits by time or by the file, and sets a rate when there is one", () => {
  const common = ["-s", "127.0.0.1", "-p", "5300", "-m", "udp", "-d", "/q", "-t", "3", "-c", "10", "-q", "100"];
  assertEquals(dnsperfArgs(DRIVE), [...common, "-l", "3"]);
  assertEquals(dnsperfArgs({ ...DRIVE, seconds: null, rate: 500 }), [...common, "-n", "1", "-Q", "500"]);
});

Deno.test("dnsperfArgs() has as many threads as the sockets of all clients take", () => {
  const threads = (clients: number) => dnsperfArgs({ ...DRIVE, clients }).join(" ").match(/-T (\d+)/)?.[1];
  assertEquals([1, 256, 257, 400, 1000, 2000].map(threads), [undefined, undefined, "2", "2", "4", "8"]);
});

Deno.test("parseSummary() counts as answered only what has RCODE NOERROR", () => {
  assertEquals(parseSummary(PRINTED), { sent: 2000, answered: 1950, refused: 40, lost: 10, seconds: 0.011306 });
});

Deno.test("parseSummary() reads that nothing was answered", () => {
  const text = PRINTED.replace("1990 (99.50%)", "0 (0.00%)").replace(/NOERROR 1950.*/, "");
  assertEquals(parseSummary(text).answered, 0);
  assertEquals(parseSummary(text).refused, 0);
});

Deno.test("parseSummary() throws when dnsperf prints something else", () => {
  assertThrows(() => parseSummary("Error: no such file"), Error, "Cannot read what dnsperf prints");
});

Deno.test("parseLatencies() has the microseconds of answers alone, smallest first", () => {
  assertEquals([...parseLatencies(PRINTED)], [29, 265]);
});
