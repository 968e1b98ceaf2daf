import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { SpecialNames } from "../../../lib/resolver/local/special_names.ts";
import { EDE, RCODE, rcodeToText, TYPE } from "../../../lib/wire/iana.ts";
import { decode, type Message } from "../../../lib/wire/message.ts";
import { lines, opt, question, questionLines, records } from "../../support/messages.ts";
import { clientQuery, questionHash, responseTo, StubResolver } from "../../support/resolving.ts";
import { Reply } from "../../../lib/resolver/reply.ts";

function ask(text: string) {
  const next = new StubResolver();
  const query = clientQuery({ questions: [question(text)] });
  const reply = new SpecialNames({ next, hash: questionHash() }).resolve(query);
  assert(reply instanceof Reply, "what is known is returned by a plain call");
  return { query, reply: decode(reply.octets), isForwarded: next.queries.length > 0 };
}

/** The SOA record of the zone, as a line. */
function soa(zone: string): string {
  return `${zone}. 10800 IN SOA ${zone}. nobody.invalid. 1 3600 1200 604800 10800`;
}

const NODATA = "NOERROR";

/** What is asked, the RCODE, and the answer or else the zone whose SOA record stands in the authority section. */
const ANSWERS: readonly [ids: string, asked: string, rcode: string, zone: string, ...answers: string[]][] = [
  ["[6761_01]", "localhost A", "NOERROR", "localhost", "localhost. 10800 IN A 127.0.0.1"],
  ["[6761_01]", "localhost AAAA", "NOERROR", "localhost", "localhost. 10800 IN AAAA ::1"],
  ["[6761_01]", "App.LocalHost A", "NOERROR", "localhost", "App.LocalHost. 10800 IN A 127.0.0.1"],
  ["[6761_01]", "a.b.localhost AAAA", "NOERROR", "localhost", "a.b.localhost. 10800 IN AAAA ::1"],
  ["[6761_01]", "localhost MX", NODATA, "localhost"],
  ["[6761_01]", "app.localhost DS", NODATA, "localhost"],
  ["[6761_01]", "localhost NSEC3", NODATA, "localhost"],
  ["[6761_01]", "_http._tcp.localhost SRV", NODATA, "localhost"],
  ["[6761_02]", "invalid A", "NXDOMAIN", "invalid"],
  ["[6761_02]", "www.INVALID AAAA", "NXDOMAIN", "invalid"],
  ["[6761_02]", "test A", "NXDOMAIN", "test"],
  ["[6761_02]", "a.b.test TXT", "NXDOMAIN", "test"],
  ["[6762_01]", "printer.local A", "NXDOMAIN", "local"],
  ["[6762_01]", "_services._dns-sd._udp.local PTR", "NXDOMAIN", "local"],
  ["[6762_01]", "1.0.254.169.in-addr.arpa PTR", "NXDOMAIN", "254.169.in-addr.arpa"],
  ["[7686_01]", "onion A", "NXDOMAIN", "onion"],
  ["[7686_01]", "expyuzz4wqqyqhjn.onion AAAA", "NXDOMAIN", "onion"],
  ["[7686_01]", "expyuzz4wqqyqhjn.onion DS", "NXDOMAIN", "onion"],
  ["[9476_01]", "a.alt HTTPS", "NXDOMAIN", "alt"],
  ["[internal_01]", "db.internal A", "NXDOMAIN", "internal"],
  ["[8375_01]", "router.home.arpa A", "NXDOMAIN", "home.arpa"],
  ["[8375_01]", "home.arpa A", NODATA, "home.arpa"],
  ["[8375_01]", "home.arpa SOA", "NOERROR", "home.arpa", soa("home.arpa")],
  ["[8375_01]", "Home.arpa NS", "NOERROR", "home.arpa", "home.arpa. 10800 IN NS home.arpa."],
  ["[9665_01]", "default.service.arpa PTR", "NXDOMAIN", "service.arpa"],
  ["[9462_01]", "_dns.resolver.arpa SVCB", NODATA, "resolver.arpa"],
  ["[9462_01]", "_dns.resolver.arpa A", NODATA, "resolver.arpa"],
  ["[9462_01]", "resolver.arpa TYPE261", NODATA, "resolver.arpa"],
  ["[9462_01]", "resolver.arpa DNSKEY", NODATA, "resolver.arpa"],
  ["[6303_01]", "10.in-addr.arpa SOA", "NOERROR", "10.in-addr.arpa", soa("10.in-addr.arpa")],
  ["[6303_01]", "3.2.1.10.in-addr.arpa PTR", "NXDOMAIN", "10.in-addr.arpa"],
  ["[6303_01]", "1.0.16.172.in-addr.arpa PTR", "NXDOMAIN", "16.172.in-addr.arpa"],
  ["[6303_01]", "1.0.31.172.in-addr.arpa PTR", "NXDOMAIN", "31.172.in-addr.arpa"],
  ["[6303_01]", "1.0.168.192.IN-ADDR.arpa PTR", "NXDOMAIN", "168.192.in-addr.arpa"],
  [
    "[6761_03]",
    "1.0.0.127.in-addr.arpa PTR",
    "NOERROR",
    "127.in-addr.arpa",
    "1.0.0.127.in-addr.arpa. 10800 IN PTR localhost.",
  ],
  [
    "[6761_03]",
    "1.0.0.127.IN-ADDR.arpa PTR",
    "NOERROR",
    "127.in-addr.arpa",
    "1.0.0.127.IN-ADDR.arpa. 10800 IN PTR localhost.",
  ],
  ["[6761_03]", "1.0.0.127.in-addr.arpa TXT", NODATA, "127.in-addr.arpa"],
  ["[6761_03]", "0.0.127.in-addr.arpa PTR", NODATA, "127.in-addr.arpa"],
  ["[6761_03]", "0.127.in-addr.arpa NS", NODATA, "127.in-addr.arpa"],
  ["[6761_03]", "1.0.1.0.0.127.in-addr.arpa PTR", "NXDOMAIN", "127.in-addr.arpa"],
  ["[6303_01]", "2.0.0.127.in-addr.arpa PTR", "NXDOMAIN", "127.in-addr.arpa"],
  [
    "[6303_01]",
    "127.in-addr.arpa NS",
    "NOERROR",
    "127.in-addr.arpa",
    "127.in-addr.arpa. 10800 IN NS 127.in-addr.arpa.",
  ],
  ["[6303_01]", "0.0.0.0.in-addr.arpa PTR", "NXDOMAIN", "0.in-addr.arpa"],
  ["[6303_01]", "255.255.255.255.in-addr.arpa PTR", NODATA, "255.255.255.255.in-addr.arpa"],
  ["[7793_01]", "64.100.in-addr.arpa SOA", "NOERROR", "64.100.in-addr.arpa", soa("64.100.in-addr.arpa")],
  ["[7793_01]", "1.0.64.100.in-addr.arpa PTR", "NXDOMAIN", "64.100.in-addr.arpa"],
  ["[7793_01]", "4.3.100.100.in-addr.arpa PTR", "NXDOMAIN", "100.100.in-addr.arpa"],
  ["[7793_01]", "255.255.127.100.in-addr.arpa PTR", "NXDOMAIN", "127.100.in-addr.arpa"],
  ["[6303_01]", "1.2.0.192.in-addr.arpa PTR", "NXDOMAIN", "2.0.192.in-addr.arpa"],
  ["[6303_01]", "1.100.51.198.in-addr.arpa PTR", "NXDOMAIN", "100.51.198.in-addr.arpa"],
  ["[6303_01]", "1.113.0.203.in-addr.arpa PTR", "NXDOMAIN", "113.0.203.in-addr.arpa"],
  [
    "[6761_03]",
    `1.${"0.".repeat(31)}ip6.arpa PTR`,
    "NOERROR",
    `1.${"0.".repeat(31)}ip6.arpa`,
    `1.${"0.".repeat(31)}ip6.arpa. 10800 IN PTR localhost.`,
  ],
  ["[6303_01]", `1.${"0.".repeat(31)}ip6.arpa TXT`, NODATA, `1.${"0.".repeat(31)}ip6.arpa`],
  ["[6303_01]", `${"0.".repeat(32)}ip6.arpa PTR`, NODATA, `${"0.".repeat(32)}ip6.arpa`],
  ["[6303_01]", "1.0.d.f.ip6.arpa PTR", "NXDOMAIN", "d.f.ip6.arpa"],
  ["[6303_01]", "1.B.E.F.ip6.arpa PTR", "NXDOMAIN", "b.e.f.ip6.arpa"],
  ["[6303_01]", "1.8.b.d.0.1.0.0.2.ip6.arpa PTR", "NXDOMAIN", "8.b.d.0.1.0.0.2.ip6.arpa"],
];

