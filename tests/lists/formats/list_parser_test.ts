import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { LINE_OCTETS_MAX, ListParser } from "../../../lib/lists/formats/list_parser.ts";
import { BLOCKS, COVERS, LIST_FORMATS, type ListFormat } from "../../../lib/lists/list_rule.ts";
import { PatternSet } from "../../../lib/lists/patterns/pattern_set.ts";
import { nameFromText, nameToText } from "../../../lib/wire/name.ts";
import { RowSink, rowsOf } from "../../support/list_rows.ts";

/** A line, and what it says in a list of that format; the lines stand in lists of their own. */
type Rows = readonly (readonly [line: string, ...says: readonly string[]])[];

function check(format: ListFormat, rows: Rows): void {
  for (const [line, ...says] of rows) {
    assertEquals(
      rowsOf(format, [line]),
      says.map((row) => `1 ${row}`),
      `${format}: ${line}`,
    );
  }
}

const HOSTS: Rows = [
  ["0.0.0.0 ads.example", "ads.example. alone"],
  ["127.0.0.1\tads.example\tb.example # both", "ads.example. alone", "b.example. alone"],
  [":: ads.example", "ads.example. alone"],
  ["::1 ads.example#comment", "ads.example. alone"],
  ["  0.0.0.0   Ads.Example.  \r", "ads.example. alone"],
  ["192.0.2.7 ads.example", "ads.example. alone"],
  ["127.0.0.1 localhost"],
  ["127.0.0.1 localhost.localdomain local"],
  ["::1 ip6-localhost ip6-loopback"],
  ["fe80::1%lo0 localhost"],
  ["255.255.255.255 broadcasthost"],
  ["0.0.0.0 0.0.0.0"],
  ["0.0.0.0 nas", "bad: a name of one label: 0.0.0.0 nas"],
  ["0.0.0.0 .", "bad: no domain name: 0.0.0.0 ."],
  ["0.0.0.0", "bad: an address without a name: 0.0.0.0"],
];
const DOMAINS: Rows = [
  ["ads.example", "ads.example. with-below"],
  ["Ads.Example.\r", "ads.example. with-below"],
  ["\tads.example # comment", "ads.example. with-below"],
  ["ads.example#comment", "ads.example. with-below"],
  ["ads.example##.banner", "skipped: cosmetic"],
  ["*.ads.example", "ads.example. with-below"],
  [".ads.example", "ads.example. with-below"],
  ["=ads.example", "ads.example. alone"],
  ["_dmarc.ads-1.example", "_dmarc.ads-1.example. with-below"],
  ["/^ads[0-9]+\\./ # comment", "/^ads[0-9]+\\./"],
  ["ads.*", "/^ads\\./"],
  ["*ads*.example", "/ads.*\\.example$/"],
  ["192.0.2.1", "address 192.0.2.1/32"],
  ["2001:db8::/32", "address 2001:db8::/32"],
  ["bücher.example", "xn--bcher-kva.example. with-below"],
  ["BÜCHER.example # Müll", "xn--bcher-kva.example. with-below"],
  ["com", "bad: a name of one label: com"],
  ["ads..example", "bad: no domain name: ads..example"],
  ["192.0.2.999", "bad: neither a domain name nor an address: 192.0.2.999"],
  ["a.example.7", "bad: neither a domain name nor an address: a.example.7"],
  ["-", "bad: a name of one label: -"],
  ["0.0.0.0/0", "bad: would match every address: 0.0.0.0/0"],
  ["a.example b.example", "bad: more than one name: a.example b.example"],
  [`${"a".repeat(64)}.example`, `bad: no domain name: ${"a".repeat(64)}.example`],
  [`${"a.".repeat(127)}a`, `bad: no domain name: ${"a.".repeat(40)}`],
];
const ADBLOCK: Rows = [
  ["||ads.example^", "ads.example. with-below"],
  ["||Ads.Example^|", "ads.example. with-below"],
  ["||ads.example", "ads.example. with-below"],
  ["||actor^", "actor. with-below"],
  ["|ads.example^", "ads.example. alone"],
  ["||*.ads.example^", "ads.example. below"],
  ["@@||ads.example^", "ads.example. with-below allow"],
  ["@@||ads.example^|", "ads.example. with-below allow"],
  ["@@|ads.example^|", "ads.example. alone allow"],
  [".ads.example^", "ads.example. with-below"],
  ["*.ads.example^", "ads.example. with-below"],
  ["|*adz*^", "/adz/"],
  ["/^192\\.0\\.2\\.(?:1|2[0-9])$/", "/^192\\.0\\.2\\.(?:1|2[0-9])$/"],
  ["||ads.example^ # comment", "ads.example. with-below"],
  ["||ads.example^$important", 'ads.example. with-below {"isImportant":true}'],
  ["@@||ads.example^$important", 'ads.example. with-below allow {"isImportant":true}'],
  ["||ads.example^$dnstype=AAAA|a", 'ads.example. with-below {"types":{"types":[1,28],"areExcluded":false}}'],
  ["||ads.example^$dnstype=~A", 'ads.example. with-below {"types":{"types":[1],"areExcluded":true}}'],
  [
    "||ads.example^$denyallow=x.ads.example|*.y.example",
    'ads.example. with-below {"exceptBelow":["x.ads.example.","y.example."]}',
  ],
  ["||ads.example^$all", "ads.example. with-below"],
  ["||ads*.example^", "/(?:^|\\.)ads.*\\.example$/"],
  ["||ads.", "/(?:^|\\.)ads\\./"],
  ["ads.example^", "/ads\\.example$/"],
  ["://ads.", "/^ads\\./"],
  ["/^ads[0-9]/$important", '/^ads[0-9]/ {"isImportant":true}'],
  ["||192.0.2.1^", "address 192.0.2.1/32"],
  ["||2001:db8::1^", "address 2001:db8::1/128"],
  ["/^192\\.0\\.2\\./", "address 192.0.2.0/24"],
  ["/^192\\.0\\.2\\.7$/", "address 192.0.2.7/32"],
  ["||bücher.example^", "xn--bcher-kva.example. with-below"],
  ["||ads.example^$third-party", "skipped: $third-party"],
  ["||ads.example^$client=192.0.2.1", "skipped: $client"],
  ["||ads.example^$ctag=device_phone", "skipped: $ctag"],
  ["||ads.example/banner^", "skipped: path"],
  ["||ads.example:8080^", "skipped: path"],
  ["ads.example##.banner", "skipped: cosmetic"],
  ["||ads.example^$nothing", "bad: a modifier that is not known: ||ads.example^$nothing"],
  ["||ads.example^$dnstype=NOTHING", "bad: no record types behind dnstype=: ||ads.example^$dnstype=NOTHING"],
  ["||^", "bad: no adblock rule: ||^"],
  ["||.^", "bad: would match nearly every name: ||.^"],
  ["*$denyallow=com", "bad: would match nearly every name: *$denyallow=com"],
  ["/.*/", "bad: the expression would match every name: /.*/"],
  ["/^(?!x)/", "bad: the expression has a group of a kind that is not supported, such as look-around: /^(?!x)/"],
];
const REWRITES: Rows = ([
  ["192.0.2.1", { kind: "addresses", addresses: ["192.0.2.1"] }],
  ["2001:DB8::1", { kind: "addresses", addresses: ["2001:db8::1"] }],
  ["Safe.example", { kind: "cname", target: "safe.example.", isPrefixed: false }],
  ["NXDOMAIN", { kind: "nxdomain" }],
  ["REFUSED", { kind: "refused" }],
  ["SERVFAIL", { kind: "refused" }],
  ["NOERROR", { kind: "nodata" }],
  ["NXDOMAIN;;", { kind: "nxdomain" }],
  ["NOERROR;;", { kind: "nodata" }],
  ["NOERROR;A;192.0.2.1", { kind: "addresses", addresses: ["192.0.2.1"] }],
  ["NOERROR;AAAA;2001:db8::1", { kind: "addresses", addresses: ["2001:db8::1"] }],
  ["NOERROR;CNAME;safe.example", { kind: "cname", target: "safe.example.", isPrefixed: false }],
  ["NOERROR;PTR;a.", { kind: "records", records: [{ type: 12, rdata: "016100" }] }],
  ["NOERROR;TXT;a\\, b", { kind: "records", records: [{ type: 16, rdata: "04612c2062" }] }],
  ["NOERROR;MX;10 a", { kind: "records", records: [{ type: 15, rdata: "000a016100" }] }],
  ["NOERROR;SRV;1 2 3 a", { kind: "records", records: [{ type: 33, rdata: "000100020003016100" }] }],
  ["NOERROR;HTTPS;1 . alpn=h3", { kind: "records", records: [{ type: 65, rdata: "00010000010003026833" }] }],
  ["NOERROR;SVCB;1 a", { kind: "records", records: [{ type: 64, rdata: "0001016100" }] }],
] as const).map(([value, answer]) => {
  return [`|a.example^$dnsrewrite=${value}`, `a.example. alone ${JSON.stringify({ answer })}`];
});
const BAD_REWRITES: Rows = [
  "",
  "WHATEVER",
  "NOERROR;NOTHING;1",
  "NOERROR;A;2001:db8::1",
  "NOERROR;MX;a",
  "a..b",
  "NOERROR;OPT;1",
]
  .map((value) => [`|a.example^$dnsrewrite=${value}`, "bad"]);
