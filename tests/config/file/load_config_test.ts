import { assert, assertEquals, assertRejects } from "@std/assert";
import { groupOfSettings } from "../../../lib/app/policy/group_options.ts";
import type { Config } from "../../../lib/config/config.ts";
import { ConfigError, problemLines } from "../../../lib/config/file/problem.ts";
import { parseCommand } from "../../../lib/config/flags/cli.ts";
import { loadConfig } from "../../../lib/config/load_config.ts";
import { DEFAULTS } from "../../../lib/config/settings.ts";
import { UsageError } from "../../../lib/config/usage_error.ts";
import { endpointText } from "../../../lib/upstream/endpoint.ts";
import { RCODE } from "../../../lib/wire/iana.ts";
import { udp } from "../../support/fake_socket.ts";
import { configIo, type FileTexts } from "../../support/config_io.ts";
import { plainListen } from "../../../lib/server/listen/listen.ts";

/** Reads `/a.toml` with flags above it. */
async function load(texts: string | FileTexts, flags = "") {
  const command = parseCommand(["--config", "/a.toml", ...flags.split(" ").filter((word) => word !== "")]);
  assert(command.kind === "serve file");
  return await loadConfig(command, configIo(texts));
}

Deno.test("loadConfig() takes settings from the file, those of flags from there, and the rest as they are by themselves", async () => {
  const text = `
    answer = ["192.0.2.1"]
    [server]
    listen = ["192.0.2.53", "[2001:db8::53]:5353"]
    timeout = "1500ms"
    workers = "auto"
    [cache]
    size = "3GiB"
    min-ttl = "1m"
    max-ttl = "1d"
    stale = false
  `;
  const { config, places } = await load(text, "--timeout 3000 --no-prefetch");
  assertEquals(config, {
    ...DEFAULTS,
    answer: { ipv4: "192.0.2.1", ipv6: null },
    listen: [udp("192.0.2.53", 53), udp("2001:db8::53", 5353)].map(plainListen),
    timeoutMs: 3000,
    workers: "auto",
    cacheSizeMib: 3072,
    minTtlSeconds: 60,
    servesStale: false,
    prefetches: false,
  });
  assertEquals(places.get("server.timeout"), "--timeout");
  assertEquals(places.get("cache.size"), "/a.toml:8");
  assertEquals(places.get("cache.negative-max-ttl"), undefined);
});

Deno.test("loadConfig() has no policy for what the settings say already", async () => {
  const text = '[upstreams.default]\nservers = ["192.0.2.1"]\nstrategy = "fastest"\n[local]\nspecial-names = false\n';
  assertEquals((await load(text)).config.policy, null);
});

Deno.test("loadConfig() puts --resolver in the place of the default group's servers, and of no others", async () => {
  const text = `
    [upstreams.default]
    servers = ["192.0.2.1"]
    fallback = "second"
    [upstreams.second]
    servers = ["192.0.2.2", "tcp://192.0.2.3"]
    timeout = "500ms"
  `;
  const { policy, upstreams } = (await load(text, "--resolver 192.0.2.9 --upstream-sockets 7 --timeout 900")).config;
  const groups = policy!.upstreamGroups;
  assertEquals(groups.map(({ name, servers }) => [name, ...servers.map(endpointText)]), [
    ["default", "192.0.2.9:53"],
    ["second", "192.0.2.2:53", "tcp://192.0.2.3:53"],
  ]);
  assertEquals(groups.map(({ timeoutMs, sockets, fallback }) => [timeoutMs, sockets, fallback]), [
    [900, 7, "second"],
    [500, 7, null],
  ]);
  assertEquals(upstreams, groups[0]!.servers);
});

Deno.test("loadConfig() has the groups of a file ask as the settings alone do, of what neither says anything", async () => {
  const text =
    '[upstreams.default]\nservers = ["192.0.2.1"]\n[[route]]\ndomains = ["corp.example"]\nto = ["192.0.2.1"]\n';
  const { config } = await load(text);
  const alone = groupOfSettings({ ...config, policy: null } as Config);
  const groups = config.policy!.upstreamGroups.map((group) => ({ ...group, name: "default", place: null }));
  assertEquals(groups, [alone, alone]);
  const said = '[upstreams.default]\nservers = ["192.0.2.1"]\nfailover-on = ["refused"]\ntrust-ad = false\n';
  const [group] = (await load(said)).config.policy!.upstreamGroups;
  assertEquals([group!.failoverOn, group!.trustsAd], [[RCODE.REFUSED], false]);
});

Deno.test("loadConfig() blames a flag for what a flag does", async () => {
  const error = await assertRejects(() => load('[cache]\nmax-ttl = "1m"\n', "--min-ttl 120"), UsageError);
  assertEquals((error as Error).message, 'Cannot use --min-ttl "120": must not be above cache.max-ttl, which is 60');
});

Deno.test("loadConfig() tells all problems of a file at once, in the order in which they stand", async () => {
  const text = `[server]
timout = "2s"
listen = ["192.0.2.1", "192.0.2"]
[cache]
size = 64
`;
  const error = await assertRejects(() => load(text), ConfigError) as unknown as ConfigError;
  assertEquals(error.message, "Cannot use /a.toml: 3 problems");
  assertEquals(error.problems.flatMap(problemLines), [
    '/a.toml:2:1: server.timout: no such setting; did you mean "timeout"?',
    '     2 | timout = "2s"',
    "       | ^^^^^^",
    "/a.toml:3:24: server.listen[2]: must be an IPv4 address or an IPv6 address in brackets, with an optional :port",
    '     3 | listen = ["192.0.2.1", "192.0.2"]',
    "       |                        ^^^^^^^^^",
    '/a.toml:5:8: cache.size: must be text with a unit, such as "64MiB"',
    "     5 | size = 64",
    "       |        ^^",
  ]);
});
