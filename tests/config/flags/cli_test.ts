import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { listenText } from "../../../lib/server/listen/listen.ts";
import { formatCidr } from "../../../lib/base/net/cidr.ts";
import { parseCommand } from "../../../lib/config/flags/cli.ts";
import { SUB_COMMANDS } from "../../../lib/config/flags/commands.ts";
import { UsageError } from "../../../lib/config/usage_error.ts";
import type { Config } from "../../../lib/config/config.ts";
import { endpointText } from "../../../lib/upstream/endpoint.ts";
import { PRIVATE_NETWORKS } from "../../../lib/server/admission/access.ts";

/** A configuration with its addresses as text. */
interface Told extends Omit<Config, "listen" | "upstreams"> {
  readonly listen: readonly string[] | null;
  readonly upstreams: readonly string[];
}

const DEFAULTS: Told = {
  bootstrap: [],
  listen: null,
  certificates: [],
  keys: [],
  trustedProxies: [],
  maxConnections: 500,
  sharesPort: false,
  upstreams: [],
  answer: { ipv4: "127.0.0.1", ipv6: null },
  allow: PRIVATE_NETWORKS.map(formatCidr),
  deny: [],
  refusedTypes: [],
  rateLimit: 0,
  rateLimitExempt: [],
  maxInFlight: 10_000,
  cacheSizeMib: 64,
  minTtlSeconds: 0,
  maxTtlSeconds: 86_400,
  negativeMaxTtlSeconds: 3600,
  asksWithCookies: true,
  randomizesCase: true,
  servesStale: true,
  prefetches: true,
  answersSpecialNames: true,
  serverId: null,
  timeoutMs: 2000,
  upstreamSockets: 32,
  strategy: "sequential",
  multiQuestion: "split",
  workers: 1,
  io: "auto",
  logLevel: "info",
  logFormat: "text",
  watchesFiles: false,
  rollbackAfterMs: 30_000,
  drainSeconds: 0,
  adminListen: null,
  adminTokenFile: null,
  adminHosts: [],
  isAdminBehindProxy: false,
  alertWebhook: null,
  alertFormat: "auto",
  metricsListen: null,
  metricsAllow: ["127.0.0.0/8", "::1/128"],
  adminSocket: null,
  stateDir: null,
  queryLogFolder: null,
  queryLogSizeMib: 256,
  queryLogOnly: [],
  queryLogSample: 1,
  historyFolder: null,
  historySizeMib: 2048,
  toldClients: "network",
  toldNames: "full",
  untoldDomains: [],
  dnstapTo: null,
  dnstapMessages: ["client", "forwarder"],
  dnstapIdentity: null,
  dnstapVersion: null,
  otlpEndpoint: null,
  otlpSample: 1000,
  otlpHeadersFile: null,
};

/** The words of a command line; `''` is an empty one. */
function words(commandLine: string): string[] {
  return commandLine.split(" ").filter((word) => word !== "").map((word) => word.replace("''", ""));
}

function parse(commandLine: string) {
  const command = parseCommand(words(commandLine));
  assert(command.kind === "serve");
  const { listen, upstreams, policy, ...others } = command.config;
  assertEquals(policy, null);
  const told: Told = {
    ...others,
    listen: listen?.map(listenText) ?? null,
    upstreams: upstreams.map(endpointText),
  };
  return { told, warnings: command.warnings, plainWarnings: command.plainWarnings };
}

