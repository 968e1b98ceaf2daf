// What a file says of lists, of times and of what is blocked.

import { assertEquals, assertRejects } from "@std/assert";
import { printConfig } from "../../../lib/config/file/print/print_config.ts";
import { ConfigError } from "../../../lib/config/file/problem.ts";
import { loadConfig } from "../../../lib/config/load_config.ts";
import { DEFAULT_LIST } from "../../../lib/config/lists.ts";
import { TYPE } from "../../../lib/wire/iana.ts";
import { configIo, type FileTexts } from "../../support/config_io.ts";

const DEFAULT = '[upstreams.default]\nservers = ["192.0.2.1"]\n';

const REFERENCE = `[server]
state-dir = "/var/lib/dns-forwarder"
[upstreams.default]
servers = ["192.0.2.1"]
[upstreams.second]
servers = ["192.0.2.2"]
[[route]]
domains = ["corp.example", "10.in-addr.arpa"]
list = "offices"
to = "second"
private-answers = true
[clients.default]
block = ["ads"]
[clients.office]
addresses = ["10.1.0.0/16", "2001:db8:1::/48"]
block = ["ads", { lists = ["video"], schedule = "office-hours" }, { lists = "*", schedule = "night", except = ["needed"] }]
allow = ["needed"]
answer = "nxdomain"
rebinding-protection = true
drop-types = []
[lists.ads]
sources = ["https://lists.example/ads.txt", "lists/more.txt"]
format = "adblock"
subdomains = true
types = ["A", "AAAA", "HTTPS"]
refresh = "6h"
max-size = "64MiB"
max-errors = "3%"
min-names = 10
max-shrink = "30%"
important = true
answer = ["192.0.2.80", "2001:db8::80"]
reason = "censored"
via = "second"
token = { file = "token" }
[lists.video]
names = ["Video.example", "=www.tube.example", "/^stream[0-9]+\\\\./"]
[lists.offices]
names = ["office1.example"]
[lists.needed]
names = ["login.example"]
[schedules.office-hours]
days = ["mon", "fri"]
times = ["08:00-12:00", "13:00-17:30"]
time-zone = "Europe/Paris"
[[schedules.night]]
days = ["sun", "mon"]
times = ["21:00-06:30"]
[[schedules.night]]
times = ["23:00-00:00"]
[block]
answer = "nodata"
ttl = "5m"
explain = "code"
check-answers = false
[answers]
rebinding-protection = true
private-names = ["plex.direct"]
drop-types = ["AAAA"]
`;
const FILES: FileTexts = { "/d/a.toml": REFERENCE, "/d/token": "c2VjcmV0.-_~+/==\n" };

function load(files: FileTexts) {
  return loadConfig({ file: Object.keys(files)[0]!, given: [] }, configIo(files));
}

function at(line: number) {
  return { file: "/d/a.toml", line };
}

