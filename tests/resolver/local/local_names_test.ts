import { assert, assertEquals } from "@std/assert";
import { LocalNames } from "../../../lib/resolver/local/local_names.ts";
import { Reply } from "../../../lib/resolver/reply.ts";
import { RCODE, rcodeToText } from "../../../lib/wire/iana.ts";
import { decode } from "../../../lib/wire/message.ts";
import { nameToText } from "../../../lib/wire/name.ts";
import { recordToText } from "../../../lib/wire/text/record_text.ts";
import { localData, type LocalWords, TTL } from "../../support/local_names.ts";
import { lines, question, records } from "../../support/messages.ts";
import { clientQuery, responseTo, type Said, StubResolver } from "../../support/resolving.ts";
import type { Query } from "../../../lib/resolver/query.ts";
import type { Resolver } from "../../../lib/resolver/resolver.ts";

interface Asking {
  /** Number of the client's group. */
  readonly group?: number;
  readonly isRouted?: boolean;
  /** What the next resolver says. */
  readonly next?: (query: Query) => Said;
}

function namesOf(words: LocalWords, next: Resolver, { group = 0, isRouted = false }: Asking = {}): LocalNames {
  return new LocalNames({
    decide: {
      resolveUnknown: (query) => next.resolve(query),
      subjectOf: ({ wire }) => isRouted ? "domain" : wire[12] === "localhost".length ? "special" : "all",
      groupOf: () => group,
    },
    data: localData(words),
    ttlSeconds: TTL,
    wallClock: { epochSeconds: () => 1_800_000_000 },
  });
}

function ask(words: LocalWords, text: string, asking: Asking = {}) {
  const next = new StubResolver(asking.next);
  const query = clientQuery({ questions: [question(text)] });
  const reply = namesOf(words, next, asking).resolve(query);
  assert(reply instanceof Reply, "what is known is returned by a plain call");
  return { query, message: decode(reply.octets), forwarded: next.queries };
}

/** The answer in short: records without the asked name and IN, or what denies it, or who is asked. */
function told(words: LocalWords, text: string, asking: Asking = {}): string {
  const { message, forwarded } = ask(words, text, asking);
  const [asked] = message.questions;
  if (forwarded.length > 0 && message.answers.length === 0) return "forwarded";
  if (message.answers.length > 0) {
    const own = `${nameToText(asked!.name)} `;
    return message.answers.map((answer) => recordToText(answer).replace(own, "").replace(" IN", "")).join(", ");
  }
  const [soa] = message.authorities;
  return `${rcodeToText(message.rcode)} ${nameToText(soa!.name)}`;
}

/** RFC 4592 §2.2.1, SRV records written out. */
const RFC_4592: LocalWords = {
  domain: "example",
  records: [
    "example. 3600 IN SOA ns.example.com. admin.example.com. 1 2 3 4 5",
    "example. 3600 NS ns.example.com.",
    "example. 3600 NS ns.example.net.",
    '*.example. 3600 TXT "this is a wildcard"',
    "*.example. 3600 MX 10 host1.example.",
    'sub.*.example. 3600 TXT "this is not a wildcard"',
    "host1.example. 3600 A 192.0.2.1",
    "_ssh._tcp.host1.example. 3600 SRV 0 0 22 host1.example.",
    "_ssh._tcp.host2.example. 3600 SRV 0 0 22 host2.example.",
    "subdel.example. 3600 NS ns.example.com.",
    "subdel.example. 3600 NS ns.example.net.",
  ],
};