for (
  const [commandLine, expected] of [
    ["", {}],
    ["--resolver 8.8.8.8", { upstreams: ["8.8.8.8:53"] }],
    ["--resolver=8.8.8.8:5353", { upstreams: ["8.8.8.8:5353"] }],
    ["--resolver [2001:db8::1]:54", { upstreams: ["[2001:db8::1]:54"] }],
    ["--resolver tcp://192.0.2.1,tcp://[2001:db8::1]:54", {
      upstreams: ["tcp://192.0.2.1:53", "tcp://[2001:db8::1]:54"],
    }],
    ["--io native", { io: "native" }],
    ["--workers 1", { workers: 1 }],
    ["--workers 256", { workers: 256 }],
    ["--workers auto", { workers: "auto" }],
    ["--strategy fastest", { strategy: "fastest" }],
    ["--resolver 2001:DB8::1", { upstreams: ["[2001:db8::1]:53"] }],
    ["--resolver 192.0.2.1,192.0.2.2:54 --resolver [::1]", {
      upstreams: ["192.0.2.1:53", "192.0.2.2:54", "[::1]:53"],
    }],
    ["--listen 192.0.2.1", { listen: ["192.0.2.1:2053"] }],
    ["--listen 192.0.2.1:53,[::1]:53 --listen 127.0.0.1:0", { listen: ["192.0.2.1:53", "[::1]:53", "127.0.0.1:0"] }],
    ["--answer 192.0.2.80", { answer: { ipv4: "192.0.2.80", ipv6: null } }],
    ["--answer 2001:db8::80", { answer: { ipv4: "127.0.0.1", ipv6: "2001:db8::80" } }],
    ["--answer 2001:db8::80,192.0.2.80", { answer: { ipv4: "192.0.2.80", ipv6: "2001:db8::80" } }],
    ["--metrics 127.0.0.1", { metricsListen: "127.0.0.1:9153" }],
    ["--metrics [::1]:0", { metricsListen: "[::1]:0" }],
    ["--drain 600", { drainSeconds: 600 }],
    ["--timeout 100", { timeoutMs: 100 }],
    ["--timeout=10000", { timeoutMs: 10_000 }],
    ["--upstream-sockets 2", { upstreamSockets: 2 }],
    ["--upstream-sockets 1000", { upstreamSockets: 1000 }],
    ["--multi-question formerr", { multiQuestion: "formerr" }],
    ["--allow 192.0.2.0/24", { allow: ["192.0.2.0/24"] }],
    ["--allow 192.0.2.1,2001:db8::/32 --allow=0.0.0.0/0", { allow: ["192.0.2.1/32", "2001:db8::/32", "0.0.0.0/0"] }],
    ["--rate-limit 100", { rateLimit: 100 }],
    ["--rate-limit 0", { rateLimit: 0 }],
    ["--max-in-flight 1", { maxInFlight: 1 }],
    ["--max-in-flight 1000000", { maxInFlight: 1_000_000 }],
    ["--cache-size 0", { cacheSizeMib: 0 }],
    ["--cache-size 4095", { cacheSizeMib: 4095 }],
    ["--min-ttl 60 --max-ttl 60", { minTtlSeconds: 60, maxTtlSeconds: 60 }],
    ["--negative-max-ttl 10", { negativeMaxTtlSeconds: 10 }],
    ["--no-stale --no-prefetch", { servesStale: false, prefetches: false }],
    ["--no-cookies --no-case-randomization", { asksWithCookies: false, randomizesCase: false }],
    ["--no-fast-path", { hasFastPath: false }],
    ["--no-special-names", { answersSpecialNames: false }],
    ["--server-id dns-1,north", { serverId: "dns-1,north" }],
    ["--server-id=Zürich", { serverId: "Zürich" }],
    ["--log-level debug", { logLevel: "debug" }],
    ["--timeout 300 --", { timeoutMs: 300 }],
  ] as const
) {
  Deno.test(`parseCommand() reads "${commandLine}"`, () => {
    assertEquals(parse(commandLine), { told: { ...DEFAULTS, ...expected }, warnings: [], plainWarnings: [] });
  });
}

