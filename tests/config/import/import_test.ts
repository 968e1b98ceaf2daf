import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { ConfigError, problemLines } from "../../../lib/config/file/problem.ts";
import { importConfig } from "../../../lib/config/import/import_config.ts";
import { type Peer, PEERS } from "../../../lib/config/import/peers.ts";
import { loadConfig } from "../../../lib/config/load_config.ts";
import { UsageError } from "../../../lib/config/usage_error.ts";

import { FakeFiles } from "../../support/fake_files.ts";

const EXAMPLES = new URL("examples/", import.meta.url);
const ignore = Deno.permissions.querySync({ name: "read", path: EXAMPLES }).state !== "granted";

/** What other projects' own documented examples say, and what it becomes. */
const CASES: readonly (readonly [Peer, string])[] = [
  ["dnsmasq", "dnsmasq.conf"],
  ["unbound", "unbound.conf"],
  ["unbound", "unbound-tls.conf"],
  ["unbound", "unbound-ca.conf"],
  ["pihole", "pihole.toml"],
  ["pihole", "pihole-adlists.json"],
  ["pihole", "pihole-domains.json"],
  ["pihole", "adlists.list"],
  ["adguard", "adguard.yaml"],
  ["adguard", "adguard-tls.yaml"],
  ["blocky", "blocky.yml"],
  ["blocky", "blocky-tls.yml"],
  ["blocky", "blocky-old.yml"],
  ["coredns", "Corefile"],
  ["coredns", "Corefile-tls"],
];

for (const [peer, file] of CASES) {
  const name = `importConfig() carries over ${file} of ${peer}, line by line (needs --allow-read)`;
  Deno.test({
    name,
    ignore,
    fn: async () => {
      const text = await Deno.readTextFile(new URL(file, EXAMPLES));
      const written = await importConfig(peer, [{ file, text }]);
      await load(written);
      assertEquals(written, await Deno.readTextFile(new URL(`${file}.imported`, EXAMPLES)));
    },
  });
}

/** Reads what was written as the program does at its start. */
async function load(text: string): Promise<void> {
  const files = new FakeFiles({ "/config.toml": text });
  const io = { files, absolutePath: (path: string) => path, variable: () => null };
  try {
    await loadConfig({ file: "/config.toml", given: [] }, io);
  } catch (error) {
    if (error instanceof ConfigError) throw new Error(error.problems.flatMap(problemLines).join("\n"));
    throw error;
  }
}

