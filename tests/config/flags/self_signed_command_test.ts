import { assertEquals, assertThrows } from "@std/assert";
import { parseCommand } from "../../../lib/config/flags/cli.ts";
import { UsageError } from "../../../lib/config/usage_error.ts";

Deno.test("parseCommand() reads names, addresses and a folder behind self-signed", () => {
  const kind = "self-signed";
  const cases: [string, { names: string[]; addresses: string[]; title: string; folder: string }][] = [
    ["dns.example", { names: ["dns.example"], addresses: [], title: "dns.example", folder: "." }],
    ["192.0.2.1 2001:DB8:0::1", {
      names: [],
      addresses: ["192.0.2.1", "2001:db8::1"],
      title: "192.0.2.1",
      folder: ".",
    }],
    ["::1 --folder /tmp", { names: [], addresses: ["::1"], title: "--1", folder: "/tmp" }],
    ["--folder=a *.Dns.example. localhost", {
      names: ["*.dns.example", "localhost"],
      addresses: [],
      title: "_.dns.example",
      folder: "a",
    }],
  ];
  for (const [words, expected] of cases) {
    assertEquals(parseCommand(["self-signed", ...words.split(" ")]), { kind, ...expected }, words);
  }
});

Deno.test("parseCommand() says what is wrong behind self-signed", () => {
  const wrong: [string[], string][] = [
    [[], "Cannot make a certificate: a name or an address is needed"],
    [["a b"], 'Cannot make a certificate for "a b": must be a name'],
    [["a.*.example"], 'Cannot make a certificate for "a.*.example"'],
    [["../etc"], 'Cannot make a certificate for "../etc"'],
    [["dns.example", "--days"], 'Cannot use "--days": no such flag'],
    [["dns.example", "--folder"], "Cannot use --folder: it needs a value"],
  ];
  for (const [words, why] of wrong) assertThrows(() => parseCommand(["self-signed", ...words]), UsageError, why);
});