const SYNTHESIS: readonly [id: string, asked: string, why: string, expected: string][] = [
  ["[4592_01]", "host3.example MX", "is synthesized from *.example", "3600 MX 10 host1.example."],
  ["[4592_01]", "host3.example A", "has no data of the type at *.example", "NOERROR example."],
  [
    "[4592_01]",
    "foo.bar.example TXT",
    "is synthesized, for bar.example does not exist",
    '3600 TXT "this is a wildcard"',
  ],
  ["[4592_02]", "host1.example MX", "is not synthesized, for host1.example exists", "NOERROR example."],
  ["[4592_02]", "sub.*.example MX", "is not synthesized, for sub.*.example exists", "NOERROR example."],
  [
    "4592_03",
    "_telnet._tcp.host1.example SRV",
    "is not synthesized, for _tcp.host1.example exists",
    "NXDOMAIN example.",
  ],
  ["[4592_02]", "host.subdel.example A", "is not synthesized, for subdel.example exists", "NXDOMAIN example."],
  ["[4592_02]", "ghost.*.example MX", "is not synthesized, for *.example exists", "NXDOMAIN example."],
  ["[4592_03]", "_tcp.host1.example A", "is an empty non-terminal", "NOERROR example."],
  ["[4592_03]", "host2.example MX", "is an empty non-terminal: no wildcard holds for it", "NOERROR example."],
  ["[4592_04]", "*.example MX", "is asked for by itself", "3600 MX 10 host1.example."],
  ["[4592_04]", "sub.*.example TXT", "has an asterisk that means nothing", '3600 TXT "this is not a wildcard"'],
  ["[4592_05]", "x.sub.*.example TXT", "has a closest encloser without a wildcard", "NXDOMAIN example."],
];

for (const [id, asked, why, expected] of SYNTHESIS) {
  Deno.test(`${id} RFC 4592 §2.2.1: ${asked} ${why}`, () => assertEquals(told(RFC_4592, asked), expected));
}

const HOME: LocalWords = {
  domain: "home.arpa",
  addresses: {
    "nas": ["192.168.1.10", "fd00::10"],
    "printer": ["192.168.1.11"],
    "*.apps.home.arpa": "nas",
    "grafana.apps.home.arpa": ["192.168.1.12"],
    "www.example.org": ["192.168.1.13"],
    "*.example.net": ["192.168.1.14"],
    "a.b.example.net": ["192.168.1.15"],
    "shop.example.com": "www.example.org",
    "away": "elsewhere.example.edu",
    "round": "about.home.arpa",
    "about": "round",
  },
  records: ["_http._tcp.home.arpa. 60 IN SRV 0 0 80 nas.home.arpa."],
};

const ANSWERS: readonly [asked: string, expected: string][] = [
  ["nas.home.arpa A", "300 A 192.168.1.10"],
  ["NAS.Home.ARPA AAAA", "300 AAAA fd00::10"],
  ["nas A", "300 A 192.168.1.10"],
  ["nas.home.arpa ANY", "300 A 192.168.1.10, 300 AAAA fd00::10"],
  ["nas.home.arpa MX", "NOERROR home.arpa."],
  ["nas MX", "NOERROR nas."],
  ["nas.home.arpa DS", "NOERROR home.arpa."],
  ["home.arpa A", "NOERROR home.arpa."],
  ["home.arpa SOA", "300 SOA home.arpa. nobody.invalid. 1 3600 1200 604800 300"],
  ["home.arpa NS", "300 NS home.arpa."],
  ["home.arpa DS", "forwarded"],
  ["_tcp.home.arpa TXT", "NOERROR home.arpa."],
  ["_http._tcp.home.arpa SRV", "60 SRV 0 0 80 nas.home.arpa."],
  ["unknown.home.arpa A", "NXDOMAIN home.arpa."],
  ["unknown A", "NXDOMAIN unknown."],
  ["com DS", "forwarded"],
  ["com NS", "forwarded"],
  ["com DNSKEY", "forwarded"],
  [". NS", "forwarded"],
  ["x.apps.home.arpa CNAME", "300 CNAME nas.home.arpa."],
  ["x.apps.home.arpa A", "300 CNAME nas.home.arpa., nas.home.arpa. 300 A 192.168.1.10"],
  ["x.apps.home.arpa MX", "300 CNAME nas.home.arpa."],
  ["grafana.apps.home.arpa A", "300 A 192.168.1.12"],
  ["x.grafana.apps.home.arpa A", "NXDOMAIN apps.home.arpa."],
  ["apps.home.arpa A", "NOERROR home.arpa."],
  ["www.example.org A", "300 A 192.168.1.13"],
  ["www.example.org AAAA", "NOERROR www.example.org."],
  ["www.example.org DS", "forwarded"],
  ["example.org A", "forwarded"],
  ["x.www.example.org A", "forwarded"],
  ["x.example.net A", "300 A 192.168.1.14"],
  ["x.y.example.net A", "300 A 192.168.1.14"],
  ["b.example.net A", "NOERROR example.net."],
  ["c.b.example.net A", "NXDOMAIN example.net."],
  ["example.net A", "forwarded"],
  ["x.example.net DS", "forwarded"],
  ["x.y.example.net DS", "NOERROR example.net."],
  ["shop.example.com A", "300 CNAME www.example.org., www.example.org. 300 A 192.168.1.13"],
  ["10.1.168.192.in-addr.arpa PTR", "300 PTR nas.home.arpa."],
  ["10.1.168.192.IN-ADDR.arpa A", "NOERROR 10.1.168.192.IN-ADDR.arpa."],
  [`0.1${".0".repeat(26)}.d.f.ip6.arpa PTR`, "forwarded"],
  [`0.1${".0".repeat(27)}.0.d.f.ip6.arpa PTR`, "300 PTR nas.home.arpa."],
  ["13.1.168.192.in-addr.arpa PTR", "300 PTR www.example.org."],
  ["14.1.168.192.in-addr.arpa PTR", "forwarded"],
  ["1.168.192.in-addr.arpa PTR", "forwarded"],
  ["nas.home.arpa TXT 3", "forwarded"],
];

