import { assertEquals } from "@std/assert";
import { ListParser } from "../../../lib/lists/formats/list_parser.ts";
import type { ListFormat } from "../../../lib/lists/list_rule.ts";
import { RowSink } from "../../support/list_rows.ts";

/** Lists as they are published, with names of nobody: their heads, their comments, their odd lines. */
interface Shape {
  readonly as: string;
  readonly format: ListFormat;
  readonly text: string;
  readonly entries: number;
  readonly bad?: number;
  readonly skipped?: number;
}

const SHAPES: readonly Shape[] = [
  {
    as: "a unified hosts file",
    format: "hosts",
    text: `# Title: Example/hosts
#
# This hosts file is a merged collection of hosts from reputable sources
# Date: 30 November 2026 06:00:00 (UTC)
# Number of unique domains: 4
# ===============================================================

127.0.0.1 localhost
127.0.0.1 localhost.localdomain
127.0.0.1 local
255.255.255.255 broadcasthost
::1 localhost
::1 ip6-localhost
fe80::1%lo0 localhost
ff02::1 ip6-allnodes
0.0.0.0 0.0.0.0

# Custom host records are listed here.

# Start Example

# Title: Hosts contributed by somebody
0.0.0.0 ads.example
0.0.0.0 analytics-1.example # from forum
0.0.0.0 xn--bcher-kva.example
0.0.0.0 under_score.example
0.0.0.0 -dash.example-
`,
    entries: 5,
  },
  {
    as: "wildcards with a head",
    format: "domains",
    text: "\ufeff# Title: Example's Multi LIGHT DNS Blocklist\r\n# Syntax: Domains Wildcard\r\n# Entries: 2\r\n#\r\n" +
      "*.ads.example\r\n*.track.example\r\nodd.example\r\n",
    entries: 3,
  },
  {
    as: "an AdGuard DNS filter",
    format: "adblock",
    text: `! Title: Example DNS filter
! Description: Filter composed of several other filters
! Expires: 1 days (update frequency)
!
||ads.example^
||Track.example^
||no-end.example
||wild*-ads.example^
||apple-relay.example^$dnsrewrite=NXDOMAIN;;
-banner-ads.
://adserver-
/^ad[0-9]{1,3}-[a-z]+\\.example$/
||both.example^$badfilter
||203.0.113.7^
/^198\\.51\\.100\\./
! exceptions
@@||allowed.example^|
@@|alone.example^
@@||important.example^$important
||page.example^$third-party
||page.example/path/
page.example##.banner
page.example#@#.banner
`,
    entries: 13,
    skipped: 4,
  },
  {
    as: "a safe search list",
    format: "adblock",
    text: `! Title: Example safe search
|www.search.example^$dnsrewrite=NOERROR;CNAME;safe.search.example
|search.example^$dnsrewrite=NOERROR;CNAME;safe.search.example
||video.example^$dnsrewrite=192.0.2.19
`,
    entries: 3,
  },
  {
    as: "dnsmasq's servers",
    format: "dnsmasq",
    text:
      "# Title: Example\nlocal=/ads.example/\nserver=/track.example/\naddress=/x.example/y.example/0.0.0.0\naddress=/v6.example/::\n",
    entries: 5,
  },
  {
    as: "unbound's zones",
    format: "unbound",
    text: `server:
  # Example
  local-zone: "ads.example" always_null
  local-zone: "track.example." redirect
  local-data: "track.example. A 0.0.0.0"
  local-data: "alone.example A 0.0.0.0"
local-zone: "ok.example" transparent
`,
    entries: 3,
    skipped: 2,
  },
  {
    as: "a response policy zone",
    format: "rpz",
    text: `$TTL 300
@ SOA localhost. root.localhost. 1733000000 43200 3600 86400 300
  NS  localhost.
;
; Title: Example
; Number of entries: 2
;
ads.example CNAME .
*.ads.example CNAME .
test.rpz.example. CNAME . ; Test entry
ok.example CNAME rpz-passthru.
32.7.113.0.203.rpz-ip CNAME .
`,
    entries: 5,
  },
  {
    as: "a page that says that there is no list",
    format: "auto",
    text: `<!DOCTYPE html>
<html lang="en"><head><title>404 Not Found</title>
<style>body { color: red; }</style></head>
<body class="x">
<p>The page was not found. <a href="/">Go home</a></p>
</body></html>
`,
    entries: 0,
    bad: 6,
  },
  {
    as: "several formats, put together",
    format: "auto",
    text:
      '0.0.0.0 a.example\nb.example\n||c.example^\n*.d.example\naddress=/e.example/\nlocal-zone: "f.example" static\ng.example CNAME .\n' +
      "# end\nh.example\u0000\n\u00fcber.example\n=i.example\n/^j+\\.example$/",
    entries: 10,
    bad: 1,
  },
];

for (const { as, format, text, entries, bad = 0, skipped = 0 } of SHAPES) {
  for (const told of new Set<ListFormat>([format, "auto"])) {
    Deno.test(`ListParser reads ${as}, ${told === "auto" ? "without being told its format" : "told its format"}`, () => {
      const sink = new RowSink();
      const parser = new ListParser(told, { coversBelow: null }, sink);
      parser.write(new TextEncoder().encode(text));
      parser.end();
      const { counts } = parser;
      const all = [...counts.skippedLines.values()].reduce((sum, count) => sum + count, 0);
      assertEquals([counts.entries, counts.badLines, all], [entries, bad, skipped], sink.rows.join("\n"));
    });
  }
}
