// What is allowed in a file and probably not meant.

import { assertEquals } from "@std/assert";
import { loadConfig } from "../../../lib/config/load_config.ts";
import { configIo } from "../../support/config_io.ts";

const DEFAULT = '[upstreams.default]\nservers = ["192.0.2.1"]\n';

for (
  const [what, text, warnings] of [
    [
      "an upstream group that nothing leads to, nor what it falls back to",
      '[upstreams.a]\nservers = ["192.0.2.2"]\nfallback = "b"\n[upstreams.b]\nservers = ["192.0.2.3"]\n',
      [
        "/a.toml:3: upstreams.a: nothing leads there, it is never asked",
        "/a.toml:6: upstreams.b: nothing leads there, it is never asked",
      ],
    ],
    ["a client group that nobody can be in", '[clients.a]\ndrop-types = ["AAAA"]\n', [
      "/a.toml:3: clients.a: nobody can be in it",
    ]],
    ["a client group by names that no machine has", '[clients.a]\nnames = ["tablet-*"]\n', [
      "/a.toml:4: clients.a.names: no machine has a name: there are neither local.leases nor local.hosts-files",
    ]],
    ["an answer that is never given", 'answer = ["192.0.2.80"]\n', [
      "answer has no effect beside upstreams.default.servers",
    ]],
    ["numbers that only this machine may read, told to others", '[metrics]\nlisten = "192.0.2.9"\n', [
      "metrics.listen 192.0.2.9:9153 can be read from this machine alone; set metrics.allow",
    ]],
    [
      "nothing where others may read numbers",
      '[metrics]\nlisten = "192.0.2.9"\nallow = ["127.0.0.1", "192.0.2.0/24"]\n',
      [],
    ],
    [
      "nothing where a listener has its group",
      '[clients.a]\n[server]\nlisten = [{ address = "192.0.2.9", clients = "a" }]\n',
      [],
    ],
    ["nothing of who is in no other group", '[clients.default]\ndrop-types = ["AAAA"]\n', []],
  ] as const
) {
  Deno.test(`loadConfig() warns of ${what}`, async () => {
    const whole = text.startsWith("answer") ? text + DEFAULT : DEFAULT + text;
    assertEquals((await loadConfig({ file: "/a.toml", given: [] }, configIo(whole))).warnings, [...warnings]);
  });
}

Deno.test("loadConfig() has a group for who is in no other, where a route names it", async () => {
  const text = `${DEFAULT}[[route]]\nclients = ["default"]\ntypes = ["TXT"]\nto = ["192.0.2.2"]\n`;
  const { policy } = (await loadConfig({ file: "/a.toml", given: [] }, configIo(text))).config;
  assertEquals(policy!.clientGroups.map(({ name, addresses }) => [name, addresses]), [["default", []]]);
});