for (const [asked, expected] of ANSWERS) {
  Deno.test(`[local_01] [local_03] [local_06] LocalNames: ${asked} is told ${expected}`, () =>
    assertEquals(told(HOME, asked), expected));
}

Deno.test("[local_03] LocalNames forwards names of one label when it is told to, but for its own", () => {
  const words = { ...HOME, ownsSingleLabels: false };
  assertEquals(told(words, "unknown A"), "forwarded");
  assertEquals(told(words, "nas A"), "300 A 192.168.1.10");
});

Deno.test("[local_02] LocalNames leaves unknown names of its domain to whoever is asked for them, and keeps its own", () => {
  const asking = { isRouted: true };
  assertEquals(told(HOME, "unknown.home.arpa A", asking), "forwarded");
  assertEquals(told(HOME, "_tcp.home.arpa A", asking), "forwarded");
  assertEquals(told(HOME, "nas.home.arpa A", asking), "300 A 192.168.1.10");
  assertEquals(told(HOME, "nas.home.arpa MX", asking), "NOERROR home.arpa.");
});

Deno.test("LocalNames asks for the target of an alias that is not its own, and gives both", () => {
  const outside = records("elsewhere.example.edu 60 IN A 192.0.2.1");
  const next = (query: Query) => responseTo(query, { answers: outside });
  const { message, forwarded } = ask(HOME, "away.home.arpa A", { next });
  assertEquals(lines(message.answers), [
    "away.home.arpa. 300 IN CNAME elsewhere.example.edu.",
    "elsewhere.example.edu. 60 IN A 192.0.2.1",
  ]);
  assertEquals(forwarded.map(({ qtype }) => qtype), [1]);
});

Deno.test("LocalNames says of an alias's target what is said of it: that it does not exist, or that nobody knows", () => {
  const soa = records("example.edu 60 IN SOA ns.example.edu. admin.example.edu. 1 2 3 4 5");
  const absent = (query: Query) => responseTo(query, { rcode: RCODE.NXDOMAIN, authorities: soa });
  const { message } = ask(HOME, "away.home.arpa A", { next: absent });
  assertEquals(message.rcode, RCODE.NXDOMAIN);
  assertEquals(lines(message.authorities), lines(soa));
  assertEquals(lines(message.answers), ["away.home.arpa. 300 IN CNAME elsewhere.example.edu."]);
  const failed = ask(HOME, "away.home.arpa A", { next: (query) => responseTo(query, { rcode: RCODE.SERVFAIL }) });
  assertEquals([failed.message.rcode, failed.message.answers], [RCODE.SERVFAIL, []]);
});