for (const [ids, asked, rcode, zone, ...answers] of ANSWERS) {
  Deno.test(`${ids} SpecialNames.resolve() answers ${asked} with ${answers[0] ?? rcode}, and forwards nothing`, () => {
    const { query, reply, isForwarded } = ask(asked);
    assertEquals([rcodeToText(reply.rcode), lines(reply.answers)], [rcode, answers]);
    // RFC 2308 §3: only what is negative has the SOA record in its authority section.
    assertEquals(lines(reply.authorities), answers.length > 0 ? [] : [soa(zone)]);
    assertEquals(questionLines(reply.questions), questionLines([question(asked)]));
    assertEquals([reply.recursionAvailable, isForwarded], [true, false]);
    assertEquals(query.reply.extendedErrors.map(({ infoCode }) => infoCode), [EDE.OTHER]);
  });
}

const FORWARDED: readonly [ids: string, asked: string][] = [
  ["", "example.org A"],
  ["", "codecrafters.io A"],
  ["", "abc.longassdomainname.com A"],
  ["", ". NS"],
  ["[special_01]", ". DNSKEY"],
  ["[special_01]", "arpa DS"],
  ["[special_01]", "ip6.arpa DNSKEY"],
  ["", "org DS"],
  ["[6761_02]", "www.example A"],
  ["[6761_02]", "test.example.org A"],
  ["[8880_01]", "ipv4only.arpa AAAA"],
  ["", "arpa NS"],
  ["", "in-addr.arpa SOA"],
  ["", "8.8.8.8.in-addr.arpa PTR"],
  ["", "1.0.32.172.in-addr.arpa PTR"],
  ["", "110.in-addr.arpa PTR"],
  ["", "localhost.example.org A"],
  ["", "xlocalhost A"],
  ["", "myhome.arpa A"],
  ["[7793_01]", "1.0.63.100.in-addr.arpa PTR"],
  ["[7793_01]", "1.0.128.100.in-addr.arpa PTR"],
  // The proof that a zone may be unsigned, or that there is none, is its parent's to give.
  ["[special_01] [8375_01]", "home.arpa DS"],
  ["[special_01]", "resolver.arpa DS"],
  ["[special_01]", "10.in-addr.arpa DS"],
  ["[special_01]", "64.100.in-addr.arpa DS"],
  ["[special_01]", "d.f.ip6.arpa DS"],
  ["[special_01]", "LocalHost DS"],
  ...["local", "internal", "alt", "onion", "test", "invalid", "localhost"].flatMap((zone): [string, string][] => {
    return ["DS", "DNSKEY", "NSEC"].map((type) => ["[special_01]", `${zone} ${type}`]);
  }),
  ["[1035_08]", "localhost A 3"],
];