for (
  const [commandLine, message] of [
    ["--resolver", 'Cannot use --resolver "": it needs a value, --resolver [tcp://]<ip>[:<port>]|tls://<name>'],
    ["--resolver=", 'Cannot use --resolver "": it needs a value, --resolver [tcp://]<ip>[:<port>]|tls://<name>'],
    ["--resolver ''", 'Cannot use --resolver "": it needs a value, --resolver [tcp://]<ip>[:<port>]|tls://<name>'],
    ["--timeout --resolver 8.8.8.8", 'Cannot use --timeout "": it needs a value, --timeout <ms>'],
    ["--min-ttl 61 --max-ttl 60", 'Cannot use --min-ttl "61": must not be above --max-ttl, which is 60'],
    ["--cache-size 4096", 'Cannot use --cache-size "4096": must be a whole number, 0–4095'],
    ["--resolver dns.example.org", 'Cannot use --resolver "dns.example.org": an IP address is needed, not a name'],
    [
      "--resolver udp://8.8.8.8",
      'Cannot use --resolver "udp://8.8.8.8": must be an address, asked over UDP, or begin with tcp:// or tls:// or https:// or quic://; there is no udp://',
    ],
    [
      "--resolver tls://dns.example",
      'Cannot use --resolver "tls://dns.example:853": needs its address, such as tls://dns.example:853?ip=192.0.2.1, or --bootstrap',
    ],
    [
      "--resolver tls://dns.example?pin=abc",
      'Cannot use --resolver "tls://dns.example?pin=abc": there is no parameter "pin"; there are ip, bootstrap, pin-sha256, ca, auth',
    ],
    [
      "--bootstrap dns.example",
      'Cannot use --bootstrap "dns.example": a bootstrap server needs an address, not a name such as dns.example',
    ],
    ["--resolver tcp://8.8.8.8:0", 'Cannot use --resolver "tcp://8.8.8.8:0": port must be 1–65535'],
    [
      "--strategy best",
      'Cannot use --strategy "best": must be sequential or round-robin or random or fastest or parallel',
    ],
    ["--resolver 8.8.8.8:0", 'Cannot use --resolver "8.8.8.8:0": port must be 1–65535'],
    ["--resolver 8.8.8.8:65536", 'Cannot use --resolver "8.8.8.8:65536": port must be 1–65535'],
    ["--resolver 8.8.8.8:", 'Cannot use --resolver "8.8.8.8:": port must be 1–65535'],
    [
      "--resolver 8.8.8.256",
      'Cannot use --resolver "8.8.8.256": must be an IPv4 address or an IPv6 address in brackets, with an optional :port',
    ],
    [
      "--resolver 8.8.8.8,",
      'Cannot use --resolver "": must be an IPv4 address or an IPv6 address in brackets, with an optional :port',
    ],
    ["--resolver [::]:53", 'Cannot use --resolver "[::]:53": needs the address of a server, not of any'],
    [
      "--resolver 8.8.8.8,127.0.0.1:2053",
      'Cannot use --resolver "127.0.0.1:2053": this program listens there itself, a query would go round for ever',
    ],
    [
      "--listen 192.0.2.1:53 --resolver 192.0.2.1",
      'Cannot use --resolver "192.0.2.1:53": this program listens there itself, a query would go round for ever',
    ],
    ["--listen 127.0.0.1:65536", 'Cannot use --listen "127.0.0.1:65536": port must be 0–65535'],
    ["--listen 127.0.0.1:-1", 'Cannot use --listen "127.0.0.1:-1": port must be 0–65535'],
    ["--listen tls://192.0.2.1", 'Cannot use --listen "tls://192.0.2.1:853": needs --certificate'],
    ["--certificate ''", 'Cannot use --certificate "": it needs a value, --certificate <file|folder>'],
    [
      "--certificate a --listen tls://192.0.2.1:0?allow=192.0.2.0/24",
      'Cannot use --listen "tls://192.0.2.1:0?allow=192.0.2.0/24": needs a port: who may ask there goes by it',
    ],
    ["--listen localhost", 'Cannot use --listen "localhost": an IP address is needed, not a name'],
    ["--answer 192.0.2.1:53", 'Cannot use --answer "192.0.2.1:53": must be an IPv4 or IPv6 address'],
    ["--answer 192.0.2.1,192.0.2.2", 'Cannot use --answer "192.0.2.2": one IPv4 and one IPv6 address at most'],
    ["--answer ::1 --answer ::2", 'Cannot use --answer "::2": one IPv4 and one IPv6 address at most'],
    ["--metrics localhost", 'Cannot use --metrics "localhost": an IP address is needed, not a name'],
    ["--drain 601", 'Cannot use --drain "601": must be a whole number, 0–600'],
    ["--timeout 99", 'Cannot use --timeout "99": must be a whole number, 100–10000'],
    ["--timeout 10001", 'Cannot use --timeout "10001": must be a whole number, 100–10000'],
    ["--timeout -5", 'Cannot use --timeout "-5": must be a whole number, 100–10000'],
    ["--timeout 1e3", 'Cannot use --timeout "1e3": must be a whole number, 100–10000'],
    ["--timeout 0x100", 'Cannot use --timeout "0x100": must be a whole number, 100–10000'],
    ["--timeout 200.5", 'Cannot use --timeout "200.5": must be a whole number, 100–10000'],
    ["--timeout 200 --timeout 300", 'Cannot use --timeout "200 300": it may be given only once'],
    ["--upstream-sockets 1", 'Cannot use --upstream-sockets "1": must be a whole number, 2–1000'],
    ["--allow", 'Cannot use --allow "": it needs a value, --allow <network>'],
    [
      "--allow everybody",
      'Cannot use --allow "everybody": must be a network such as 192.0.2.0/24 or 2001:db8::/32, or an address',
    ],
    ["--allow 192.0.2.0/33", 'Cannot use --allow "192.0.2.0/33": prefix must be 0–32'],
    [
      "--allow 127.0.0.1,192.0.2.1/24",
      'Cannot use --allow "192.0.2.1/24": bits are set behind the prefix, the network is 192.0.2.0/24',
    ],
    ["--rate-limit -1", 'Cannot use --rate-limit "-1": must be a whole number, 0–1000000'],
    ["--rate-limit 10/s", 'Cannot use --rate-limit "10/s": must be a whole number, 0–1000000'],
    ["--max-in-flight 0", 'Cannot use --max-in-flight "0": must be a whole number, 1–1000000'],
    ["--no-special-names=yes", 'Cannot use --no-special-names "yes": it takes no value'],
    [`--server-id ${"x".repeat(256)}`, `Cannot use --server-id "${"x".repeat(256)}": must have at most 255 octets`],
    ["--workers 0", 'Cannot use --workers "0": must be a whole number, 1–256'],
    ["--workers 257", 'Cannot use --workers "257": must be a whole number, 1–256'],
    ["--workers all", 'Cannot use --workers "all": must be a whole number, 1–256'],
    ["--multi-question both", 'Cannot use --multi-question "both": must be split or formerr'],
    ["--completions tcsh", 'Cannot use --completions "tcsh": must be bash or zsh or fish'],
    ["--log-level loud", 'Cannot use --log-level "loud": must be error or warn or info or debug'],
    ["--resolvr 8.8.8.8", 'Cannot use "--resolvr": no such flag, the closest is --resolver, see --help'],
    ["--no-resolver", 'Cannot use "--no-resolver": no such flag, the closest is --resolver, see --help'],
    ["--resolver.x 8.8.8.8", 'Cannot use "--resolver.x": no such flag, the closest is --resolver, see --help'],
    ["--__proto__ x", 'Cannot use "--__proto__": no such flag, the closest is --strategy, see --help'],
    ["-x", 'Cannot use "-x": no such flag, see --help'],
    ["-5", 'Cannot use "-5": no such flag, see --help'],
    ["8.8.8.8", 'Cannot use "8.8.8.8": it belongs to no flag, see --help'],
    ["--resolver 8.8.8.8 9.9.9.9", 'Cannot use "9.9.9.9": it belongs to no flag, see --help'],
    ["''", 'Cannot use "": it belongs to no flag, see --help'],
    // What `deno task start -- --resolver 8.8.8.8` hands over. Passing over it would make answers up.
    ["-- --resolver 8.8.8.8", 'Cannot use "--resolver" behind "--": nothing may follow, see --help'],
    ["-V=1", 'Cannot use --version "1": it takes no value'],
  ] as const
) {
  Deno.test(`parseCommand() rejects "${commandLine}"`, () => {
    const error = assertThrows(() => parseCommand(words(commandLine)), UsageError);
    assertEquals(error.message, message);
  });
}