const DNSMASQ: Rows = [
  ["address=/ads.example/0.0.0.0", "ads.example. with-below"],
  ["address=/ads.example/", "ads.example. with-below"],
  ["address=/ads.example/#", "ads.example. with-below"],
  ["address=/ads.example/b.example/:: # comment / with", "ads.example. with-below", "b.example. with-below"],
  ["local=/.ads.example/", "ads.example. with-below"],
  ["server=/ads.example/", "ads.example. with-below"],
  ["server=/ads.example/#", "ads.example. with-below allow"],
  ["server=/ads.example/192.0.2.1", "skipped: server"],
  ["bogus-nxdomain=192.0.2.1", "skipped: another option"],
  ["address=/#/", "bad: no domain name: address=/#/"],
  ["address=//0.0.0.0", "bad: no domain name: address=//0.0.0.0"],
  ["address=/com/", "bad: a name of one label: address=/com/"],
];
const UNBOUND: Rows = [
  ['local-zone: "ads.example" always_nxdomain', "ads.example. with-below"],
  ["local-zone: ads.example. static", "ads.example. with-below"],
  ["  local-zone: 'ads.example' Redirect # comment", "ads.example. with-below"],
  ['local-data: "ads.example A 0.0.0.0"', "ads.example. alone"],
  ['local-zone: "ads.example" transparent', "skipped: zone that does not block"],
  ['local-zone: "" static', 'bad: no domain name: local-zone: "" static'],
  ['local-zone: "." static', 'bad: no domain name: local-zone: "." static'],
  ['local-zone: "ads.example" whatever', 'bad: no type of a zone: local-zone: "ads.example" whatever'],
  ["server:", "skipped: another option"],
];
const RPZ: Rows = [
  ["ads.example CNAME .", 'ads.example. alone {"answer":{"kind":"nxdomain"}}'],
  ["*.ads.example 300 IN CNAME . ; comment", 'ads.example. below {"answer":{"kind":"nxdomain"}}'],
  ["ads.example IN 1h CNAME *.", 'ads.example. alone {"answer":{"kind":"nodata"}}'],
  ["ads.example CNAME rpz-passthru.", "ads.example. alone allow"],
  ["ads.example CNAME ads.example.", "ads.example. alone allow"],
  ["ads.example CNAME rpz-drop.", 'ads.example. alone {"answer":{"kind":"refused"}}'],
  ["ads.example CNAME rpz-tcp-only.", 'ads.example. alone {"answer":{"kind":"truncate"}}'],
  ["ads.example CNAME a.", 'ads.example. alone {"answer":{"kind":"cname","target":"a.","isPrefixed":false}}'],
  ["ads.example CNAME *.a.", 'ads.example. alone {"answer":{"kind":"cname","target":"a.","isPrefixed":true}}'],
  ["ads.example A 192.0.2.1", 'ads.example. alone {"answer":{"kind":"addresses","addresses":["192.0.2.1"]}}'],
  [
    'ads.example TXT "a; b" ; c',
    'ads.example. alone {"answer":{"kind":"records","records":[{"type":16,"rdata":"04613b2062"}]}}',
  ],
  ["24.0.2.0.192.rpz-ip CNAME .", 'address 192.0.2.0/24 {"answer":{"kind":"nxdomain"}}'],
  ["32.zz.db8.2001.rpz-ip CNAME rpz-passthru.", "address 2001:db8::/32 allow"],
  ["128.1.zz.rpz-ip CNAME rpz-passthru.", "address ::1/128 allow"],
  ["32.1.0.0.127.rpz-client-ip CNAME .", "skipped: trigger that is no name of a question"],
  ["ns.example.rpz-nsdname CNAME .", "skipped: trigger that is no name of a question"],
  ["ads.example DNAME a.", "skipped: record that is no rule"],
  ["* CNAME .", "bad: would match every name: * CNAME ."],
  ["33.0.2.0.192.rpz-ip CNAME .", "bad: no address in front of rpz-ip: 33.0.2.0.192.rpz-ip CNAME ."],
  ["ads.example A x", 'bad: no A RDATA "x": "x" is not an IPv4 address: ads.example A x'],
  ["ads.example CNAME", "bad: no name that the record leads to: ads.example CNAME"],
  ["ads.example NOTHING 1", "bad: no record: ads.example NOTHING 1"],
];
const COMMENTS: Rows = ["", " \t\r", "# c", "! c", "; c", "// c", "[Adblock Plus 2.0]", "\ufeff# c", "##.ad"].map((
  line,
) => [line]);

