// `probe` on real sockets: servers of others, and such as behave badly.

import { assertEquals, assertMatch } from "@std/assert";
import { formatSocketAddress } from "../../lib/base/net/address.ts";
import type { Ranked } from "../../lib/probe/rank.ts";
import type { Point } from "../../lib/probe/report.ts";
import { readOpt, writeOpt } from "../../lib/wire/edns/edns.ts";
import { RCODE, TYPE } from "../../lib/wire/iana.ts";
import { decode, encode } from "../../lib/wire/message.ts";
import { nameToText } from "../../lib/wire/name.ts";
import { records } from "../support/messages.ts";
import { recordZone } from "../support/record_zone.ts";
import { ScriptedUpstream, type UpstreamHabits } from "../support/scripted_upstream.ts";
import { testCertificates } from "../support/test_certificates.ts";
import { MISSING, startServers } from "./probe_servers.ts";
import { runProgram } from "./program.ts";
import { TcpServer } from "./tcp_server.ts";
import { UdpServer } from "./udp_server.ts";

const LOOK = ["--timeout", "300", "--json"];
const ZONE = recordZone("a.example 300 IN A 192.0.2.1", "b.example 300 IN A 192.0.2.2", "s.example 300 IN A 192.0.2.3");
const NAMES = [
  "--name",
  "a.example,b.example",
  "--missing-in",
  "example,test",
  "--signed",
  "s.example",
  "--bogus",
  "b.example",
];

async function probe(servers: readonly string[], ...args: readonly string[]): Promise<Ranked[]> {
  const { printed, lines } = await runProgram("probe", ...servers, ...LOOK, ...args);
  assertEquals(lines, []);
  return JSON.parse(printed.join(""));
}

function texts({ findings }: Ranked, ...points: readonly Point[]): string[] {
  return points.map((point) => findings[point].text);
}

/** A server over UDP alone. */
function server(habits: Partial<UpstreamHabits> = {}, isLost: (count: number) => boolean = () => false): UdpServer {
  const scripted = new ScriptedUpstream(ZONE, { signs: true, ...habits });
  let count = 0;
  return new UdpServer(({ octets }) => isLost(count++) ? null : scripted.respond(octets));
}

Deno.test({
  name: "probe tells unbound, BIND, dnsdist and nsd apart by what each of them is good for" +
    (MISSING.length === 0 ? "" : ` (needs ${MISSING.join(", ")})`),
  ignore: MISSING.length > 0,
  fn: async () => {
    await using servers = await startServers();
    const { nsd, recursive, validating, bind, dnsdist } = servers;
    const ranked = await probe(
      [nsd, recursive, validating, bind, dnsdist],
      ...["--name", "www.insecure.net,www.plain.example.org", "--missing-in", "org,insecure.net"],
      ...["--signed", "www.child.example.org", "--bogus", "forged.bogus.org", "--timeout", "2000"],
    );
    const found = (server: string) => ranked.find((one) => one.server === server)!;
    assertEquals(ranked.at(-1)!.server, nsd);
    assertEquals([found(nsd).use, found(nsd).against], ["bad", ["it does not ask other servers (RA is not set)"]]);
    const points = ["edns", "letterCase", "missingNames", "dnssec", "tls"] as const;
    assertEquals(texts(found(validating), ...points), ["1232", "kept", "honest", "checks", "no"]);
    assertEquals(texts(found(recursive), ...points), ["1232", "kept", "honest", "passes", "no"]);
    assertEquals(texts(found(bind), ...points), ["1232", "kept", "honest", "passes", "no"]);
    assertEquals(texts(found(dnsdist), ...points), ["1232", "kept", "honest", "passes", "no"]);
    assertEquals(found(bind).findings.cookies.text, "yes");
    for (const one of ranked.slice(0, -1)) {
      assertMatch(one.findings.tcp.text, / ms$/);
      assertEquals([one.use, one.lostCount, one.known.count, one.fresh.count], ["good", 0, 10, 10]);
    }
  },
});

Deno.test("probe counts what a server loses, and does not wait for it longer than it is told", async () => {
  await using lossy = server({}, (count) => count % 4 === 3);
  const [found] = await probe([formatSocketAddress(lossy.address)], ...NAMES);
  // The first one is answered; of the next 22, each fourth is not.
  assertEquals([found!.askedCount, found!.lostCount, found!.use], [22, 5, "fair"]);
});

Deno.test("probe finds out servers that lie about names that do not exist, know no EDNS, or change letters", async () => {
  const lying = new UdpServer(({ octets }) => {
    const query = decode(octets);
    const [question] = query.questions;
    const { answers } = ZONE(question!);
    const made = records("x.example 60 IN A 203.0.113.80").map((record) => ({ ...record, name: question!.name }));
    const additionals = query.additionals.filter(({ type }) => type === TYPE.OPT).map((opt) => writeOpt(readOpt(opt)));
    const reply = { ...query, isResponse: true, recursionAvailable: true, rcode: RCODE.NOERROR, additionals };
    return encode({ ...reply, answers: answers.length > 0 || question!.type !== TYPE.A ? answers : made });
  });
  await using liar = lying;
  await using old = server({ edns: "ignores", signs: false });
  await using lower = server({ lowersCase: true });
  const ranked = await probe([liar, old, lower].map(({ address }) => formatSocketAddress(address)), ...NAMES);
  const found = (one: UdpServer) => ranked.find(({ server }) => server === formatSocketAddress(one.address))!;
  assertEquals([found(liar).use, ...texts(found(liar), "missingNames")], ["bad", "lies"]);
  assertEquals(texts(found(old), "edns", "dnssec", "letterCase"), ["no", "no", "kept"]);
  assertEquals(texts(found(lower), "edns", "letterCase"), ["1232", "changed"]);
  assertEquals(ranked.at(-1), found(liar));
});

Deno.test("probe looks at a certificate, takes its session up again, and asks over TLS", async () => {
  const { server: identity } = await testCertificates();
  const scripted = new ScriptedUpstream(ZONE, { signs: true });
  const names = new Set<string>();
  await using tls = new TcpServer(
    (octets) => {
      names.add(nameToText(decode(octets).questions[0]!.name));
      return scripted.respond(octets, "tcp");
    },
    0,
    identity,
  );
  const [believed] = await probe([`tls://127.0.0.1:${tls.address.port}?auth=none`], ...NAMES);
  assertEquals([believed!.use, believed!.known.count], ["good", 10]);
  const { certificate } = believed!;
  assertEquals([certificate!.isResumed, certificate!.refusal, certificate!.daysLeft >= 0], [true, null, true]);
  assertEquals(names.has("a.example."), true);
  names.clear();
  const [stranger] = await probe([`tls://127.0.0.1:${tls.address.port}`], ...NAMES);
  assertEquals([stranger!.use, names.size], ["bad", 0]);
  assertMatch(stranger!.against[0]!, /no authority that is believed/);
});