for (
  const [commandLine, kind] of [
    ["--help", "help"],
    ["-h", "help"],
    ["--version", "version"],
    ["-V", "version"],
    ["--version --help", "help"],
    // Who asks for help may have got everything else wrong.
    ["--timeout never -h", "help"],
  ] as const
) {
  Deno.test(`parseCommand() reads "${commandLine}" as a wish for ${kind}`, () => {
    assertEquals(parseCommand(words(commandLine)), kind === "help" ? { kind, about: null } : { kind });
  });
}

for (const about of SUB_COMMANDS) {
  Deno.test(`parseCommand() reads "${about.name} --help", and -h, as a wish for help about it, whatever else is there`, () => {
    for (const behind of ["--help", "-h", "--nonsense --help", "a b c d -h"]) {
      assertEquals(parseCommand(words(`${about.name} ${behind}`)), { kind: "help", about });
    }
  });
}

Deno.test("[4007_03] parseCommand() says which link-local clients of [::] would be answered elsewhere, if I/O is plain", () => {
  const { warnings, plainWarnings } = parse("--listen [::]:53,[fe80::1%eth0]:53");
  assertEquals(warnings, []);
  assertEquals(plainWarnings, [
    "--listen [::]:53 may answer from another address than was asked; name each",
    "--listen [::]:53 answers clients with link-local addresses on the first link alone; for the others name this " +
    "machine's address there, such as --listen [fe80::1%eth1]:53",
  ]);
});

