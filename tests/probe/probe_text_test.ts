import { assertEquals, assertMatch } from "@std/assert";
import { probeText } from "../../lib/probe/probe_text.ts";
import { choose, rank, type Ranked } from "../../lib/probe/rank.ts";
import { finding, POINTS, type ServerReport, timesOf } from "../../lib/probe/report.ts";
import { textOf } from "../../lib/probe/probe.ts";
import { PUBLIC_RESOLVERS } from "../../lib/probe/public_resolvers.ts";
import { parseEndpoint } from "../../lib/upstream/parse_endpoint.ts";
import { parseSocketAddress } from "../../lib/base/net/address.ts";

/** A server without a fault, which takes `ms` for each name. */
function report(server: string, ms: number, fields: Partial<ServerReport> = {}): ServerReport {
  const good = Object.fromEntries(POINTS.map((point) => [point, finding("good", "yes")]));
  return {
    server,
    operator: null,
    problem: null,
    known: timesOf([ms]),
    fresh: timesOf([ms]),
    askedCount: 2,
    lostCount: 0,
    certificate: null,
    findings: good as ServerReport["findings"],
    filtered: [],
    otherWays: [],
    ...fields,
  };
}

function order(ranked: readonly Ranked[]): string[] {
  return ranked.map(({ server, use }) => `${server} ${use}`);
}

Deno.test("timesOf() gives times that were measured, by the nearest rank", () => {
  assertEquals(timesOf([]), { count: 0, medianMs: null, p95Ms: null });
  assertEquals(timesOf([3]), { count: 1, medianMs: 3, p95Ms: 3 });
  assertEquals(timesOf([5, 1, 4, 2]), { count: 4, medianMs: 2, p95Ms: 5 });
  assertEquals(timesOf(Array.from({ length: 100 }, (_, i) => i + 1)), { count: 100, medianMs: 50, p95Ms: 95 });
});

Deno.test("rank() puts what may be used first, then what is faster", () => {
  const lies = finding("bad", "lies", "it lies");
  const bad = finding("bad", "no", "no TCP");
  const base = report("x", 1).findings;
  assertEquals(
    order(rank([
      report("liar", 1, { findings: { ...base, missingNames: lies } }),
      report("dead", 1, { problem: "no reply" }),
      report("slow", 40),
      report("without-tcp", 2, { findings: { ...base, tcp: bad } }),
      report("fast", 10),
    ])),
    ["fast good", "slow good", "without-tcp fair", "liar bad", "dead bad"],
  );
});

Deno.test("rank() holds a certificate against a server that is asked over TLS, and not against one that is asked in the clear", () => {
  const tls = finding("bad", "not believed", "over TLS: its certificate is for somebody else");
  const findings = { ...report("x", 1).findings, tls };
  assertEquals(order(rank([report("192.0.2.1", 1, { findings }), report("tls://dns.example", 1, { findings })])), [
    "192.0.2.1 good",
    "tls://dns.example fair",
  ]);
});

Deno.test("choose() takes two servers of different operators, and none that is not to be used", () => {
  const of = (server: string, ms: number, operator: string | null) => report(server, ms, { operator });
  const names = (reports: readonly ServerReport[]) => choose(rank(reports)).map(({ server }) => server);
  assertEquals(names([of("a", 1, "One"), of("b", 2, "One"), of("c", 3, "Two")]), ["a", "c"]);
  assertEquals(names([of("a", 1, null), of("b", 2, null), of("c", 3, null)]), ["a", "b"]);
  assertEquals(names([report("a", 1, { problem: "no reply" })]), []);
  const findings = { ...report("x", 1).findings, tcp: finding("bad", "no", "no TCP") };
  assertEquals(names([report("a", 1), report("b", 2, { findings })]), ["a"]);
  assertEquals(names([report("a", 1, { findings }), report("b", 2, { findings })]), ["a", "b"]);
});