Deno.test("a policy has lists, schedules and what may be in answers as a file says it", async () => {
  const { config, warnings } = await load(FILES);
  assertEquals(warnings, ["/d/a.toml:35: lists.ads.token.file: every user of this machine may read it"]);
  const { routes, clientGroups, lists, schedules, block, answers, dns64 } = config.policy!;
  assertEquals(config.stateDir, "/var/lib/dns-forwarder");
  assertEquals(routes.map(({ domains, list, allowsPrivateAnswers }) => [domains.length, list, allowsPrivateAnswers]), [
    [2, "offices", true],
  ]);
  assertEquals(
    clientGroups.map((group) => [group.block, group.allow, group.answer, group.rebindingProtection, group.dropTypes]),
    [
      [[{ lists: ["ads"], schedule: null, except: [], place: at(13) }], [], null, null, [TYPE.AAAA]],
      [
        [
          { lists: ["ads"], schedule: null, except: [], place: at(16) },
          { lists: ["video"], schedule: "office-hours", except: [], place: at(16) },
          { lists: "*", schedule: "night", except: ["needed"], place: at(16) },
        ],
        [{ lists: ["needed"], schedule: null, except: [], place: at(17) }],
        "nxdomain",
        true,
        [],
      ],
    ],
  );
  assertEquals(lists[0], {
    name: "ads",
    sources: [{ url: "https://lists.example/ads.txt" }, { file: "/d/lists/more.txt" }],
    names: [],
    format: "adblock",
    coversBelow: true,
    types: [TYPE.A, TYPE.AAAA, TYPE.HTTPS],
    refreshMs: 21_600_000,
    maxSizeOctets: 67_108_864,
    maxErrorsShare: 0.03,
    minNames: 10,
    maxShrinkShare: 0.3,
    isImportant: true,
    answer: ["192.0.2.80", "2001:db8::80"],
    reason: "censored",
    via: "second",
    token: { file: "/d/token", text: "c2VjcmV0.-_~+/==" },
    place: at(21),
  });
  assertEquals(lists[1], {
    ...DEFAULT_LIST,
    name: "video",
    sources: [],
    names: ["video.example", "=www.tube.example", "/^stream[0-9]+\\./"],
    coversBelow: null,
    types: null,
    isImportant: false,
    answer: null,
    via: null,
    token: null,
    place: at(36),
  });
  const office = { days: [1, 5], timeZone: "Europe/Paris" };
  assertEquals(schedules, [
    {
      name: "office-hours",
      windows: [{ ...office, fromMinute: 480, toMinute: 720 }, { ...office, fromMinute: 780, toMinute: 1050 }],
      place: at(42),
    },
    {
      name: "night",
      windows: [
        { days: [0, 1], fromMinute: 1260, toMinute: 390, timeZone: null },
        { days: [0, 1, 2, 3, 4, 5, 6], fromMinute: 1380, toMinute: 1440, timeZone: null },
      ],
      place: at(46),
    },
  ]);
  assertEquals(block, { answer: "nodata", ttlSeconds: 300, explain: "code", checksAnswers: false });
  assertEquals(answers, {
    rebindingProtection: true,
    privateNames: [{ name: "plex.direct", isExact: false }],
    dropTypes: [TYPE.AAAA],
    isFlat: false,
  });
  assertEquals(dns64, null);
  assertEquals(JSON.parse(JSON.stringify(config)), config);
});

for (const withDefaults of [false, true]) {
  const what = withDefaults ? "with defaults" : "of what is given";
  Deno.test(
    `printConfig() ${what} has lists, schedules and blocking so that they mean the same, and no secret`,
    async () => {
      const { config, places } = await load(FILES);
      const text = printConfig(config, { places, format: "toml", withDefaults });
      assertEquals(text.includes("c2VjcmV0"), false);
      const again = await load({ ...FILES, "/d/a.toml": text });
      const meaning = (value: unknown) => JSON.stringify(value, (key, one) => key === "place" ? undefined : one, 1);
      assertEquals(meaning(again.config), meaning(config));
    },
  );
}