Deno.test("[4007_01] parseCommand() keeps the zones of listeners and upstreams", () => {
  const { told } = parse("--listen [fe80::1%eth0]:53 --resolver [fe80::2%eth0],tcp://[fe80::2%3]:5353");
  assertEquals(told.listen, ["[fe80::1%eth0]:53"]);
  assertEquals(told.upstreams, ["[fe80::2%eth0]:53", "tcp://[fe80::2%3]:5353"]);
});

Deno.test("parseCommand() shares the ports that --listen names, and no others", () => {
  assertEquals(parse("--reuse-port --listen 127.0.0.1:53").told.sharesPort, true);
  for (const line of ["--reuse-port", "--reuse-port --listen 127.0.0.1:0"]) {
    assertThrows(() => parse(line), UsageError, "Cannot use --reuse-port: needs --listen");
  }
});

Deno.test("parseCommand() reads the shell that completions are wanted for", () => {
  assertEquals(parseCommand(["--completions", "fish"]), { kind: "completions", shell: "fish" });
});

Deno.test("parseCommand() warns that --answer has no effect beside --resolver", () => {
  const { warnings } = parse("--answer 192.0.2.80 --resolver 8.8.8.8");
  assertEquals(warnings, ["--answer has no effect beside --resolver"]);
});

Deno.test("parseCommand() warns that a wildcard may answer from another address, if I/O is plain", () => {
  const { warnings, plainWarnings } = parse("--listen 0.0.0.0:53,127.0.0.1:54");
  assertEquals(warnings, []);
  assertEquals(plainWarnings, ["--listen 0.0.0.0:53 may answer from another address than was asked; name each"]);
});

Deno.test("parseCommand() reads import with a program and its files", () => {
  assertEquals(parseCommand(["import", "dnsmasq", "a.conf", "-"]), {
    kind: "import",
    peer: "dnsmasq",
    files: ["a.conf", "-"],
  });
});

for (
  const [args, message] of [
    [[], "Cannot import: a program is needed, dnsmasq, unbound, pihole, adguard, blocky, coredns"],
    [["bloky", "a"], "the closest is blocky"],
    [["blocky"], "Cannot import blocky: a file is needed; - for standard input"],
    [["blocky", "--all"], 'Cannot import "--all": no such flag'],
  ] as const
) {
  Deno.test(`parseCommand() rejects import ${args.join(" ")}`, () => {
    const error = assertThrows(() => parseCommand(["import", ...args]), UsageError);
    assertStringIncludes((error as Error).message, message);
  });
}
