import { assert, assertEquals, assertThrows } from "@std/assert";
import { formatSocketAddress } from "../../../lib/base/net/address.ts";
import { parseCommand } from "../../../lib/config/flags/cli.ts";
import { UsageError } from "../../../lib/config/usage_error.ts";
import { endpointText } from "../../../lib/upstream/endpoint.ts";
import { nameToText } from "../../../lib/wire/name.ts";

for (
  const [args, server, name] of [
    [["192.0.2.1:53"], "192.0.2.1:53", "localhost."],
    [["127.0.0.1"], "127.0.0.1:2053", "localhost."],
    [["[2001:db8::1]:53", "example.org"], "[2001:db8::1]:53", "example.org."],
    [["192.0.2.1", "."], "192.0.2.1:2053", "."],
  ] as const
) {
  Deno.test(`parseCommand() reads "check ${args.join(" ")}"`, () => {
    const command = parseCommand(["check", ...args]);
    assert(command.kind === "check");
    assertEquals([formatSocketAddress(command.server), nameToText(command.name)], [server, name]);
  });
}

Deno.test("parseCommand() reads check of an encrypted server", () => {
  const command = parseCommand(["check", "tls://dns.example?ip=192.0.2.1", "example.org"]);
  assert(command.kind === "check encrypted");
  assertEquals([endpointText(command.endpoint), nameToText(command.name)], [
    "tls://dns.example:853?ip=192.0.2.1",
    "example.org.",
  ]);
});

for (
  const [args, message] of [
    [
      ["tls://dns.example"],
      'Cannot check "tls://dns.example": needs its address, such as tls://dns.example:853?ip=192.0.2.1',
    ],
    [
      ["tls://192.0.2.1?ca=none"],
      'Cannot check "tls://192.0.2.1?ca=none": ca=none needs pin-sha256: without either nothing would tell the server from another',
    ],
    [[], "Cannot check: an address is needed, check <ip>[:<port>] [<name>]"],
    [["dns.example.org"], 'Cannot check "dns.example.org": an IP address is needed, not a name'],
    [["192.0.2.1:0"], 'Cannot check "192.0.2.1:0": port must be 1–65535'],
    [["0.0.0.0:53"], 'Cannot check "0.0.0.0:53": needs the address of a server, not of any'],
    [["192.0.2.1", "a..b"], 'Cannot read name "a..b": a label is empty'],
    [["192.0.2.1", "example.org", "AAAA"], 'Cannot check "AAAA": one address and one name at most'],
  ] as const
) {
  Deno.test(`parseCommand() rejects "check ${args.join(" ")}"`, () => {
    assertEquals(assertThrows(() => parseCommand(["check", ...args]), UsageError).message, message);
  });
}

for (
  const [time, message] of [
    ["0s", 'Cannot pause "0s": must be from 1s to 366d; without a time a pause lasts until resume'],
    ["400d", 'Cannot pause "400d": must be from 1s to 366d; without a time a pause lasts until resume'],
    ["soon", 'Cannot pause "soon": must be a time such as 30m, in s, m, h or d'],
  ] as const
) {
  Deno.test(`parseCommand() rejects "pause ${time}" in the units that it was given in`, () => {
    assertEquals(assertThrows(() => parseCommand(["pause", time]), UsageError).message, message);
  });
}

Deno.test("parseCommand() reads probe with servers, what they are asked for, and how the configuration is read", () => {
  const plain = parseCommand(["probe"]);
  assert(plain.kind === "probe");
  assertEquals([plain.endpoints, plain.withPublic, plain.isJson, plain.configArguments], [[], false, false, []]);
  assertEquals([plain.count, plain.timeoutMs, plain.names.signed], [10, 2000, "ietf.org"]);
  const full = parseCommand([
    ...[
      "probe",
      "9.9.9.9",
      "tls://dns.example?ip=192.0.2.1",
      "--count=3",
      "--timeout",
      "500",
      "--name",
      "a.example,b.example",
    ],
    ...["--public", "--json", "--config", "/etc/x.toml", "--no-cookies", "--filtered", "ads.example=ads,x.example"],
  ]);
  assert(full.kind === "probe");
  assertEquals(full.endpoints.map(endpointText), ["9.9.9.9:53", "tls://dns.example:853?ip=192.0.2.1"]);
  assertEquals([full.count, full.timeoutMs, full.withPublic, full.isJson], [3, 500, true, true]);
  assertEquals(full.configArguments, ["--config", "/etc/x.toml", "--no-cookies"]);
  assertEquals(full.names.known, ["a.example", "b.example"]);
  assertEquals(full.names.filtered, [{ name: "ads.example", what: "ads" }, { name: "x.example", what: "filtered" }]);
});

for (
  const [args, message] of [
    [["dns.example"], 'Cannot probe "dns.example": an IP address is needed, not a name'],
    [
      ["tls://dns.example"],
      'Cannot probe "tls://dns.example": needs its address, or who knows it, such as ' +
      "tls://dns.example:853?ip=192.0.2.1 or ?bootstrap=192.0.2.1",
    ],
    [["--count", "0"], 'Cannot use --count "0": must be a number from 1 to 1000'],
    [["--timeout", "soon"], 'Cannot use --timeout "soon": must be a number from 50 to 10000'],
    [["--count"], "Cannot use --count: it needs a value"],
    [["--name", "a..b"], 'Cannot use --name "a..b": Cannot read name "a..b": a label is empty'],
  ] as const
) {
  Deno.test(`parseCommand() rejects "probe ${args.join(" ")}"`, () => {
    assertEquals(assertThrows(() => parseCommand(["probe", ...args]), UsageError).message, message);
  });
}

Deno.test("parseCommand() reads top with a filter and where the program is", () => {
  const plain = parseCommand(["top"]);
  assertEquals(plain, {
    kind: "top",
    filter: "",
    isOnce: false,
    isJson: false,
    intervalMs: 1000,
    socket: "/run/dns-forwarder/admin.sock",
  });
  const full = parseCommand([
    "top",
    "ads",
    "rcode=SERVFAIL",
    "--once",
    "--json",
    "--interval",
    "2.5",
    "--socket=/tmp/x",
  ]);
  assertEquals(full, {
    kind: "top",
    filter: "ads rcode=SERVFAIL",
    isOnce: true,
    isJson: true,
    intervalMs: 2500,
    socket: "/tmp/x",
  });
});

for (
  const [args, message] of [
    [["--interval", "0"], 'Cannot use --interval "0": must be from 1 to 60 seconds'],
    [["--interval"], "Cannot use --interval: it needs a value"],
    [["--twice"], 'Cannot use "--twice" with top: no such flag, see --help'],
  ] as const
) {
  Deno.test(`parseCommand() rejects "top ${args.join(" ")}"`, () => {
    assertEquals(assertThrows(() => parseCommand(["top", ...args]), UsageError).message, message);
  });
}