Deno.test(
  "printConfig() has what a group blocks in its shortest form, and a schedule as one table where its days are the same",
  async () => {
    const { config, places } = await load(FILES);
    const lines = printConfig(config, { places, format: "toml", withDefaults: false }).split("\n").map((line) => {
      return line.replace(/ {2}# .*/, "");
    });
    for (
      const line of [
        'block = ["ads"]',
        'block = ["ads", { lists = ["video"], schedule = "office-hours" }, { lists = "*", schedule = "night", except = ["needed"] }]',
        "[schedules.office-hours]",
        'times = ["08:00-12:00", "13:00-17:30"]',
        "[[schedules.night]]",
        'times = ["23:00-24:00"]',
        'token = { file = "/d/token" }',
      ]
    ) assertEquals([line, lines.includes(line)], [line, true]);
  },
);

Deno.test("own words of a list have one form", async () => {
  const names = 'names = ["Bücher.example", "*.a.example", "=B.example.", "/^x[0-9]/", "local"]';
  const lists = `[lists.a]\n${names}\n[lists.b]\n${names}\nsubdomains = false\n`;
  const { config, places } = await load({ "/a.toml": DEFAULT + lists });
  const { policy } = config;
  const again = await load({ "/a.toml": printConfig(config, { places, format: "toml", withDefaults: false }) });
  assertEquals(again.config.policy!.lists.map(({ names }) => names), policy!.lists.map(({ names }) => names));
  assertEquals(policy!.lists.map(({ names }) => names), [
    ["xn--bcher-kva.example", "*.a.example", "=b.example", "/^x[0-9]/", "local"],
    ["xn--bcher-kva.example", "*.a.example", "=b.example", "/^x[0-9]/", "local"],
  ]);
});

for (
  const [what, text, said] of [
    ["a list of nothing", "[lists.a]\n", ["3:1 lists.a: needs sources or names"]],
    ["no source in a list", "[lists.a]\nsources = []\n", ["4:11 lists.a.sources: needs at least one source"]],
    ["a source over another scheme", '[lists.a]\nsources = ["ftp://lists.example/a"]\n', [
      "4:12 lists.a.sources[1]: must be a path, or begin with https:// or http://",
    ]],
    ["a source with a password in it", '[lists.a]\nsources = ["https://u:p@lists.example/a"]\n', [
      "4:12 lists.a.sources[1]: must have no password in it: there is token for that",
    ]],
    ["a source that is no address of the web", '[lists.a]\nsources = ["https://"]\n', [
      "4:12 lists.a.sources[1]: must be an address of the web, such as https://lists.example/ads.txt",
    ]],
    [
      "a list with sources and nowhere to keep them",
      '[lists.a]\nsources = ["x", "https://lists.example/a"]\n[clients.default]\nblock = ["a"]\n',
      [
        "4:1 lists.a.sources: needs server.state-dir, where what was read is kept: a restart must block at once",
      ],
    ],
    ["all names in a list", '[lists.a]\nnames = ["."]\n', [
      '4:10 lists.a.names[1]: must be a domain name, not the root: all names are "*" in block',
    ]],
    [
      "words that are none",
      '[lists.a]\nnames = ["/(/", "a..example", "192.0.2.1", "/a/ /b/", "/^(a)\\\\1$/", "a b"]\n',
      [
        "4:10 lists.a.names[1]: must be a domain name, or an expression between two slashes: the expression has a ( without its )",
        "4:17 lists.a.names[2]: must be a domain name, or an expression between two slashes: no domain name",
        "4:31 lists.a.names[3]: must be a domain name, or an expression between two slashes",
        "4:55 lists.a.names[5]: must be a domain name, or an expression between two slashes: the expression has \\1, which is not supported",
        "4:69 lists.a.names[6]: must be a domain name, or an expression between two slashes: more than one name",
      ],
    ],
    ["a share without its sign", '[lists.a]\nnames = ["x.example"]\nmax-errors = 5\n', [
      '5:14 lists.a.max-errors: must be text with a unit, such as "5%"',
    ]],
    ["a share of more than all", '[lists.a]\nnames = ["x.example"]\nmax-shrink = "101%"\n', [
      '5:14 lists.a.max-shrink: must be a whole number of percent, "0%"–"100%"',
    ]],
    ["a refresh each second", '[lists.a]\nnames = ["x.example"]\nrefresh = "1s"\n', [
      "5:11 lists.a.refresh: must be 1m–14d",
    ]],
    ["an answer that there is not", '[lists.a]\nnames = ["x.example"]\nanswer = "zer0"\n', [
      '5:10 lists.a.answer: must be "zero", "nxdomain", "nodata" or "refused", or a list of addresses; did you mean "zero"?',
    ]],
    ["an address in an answer that is none", '[block]\nanswer = ["192.0.2"]\n', [
      "4:11 block.answer[1]: must be an IPv4 or IPv6 address",
    ]],
    ["a token that stands in the configuration", '[lists.a]\nnames = ["x.example"]\ntoken = "secret"\n', [
      "5:9 lists.a.token: must be a table",
    ]],
    ["a token whose file is not there", '[lists.a]\nnames = ["x.example"]\ntoken = { file = "none" }\n', [
      "5:18 lists.a.token.file: cannot be read: there is no such file",
    ]],
    ["a day that there is not", '[schedules.a]\ndays = ["monday"]\n', [
      '4:9 schedules.a.days[1]: must be "sun", "mon", "tue", "wed", "thu", "fri" or "sat"',
    ]],
    ["a time that there is not", '[schedules.a]\ntimes = ["20:30-24:30"]\n', [
      '4:10 schedules.a.times[1]: must be two times of day, such as "20:30-07:00"',
    ]],
    ["a window that ends when it begins", '[schedules.a]\ntimes = ["20:30-20:30"]\n', [
      '4:10 schedules.a.times[1]: must not end when it begins: a whole day is "00:00-24:00"',
    ]],
    ["a time zone that there is not", '[schedules.a]\ntime-zone = "Europe/Pari"\n', [
      '4:13 schedules.a.time-zone: must be a time zone, such as "Europe/Paris"',
    ]],
    [
      "a slip in one of several windows",
      '[[schedules.a]]\ntimes = ["20:30-07:00"]\n[[schedules.a]]\ntime = ["20:30-07:00"]\n',
      [
        '6:1 schedules.a[2].time: no such setting; did you mean "times"?',
      ],
    ],
    ["all names allowed", '[clients.default]\nallow = ["*"]\n', [
      "4:10 clients.default.allow[1]: must be the name of a list: who allows all names blocks none",
    ]],
    [
      "a list both blocked and allowed",
      '[lists.a]\nnames = ["x.example"]\n[clients.default]\nblock = ["a"]\nallow = ["a"]\n',
      [
        '7:10 clients.default.allow[1]: "a" stands in block, too',
      ],
    ],
    [
      "two routes for the names of one list",
      '[lists.a]\nnames = ["x.example"]\n[[route]]\nlist = "a"\nto = "default"\n[[route]]\nlist = "a"\ntypes = ["A"]\nto = "default"\n[[route]]\nlist = "a"\ntypes = ["TXT", "A"]\nto = "default"\n',
      [
        "13:8 route[3].list: has a route for the same in another place, too: /a.toml:9",
      ],
    ],
    [
      "a list found by an upstream group that there is not",
      '[lists.a]\nnames = ["x.example"]\nvia = "defualt"\n[clients.default]\nblock = ["a"]\n',
      [
        '5:7 lists.a.via: no such upstream group: "defualt"; did you mean "default"?',
      ],
    ],
    [
      "a slip in a rule",
      '[clients.default]\nblock = ["a", { lists = ["a"], schedul = "night" }]\n[lists.a]\nnames = ["x.example"]\n',
      [
        '4:32 clients.default.block[2].schedul: no such setting; did you mean "schedule"?',
      ],
    ],
    [
      "names of nothing",
      '[clients.default]\nblock = ["adds", { lists = ["ads", "social"], schedule = "nigth" }, { lists = "*", except = ["add"] }]\n[lists.ads]\nnames = ["x.example"]\n[schedules.night]\ntimes = ["20:00-07:00"]\n',
      [
        '4:10 clients.default.block[1]: no such list: "adds"; did you mean "ads"?',
        '4:36 clients.default.block[2].lists[2]: no such list: "social"; there is ads',
        '4:58 clients.default.block[2].schedule: no such schedule: "nigth"; did you mean "night"?',
        '4:94 clients.default.block[3].except[1]: no such list: "add"; did you mean "ads"?',
      ],
    ],
    ["a source in a word of its own", '[lists.ads]\nsource = ["https://example.com/list"]\n', [
      '4:1 lists.ads.source: no such setting; did you mean "sources"?',
    ]],
  ] as const
) {
  Deno.test(`loadConfig() refuses ${what}`, async () => {
    const error = await assertRejects(() => load({ "/a.toml": DEFAULT + text }), ConfigError);
    assertEquals(
      error.problems.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`),
      [...said],
    );
  });
}

for (
  const [what, text, warnings] of [
    ["a list that nobody uses", '[lists.a]\nnames = ["x.example"]\n', ["/a.toml:3: lists.a: nobody uses it"]],
    ["a schedule that nobody uses", '[schedules.a]\ntimes = ["20:00-07:00"]\n', [
      "/a.toml:3: schedules.a: nobody uses it",
    ]],
    [
      "a schedule that is always on",
      '[clients.default]\nblock = [{ lists = "*", schedule = "a" }]\n[schedules.a]\ntimes = ["20:00-07:00", "07:00-20:00"]\n',
      ["/a.toml:5: schedules.a: it is always on"],
    ],
    [
      "nothing where a list is used by except, a route, or to be found",
      '[clients.default]\nblock = [{ lists = "*", except = ["a"] }]\n[lists.a]\nnames = ["x.example"]\nvia = "b"\n[upstreams.b]\nservers = ["192.0.2.2"]\n[lists.c]\nnames = ["x.example"]\n[[route]]\nlist = "c"\nto = "b"\n',
      [],
    ],
  ] as const
) {
  Deno.test(`loadConfig() warns of ${what}`, async () => {
    assertEquals((await load({ "/a.toml": DEFAULT + text })).warnings, [...warnings]);
  });
}
