// Settings from a source that is no command line: messages name its places, not flags.

import { assertEquals, assertThrows } from "@std/assert";
import { readConfig } from "../../lib/config/read_config.ts";
import type { Given } from "../../lib/config/setting.ts";
import { DEFAULTS } from "../../lib/config/settings.ts";
import { UsageError } from "../../lib/config/usage_error.ts";
import { udp } from "../support/fake_socket.ts";
import { plainListen } from "../../lib/server/listen/listen.ts";

/** The lines of a file, `<path> = <text>`. */
function read(...lines: readonly string[]) {
  const given = lines.map((line, i): Given => {
    const [path, text] = line.split(" = ");
    return { path: path!, text: text!, where: `home.toml:${i + 1}` };
  });
  return readConfig(given, ({ path }) => path);
}

Deno.test("readConfig() takes values by their paths, lists one by one, and switches as words", () => {
  const { config } = read(
    "cache.size = 1",
    "cache.stale = false",
    "server.reuse-port = true",
    "server.listen = 192.0.2.1:53",
    "server.listen = 192.0.2.2:53",
  );
  assertEquals(config, {
    ...DEFAULTS,
    cacheSizeMib: 1,
    servesStale: false,
    sharesPort: true,
    listen: [udp("192.0.2.1", 53), udp("192.0.2.2", 53)].map(plainListen),
  });
});

for (
  const [lines, message] of [
    [["cache.size = 4096"], 'Cannot use home.toml:1 "4096": must be a whole number, 0–4095'],
    [["log.level = info", "cache.stale = no"], 'Cannot use home.toml:2 "no": must be true or false'],
    [["cache.sice = 1"], 'Cannot use home.toml:1 "1": there is no setting cache.sice'],
    [
      ["cache.max-ttl = 60", "cache.min-ttl = 61"],
      'Cannot use home.toml:2 "61": must not be above home.toml:1, which is 60',
    ],
    [
      ["upstreams.default.servers = 192.0.2.1", "upstreams.default.servers = 127.0.0.1:2053"],
      'Cannot use home.toml:2 "127.0.0.1:2053": this program listens there itself, a query would go round for ever',
    ],
    [
      ["server.reuse-port = true"],
      "Cannot use home.toml:1: needs server.listen with the addresses and ports that are to be shared",
    ],
  ] as const
) {
  Deno.test(`readConfig() says where "${lines.at(-1)}" stands`, () => {
    assertEquals(assertThrows(() => read(...lines), UsageError).message, message);
  });
}

Deno.test("readConfig() warns in the words of the source", () => {
  const { warnings, plainWarnings } = read("answer = 192.0.2.80", "upstreams.default.servers = 192.0.2.1");
  assertEquals(warnings, ["home.toml:1 has no effect beside home.toml:2"]);
  assertEquals(plainWarnings, []);
});
