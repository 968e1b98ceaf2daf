// Which files a configuration is read from, and what is said of those that are none.

import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { ConfigError, problemLines } from "../../../lib/config/file/problem.ts";
import { loadConfig } from "../../../lib/config/load_config.ts";
import type { LoadedConfig } from "../../../lib/config/loaded_config.ts";
import { configIo, type FileTexts } from "../../support/config_io.ts";

const DEFAULT = '[upstreams.default]\nservers = ["192.0.2.1"]\n';

function load(
  texts: string | FileTexts,
  variables: Record<string, string> = {},
  file = "/a.toml",
): Promise<LoadedConfig> {
  return loadConfig({ file, given: [] }, configIo(texts, variables));
}

/** The first line of each problem. */
async function problemsOf(texts: string | FileTexts, variables?: Record<string, string>): Promise<string[]> {
  const error = await assertRejects(() => load(texts, variables), ConfigError) as unknown as ConfigError;
  return error.problems.map((problem) => problemLines(problem)[0]!);
}

for (
  const [what, texts, said] of [
    ["is not there", { "/b.toml": "" }, "/a.toml: cannot be read: there is no such file"],
    ["may not be read", { "/a.toml": null }, "/a.toml: cannot be read: the operating system forbids it"],
    ["is a folder", { "/a.toml/b": "" }, "/a.toml: cannot be read: it is a folder"],
    ["is no text", { "/a.toml": Uint8Array.of(0x61, 0xff, 0x0a) }, "/a.toml: must be text in UTF-8"],
    [
      "is too long",
      { "/a.toml": new Uint8Array(16 * 1024 * 1024 + 1) },
      "/a.toml: cannot be read: it has 16777217 octets, 16777216 at most are read",
    ],
  ] as const
) {
  Deno.test(`loadConfig() says why it does not use a file that ${what}`, async () => {
    assertEquals(await problemsOf(texts), [said]);
  });
}

Deno.test("loadConfig() reads a file with a byte order mark, and with the line ends of Windows", async () => {
  const text = '\ufeff[server]\r\nserver-id = "a"\r\ntimeout = "1s"\r\n';
  const { config, places } = await load(text);
  assertEquals([config.serverId, config.timeoutMs, places.get("server.timeout")], ["a", 1000, "/a.toml:3"]);
  const [, line, carets] = problemLines(
    (await assertRejects(() => load('[server]\r\ntimout = "1s"\r\n'), ConfigError) as unknown as ConfigError)
      .problems[0]!,
  );
  assertEquals([line, carets], ['     2 | timout = "1s"', "       | ^^^^^^"]);
});

Deno.test("loadConfig() reads an empty file: everything is as it is without one", async () => {
  assertEquals((await load("")).config.policy, null);
});

Deno.test("loadConfig() reads 10,000 routes in less than two seconds", async () => {
  const routes = Array.from({ length: 10_000 }, (_, i) => `[[route]]\ndomains = ["d${i}.example"]\nto = "default"\n`);
  const startedMs = performance.now();
  const { config } = await load(DEFAULT + routes.join(""));
  assertLess(performance.now() - startedMs, 2000);
  assertEquals(config.policy?.routes.at(-1)?.place, { file: "/a.toml", line: 30_000 });
});

Deno.test("loadConfig() tells thousands of problems as quickly", async () => {
  const routes = Array.from({ length: 10_000 }, (_, i) => `[[route]]\ndomains = ["d${i}.example"]\ntoo = "default"\n`);
  const startedMs = performance.now();
  assertEquals((await problemsOf(DEFAULT + routes.join(""))).length, 20_000);
  assertLess(performance.now() - startedMs, 4000);
});

Deno.test("a problem in a long line is shown with what is around it", async () => {
  const text = `[access]\nallow = [${'"192.0.2.0/24", '.repeat(200)}"x", ${'"192.0.2.0/24", '.repeat(200)}]\n`;
  const error = await assertRejects(() => load(text), ConfigError) as unknown as ConfigError;
  const [, line, carets] = problemLines(error.problems[0]!);
  assert(line!.length <= 130);
  assertEquals(line!.slice(carets!.indexOf("^"), carets!.lastIndexOf("^") + 1), '"x"');
});

Deno.test("a problem shows nothing that would move the cursor", async () => {
  const lines =
    (await assertRejects(() => load('[server] # \x1b[2J\u202e\nx = "\u009b"\n'), ConfigError) as unknown as ConfigError)
      .problems.flatMap(problemLines);
  // deno-lint-ignore no-control-regex
  assertEquals(lines.filter((line) => /[\x00-\x1f\x7f-\x9f\u202e]/.test(line)), []);
});