const TABLES: readonly (readonly [ListFormat, Rows])[] = [
  ["hosts", HOSTS],
  ["domains", DOMAINS],
  ["adblock", ADBLOCK],
  ["adblock", REWRITES],
  ["dnsmasq", DNSMASQ],
  ["unbound", UNBOUND],
  ["rpz", RPZ],
];

for (const [format, rows] of TABLES) {
  Deno.test(`ListParser reads ${rows === REWRITES ? "$dnsrewrite" : format} lines, and says what is wrong with bad ones`, () => {
    check(format, rows);
  });
}

Deno.test("ListParser reads the lines of any format without being told which it is", () => {
  for (const [, rows] of TABLES) {
    // What is no DNS rule in its own format may be called otherwise among all of them.
    check(
      "auto",
      rows.filter(([, ...says]) => !says.some((row) => /^(?:bad|skipped)/.test(row))).filter(([line]) => {
        return line !== "ads.example^" || rows === ADBLOCK;
      }),
    );
  }
});

Deno.test("ListParser takes nothing for a rule that its own format refuses, without being told the format either", () => {
  for (const [, rows] of TABLES) {
    for (const [line] of rows.filter(([, ...says]) => says.some((row) => row.startsWith("bad")))) {
      const rows = rowsOf("auto", [line]);
      assert(rows.every((row) => / (?:bad|skipped): /.test(row)), `${line}: ${rows}`);
    }
  }
});

