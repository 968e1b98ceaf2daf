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