for (const [ids, asked] of FORWARDED) {
  Deno.test(`${ids} SpecialNames.resolve() passes ${asked} on as it is`.trimStart(), () => {
    const next = new StubResolver();
    const query = clientQuery({ questions: [question(asked)] });
    new SpecialNames({ next, hash: questionHash() }).resolve(query);
    assertStrictEquals(next.queries[0], query);
    assertEquals(query.reply.extendedErrors, []);
  });
}

Deno.test("SpecialNames.resolve() does not take a dot inside a label for a border", () => {
  const next = new StubResolver();
  const reply = new SpecialNames({ next, hash: questionHash() }).resolve(
    clientQuery({ questions: [question("home\\.arpa A")] }),
  );
  assertEquals([decode((reply as Reply).octets).rcode, next.queries.length], [RCODE.NOERROR, 1]);
});

const ROOT_DENIAL = records(
  ". 3600 IN SOA a.root-servers.example. nobody.invalid. 1 1800 900 604800 86400",
  ". 3600 IN RRSIG SOA 8 0 86400 20260101000000 20251201000000 1 . AQIDBA==",
  "loans. 3600 IN NSEC locker. NS DS RRSIG NSEC",
  "loans. 3600 IN RRSIG NSEC 8 1 86400 20260101000000 20251201000000 1 . AQIDBA==",
);