Deno.test("importConfig() takes no block of a Corefile that another one asks for a server of its own", async () => {
  const text = `. {
  bind 127.0.0.1
  forward . 127.0.0.1:5301 127.0.0.1:5302
}
.:5301 {
  forward . 192.0.2.1
  cache 30
}
example.org:53 example.org:54 {
  forward . 192.0.2.2
}
example.org:54 {
  cache
}
`;
  const written = await importConfig("coredns", [{ file: "Corefile", text }]);
  await load(written);
  const upstreams = written.match(/(?<=servers = \[\n)[^\]]*/)![0];
  assertEquals(upstreams.match(/[0-9.]+:53\d\d/g), ["127.0.0.1:5301", "127.0.0.1:5302"]);
  assertEquals(written.match(/192.0.2.1|max-ttl|:5301".*listen/g), ["192.0.2.1"]);
  for (
    const line of ["5: no counterpart (another server", "6: no counterpart (another", "7: no counterpart (another"]
  ) {
    assertStringIncludes(written, `# Corefile:${line}`);
  }
});

/** What is encrypted in part, switched off, or lacks its other half. */
const HALVES: readonly (readonly [Peer, string])[] = [
  [
    "unbound",
    "server:\ninterface: 192.0.2.1@853\ntls-service-pem: /a.pem\ntls-cert-bundle: /ca.pem\nhttps-port: 8443\n",
  ],
  ["adguard", "tls:\n  enabled: false\n  port_https: 443\n  certificate_path: /a.pem\n  private_key_path: /a.key\n"],
  ["adguard", "tls:\n  enabled: true\n  port_https: 443\n  certificate_chain: abc\n  private_key: hunter2\n"],
  ["adguard", "dns:\n  upstream_dns:\n    - tls://dns.example\n    - quic://dns.example\n  bootstrap_dns: []\n"],
  ["blocky", "certFile: /a.pem\nports:\n  tls: 853\n"],
  ["blocky", "certFile: /a.pem\nkeyFile: /a.key\n"],
  [
    "blocky",
    "upstreams:\n  groups:\n    default:\n      - tcp-tls:dns.example\n      - https://192.0.2.1.example/#x\n",
  ],
  [
    "coredns",
    "tls://.:853 {\n tls /a.pem /a.key /ca.pem {\n  client_auth require_and_verify\n }\n forward . 192.0.2.1 {\n  force_tcp\n }\n}\n",
  ],
  ["coredns", "https://example.org {\n forward . tls://dns.example\n}\n"],
];

for (const [i, [peer, text]] of HALVES.entries()) {
  Deno.test(`importConfig() makes no listener and no server of half of what ${peer} says of encryption, and tells each line (${i + 1})`, async () => {
    const written = await importConfig(peer, [{ file: "half", text }]);
    await load(written);
    assertEquals(/^\s*(?:"(?:tls|https|quic):|certificate =|key =|servers =)/m.test(written), false);
    assertEquals(/hunter/.test(written), false);
    const values = text.trimEnd().split("\n").flatMap((line, at) => {
      return /^(?:server:|.*[:{]\s*$|\s*\}|.*enabled:|.*bootstrap_dns:)/.test(line) &&
          !/client_auth|tls \/|forward/.test(line)
        ? []
        : [at + 1];
    });
    assertEquals(values.filter((line) => !new RegExp(`half:${line}\\b`).test(written)), []);
  });
}

/** Where Debian's packages put the examples themselves, in which each option stands in a comment. */
const DOCUMENTED: readonly (readonly [Peer, string, RegExp])[] = [
  ["dnsmasq", "/usr/share/doc/dnsmasq-base/examples/dnsmasq.conf.example", /^#(?=[a-z])/gm],
  ["unbound", "/usr/share/doc/unbound/examples/unbound.conf", /^(?<=\s*)# ?(?=[a-z-]+:)|(?<=^\s+)# ?(?=[a-z-]+:)/gm],
];

for (const [peer, file, off] of DOCUMENTED) {
  Deno.test({
    name: `importConfig() loses no option of ${peer}'s documented example (needs --allow-read and the file)`,
    ignore: ignore || !isThere(file),
    fn: async () => {
      const text = (await Deno.readTextFile(file)).replaceAll(off, "");
      const written = await importConfig(peer, [{ file: "example", text }]);
      await load(written.replace("# [upstreams.default]\n# servers", "[upstreams.default]\nservers"));
      const said = text.split("\n").flatMap((line, i) =>
        /^\s*[a-z]/.test(line) && !/^\s*[a-z-]+:\s*(#|$)/.test(line) ? [i + 1] : []
      );
      assertEquals(said.filter((line) => !new RegExp(`example:${line}\\b`).test(written) && !isPartOf(text, line)), []);
    },
  });
}

/** A name belongs to its clause, and what is said twice is carried over once. */
function isPartOf(text: string, line: number): boolean {
  const said = text.split("\n")[line - 1]!.trim();
  return /^(?:name:|no-hosts|port|msg-cache|rrset-cache|local-zone: "[^"]*" redirect|domain=|strict-order|all-servers)/
    .test(said) ||
    text.split("\n").slice(line).some((later) => later.trim().split(/[=:]/)[0] === said.split(/[=:]/)[0]) ||
    text.split("\n").slice(0, line - 1).some((former) => former.trim() === said);
}

function isThere(file: string): boolean {
  try {
    return Deno.statSync(file).isFile;
  } catch {
    return false;
  }
}

Deno.test("importConfig() writes TOML whatever it reads, or says that the file cannot be read", async () => {
  const words = fc.constantFrom(
    "server",
    "=",
    "/",
    "\n",
    " ",
    "{",
    "}",
    ":",
    "-",
    "#",
    '"',
    "'",
    "${HOME}",
    "\u007f",
    "\u0001",
    "\ud800",
    "address",
    "cname",
    "192.0.2.1",
    "forward",
    "dns",
    "upstreams",
    "[",
    "]",
    ",",
    "local-data:",
    "server:",
    "a.example",
    "*",
    "txt-record",
    "hosts",
    "|",
    "filters",
    "user_rules",
    "url",
    "https://lists.example/a",
    "/etc/a",
    "||a.example^",
    "/a[0-9]/",
    "blocking:\n  denylists:\n    ads:\n      - ",
    "  clientGroupsBlock:\n    default:\n      - ads\n",
    "address=/a.example/",
    "local-zone: a.example always_null\n",
    "rpz:\n name: ",
    '[{"address":"',
    "tls://",
    "sdns://AgM",
    "tcp-tls:",
    "@853#",
    "interface: 192.0.2.1@853\ntls-service-key: a\ntls-service-pem: b\n",
    "forward-zone:\n name: .\n forward-tls-upstream: yes\n forward-addr: ",
    "tls:\n  enabled: true\n  certificate_path: /a\n  private_key_path: /b\n",
    "certFile: a\nkeyFile: b\nports:\n  tls: 853\nbootstrapDns: ",
    "tls://. {\n tls a b\n forward . tls://",
    "tls_servername ",
    '"}]',
    "ads {\n list ",
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...PEERS), fc.array(words, { maxLength: 40 }), async (peer, parts) => {
      try {
        await load(await importConfig(peer, [{ file: "some\nfile", text: parts.join("") }]));
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
      }
    }),
  );
});

Deno.test("importConfig() shows no secrets", async () => {
  const text = "redis:\n  password: hunter2\n  sentinelPassword: hunter3\n";
  const written = await importConfig("blocky", [{ file: "config.yml", text }]);
  assertEquals(/hunter/.test(written), false);
  assertStringIncludes(written, "# config.yml:2: no counterpart: redis.password: …");
});

Deno.test("importConfig() writes ${NAME} so that it stays text", async () => {
  const written = await importConfig("unbound", [{ file: "a", text: 'server:\nidentity: "${HOSTNAME}"\n' }]);
  assertStringIncludes(written, 'server-id = "$${HOSTNAME}"');
});

Deno.test("importConfig() takes several files as one, and says of which each line is", async () => {
  const written = await importConfig("dnsmasq", [
    { file: "a.conf", text: "server=/corp.example/192.0.2.1\nno-hosts\nport=0" },
    { file: "b.conf", text: "server=/corp.example/192.0.2.2\nlog-dhcp" },
  ]);
  assertEquals(written.split("\n").filter((line) => /[ab]\.conf/.test(line)), [
    "# Made of a.conf, b.conf, a configuration of dnsmasq. Read it before you use it.",
    'domains = ["corp.example"]  # a.conf:1',
    '  "192.0.2.1",  # a.conf:1',
    '  "192.0.2.2",  # b.conf:1',
    "# b.conf:2: no counterpart: log-dhcp",
  ]);
});

for (
  const [peer, format, line] of [
    ["dnsmasq", "dnsmasq", (i: number) => `address=/ads${i}.example/${i % 2 === 0 ? "" : "0.0.0.0"}`],
    ["unbound", "unbound", (i: number) => `  local-zone: "ads${i}.example" always_nxdomain`],
  ] as const
) {
  Deno.test(`importConfig() takes a file of ${peer}'s that is nothing but a list for a source, and few lines for words`, async () => {
    const text = (count: number) => `# ads\n${Array.from({ length: count }, (_, i) => line(i)).join("\n")}\n`;
    const whole = await importConfig(peer, [{ file: `/etc/${peer}/ads.conf`, text: text(20_000) }]);
    await load(whole);
    assertEquals(whole.split("\n").filter((line) => /lists\.|sources|format|block =/.test(line)), [
      "[lists.ads]",
      `sources = ["/etc/${peer}/ads.conf"]  # /etc/${peer}/ads.conf:1: 20000 lines`,
      `format = "${format}"  # /etc/${peer}/ads.conf:1`,
      `block = ["ads"]  # /etc/${peer}/ads.conf:1`,
    ]);
    const words = await importConfig(peer, [{ file: `/etc/${peer}/ads.conf`, text: text(150) }]);
    await load(words);
    assertEquals([words.includes("sources"), words.includes('"ads149.example"')], [false, true]);
    const input = await importConfig(peer, [{ file: "standard input", text: text(300) }]);
    assertStringIncludes(input, "300 lines that block names");
  });
}

Deno.test("importConfig() takes hosts files of dnsmasq's that block names for sources, and those of a home for hosts files", async () => {
  const blocking = Array.from({ length: 300 }, (_, i) => `${i % 2 === 0 ? "0.0.0.0" : "::"}\tads${i}.example # ads\n`);
  const sources = [
    { file: "/etc/dnsmasq.conf", text: "addn-hosts=/etc/ads.hosts\naddn-hosts=/etc/home.hosts\nno-hosts\nport=0\n" },
    { file: "/etc/ads.hosts", text: `# ads\r\n127.0.0.1 localhost\n\n${blocking.join("")}` },
  ];
  const written = await importConfig("dnsmasq", sources);
  await load(written);
  assertEquals(written.split("\n").filter((line) => /lists\.|sources|format|block =|hosts/.test(line)), [
    "# Made of /etc/dnsmasq.conf, /etc/ads.hosts, a configuration of dnsmasq. Read it before you use it.",
    'state-dir = "/var/lib/dns-forwarder"  # /etc/ads.hosts:1: lists are kept there',
    "[lists.ads]",
    'sources = ["/etc/ads.hosts"]  # /etc/ads.hosts:1: 301 lines',
    'format = "hosts"  # /etc/ads.hosts:1',
    'block = ["ads"]  # /etc/ads.hosts:1',
    'hosts-files = ["/etc/home.hosts"]  # /etc/dnsmasq.conf:2',
    "# /etc/dnsmasq.conf:1: so by itself (a list, since its file blocks names): addn-hosts=/etc/ads.hosts",
  ]);
});

for (const [peer, text] of [["adguard", "dns: [\n"], ["pihole", "[dns]\nport = \n"]] as const) {
  Deno.test(`importConfig() says where a file of ${peer}'s is broken`, async () => {
    const error = await assertRejects(() => importConfig(peer, [{ file: "its.file", text }]), UsageError);
    assertStringIncludes((error as Error).message, "Cannot read its.file");
  });
}