Deno.test("[local_07] LocalNames hides all that others have for a name from a group with its own, SOA and DNAME records, too", () => {
  const words: LocalWords = {
    records: ["zone.example. 60 SOA ns.example.org. h.example.org. 1 2 3 4 5", "old.example. 60 DNAME new.example."],
    groups: [null, { "zone.example": ["192.0.2.1"], "x.zone.example": ["192.0.2.2"], "old.example": ["192.0.2.3"] }],
  };
  const cases: [group: number, asked: string, expected: string][] = [
    [0, "zone.example MX", "NOERROR zone.example."],
    [0, "x.old.example CNAME", "old.example. 60 DNAME new.example., 60 CNAME x.new.example."],
    [1, "zone.example SOA", "300 SOA zone.example. nobody.invalid. 1 3600 1200 604800 300"],
    [1, "x.zone.example MX", "NOERROR x.zone.example."],
    [1, "x.old.example CNAME", "forwarded"],
  ];
  for (const [group, asked, expected] of cases) {
    assertEquals([group, asked, told(words, asked, { group })], [group, asked, expected]);
  }
});

Deno.test("[local_11] LocalNames leads a name of one label where its name in the local domain is led", () => {
  const records = ["example.org. 60 DNAME new.example."];
  const wordsOf = (domain: string) => ({ domain, addresses: { here: ["192.0.2.1"] }, records });
  // The record is above nas.example.org, not above nas: the client is told the alias alone.
  assertEquals(told(wordsOf("example.org"), "nas A"), "60 CNAME nas.new.example.");
  assertEquals(told(wordsOf("home.example.org"), "nas A"), "60 CNAME nas.home.new.example.");
  assertEquals(told(wordsOf("example.org"), "nas CNAME"), "60 CNAME nas.new.example.");
  assertEquals(told(wordsOf("example.org"), "here A"), "300 A 192.0.2.1");
});

Deno.test("[local_11] LocalNames leads all names below a DNAME record elsewhere, and not its own", () => {
  const words: LocalWords = {
    addresses: { "www.new.example": ["10.0.0.1"], "own.old.example": ["10.0.0.2"] },
    records: ["old.example. 60 DNAME new.example.", `long.example. DNAME ${"a".repeat(60)}.${"b".repeat(60)}.example.`],
  };
  const redirected = "old.example. 60 DNAME new.example.";
  assertEquals(
    told(words, "www.old.example A"),
    `${redirected}, 60 CNAME www.new.example., www.new.example. 300 A 10.0.0.1`,
  );
  assertEquals(told(words, "x.www.OLD.example CNAME"), `OLD${redirected.slice(3)}, 60 CNAME x.www.new.example.`);
  assertEquals(told(words, "own.old.example A"), "300 A 10.0.0.2");
  assertEquals(told(words, "old.example A"), "NOERROR old.example.");
  assertEquals(told(words, "old.example DNAME"), "60 DNAME new.example.");
  const tooLong = ask(words, `${"c".repeat(63)}.${"d".repeat(63)}.long.example A`).message;
  assertEquals([tooLong.rcode, lines(tooLong.answers).length], [RCODE.YXDOMAIN, 1]);
});

Deno.test("[local_04] LocalNames does not follow aliases in a circle for long", () => {
  const { message, query } = ask(HOME, "round.home.arpa A");
  assertEquals([message.rcode, message.answers], [RCODE.SERVFAIL, []]);
  assertEquals(query.reply.extendedErrors.map(({ text }) => text), ["Aliases lead in a circle"]);
});

Deno.test("[local_07] [local_09] LocalNames tells each group its own names first, an exact one before a wildcard, whosever", () => {
  const words: LocalWords = {
    domain: "corp.example",
    addresses: { "intranet": ["10.0.0.1"], "*.dev.corp.example": ["10.0.0.2"], "both.dev.corp.example": ["10.0.0.3"] },
    groups: [
      null,
      { "intranet.corp.example": ["10.1.0.1"] },
      { "*.dev.corp.example": ["10.2.0.2"], "*.corp.example": ["10.2.0.3"], "only.corp.example": ["10.2.0.4"] },
    ],
  };
  const cases: [group: number, asked: string, expected: string][] = [
    [0, "intranet A", "300 A 10.0.0.1"],
    [1, "intranet A", "300 A 10.1.0.1"],
    [2, "intranet.corp.example A", "300 A 10.0.0.1"],
    [0, "x.dev.corp.example A", "300 A 10.0.0.2"],
    [2, "x.dev.corp.example A", "300 A 10.2.0.2"],
    [2, "both.dev.corp.example A", "300 A 10.0.0.3"],
    [2, "x.corp.example A", "300 A 10.2.0.3"],
    [0, "x.corp.example A", "NXDOMAIN corp.example."],
    [0, "only.corp.example A", "NXDOMAIN corp.example."],
    [2, "only.corp.example A", "300 A 10.2.0.4"],
    [0, "4.0.2.10.in-addr.arpa PTR", "forwarded"],
    [2, "4.0.2.10.in-addr.arpa PTR", "300 PTR only.corp.example."],
    [7, "only.corp.example A", "NXDOMAIN corp.example."],
  ];
  for (const [group, asked, expected] of cases) {
    assertEquals([group, asked, told(words, asked, { group })], [group, asked, expected]);
  }
});