Deno.test("ListParser takes empty lines and comments for nothing, in whatever format", () => {
  for (const format of LIST_FORMATS) check(format, COMMENTS);
});

Deno.test("ListParser says what is wrong with a $dnsrewrite", () => {
  for (const [line] of BAD_REWRITES) {
    const rows = rowsOf("adblock", [line]);
    assert(rows.length === 1 && rows[0]!.startsWith("1 bad: "), `${line}: ${rows}`);
  }
});

// A name alone is a rule for ad blockers, too, and means the same.
Deno.test("ListParser takes only lines of its own where it has been told the format", () => {
  for (const [format, rows] of TABLES) {
    for (const [line, first] of rows.slice(0, 1)) {
      assert(!first!.startsWith("bad"));
      for (
        const other of LIST_FORMATS.filter((other) =>
          other !== format && other !== "auto" && (format !== "domains" || other !== "adblock")
        )
      ) {
        const says = rowsOf(other, [line]);
        assert(says.every((row) => / (?:bad|skipped): /.test(row)), `${other}: ${line}: ${says}`);
      }
    }
  }
});

Deno.test("ListParser lets a plain name cover what it is told to", () => {
  assertEquals(
    rowsOf("auto", ["a.example", "0.0.0.0 b.example", "*.c.example", "||d.example^"], { coversBelow: false }),
    [
      "1 a.example. alone",
      "2 b.example. alone",
      "3 c.example. with-below",
      "4 d.example. with-below",
    ],
  );
  assertEquals(rowsOf("auto", ["a.example", "0.0.0.0 b.example"], { coversBelow: true }), [
    "1 a.example. with-below",
    "2 b.example. with-below",
  ]);
});

