// Where encrypted upstreams are that are given by name alone.
import { assert, assertEquals } from "@std/assert";
import { parseCommand } from "../../lib/config/flags/cli.ts";
import { endpointText } from "../../lib/upstream/endpoint.ts";
import { loadConfig } from "../../lib/config/load_config.ts";
import { configIo } from "../support/config_io.ts";

Deno.test("--bootstrap is for encrypted upstreams of which nothing says where they are, and for no others", () => {
  const command = parseCommand([
    "--bootstrap=192.0.2.53,[2001:db8::53]:5353",
    "--resolver=tls://dns.example",
    "--resolver=tls://dns.example?ip=192.0.2.1",
    "--resolver=tls://other.example?bootstrap=192.0.2.54",
    "--resolver=192.0.2.1",
  ]);
  assert(command.kind === "serve");
  assertEquals(command.config.upstreams.map(endpointText), [
    "tls://dns.example:853?bootstrap=192.0.2.53:53&bootstrap=[2001:db8::53]:5353",
    "tls://dns.example:853?ip=192.0.2.1",
    "tls://other.example:853?bootstrap=192.0.2.54:53",
    "192.0.2.1:53",
  ]);
});

Deno.test("a server of a file may be a table, and is what the text with the same parameters would be", async () => {
  const pin = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
  const command = parseCommand(["--config", "/a.toml"]);
  assert(command.kind === "serve file");
  const { config } = await loadConfig(
    command,
    configIo(`
    [server]
    bootstrap = ["192.0.2.53"]
    [upstreams.default]
    servers = [
      { address = "tls://dns.example:8853", ip = ["192.0.2.1", "2001:db8::1"], pin = "sha256/${pin}", ca = "none" },
      { address = "tls://other.example", bootstrap = "192.0.2.54", ca = "/etc/ca.pem" },
      { address = "tls://192.0.2.2", auth = "none" },
      { address = "sdns://AwcAAAAAAAAACjc2Ljc2LjIuMTEAFGZyZWVkbnMuY29udHJvbGQuY29t" },
      "tls://third.example",
    ]
    [upstreams.second]
    servers = [{ address = "tls://third.example" }, { address = "192.0.2.3" }]
    [[route]]
    domains = ["corp.example"]
    to = [{ address = "tls://third.example" }]
  `),
  );
  assertEquals(config.upstreams.map(endpointText), [
    `tls://dns.example:8853?ip=192.0.2.1&ip=2001:db8::1&pin-sha256=${pin}&ca=none`,
    "tls://other.example:853?bootstrap=192.0.2.54:53&ca=/etc/ca.pem",
    "tls://192.0.2.2:853?auth=none",
    "tls://freedns.controld.com:853?ip=76.76.2.11",
    "tls://third.example:853?bootstrap=192.0.2.53:53",
  ]);
  assertEquals(config.policy!.upstreamGroups.slice(1).map(({ servers }) => servers.map(endpointText)), [
    ["tls://third.example:853?bootstrap=192.0.2.53:53", "192.0.2.3:53"],
    ["tls://third.example:853?bootstrap=192.0.2.53:53"],
  ]);
});
