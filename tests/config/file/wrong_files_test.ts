// Files that cannot be used, and what is said of them.

import { assertEquals, assertRejects } from "@std/assert";
import { ConfigError } from "../../../lib/config/file/problem.ts";
import { loadConfig } from "../../../lib/config/load_config.ts";
import { configIo } from "../../support/config_io.ts";

/** Each problem as line, column and message. */
const WRONG: readonly { readonly what: string; readonly text: string; readonly said: readonly string[] }[] = [
  {
    what: "a key that is not known, with nothing close to it",
    text: `colour = "red"`,
    said: ["1:1 colour: no such setting"],
  },
  {
    what: "a key in the wrong letter case",
    text: `[Server]
timeout = "2s"`,
    said: ['1:2 Server: no such setting; did you mean "server"?'],
  },
  {
    what: "a setting with an underscore",
    text: `[cache]
max_ttl = "1d"`,
    said: ['2:1 cache.max_ttl: no such setting; did you mean "max-ttl"?'],
  },
  {
    what: "a setting of the wrong table",
    text: `[server]
min-ttl = "1m"`,
    said: ["2:1 server.min-ttl: no such setting"],
  },
  {
    what: "a table where a list of tables stands",
    text: `[route]
domains = ["a.example"]
to = "default"`,
    said: ["1:1 route: must be a list, such as [[route]]"],
  },
  {
    what: "a list of tables where a table stands",
    text: `[[server]]
timeout = "2s"`,
    said: ["1:1 server: must be a table"],
  },
  {
    what: "a value where a table stands",
    text: `cache = 64`,
    said: ["1:9 cache: must be a table"],
  },
  {
    what: "a page that is not encrypted and not for this machine alone",
    text: `[admin]
listen = "192.0.2.1:8053"
token-file = "/tokens"`,
    said: [
      "2:10 admin.listen: what is not encrypted is for this machine alone, at 127.0.0.1 or ::1; elsewhere it takes " +
      "https://192.0.2.1:8053 with server.certificate, or a proxy that encrypts it and admin.behind-proxy = true",
    ],
  },
  {
    what: "a page at all addresses in the clear",
    text: `[admin]
listen = "[::]:8053"
token-file = "/tokens"`,
    said: [
      "2:10 admin.listen: what is not encrypted is for this machine alone, at 127.0.0.1 or ::1; elsewhere it takes " +
      "https://[::]:8053 with server.certificate, or a proxy that encrypts it and admin.behind-proxy = true",
    ],
  },
  {
    what: "a page that is encrypted without a certificate",
    text: `[admin]
listen = "https://192.0.2.1"
token-file = "/tokens"`,
    said: ["2:10 admin.listen: needs server.certificate"],
  },
  {
    what: "a page whose tokens are nowhere",
    text: `[admin]
listen = "127.0.0.1"`,
    said: ["2:10 admin.listen: needs admin.token-file, or server.state-dir to keep that file in"],
  },
  {
    what: "a page at a name, with a path, and under an address as a name",
    text: `[admin]
listen = "http://127.0.0.1:8053"
token-file = "tokens"
hosts = ["192.0.2.1", "dns.home.arpa:8053"]`,
    said: [
      "2:10 admin.listen: must be an address alone, without http://",
      "3:14 admin.token-file: must be a path from the root, such as /var/lib/dns-forwarder/tokens",
      '4:10 admin.hosts[1]: must be the name of a host, such as "dns.home.arpa", without a port',
      '4:23 admin.hosts[2]: must be the name of a host, such as "dns.home.arpa", without a port',
    ],
  },
  {
    what: "a name where an address is listened at",
    text: `[metrics]
listen = "localhost:9153"
allow = ["all"]`,
    said: [
      "2:10 metrics.listen: an IP address is needed, not a name",
      "3:10 metrics.allow[1]: must be a network such as 192.0.2.0/24 or 2001:db8::/32, or an address",
    ],
  },
  {
    what: "a webhook that is no address of the web, and a form that there is not",
    text: `[alerts]
webhook = "alerts.example/hook"
format = "xml"`,
    said: [
      "2:11 alerts.webhook: must begin with https:// or http://, such as https://alerts.example/hook",
      '3:10 alerts.format: must be "auto", "json" or "alertmanager"',
    ],
  },
  {
    what: "a webhook with a password",
    text: `[alerts]
webhook = "https://me:secret@alerts.example/hook"`,
    said: ["2:11 alerts.webhook: must have no password in front of its host"],
  },
  {
    what: "a pause before the end that is too long",
    text: `[server]
drain = "1h"`,
    said: ["2:9 server.drain: must be 0–10m"],
  },
  {
    what: "a number without its unit",
    text: `[server]
timeout = 2`,
    said: ['2:11 server.timeout: must be text with a unit, such as "2s"'],
  },
  {
    what: "a unit that there is not",
    text: `[server]
timeout = "2sec"`,
    said: ['2:11 server.timeout: must be a number with a unit: ms, s, m, h, d or w, such as "2s"'],
  },
  {
    what: "a unit in the wrong letter case",
    text: `[cache]
size = "64mib"`,
    said: ['2:8 cache.size: must be a number with a unit: KiB, MiB, GiB or TiB, such as "64MiB"'],
  },
  {
    what: "a negative time",
    text: `[server]
timeout = "-2s"`,
    said: ['2:11 server.timeout: must be a number with a unit: ms, s, m, h, d or w, such as "2s"'],
  },
  {
    what: "a time beyond its bounds",
    text: `[server]
timeout = "11s"`,
    said: ["2:11 server.timeout: must be 100ms–10s"],
  },
  {
    what: "a time below its bounds",
    text: `[server]
timeout = "99ms"`,
    said: ["2:11 server.timeout: must be 100ms–10s"],
  },
  {
    what: "a fraction of a second where seconds count",
    text: `[cache]
min-ttl = "1500ms"`,
    said: ["2:11 cache.min-ttl: must be whole seconds"],
  },
  {
    what: "a size that is not whole",
    text: `[cache]
size = "100KiB"`,
    said: ["2:8 cache.size: must be whole MiB"],
  },
  {
    what: "a size beyond its bounds",
    text: `[cache]
size = "4GiB"`,
    said: ["2:8 cache.size: must be 0–4095MiB"],
  },
  {
    what: "text where a number stands",
    text: `[access]
max-in-flight = "200"`,
    said: ["2:17 access.max-in-flight: must be a whole number, 1–1000000"],
  },
  {
    what: "a fraction where things are counted",
    text: `[access]
rate-limit = 0.5`,
    said: ["2:14 access.rate-limit: must be a whole number, 0–1000000"],
  },
  {
    what: "a number beyond its bounds",
    text: `[access]
max-in-flight = 2_000_000`,
    said: ["2:17 access.max-in-flight: must be a whole number, 1–1000000"],
  },
  {
    what: "text where it is yes or no",
    text: `[cache]
stale = "yes"`,
    said: ["2:9 cache.stale: must be true or false"],
  },
  {
    what: "a number where it is yes or no",
    text: `[cache]
prefetch = 1`,
    said: ["2:12 cache.prefetch: must be true or false"],
  },
  {
    what: "a word that is nearly one of a few",
    text: `[upstreams.default]
servers = ["192.0.2.1"]
strategy = "fatest"`,
    said: [
      '3:12 upstreams.default.strategy: must be "sequential", "round-robin", "random", "fastest" or "parallel"; did you mean "fastest"?',
    ],
  },
  {
    what: "a word that is none of a few",
    text: `[server]
io = "kernel"`,
    said: ['2:6 server.io: must be "auto", "plain" or "native"'],
  },
  {
    what: "a word beside a number",
    text: `[server]
workers = "many"`,
    said: ['2:11 server.workers: must be a whole number, 1–256, or "auto"'],
  },
  {
    what: "a number beside a word, beyond its bounds",
    text: `[server]
workers = 257`,
    said: ["2:11 server.workers: must be a whole number, 1–256"],
  },
  {
    what: "a date",
    text: `[server]
timeout = 2026-12-01`,
    said: ['2:11 server.timeout: must be text with a unit, such as "2s"'],
  },
  {
    what: "text where a list stands",
    text: `[upstreams.default]
servers = "192.0.2.1"`,
    said: ['2:11 upstreams.default.servers: must be a list, such as ["9.9.9.9"]'],
  },
  {
    what: "an element that is no text",
    text: `[access]
allow = ["192.0.2.0/24", 10]`,
    said: ['2:26 access.allow[2]: must be text, such as "192.0.2.0/24"'],
  },
  {
    what: "a list that is empty",
    text: `[access]
allow = []`,
    said: ["2:9 access.allow: needs at least one value"],
  },
  {
    what: "an address that is a name",
    text: `[upstreams.default]
servers = ["dns.example"]`,
    said: ["2:12 upstreams.default.servers[1]: an IP address is needed, not a name"],
  },
  {
    what: "an address with a port that there is not",
    text: `[server]
listen = ["192.0.2.1:99999"]`,
    said: ["2:11 server.listen[1]: port must be 0–65535"],
  },
  {
    what: "IPv6 with a port and without brackets",
    text: `[server]
listen = ["2001:db8::1:53:"]`,
    said: ["2:11 server.listen[1]: must be an IPv4 address or an IPv6 address in brackets, with an optional :port"],
  },
  {
    what: "a service that there is not yet",
    text: `[server]
listen = ["https://192.0.2.1/dns-query"]`,
    said: ["2:11 server.listen[1]: needs server.certificate"],
  },
  {
    what: "an encrypted upstream of which nobody knows where it is",
    text: `[upstreams.default]
servers = ["tls://dns.example"]`,
    said: [
      "2:12 upstreams.default.servers[1]: needs its address, such as tls://dns.example:853?ip=192.0.2.1, or server.bootstrap",
    ],
  },
  {
    what: "an encrypted upstream of another group of which nobody knows where it is",
    text: `[upstreams.default]
servers = ["192.0.2.1"]
[upstreams.second]
servers = [{ address = "tls://dns.example" }]`,
    said: [
      '4:12 upstreams.second.servers[1]: needs its address, such as "tls://dns.example:853?ip=192.0.2.1", or server.bootstrap',
    ],
  },
  {
    what: "an encrypted upstream in a route of which nobody knows where it is",
    text: `[upstreams.default]
servers = ["192.0.2.1"]
[[route]]
domains = ["corp.example"]
to = ["tls://dns.example"]`,
    said: [
      '5:7 route[1].to[1]: needs its address, such as "tls://dns.example:853?ip=192.0.2.1", or server.bootstrap',
    ],
  },
  {
    what: "a server without its address",
    text: `[upstreams.default]
servers = [{ ip = "192.0.2.1" }]`,
    said: ['2:12 upstreams.default.servers[1].address: "address" is missing'],
  },
  {
    what: "a server with what there is not",
    text: `[upstreams.default]
servers = [{ address = "tls://192.0.2.1", pins = "x" }]`,
    said: ['2:43 upstreams.default.servers[1].pins: no such setting; did you mean "pin"?'],
  },
  {
    what: "a pin that is none",
    text: `[upstreams.default]
servers = [{ address = "tls://192.0.2.1", pin = "sha256/abc" }]`,
    said: [
      '2:12 upstreams.default.servers[1]: "sha256/abc" is no pin: it takes SHA-256 of a public key in base64, 44 characters, the last of them =',
    ],
  },
  {
    what: "a file of authorities that depends on where the program is started",
    text: `[upstreams.default]
servers = [{ address = "tls://192.0.2.1", ca = "ca.pem" }]`,
    said: [
      '2:12 upstreams.default.servers[1]: ca must be a file from the root, such as /etc/ssl/ca.pem, or none, not "ca.pem"',
    ],
  },
  {
    what: "no authority and no pin",
    text: `[upstreams.default]
servers = [{ address = "tls://192.0.2.1", ca = "none" }]`,
    said: [
      "2:12 upstreams.default.servers[1]: ca=none needs pin-sha256: without either nothing would tell the server from another",
    ],
  },
  {
    what: "a server that has to prove who it is, and need not",
    text: `[upstreams.default]
servers = [{ address = "tls://192.0.2.1", auth = "none", ca = "/etc/ca.pem" }]`,
    said: [
      "2:12 upstreams.default.servers[1]: auth=none believes everybody: it does not go with pins or ca",
    ],
  },
  {
    what: "a way to prove it that there is not",
    text: `[upstreams.default]
servers = [{ address = "tls://192.0.2.1", auth = "strict" }]`,
    said: ['2:50 upstreams.default.servers[1].auth: must be "name" or "none"'],
  },
  {
    what: "a plain server with what is for encrypted ones",
    text: `[upstreams.default]
servers = [{ address = "192.0.2.1", ip = "192.0.2.2" }]`,
    said: ["2:12 upstreams.default.servers[1]: ip is for encrypted servers alone, such as tls://"],
  },
  {
    what: "a bootstrap server by name",
    text: `[server]
bootstrap = ["dns.example"]`,
    said: [
      "2:14 server.bootstrap[1]: a bootstrap server needs an address, not a name such as dns.example",
    ],
  },
  {
    what: "a DNS stamp for what nobody is asked over",
    text: `[upstreams.default]
servers = ["sdns://AQ"]`,
    said: [
      "2:12 upstreams.default.servers[1]: this DNS stamp is for DNSCrypt; there are DNS over TLS, HTTPS, QUIC and plain DNS",
    ],
  },
  {
    what: "an encrypted upstream that is this program itself",
    text: `[server]
listen = ["127.0.0.1:853"]
[upstreams.default]
servers = ["192.0.2.1"]
[upstreams.second]
servers = ["tls://dns.example?ip=127.0.0.1"]`,
    said: [
      "6:12 upstreams.second.servers[1]: this program listens at 127.0.0.1:853 itself, a query would go round for ever",
    ],
  },
  {
    what: "an upstream over what there is no transport for",
    text: `[upstreams.default]
servers = ["udp://192.0.2.1"]`,
    said: [
      "2:12 upstreams.default.servers[1]: must be an address, asked over UDP, or begin with tcp:// or tls:// or https:// or quic://; there is no udp://",
    ],
  },
  {
    what: "a listener without its address",
    text: `[server]
listen = [{ clients = "guests" }]`,
    said: ['2:11 server.listen[1].address: "address" is missing'],
  },
  {
    what: "a listener with a setting that is not known",
    text: `[server]
listen = [{ adress = "192.0.2.1" }]`,
    said: [
      '2:11 server.listen[1].address: "address" is missing',
      '2:13 server.listen[1].adress: no such setting; did you mean "address"?',
    ],
  },
  {
    what: "a network with bits behind its prefix",
    text: `[access]
allow = ["192.0.2.1/24"]`,
    said: ["2:10 access.allow[1]: bits are set behind the prefix, the network is 192.0.2.0/24"],
  },
  {
    what: "a domain with an empty label",
    text: `[[route]]
domains = ["a..example"]
to = ["192.0.2.1"]`,
    said: ["2:12 route[1].domains[1]: must be a domain name: a label is empty"],
  },
  {
    what: "a domain with a label that is too long",
    text: `[[route]]
domains = ["${"a".repeat(64)}.example"]
to = ["192.0.2.1"]`,
    said: ["2:12 route[1].domains[1]: must be a domain name: label over 63 octets"],
  },
  {
    what: "a domain that is too long",
    text: `[[route]]
domains = ["${"abcdefg.".repeat(38)}example"]
to = ["192.0.2.1"]`,
    said: ["2:12 route[1].domains[1]: must be a domain name: over 255 octets"],
  },
  {
    what: "a wildcard as a domain",
    text: `[[route]]
domains = ["*.corp.example"]
to = ["192.0.2.1"]`,
    said: ['2:12 route[1].domains[1]: must be a domain, which has what is below it, too: "corp.example"'],
  },
  {
    what: "a route for everything",
    text: `[[route]]
to = ["192.0.2.1"]`,
    said: [
      "1:1 route[1]: needs domains, types or clients; who is asked for everything are the upstreams.default.servers",
    ],
  },
  {
    what: "a route to nowhere",
    text: `[[route]]
domains = ["a.example"]`,
    said: ['1:1 route[1].to: "to" is missing'],
  },
  {
    what: "a route to a number",
    text: `[[route]]
domains = ["a.example"]
to = 53`,
    said: ['3:6 route[1].to: must be the name of an upstream group, or a list of servers, such as ["192.0.2.1"]'],
  },
  {
    what: "a route to a list that is empty",
    text: `[[route]]
domains = ["a.example"]
to = []`,
    said: ["3:6 route[1].to: needs at least one server"],
  },
  {
    what: "a record type that there is not",
    text: `[[route]]
types = ["AAA"]
to = ["192.0.2.1"]`,
    said: ['2:10 route[1].types[1]: must be a record type, such as "AAAA", or "TYPE65280"'],
  },
  {
    what: "a group whose name has a blank",
    text: `[upstreams."my group"]
servers = ["192.0.2.1"]`,
    said: ['1:12 upstreams."my group": must have a name of 1–64 letters, digits, hyphens and underscores'],
  },
  {
    what: "a group with a name that has a meaning of its own",
    text: `[clients.constructor]
addresses = ["192.0.2.0/24"]`,
    said: ["1:10 clients.constructor: must have another name: this one has a meaning of its own"],
  },
  {
    what: "a key that would reach into objects",
    text: `[local.addresses]
__proto__ = "192.0.2.1"`,
    said: ["2:1 local.addresses.__proto__: must have another name: this one has a meaning of its own"],
  },
  {
    what: "a hardware address that is too short",
    text: `[clients.a]
macs = ["aa:bb:cc:dd:ee"]`,
    said: ['2:9 clients.a.macs[1]: must be a hardware address, such as "aa:bb:cc:dd:ee:ff"'],
  },
  {
    what: "a name of a machine with a question mark",
    text: `[clients.a]
names = ["tab?et"]`,
    said: ['2:10 clients.a.names[1]: must be the name of a machine, with * for any characters, such as "tablet-*"'],
  },
  {
    what: "a source address twice in one family",
    text: `[upstreams.default]
servers = ["192.0.2.1"]
source = ["192.0.2.2", "192.0.2.3"]`,
    said: ["3:10 upstreams.default.source: one IPv4 and one IPv6 address at most"],
  },
  {
    what: "an RCODE that means an answer",
    text: `[upstreams.default]
servers = ["192.0.2.1"]
failover-on = ["nxdomain"]`,
    said: ['3:16 upstreams.default.failover-on[1]: must be "servfail", "refused", "notimp" or "formerr"'],
  },
  {
    what: "an address that is none",
    text: `[local.addresses]
nas = "192.0.2.256"`,
    said: ["2:7 local.addresses.nas: must be an address or a name"],
  },
  {
    what: "a list of a name",
    text: `[local.addresses]
nas = ["server"]`,
    said: ["2:8 local.addresses.nas[1]: must be an IPv4 or IPv6 address"],
  },
  {
    what: "a record without data",
    text: `[local]
records = ["example.org. 300 IN MX"]`,
    said: ['2:12 local.records[1]: cannot read MX RDATA "": a field is missing'],
  },
  {
    what: "a record with data of another type",
    text: `[local]
records = ["example.org. 300 IN A 2001:db8::1"]`,
    said: ['2:12 local.records[1]: cannot read A RDATA "2001:db8::1": "2001:db8::1" is not an IPv4 address'],
  },
  {
    what: "a record of a type that there is not",
    text: `[local]
records = ["example.org. 300 IN WHAT 1"]`,
    said: ['2:12 local.records[1]: must have a record type: there is none called "WHAT"'],
  },
  {
    what: "a record of another class",
    text: `[local]
records = ["example.org. 300 CH TXT x"]`,
    said: ["2:12 local.records[1]: must be of class IN"],
  },
  {
    what: "a record that is no record",
    text: `[local]
records = ["example.org."]`,
    said: ['2:12 local.records[1]: must be a record, such as "example.org. 300 IN MX 10 mail.example.org."'],
  },
  {
    what: "a record that stands in no zone",
    text: `[local]
records = ["example.org. 300 IN OPT"]`,
    said: ["2:12 local.records[1]: must be a record of a zone, OPT is none"],
  },
  {
    what: "the root as the local domain",
    text: `[local]
domain = "."`,
    said: ["2:10 local.domain: must be a domain name, not the root"],
  },
  {
    what: "leases without a file",
    text: `[local]
leases = [{ format = "kea" }]`,
    said: ['2:11 local.leases[1].file: "file" is missing'],
  },
  {
    what: "leases in a format that is not known",
    text: `[local]
leases = [{ file = "/a", format = "dhcpd" }]`,
    said: ['2:35 local.leases[1].format: must be "auto", "dnsmasq", "isc", "kea" or "odhcpd"; did you mean "odhcpd"?'],
  },
  {
    what: "a socket at a relative path",
    text: `[admin]
socket = "admin.sock"`,
    said: ["2:10 admin.socket: must be a path from the root, such as /run/dns-forwarder/admin.sock"],
  },
  {
    what: "somebody who reads dnstap over what it is not sent over",
    text: `[dnstap]
to = "udp://192.0.2.9:6000"`,
    said: ["2:6 dnstap.to: must be unix: with a path from the root, or tcp:// with an address and a port"],
  },
  {
    what: "somebody who reads dnstap at a name",
    text: `[dnstap]
to = "tcp://collector.example:6000"`,
    said: ["2:6 dnstap.to: an IP address is needed, not a name"],
  },
  {
    what: "somebody who reads dnstap at no port",
    text: `[dnstap]
to = "tcp://192.0.2.9"`,
    said: ["2:6 dnstap.to: a port is needed, 1–65535"],
  },
  {
    what: "messages that dnstap does not tell of",
    text: `[dnstap]
messages = ["client", "resolver"]`,
    said: ["2:23 dnstap.messages[2]: must be client or forwarder"],
  },
  {
    what: "a collector that is not asked by HTTP",
    text: `[otlp]
endpoint = "collector.example:4317"`,
    said: ["2:12 otlp.endpoint: must begin with https:// or http://, such as http://192.0.2.9:4318"],
  },
  {
    what: "traces of one in too many questions",
    text: `[otlp]
sample = 1000000`,
    said: ["2:10 otlp.sample: must be a whole number, 0–65536"],
  },
  {
    what: "an answer with two addresses of one family",
    text: `answer = ["192.0.2.1", "192.0.2.2"]`,
    said: ["1:10 answer: one IPv4 and one IPv6 address at most"],
  },
  {
    what: "a text that is too long",
    text: `[server]
server-id = "${"x".repeat(256)}"`,
    said: ["2:13 server.server-id: must have at most 255 octets"],
  },
  {
    what: "a key twice",
    text: `[cache]
size = "1MiB"
size = "2MiB"`,
    said: ["3:1 is given twice"],
  },
  {
    what: "a table twice",
    text: `[cache]
size = "1MiB"
[cache]
max-ttl = "1d"`,
    said: ["3:2 is given twice"],
  },
  {
    what: "text without its end",
    text: `[cache]
size = "1MiB
`,
    said: ["2:13 text must end on its line: a quote is missing"],
  },
  {
    what: "a list without its end",
    text: `[access]
allow = ["192.0.2.0/24"
[cache]
size = "1MiB"`,
    said: ["3:1 expected comma or end of structure"],
  },
  {
    what: "a key without a value",
    text: `[cache]
size`,
    said: ["2:1 a key needs a value: key = value"],
  },
  {
    what: "a value without quotes",
    text: `[cache]
size = 64MiB`,
    said: ["2:10 must be a number, or text between quotes"],
  },
  {
    what: "a control character in a text",
    text: `[server]
server-id = "a\x1b[2Jb"`,
    said: ["2:15 control characters are not allowed in strings"],
  },
  {
    what: "a variable that is not there",
    text: `[server]
server-id = "\${NOWHERE}"`,
    said: ["2:13 server.server-id: there is no environment variable NOWHERE"],
  },
  {
    what: "a variable without its end",
    text: `[server]
server-id = "\${NOWHERE"`,
    said: [
      "2:13 server.server-id: ${NOWHERE must be ${NAME} or ${NAME:-default}; for the characters themselves write $${",
    ],
  },
  {
    what: "a variable with a name that is none",
    text: `[server]
server-id = "\${a b}"`,
    said: [
      "2:13 server.server-id: ${a b} must be ${NAME} or ${NAME:-default}; for the characters themselves write $${",
    ],
  },
  {
    what: "two local names that are one",
    text: `[local.addresses]
nas = "192.0.2.1"
NAS = "192.0.2.2"`,
    said: ["3:7 local.addresses.NAS: is the same name as in /a.toml:2"],
  },
  {
    what: "an upstream group that nobody has",
    text: `[upstreams.default]
servers = ["192.0.2.1"]
fallback = "secnd"
[upstreams.second]
servers = ["192.0.2.2"]`,
    said: ['3:12 upstreams.default.fallback: no such upstream group: "secnd"; did you mean "second"?'],
  },
  {
    what: "a client group that nobody has",
    text: `[upstreams.default]
servers = ["192.0.2.9"]
[[route]]
clients = ["kids"]
to = ["192.0.2.1"]`,
    said: ['4:12 route[1].clients[1]: no such client group: "kids"; there is default'],
  },
  {
    what: "fallbacks in a circle",
    text: `[upstreams.default]
servers = ["192.0.2.1"]
fallback = "b"
[upstreams.b]
servers = ["192.0.2.2"]
fallback = "c"
[upstreams.c]
servers = ["192.0.2.3"]
fallback = "b"`,
    said: ["6:12 upstreams.b.fallback: must not lead back: b → c → b"],
  },
  {
    what: "a group that falls back to itself",
    text: `[upstreams.default]
servers = ["192.0.2.1"]
fallback = "default"`,
    said: ["3:12 upstreams.default.fallback: must not lead back: default → default"],
  },
  {
    what: "a network in two groups",
    text: `[clients.a]
addresses = ["192.0.2.0/24"]
[clients.b]
addresses = ["198.51.100.0/24", "192.0.2.0/24"]`,
    said: ["4:33 clients.b.addresses[2]: stands in another place, too: /a.toml:2"],
  },
  {
    what: "a hardware address in two groups",
    text: `[clients.a]
macs = ["AA-BB-CC-DD-EE-FF"]
[clients.b]
macs = ["aa:bb:cc:dd:ee:ff"]`,
    said: ["4:9 clients.b.macs[1]: stands in another place, too: /a.toml:2"],
  },
  {
    what: "a domain routed twice",
    text: `[upstreams.default]
servers = ["192.0.2.9"]
[[route]]
domains = ["a.example"]
to = ["192.0.2.1"]
[[route]]
domains = ["b.example", "A.example."]
to = ["192.0.2.2"]`,
    said: ["7:25 route[2].domains[2]: has a route for the same in another place, too: /a.toml:4"],
  },
  {
    what: "a domain routed twice for one type",
    text: `[upstreams.default]
servers = ["192.0.2.9"]
[[route]]
domains = ["a.example"]
types = ["A", "TXT"]
to = ["192.0.2.1"]
[[route]]
domains = ["a.example"]
types = ["TXT"]
to = ["192.0.2.2"]`,
    said: ["8:12 route[2].domains[1]: has a route for the same in another place, too: /a.toml:4"],
  },
  {
    what: "a domain rewritten twice",
    text: `[[rewrite]]
domains = ["a.example"]
to = "b.example"
[[rewrite]]
domains = ["a.example"]
to = "c.example"`,
    said: ["5:12 rewrite[2].domains[1]: is rewritten for the same in another place, too: /a.toml:2"],
  },
  {
    what: "a group without servers",
    text: `[upstreams.default]
servers = ["192.0.2.1"]
[upstreams.b]
strategy = "fastest"`,
    said: ['3:1 upstreams.b.servers: "servers" is missing'],
  },
  {
    what: "nobody for what no route is about",
    text: `[[route]]
domains = ["a.example"]
to = ["192.0.2.1"]`,
    said: ["1:1 route[1]: needs [upstreams.default] with servers as well, for what no route is about"],
  },
  {
    what: "an upstream that is this program",
    text: `[server]
listen = ["192.0.2.1"]
[upstreams.default]
servers = ["192.0.2.9", "192.0.2.1"]`,
    said: ["4:25 upstreams.default.servers[2]: this program listens there itself, a query would go round for ever"],
  },
  {
    what: "a route to this program",
    text: `[server]
listen = ["192.0.2.1"]
[upstreams.default]
servers = ["192.0.2.9"]
[[route]]
domains = ["a.example"]
to = ["192.0.2.8", "192.0.2.1"]`,
    said: ["7:20 route[1].to[2]: this program listens at 192.0.2.1:53 itself, a query would go round for ever"],
  },
  {
    what: "an upstream that is any address",
    text: `[upstreams.default]
servers = ["0.0.0.0"]`,
    said: ["2:12 upstreams.default.servers[1]: needs the address of a server, not of any"],
  },
  {
    what: "the least TTL above the greatest",
    text: `[cache]
min-ttl = "10m"
max-ttl = "1m"`,
    said: ["2:11 cache.min-ttl: must not be above cache.max-ttl, which is 60"],
  },
  {
    what: "a listener twice",
    text: `[server]
listen = ["192.0.2.1", "192.0.2.1:53"]`,
    said: ["2:24 server.listen[2]: is given twice: /a.toml:2"],
  },
  {
    what: "numbers where clients are served",
    text: `[server]
listen = ["127.0.0.1:9153"]
[metrics]
listen = "127.0.0.1:9153"`,
    said: ["4:10 metrics.listen: needs another port: server.listen is served there"],
  },
  {
    what: "numbers and the page at one address",
    text: `[metrics]
listen = "127.0.0.1:9153"
[admin]
token-file = "/tokens"
listen = "127.0.0.1:9153"`,
    said: ["5:10 admin.listen: needs another port: metrics.listen is served there"],
  },
  {
    what: "a shared port that nobody knows",
    text: `[server]
reuse-port = true
listen = ["192.0.2.1:0"]`,
    said: ["2:14 server.reuse-port: needs server.listen with the addresses and ports that are to be shared"],
  },
  {
    what: "addresses of who is in no other group",
    text: `[clients.default]
addresses = ["192.0.2.0/24"]`,
    said: ["2:1 clients.default.addresses: cannot be said: whoever is in no other group is in this one"],
  },
  {
    what: "workers that cannot share a port",
    text: `[server]
workers = 2
io = "plain"`,
    said: ['2:11 server.workers: needs native I/O: with io = "plain" a port cannot be shared'],
  },
  {
    what: "rewrites in a circle below themselves",
    text: `[[rewrite]]
domains = ["a.example"]
to = "b.a.example"
[[rewrite]]
domains = ["=b.a.example"]
to = "c.a.example"`,
    said: [
      "3:6 rewrite[1].to: must not lead back: b.a.example → c.a.example → b.a.example",
      "6:6 rewrite[2].to: must not lead back: c.a.example → b.a.example → c.a.example",
    ],
  },
  {
    what: "rewrites in a circle for the clients of one group",
    text: `[clients.kids]
addresses = ["192.0.2.0/24"]
[[rewrite]]
domains = ["a.example"]
to = "b.example"
[[rewrite]]
domains = ["b.example"]
to = "a.example"
clients = ["kids"]`,
    said: [
      "5:6 rewrite[1].to: must not lead back: b.example → a.example → b.example",
      "8:6 rewrite[2].to: must not lead back: a.example → b.example → a.example",
    ],
  },
  {
    what: "rewrites in a circle",
    text: `[[rewrite]]
domains = ["a.example"]
to = "b.example"
[[rewrite]]
domains = ["b.example", "c.example"]
to = "x.a.example"`,
    said: [
      "3:6 rewrite[1].to: must not lead back: b.example → x.a.example → b.example",
      "6:6 rewrite[2].to: must not lead back: x.a.example → b.example → x.a.example",
    ],
  },
  {
    what: "local names that stand for each other",
    text: `[local.addresses]
a = "b"
b = "A"`,
    said: [
      "2:5 local.addresses.a: must not lead back: b → a → b",
      "3:5 local.addresses.b: must not lead back: a → b → a",
    ],
  },
  {
    what: "local records that lead back",
    text: `[local]
domain = "home.arpa"
records = [
  "a.example. 300 IN CNAME b.example.",
  "b.example. CNAME A.Example.",
  "self.example. CNAME self.example.",
  "there.example. DNAME back.example.",
  "back.example. DNAME there.example.",
  "in.example. CNAME a.example.",
]
[local.addresses]
nas = "disk.home.arpa"
disk = "nas"
"*.apps.example" = "x.apps.example"
"x.apps.example" = "y.apps.example"
"wild.example" = "x.apps.example"
"end.example" = "in.there.example.org"`,
    said: [
      "4:3 local.records[1]: must not lead back: b.example → a.example → b.example",
      "5:3 local.records[2]: must not lead back: a.example → b.example → a.example",
      "6:3 local.records[3]: must not lead back: self.example → self.example",
      "7:3 local.records[4]: must not lead back: *.back.example → *.there.example → *.back.example",
      "8:3 local.records[5]: must not lead back: *.there.example → *.back.example → *.there.example",
      "12:7 local.addresses.nas: must not lead back: disk.home.arpa → nas.home.arpa → disk.home.arpa",
      "13:8 local.addresses.disk: must not lead back: nas.home.arpa → disk.home.arpa → nas.home.arpa",
      '14:20 local.addresses."*.apps.example": must not lead back: x.apps.example → y.apps.example → x.apps.example',
      '15:20 local.addresses."x.apps.example": must not lead back: y.apps.example → x.apps.example → y.apps.example',
    ],
  },
  {
    what: "a local name and a rewrite that lead to each other",
    text: `[local.addresses]
"a.example" = "www.b.example"
[[rewrite]]
domains = ["b.example"]
to = "a.example"`,
    said: [
      '2:15 local.addresses."a.example": must not lead back: www.b.example → a.example → www.b.example',
      "5:6 rewrite[1].to: must not lead back: a.example → www.b.example → a.example",
    ],
  },
  {
    what: "local names of a group that lead back for it alone",
    text: `[clients.kids]
addresses = ["192.0.2.0/24"]
[clients.kids.local]
"b.example" = "a.example"
[local.addresses]
"a.example" = "b.example"`,
    said: [
      '4:15 clients.kids.local."b.example": must not lead back: a.example → b.example → a.example',
      '6:15 local.addresses."a.example": must not lead back: b.example → a.example → b.example',
    ],
  },
  {
    what: "a source that is no address",
    text: `[upstreams.default]
servers = ["192.0.2.1"]
source = "eth0"`,
    said: ["3:10 upstreams.default.source: must be an IPv4 or IPv6 address"],
  },
  {
    what: "an upstream at this machine where any address is served",
    text: `[server]
listen = ["[::]:5300", "0.0.0.0:5301"]
[upstreams.default]
servers = ["127.0.0.1:5301", "192.0.2.1:5301"]
[upstreams.b]
servers = ["127.0.0.2:5300", "127.0.0.2:5302"]
[[route]]
domains = ["a.example"]
to = "b"`,
    said: [
      "4:12 upstreams.default.servers[1]: this program listens there itself, a query would go round for ever",
      "6:12 upstreams.b.servers[1]: this program listens at 127.0.0.2:5300 itself, a query would go round for ever",
    ],
  },
  {
    what: "a listener at any port with a group",
    text: `[server]
listen = [{ address = "127.0.0.1:0", clients = "a" }]
[clients.a]`,
    said: ["2:11 server.listen[1]: needs a port: whoever comes in at any free one is in no group"],
  },
];

for (const { what, text, said } of WRONG) {
  Deno.test(`loadConfig() rejects ${what}`, async () => {
    const source = { file: "/a.toml", given: [] };
    const { problems } = await assertRejects(
      () => loadConfig(source, configIo(text)),
      ConfigError,
    ) as unknown as ConfigError;
    const told = problems.map(({ line, column, path, message }) => {
      return `${line}:${column} ${path === "" ? "" : `${path}: `}${message}`;
    });
    assertEquals(told, [...said]);
  });
}