/** What a validator gets, and what is asked for it, where the upstream answers with `fields`. */
async function askWithDo(text: string, fields: Partial<Message>) {
  const next = new StubResolver((query) => responseTo(query, fields));
  const query = clientQuery({ questions: [question(text)], additionals: [opt({ wantsDnssec: true })] });
  const reply = decode((await new SpecialNames({ next, hash: questionHash() }).resolve(query)).octets);
  return { query, reply, asked: next.queries.flatMap(({ wire }) => questionLines(decode(wire).questions)), next };
}

for (const name of ["Printer.local", "local", "a.b.internal", "x.alt", "x.onion", "x.test", "x.invalid"]) {
  const zone = name.split(".").at(-1);
  Deno.test(`[special_01] SpecialNames.resolve() denies ${name} to a validator with the root's proof for ${zone}`, async () => {
    const denial = { rcode: RCODE.NXDOMAIN, authorities: ROOT_DENIAL };
    const { query, reply, asked, next } = await askWithDo(`${name} A`, denial);
    assertEquals([reply.rcode, lines(reply.authorities)], [RCODE.NXDOMAIN, lines(ROOT_DENIAL)]);
    assertEquals(questionLines(reply.questions), [`${name}. IN A`]);
    assertEquals([asked, next.queries[0]!.scan.wantsDnssec], [[`${zone}. IN DS`], true]);
    assertEquals(query.reply.extendedErrors.map(({ infoCode }) => infoCode), [EDE.OTHER]);
  });
}

Deno.test("[special_01] SpecialNames.resolve() denies by itself what the upstream has no proof for", async () => {
  for (
    const fields of [
      { rcode: RCODE.SERVFAIL },
      { rcode: RCODE.NXDOMAIN, authorities: ROOT_DENIAL.filter(({ type }) => type === TYPE.SOA) },
      { answers: records("local. 60 IN DS 1 8 2 00") },
    ]
  ) {
    const { query, reply } = await askWithDo("printer.local A", fields);
    assertEquals([reply.rcode, lines(reply.answers), lines(reply.authorities)], [RCODE.NXDOMAIN, [], [soa("local")]]);
    assertEquals(query.reply.extendedErrors.length, 1);
  }
});

Deno.test("[6761_01] [6303_01] SpecialNames.resolve() answers validators about what exists here by itself", async () => {
  for (const text of ["localhost A", "1.2.3.10.in-addr.arpa PTR", "_dns.resolver.arpa SVCB", "a.home.arpa A"]) {
    assertEquals((await askWithDo(text, {})).asked, []);
  }
});