Deno.test("1Hosts#2119: the empty name and the root block nothing, in whatever format they are written", () => {
  const lines = [
    ".",
    "*",
    "*.",
    "=.",
    "=",
    "..",
    "0.0.0.0 .",
    "||^",
    "||.^",
    "|^",
    "@@||^",
    "/^$/",
    "//",
    "/.*/",
    "address=//",
    "address=/./",
  ];
  const others = [
    "address=/#/",
    "server=//",
    "local=/./",
    'local-zone: "" static',
    'local-zone: "." static',
    "* CNAME .",
  ];
  const records = [
    "@ CNAME .",
    ". CNAME .",
    "*. CNAME .",
    "$ORIGIN a.\n@ A 192.0.2.1",
    "*$denyallow=com",
    "0.0.0.0/0",
    "::/0",
  ];
  for (const line of [...lines, ...others, ...records]) {
    for (const format of LIST_FORMATS) {
      const rows = rowsOf(format, line.split("\n"));
      assert(rows.every((row) => / (?:bad|skipped): /.test(row)), `${format}: ${line}: ${rows}`);
    }
  }
});

Deno.test("ListParser takes back what $badfilter names: names through the sink, patterns and addresses by itself", () => {
  const lines = [
    "||a.example^",
    "||b*.example^",
    "||cc*.example^",
    "||192.0.2.1^",
    "||a.example^$badfilter",
    "||b*.example^$badfilter",
  ];
  assertEquals(rowsOf("adblock", [...lines, "||192.0.2.1^$badfilter", "||d.example^$important,badfilter"]), [
    "1 a.example. with-below",
    "3 /(?:^|\\.)cc.*\\.example$/",
    "cancel a.example. with-below",
    'cancel d.example. with-below {"isImportant":true}',
  ]);
});

