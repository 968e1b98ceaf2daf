// What a file says of answers: safe search, IPv6 addresses that are made, aliases left out.

import { assertEquals, assertRejects } from "@std/assert";
import { printConfig } from "../../../lib/config/file/print/print_config.ts";
import { ConfigError } from "../../../lib/config/file/problem.ts";
import { loadConfig } from "../../../lib/config/load_config.ts";
import { configIo } from "../../support/config_io.ts";

const DEFAULT = '[upstreams.default]\nservers = ["192.0.2.1"]\n';

function load(text: string) {
  return loadConfig({ file: "/d/a.toml", given: [] }, configIo({ "/d/a.toml": DEFAULT + text }));
}

async function policyOf(text: string) {
  return (await load(text)).config.policy!;
}

async function problemsOf(text: string): Promise<readonly string[]> {
  const error = await assertRejects(() => load(text), ConfigError);
  return error.problems.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`);
}

Deno.test("a client group has the search engines that a file says, or all but the milder of two", async () => {
  const { clientGroups } = await policyOf('[clients.default]\nsafe-search = ["google", "youtube-moderate"]\n');
  assertEquals(clientGroups[0]!.safeSearch, ["google", "youtube-moderate"]);
  const all = (await policyOf("[clients.default]\nsafe-search = true\n")).clientGroups[0]!.safeSearch;
  assertEquals([all.includes("youtube"), all.includes("youtube-moderate"), all.length], [true, false, 9]);
  assertEquals((await policyOf("[clients.default]\nsafe-search = false\n")).clientGroups[0]!.safeSearch, []);
});

Deno.test("a file says with which prefix IPv6 addresses are made, and for whom", async () => {
  const { dns64, clientGroups } = await policyOf(
    '[dns64]\nprefix = "2001:db8:64::/96"\nexclude = ["::FFFF:0:0/96", "2001:db8:1::/48"]\nclients = ["default"]\n',
  );
  assertEquals(dns64, {
    prefix: "2001:db8:64::/96",
    exclude: ["::ffff:0:0/96", "2001:db8:1::/48"],
    clients: ["default"],
  });
  assertEquals(clientGroups.map(({ name }) => name), ["default"]);
});

Deno.test("a client group that is to get IPv6 addresses that are made needs no more words", async () => {
  const { dns64 } = await policyOf("[clients.default]\ndns64 = true\n");
  assertEquals(dns64, { prefix: "64:ff9b::/96", exclude: ["::ffff:0:0/96"], clients: null });
  assertEquals((await policyOf("[clients.default]\ndns64 = false\n")).dns64, null);
});

Deno.test("a file tells when nobody gets the IPv6 addresses that it says are made", async () => {
  assertEquals((await load("[dns64]\n[clients.default]\n")).warnings, [
    "/d/a.toml:3: dns64: no client group gets them: say so with clients here, or with dns64 = true there",
  ]);
});

Deno.test("a file says what is wrong with what it says of answers", async () => {
  assertEquals(await problemsOf('[clients.default]\nsafe-search = ["gogle"]\n'), [
    '4:16 clients.default.safe-search[1]: must be "bing", "brave", "duckduckgo", "ecosia", "google", "pixabay", "qwant", "yandex", "youtube" or "youtube-moderate"; did you mean "google"?',
  ]);
  assertEquals(await problemsOf('[dns64]\nprefix = "2001:db8::/95"\n'), [
    "4:10 dns64.prefix: must be a network of IPv6, with a prefix of 32, 40, 48, 56, 64, 96 bits",
  ]);
  assertEquals(await problemsOf('[dns64]\nprefix = "192.0.2.0/24"\nclients = ["kidz"]\n[clients.kids]\n'), [
    "4:10 dns64.prefix: must be a network of IPv6, with a prefix of 32, 40, 48, 56, 64, 96 bits",
  ]);
  assertEquals(await problemsOf('[dns64]\nclients = ["kidz"]\n[clients.kids]\naddresses = ["192.0.2.0/24"]\n'), [
    '4:12 dns64.clients[1]: no such client group: "kidz"; did you mean "kids"?',
  ]);
});

Deno.test("what a file says of answers is the same after it has been printed", async () => {
  const text = '[answers]\nflatten = true\n[dns64]\nprefix = "2001:db8:64::/96"\nclients = ["default"]\n' +
    '[clients.default]\nsafe-search = ["bing"]\ndns64 = true\n';
  const { config, places } = await load(text);
  const printed = printConfig(config, { places, format: "toml", withDefaults: false });
  const again = await loadConfig({ file: "/d/a.toml", given: [] }, configIo({ "/d/a.toml": printed }));
  const { answers, dns64, clientGroups: [group] } = again.config.policy!;
  assertEquals([answers.isFlat, dns64, group!.safeSearch, group!.dns64], [true, config.policy!.dns64, ["bing"], true]);
});