Deno.test("include reads files beside the one that it stands in, in the order of their names, but for hidden ones", async () => {
  const { config, files, watched } = await load(
    {
      "/etc/d/a.toml":
        `include = ["conf.d/*.toml", "own.toml"]\n${DEFAULT}[[route]]\ndomains = ["a.example"]\nto = "default"\n`,
      "/etc/d/conf.d/20.toml": '[[route]]\ndomains = ["c.example"]\nto = "lab"\n',
      "/etc/d/conf.d/10.toml":
        '[[route]]\ndomains = ["b.example"]\nto = "lab"\n[upstreams.lab]\nservers = ["192.0.2.2"]\n',
      "/etc/d/conf.d/.30.toml": "nothing",
      "/etc/d/conf.d/30.toml~": "nothing",
      "/etc/d/own.toml": '[cache]\nsize = "1MiB"\n',
    },
    {},
    "/etc/d/a.toml",
  );
  assertEquals(config.policy!.routes.map(({ domains: [domain], place }) => [domain!.name, place.file, place.line]), [
    ["a.example", "/etc/d/a.toml", 4],
    ["b.example", "/etc/d/conf.d/10.toml", 1],
    ["c.example", "/etc/d/conf.d/20.toml", 1],
  ]);
  assertEquals(config.cacheSizeMib, 1);
  assertEquals(files, ["/etc/d/a.toml", "/etc/d/conf.d/10.toml", "/etc/d/conf.d/20.toml", "/etc/d/own.toml"]);
  assertEquals(watched, [...files, "/etc/d/conf.d", "/etc/d"]);
});

Deno.test("include may mean no file, also in a folder that is not there; a name alone must be there", async () => {
  const { files, watched } = await load('include = ["conf.d/*.toml"]\n');
  assertEquals([files, watched], [["/a.toml"], ["/a.toml", "/conf.d"]]);
  assertEquals(await problemsOf('include = ["b.toml"]\n'), ["/b.toml: cannot be read: there is no such file"]);
});

Deno.test("what two files say is a problem with both places, whichever table it stands in", async () => {
  const texts = {
    "/a.toml": 'include = ["b.toml"]\n[cache]\nsize = "1MiB"\n[clients.a]\naddresses = ["192.0.2.0/24"]\n',
    "/b.toml": '[cache]\nsize = "2MiB"\nmax-ttl = "1d"\n[clients.a]\naddresses = ["192.0.3.0/24"]\n',
  };
  assertEquals(await problemsOf(texts), [
    "/b.toml:2:1: cache.size: is given in /a.toml:3, too",
    "/b.toml:5:1: clients.a.addresses: is given in /a.toml:5, too",
  ]);
});

Deno.test("a file that is included includes no others, and its problems stand in it", async () => {
  const texts = {
    "/a.toml": 'include = ["b.toml", "c.toml"]\n',
    "/b.toml": 'include = ["c.toml"]\n',
    "/c.toml": "[[route]]\ndomains = []\n",
  };
  const inC = [
    '/c.toml:1:1: route[1].to: "to" is missing',
    "/c.toml:2:11: route[1].domains: needs at least one domain",
  ];
  const include = "/b.toml:1:1: include: a file that is included can include no others";
  assertEquals(await problemsOf(texts), [include, ...inC]);
  const { "/b.toml": _, ...others } = texts;
  assertEquals(await problemsOf({ ...others, "/b.toml": "[[route]]\nto = 1\n" }), [
    '/b.toml:2:6: route[1].to: must be the name of an upstream group, or a list of servers, such as ["192.0.2.1"]',
    ...inC,
  ]);
});

Deno.test("a pattern with a * in the name of a folder is a problem", async () => {
  assertEquals(await problemsOf('include = ["*/a.toml"]\n'), [
    "/a.toml:1:12: include[1]: can have a * in the name of the file, not in those of its folders",
  ]);
});

Deno.test("variables stand for their values in texts, and add no settings", async () => {
  const text = 'include = ["${DIR}/*.toml"]\n[server]\nserver-id = "${NAME}-${SITE:-b}$${x}"\n';
  const { config } = await load({ "/a.toml": text, "/c/x.toml": '[cache]\nsize = "${SIZE:-2}MiB"\n' }, {
    DIR: "/c",
    NAME: 'a"\n[cache]\nsize = "1MiB',
  });
  assertEquals([config.serverId, config.cacheSizeMib], ['a"\n[cache]\nsize = "1MiB-b${x}', 2]);
});

Deno.test("what comes of a variable is checked where it stands", async () => {
  assertEquals(await problemsOf('[cache]\nsize = "${SIZE}"\n', { SIZE: "many" }), [
    '/a.toml:2:8: cache.size: must be a number with a unit: KiB, MiB, GiB or TiB, such as "64MiB"',
  ]);
});

Deno.test("paths in a file are meant from where that file is", async () => {
  const { config } = await load(
    {
      "/etc/d/a.toml": 'include = ["/opt/e/b.toml"]\n[local]\nhosts-files = ["hosts", "/etc/hosts"]\n',
      "/opt/e/b.toml": '[local]\nleases = [{ file = "leases" }]\n',
    },
    {},
    "/etc/d/a.toml",
  );
  assertEquals(config.policy!.local.hostsFiles, ["/etc/d/hosts", "/etc/hosts"]);
  assertEquals(config.policy!.local.leases.map(({ file }) => file), ["/opt/e/leases"]);
  const relative = await load({ "/here/d/a.toml": '[local]\nhosts-files = ["hosts"]\n' }, {}, "d/a.toml");
  assertEquals([relative.config.policy!.local.hostsFiles, relative.files], [["/here/d/hosts"], ["/here/d/a.toml"]]);
});