Deno.test("ListParser reads a response policy zone: its SOA over lines, its origins, owners that are not repeated", () => {
  const lines = [
    "$TTL 1h",
    "rpz.example. IN SOA ns.example. (",
    "  host.example. ; who",
    "  1 2 3 4 5 )",
    "  NS localhost.",
    "a.example CNAME .",
    "  CNAME *.",
    "b.example.rpz.example. CNAME .",
    "c.example. CNAME .",
    "$ORIGIN example.rpz.example.",
    "d CNAME target",
    "@ CNAME .",
  ];
  const nxdomain = '{"answer":{"kind":"nxdomain"}}';
  assertEquals(rowsOf("rpz", lines), [
    `6 a.example. alone ${nxdomain}`,
    '7 a.example. alone {"answer":{"kind":"nodata"}}',
    `8 b.example. alone ${nxdomain}`,
    "9 bad: outside of the zone: c.example. CNAME .",
    '11 d.example. alone {"answer":{"kind":"cname","target":"target.example.rpz.example.","isPrefixed":false}}',
    "12 bad: a name of one label: @ CNAME .",
  ]);
});

Deno.test("ListParser ignores unbound's local-data in the zone of the line before, and takes others", () => {
  const lines = [
    'local-zone: "a.example" redirect',
    'local-data: "a.example A 0.0.0.0"',
    'local-data: "b.example A 0.0.0.0"',
  ];
  assertEquals(rowsOf("unbound", lines), ["1 a.example. with-below", "3 b.example. alone"]);
});

Deno.test("ListParser makes one rule of lines that say the same, and the plain ones are the plain ones", () => {
  const sink = new RowSink();
  const parser = new ListParser("auto", { coversBelow: null }, sink);
  parser.write(new TextEncoder().encode("||a.example^$important\n||b.example^$important\n||c.example^\nd.example\n"));
  parser.end();
  const [a, b, c, d] = sink.names;
  assert(a!.rule === b!.rule && c!.rule === BLOCKS && d!.rule === BLOCKS);
});

Deno.test("ListParser takes a name whatever the encoding of its comment, and no name that is not UTF-8", () => {
  const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
  const rows = rowsOf("auto", latin1("a.example # M\xfcll\nb\xfccher.example\n||c.example^ # M\xfcll\n\xff\xfea\0\n"));
  assertEquals(rows, [
    "1 a.example. with-below",
    "2 bad: neither ASCII nor a name in UTF-8: b\ufffdcher.example",
    "3 c.example. with-below",
    "4 bad: neither ASCII nor a name in UTF-8: \ufffd\ufffda\ufffd",
  ]);
});

Deno.test("ListParser counts lines, entries and bad lines, and keeps the first three of these", () => {
  const parser = new ListParser("auto", { coversBelow: null }, new RowSink());
  parser.write(
    new TextEncoder().encode(
      "a.example\nb..example\n\nc..example d..example\n\0\x1b[31m\ne\n##.ad\n||f.example^$script",
    ),
  );
  parser.end();
  const { entries, badLines, firstBad, skippedLines } = parser.counts;
  assertEquals([parser.lines, entries, badLines], [8, 1, 4]);
  assertEquals(firstBad, [
    { line: 2, text: "b..example", why: "no domain name" },
    { line: 4, text: "c..example d..example", why: "more than one name" },
    { line: 5, text: "\ufffd\ufffd[31m", why: "no domain name" },
  ]);
  assertEquals([...skippedLines], [["$script", 1]]);
});

Deno.test("ListParser keeps nothing of a line of 100 MB, and goes on behind it", () => {
  const sink = new RowSink();
  const parser = new ListParser("auto", { coversBelow: null }, sink);
  parser.write(new TextEncoder().encode("a.example\n"));
  const chunk = new Uint8Array(1_000_000).fill(0x61);
  for (let i = 0; i < 100; i++) parser.write(chunk);
  parser.write(new TextEncoder().encode("\nb.example\n"));
  parser.end();
  assertEquals(sink.rows, [
    "1 a.example. with-below",
    `2 bad: more than ${LINE_OCTETS_MAX} octets: ${"a".repeat(80)}`,
    "3 b.example. with-below",
  ]);
});