Deno.test("probeText() shows each server in 80 columns, says what is against whom, why it counts, and what to write where", () => {
  const findings = { ...report("x", 1).findings, tcp: finding("bad", "no", "no TCP: long replies are lost") };
  const text = probeText(rank([
    report("[2001:4860:4860::8888]", 12.34, { operator: "Somebody" }),
    report("9.9.9.9", 200, { findings }),
    report("192.0.2.1", 1, { problem: "no reply in 2000 ms", known: timesOf([]), fresh: timesOf([]), lostCount: 1 }),
  ]));
  const lines = text.split("\n");
  const tables = lines.slice(0, lines.indexOf("Why it counts:"));
  assertEquals(tables.filter((line) => line.length > 80), []);
  assertEquals(lines.slice(0, 4), [
    "SERVER                    KNOWN 50%  95%  NEW 50%  95%  LOST  USE",
    "1 [2001:4860:4860::8888]         12   12       12   12   0 %  good",
    "2 9.9.9.9                       200  200      200  200   0 %  see below",
    "3 192.0.2.1                       -    -        -    -   all  not to be used",
  ]);
  assertMatch(text, /\n1 \[2001:4860:4860::8888\] \(Somebody\)\n/);
  assertMatch(text, /\n2 9\.9\.9\.9:\n {2}- no TCP: long replies are lost\n/);
  assertMatch(text, /\n3 192\.0\.2\.1:\n {2}- no reply in 2000 ms\n/);
  assertMatch(text, /\n {2}TCP +replies that do not fit .*\n/);
  assertMatch(
    text,
    /command line:\n {2}dns-forwarder --resolver '\[2001:4860:4860::8888\]'\n.*file:\n {2}\[upstreams\.default\]\n {2}servers = \["\[2001:4860:4860::8888\]"\]\n$/s,
  );
});

Deno.test("probeText() says when no server can be used", () => {
  assertMatch(probeText(rank([report("a", 1, { problem: "no reply" })])), /\nNone of them can be used\.\n$/);
});

Deno.test("textOf() leaves out what is usual, and parseEndpoint() reads the rest as the same", () => {
  const texts = [
    ["192.0.2.1:53", "192.0.2.1"],
    ["192.0.2.1:5353", "192.0.2.1:5353"],
    ["[2001:db8::53]:53", "[2001:db8::53]"],
    ["tcp://192.0.2.1:53", "tcp://192.0.2.1"],
    ["tls://dns.example.org:853?ip=192.0.2.1", "tls://dns.example.org?ip=192.0.2.1"],
    ["https://dns.example.org:443/dns-query?ip=192.0.2.1", "https://dns.example.org/dns-query?ip=192.0.2.1"],
    ["https://dns.example.org:8443/q?bootstrap=192.0.2.1:53", "https://dns.example.org:8443/q?bootstrap=192.0.2.1:53"],
  ] as const;
  for (const [long, short] of texts) {
    const endpoint = parseEndpoint(long, 53);
    assertEquals([textOf(endpoint), parseEndpoint(short, 53)], [short, endpoint]);
  }
});

Deno.test("PUBLIC_RESOLVERS have addresses, an IPv4 one first, and none of them twice", () => {
  const all = PUBLIC_RESOLVERS.flatMap(({ addresses }) => addresses);
  assertEquals(
    all.map((address) => parseSocketAddress(address.includes(":") ? `[${address}]` : address, 53).hostname),
    all,
  );
  assertEquals(new Set(all).size, all.length);
  assertEquals(PUBLIC_RESOLVERS.filter(({ addresses }) => addresses[0]!.includes(":")), []);
});

Deno.test("probeText() leaves what a server takes to be asked out of the tables, and not out of the configuration", () => {
  const text = probeText(rank([report("tls://dns.example?ip=192.0.2.1&ca=/etc/ca.pem", 1)]));
  assertMatch(text, /\n1 tls:\/\/dns\.example {2,}1\.0/);
  assertMatch(text, /--resolver 'tls:\/\/dns\.example\?ip=192\.0\.2\.1&ca=\/etc\/ca\.pem'\n/);
  assertMatch(text, /servers = \["tls:\/\/dns\.example\?ip=192\.0\.2\.1&ca=\/etc\/ca\.pem"\]/);
});