Deno.test("[6761_03] LocalNames makes no names of the addresses that localhost has, nor of those that say that a name is unwanted", () => {
  const home = { ...HOME, addresses: { nas: ["127.0.0.1", "::1", "0.0.0.0", "::", "127.0.1.1"] } };
  const zeros = "0.".repeat(31);
  for (
    const reverse of ["1.0.0.127.in-addr.arpa", "0.0.0.0.in-addr.arpa", `1.${zeros}ip6.arpa`, `0.${zeros}ip6.arpa`]
  ) {
    assertEquals([reverse, told(home, `${reverse} PTR`)], [reverse, "forwarded"]);
  }
  assertEquals(told(home, "1.1.0.127.in-addr.arpa PTR"), "300 PTR nas.home.arpa.");
});

Deno.test("LocalNames makes no names of addresses where it shall not, and a pointer that is written down counts", () => {
  assertEquals(told({ ...HOME, makesPointers: false }, "10.1.168.192.in-addr.arpa PTR"), "forwarded");
  const written = { ...HOME, records: ["10.1.168.192.in-addr.arpa. PTR other.home.arpa."] };
  assertEquals(told(written, "10.1.168.192.in-addr.arpa PTR"), "300 PTR other.home.arpa.");
});

Deno.test("LocalNames answers every name where a wildcard stands for all", () => {
  const words: LocalWords = { addresses: { "*": ["192.0.2.1"], "www.example.org": ["192.0.2.2"] } };
  assertEquals(told(words, "a.b.c A"), "300 A 192.0.2.1");
  assertEquals(told(words, "www.example.org A"), "300 A 192.0.2.2");
  assertEquals(told(words, "example.org A"), "NOERROR .");
  assertEquals(told(words, "com A"), "300 A 192.0.2.1");
});

Deno.test("[order_01] LocalNames lets addresses take turns in being the first", () => {
  const words: LocalWords = { addresses: { "a.example.org": ["10.0.0.1", "10.0.0.2", "10.0.0.3"] } };
  const names = namesOf(words, new StubResolver());
  const firsts = Array.from({ length: 4 }, () => {
    const reply = names.resolve(clientQuery({ questions: [question("a.example.org")] })) as Reply;
    return lines(decode(reply.octets).answers).map((line) => line.at(-1)).join("");
  });
  assertEquals(firsts, ["123", "231", "312", "123"]);
});

Deno.test("LocalNames says what decides: the sentence of the law, and where it stands", () => {
  const decided = (asked: string) => ask(HOME, asked).query.decision?.reason;
  const local = (line: number) => ({ sentence: 3, what: "[local]", place: { file: "config.toml", line } });
  assertEquals(decided("printer A"), local(2));
  assertEquals(decided("x.apps.home.arpa A"), local(3));
  assertEquals(decided("11.1.168.192.in-addr.arpa PTR"), local(2));
  assertEquals(decided("c.b.example.net A"), local(6));
  assertEquals(decided("unknown.home.arpa A"), { sentence: 3, what: "[local] domain", place: null });
  assertEquals(decided("unknown A"), { sentence: 3, what: "[local] single-label", place: null });
  // It has a meaning of its own (RFC 6761 §6.3).
  assertEquals(decided("localhost A"), undefined);
  assertEquals(decided("www.example.com A"), undefined);
});