const lineOf = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...TABLES.flatMap(([, rows]) => rows.map(([line]) => line))) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 60 }) },
  { weight: 1, arbitrary: fc.constantFrom("a".repeat(4095), " ".repeat(5000) + "a.example", `# ${"c".repeat(9000)}`) },
);
const anyText = fc.oneof(
  fc.array(lineOf, { maxLength: 20 }).chain((lines) =>
    fc.constantFrom("\n", "\r\n").map((end) => new TextEncoder().encode(lines.join(end)))
  ),
  fc.uint8Array({ maxLength: 200 }),
);
const anyFormat = fc.constantFrom(...LIST_FORMATS);

Deno.test("ListParser says the same of a text wherever its chunks are cut", () => {
  fc.assert(
    fc.property(anyFormat, anyText, fc.array(fc.nat(), { maxLength: 6 }), (format, text, cuts) => {
      const sink = new RowSink();
      const parser = new ListParser(format, { coversBelow: null }, sink);
      const places = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b), text.length];
      for (const [i, place] of places.entries()) parser.write(text.slice(places[i - 1] ?? 0, place));
      parser.end();
      assertEquals(sink.rows, rowsOf(format, text));
    }),
    { numRuns: 500 },
  );
});

Deno.test("ListParser never throws, and what it says is a name in lower case that is not the root, or a pattern that can be matched", () => {
  fc.assert(
    fc.property(anyFormat, anyText, (format, text) => {
      const sink = new RowSink();
      const sources: string[] = [];
      sink.pattern = ({ source }) => void sources.push(source);
      const parser = new ListParser(format, { coversBelow: null }, sink);
      parser.write(text);
      parser.end();
      for (const { name, covers } of sink.names) {
        assertEquals(nameFromText(nameToText(name)), name);
        assertEquals(nameToText(name), nameToText(name).toLowerCase());
        assert(name.length > 1 && covers >= COVERS.self && covers <= COVERS.both);
      }
      new PatternSet(sources.map((source) => ({ source })));
    }),
    { numRuns: 500 },
  );
});

const anyLabel = fc.stringMatching(/^[a-z0-9_]([a-z0-9_-]{0,10}[a-z0-9_])?$/);
const anyName = fc.tuple(fc.array(anyLabel, { minLength: 1, maxLength: 4 }), fc.stringMatching(/^[a-z]{2,6}$/))
  .map(([labels, last]) => [...labels, last].join("."));

Deno.test("ListParser finds a name again in whatever format it has been written", () => {
  const writers: readonly (readonly [ListFormat, (name: string) => string])[] = [
    ["domains", (name) => name],
    ["domains", (name) => `=${name}`],
    ["hosts", (name) => `0.0.0.0 ${name}`],
    ["adblock", (name) => `||${name}^`],
    ["dnsmasq", (name) => `address=/${name}/0.0.0.0`],
    ["unbound", (name) => `local-zone: "${name}." static`],
    ["rpz", (name) => `${name} CNAME .`],
  ];
  // What hosts files say of the machine itself is no name of a list.
  const listed = anyName.filter((name) => !/^localhost/.test(name));
  fc.assert(
    fc.property(
      fc.constantFrom(...writers),
      fc.array(listed, { minLength: 1 }),
      fc.boolean(),
      (writer, names, isAuto) => {
        const [format, write] = writer;
        const sink = new RowSink();
        const parser = new ListParser(isAuto ? "auto" : format, { coversBelow: null }, sink);
        parser.write(new TextEncoder().encode(names.map(write).join("\n")));
        parser.end();
        assertEquals(sink.names.map(({ name }) => nameToText(name)), names.map((name) => `${name}.`));
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("ListParser takes blanks that nobody sees, as texts from web pages have them, for blanks", () => {
  const lines = [
    "a.example\u00a0",
    "\u200bb.example",
    "0.0.0.0\u00a0c.example",
    "\u3000||d.example^ \u2003# d",
    "\u00a0",
    "\u00a0# e",
  ];
  assertEquals(rowsOf("auto", lines), [
    "1 a.example. with-below",
    "2 b.example. with-below",
    "3 c.example. alone",
    "4 d.example. with-below",
  ]);
});

Deno.test("ListParser reads what several lines have in common for each of them", () => {
  const lines = [
    "||a.example^$important",
    "||b.example^$important",
    "@@||c.example^$important",
    "||d.example^$third-party",
    "||e.example^$third-party",
    "||f.example^$important # why",
    "||g.example^$nothing",
    "||h.example^$nothing",
    "||a.example^$important,badfilter",
    "10.1.1.1 i.example",
    "10.1.1.1 j.example k.example",
    "10.1.1.10 l.example",
    "fd00::A m.example",
    "FD00::a n.example",
    ":: o.example",
    "::1",
    "=p.example",
  ];
  const important = '{"isImportant":true}';
  assertEquals(rowsOf("auto", lines), [
    `1 a.example. with-below ${important}`,
    `2 b.example. with-below ${important}`,
    `3 c.example. with-below allow ${important}`,
    "4 skipped: $third-party",
    "5 skipped: $third-party",
    `6 f.example. with-below ${important}`,
    "7 bad: a modifier that is not known: ||g.example^$nothing",
    "8 bad: a modifier that is not known: ||h.example^$nothing",
    "10 i.example. alone",
    "11 j.example. alone",
    "11 k.example. alone",
    "12 l.example. alone",
    "13 m.example. alone",
    "14 n.example. alone",
    "15 o.example. alone",
    "17 p.example. alone",
    "16 address ::1/128",
    `cancel a.example. with-below ${important}`,
  ]);
});

Deno.test("ListParser takes an alias to the name itself for an exception, whatever the lines around it say", () => {
  const [block, allow] = [' {"answer":{"kind":"cname","target":"a.example.","isPrefixed":false}}', " allow"];
  assertEquals(
    rowsOf("rpz", ["b.example", "a.example", "b.example", "a.example"].map((owner) => `${owner} CNAME a.example.`)),
    [
      `1 b.example. alone${block}`,
      `2 a.example. alone${allow}`,
      `3 b.example. alone${block}`,
      `4 a.example. alone${allow}`,
    ],
  );
});

Deno.test("ListParser reads a record of a zone as if those before it were not there, but for what says where the zone is", () => {
  const state = ["$ORIGIN zone.example.", "$ORIGIN sub.zone.example.", "@ SOA ns.a. me.a. 1 2 3 4 5", "$TTL 60"];
  const owner = fc.constantFrom("a.example", "b.example", "*.c.example", "24.0.2.0.192.rpz-ip", "zone.example.");
  const words = fc.constantFrom(
    "CNAME .",
    "300 IN CNAME .",
    "CNAME *.",
    "CNAME a.example",
    "CNAME b.example",
    "CNAME b.example.",
    "cname B.example",
    "CNAME *.b.example",
    "CNAME rpz-passthru.",
    "CNAME rpz-drop. ; why",
    "CNAME a.b c",
    "A 192.0.2.1",
    "IN A 192.0.2.1",
    "A 192.0.2.300",
    "TXT A",
    "TXT a",
    "NS a.example.",
    "DNAME a.example.",
  );
  const line = fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(...state) },
    { weight: 6, arbitrary: fc.tuple(owner, words).map((both) => both.join(" ")) },
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), fc.constantFrom<ListFormat[]>("rpz", "auto"), (lines, format) => {
      const whole = rowsOf(format, lines);
      for (const [i, one] of lines.entries()) {
        const alone = [...lines.slice(0, i).filter((before) => state.includes(before)), one];
        const said = (rows: string[], number: number) => {
          return rows.filter((row) => row.startsWith(`${number} `)).map((row) => row.replace(/^\d+ /, ""));
        };
        // An address that is said twice is said once.
        if (one.includes("rpz-ip")) continue;
        assertEquals(said(whole, i + 1), said(rowsOf(format, alone), alone.length), one);
      }
    }),
    { numRuns: 300 },
  );
});
