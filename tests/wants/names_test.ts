// What people want of names, clients and answers, told from the configuration file to what clients get.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { runProgram } from "../../lib/program/run_program.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { CHILD, House, PARENT } from "../support/house.ts";
import { nameToText } from "../../lib/wire/name.ts";
import { lines, question } from "../support/messages.ts";

const SECOND = "203.0.113.54";
const VPN = `[clients.vpn]
addresses = ["${CHILD}/32"]
`;
const OFFICE = `[upstreams.office]
servers = ["${SECOND}"]
`;

Deno.test("a new configuration, or one with a mistake, loses no question that is on its way and nothing that is remembered", async () => {
  const house = await House.open({
    config: "",
    records: ["a.example.org 60 IN A 192.0.2.1", "b.example.org 60 IN A 192.0.2.2"],
  });
  const upstream = house.upstreams["203.0.113.53"]!;
  assertEquals(await house.ask("a.example.org"), "192.0.2.1");
  upstream.onQuery = (query) => upstream.answer(query, { afterMs: 500 });
  const waiting = house.client();
  waiting.ask([question("b.example.org")]);
  await house.pass(10);
  assertStringIncludes(
    await house.reload('[lists.mine]\nnames = ["c.example.org"]\n[clients.default]\nblock = ["mine"]\n'),
    "reloaded",
  );
  assertStringIncludes(await house.reload("[clients.default]\nblok = []\n"), 'did you mean "block"?');
  upstream.queries.length = 0;
  assertEquals([await house.ask("c.example.org"), await house.ask("a.example.org")], ["0.0.0.0 (mine)", "192.0.2.1"]);
  await house.pass(500);
  assertEquals(lines(waiting.reply.message.answers), ["b.example.org. 60 IN A 192.0.2.2"]);
  // The one that waited, perhaps more than once, and nothing that is remembered.
  const names = upstream.queries.map(({ message }) => nameToText(message.questions[0]!.name));
  assertEquals([...new Set(names)], ["b.example.org."]);
  await house.close();
});

Deno.test("who comes by the VPN gets the address inside, others the one outside, of the same name", async () => {
  const config = `${VPN}[clients.vpn.local]\n"nas.example.org" = "100.64.0.10"\n`;
  const house = await House.open({ config, records: ["nas.example.org 60 IN A 192.0.2.10"] });
  for (let i = 0; i < 2; i++) {
    assertEquals(await house.ask("nas.example.org", CHILD), "100.64.0.10");
    assertEquals(await house.ask("nas.example.org", PARENT), "192.0.2.10");
  }
  await house.close();
});

Deno.test("the office's servers have a name, and are asked for all the domains of a list", async () => {
  const URL = "https://lists.example.org/office.txt";
  const config = `${OFFICE}[lists.domains]
sources = ["${URL}"]
[[route]]
list = "domains"
to = "office"
`;
  const records = (address: string) =>
    ["wiki.corp.example 60 IN A", "example.org 60 IN A"].map((line) => `${line} ${address}`);
  const house = await House.open({
    config,
    lists: { [URL]: "corp.example\nlab.example\n" },
    records: records("192.0.2.1"),
    others: { [SECOND]: records("192.0.2.2") },
  });
  assertEquals([await house.ask("wiki.corp.example"), await house.ask("example.org")], ["192.0.2.2", "192.0.2.1"]);
  await house.close();
});

const LEASES = "0 d4:3a:2c:11:22:33 198.51.100.7 tablet *\n0 d4:3a:2c:11:22:34 198.51.100.8 desk *\n";
const LEASED = `[local]
domain = "home.arpa"
leases = [{ file = "/leases", format = "dnsmasq" }]
[lists.games]
names = ["game.example.org"]
`;

for (const how of ['macs = ["d4:3a:2c:11:22:33"]', 'names = ["tablet*"]']) {
  Deno.test(`a child's tablet is known by what the router's leases say of it (${how.slice(0, 5).trim()}), and when it gets another address`, async () => {
    const config = `${LEASED}[clients.kids]\n${how}\nblock = ["games"]\n`;
    const house = await House.open({
      config,
      files: { "/leases": LEASES },
      records: ["game.example.org 60 IN A 192.0.2.3"],
    });
    const both = async () => [await house.ask("game.example.org", CHILD), await house.ask("game.example.org", PARENT)];
    assertEquals(await both(), ["0.0.0.0 (games)", "192.0.2.3"]);
    house.write("/leases", LEASES.replace(".7 ", ".9 ").replace(".8 ", ".7 ").replace(".9 ", ".8 "));
    await house.pass(5000);
    assertEquals(await both(), ["192.0.2.3", "0.0.0.0 (games)"]);
    await house.close();
  });
}

Deno.test("machines have the names that they told the router, backwards, too, and unknown ones are asked of nobody", async () => {
  const house = await House.open({ config: LEASED, files: { "/leases": LEASES } });
  for (const name of ["desk", "desk.home.arpa"]) assertEquals(await house.ask(name), "198.51.100.8");
  assertEquals(await house.ask("8.100.51.198.in-addr.arpa PTR"), "desk.home.arpa.");
  house.asked();
  const unknown = await house.ask("nobody.home.arpa");
  assertEquals([unknown.split(" ")[0], house.asked()], ["NXDOMAIN", 0]);
  await house.close();
});

Deno.test("a mistake is told with its file, line and column and what was meant, all of them at once, and a secret that is not there is one", async () => {
  const files =
    '[upstreams.default]\nservers = ["203.0.113.53"]\nstratgy = "fastest"\n[cache]\nmax-ttl = "1x"\n[admin]\nsocket = "${NO_SUCH}"\n';
  const host = new FakeSystem(["check-config", "/a.toml"]);
  host.files.write("/a.toml", files);
  assertEquals(await runProgram(host, host.system), 2);
  const said = host.lines.join("\n");
  for (const part of ["/a.toml:3:1: ", '"strategy"?', "/a.toml:5:11: ", "/a.toml:7:", "NO_SUCH"]) {
    assertStringIncludes(said, part);
  }
});

Deno.test("one client gets no IPv6 addresses, another those that its translator needs, and the rest what there is", async () => {
  const config = `[clients.old]
addresses = ["${CHILD}/32"]
drop-types = ["AAAA"]
[clients.mobile]
addresses = ["${PARENT}/32"]
dns64 = true
`;
  const records = [
    "both.example.org 60 IN A 192.0.2.33",
    "both.example.org 60 IN AAAA 2001:db8::1",
    "four.example.org 60 IN A 192.0.2.33",
  ];
  const house = await House.open({ config, records });
  for (let i = 0; i < 2; i++) {
    const all = async (
      who: string,
    ) => [await house.ask("both.example.org AAAA", who), await house.ask("four.example.org AAAA", who)];
    assertEquals(await all(PARENT), ["2001:db8::1", "64:ff9b::c000:221"]);
    for (const got of await all(CHILD)) assertEquals(got, "nothing (AAAA records are not given to this client)");
    assertEquals(await house.ask("both.example.org A", CHILD), "192.0.2.33");
  }
  await house.close();
});

Deno.test("a tracker behind an alias of the page's own domain is blocked like the tracker, told by its name, and may be allowed by that of the page", async () => {
  const config = (allow: string) =>
    `[lists.trackers]
names = ["tracker.example"]
[lists.good]
names = ["metrics.example.org"]
[clients.default]
block = ["trackers"]
${allow}
`;
  const records = [
    "metrics.example.org 60 IN CNAME x.tracker.example",
    "x.tracker.example 60 IN A 192.0.2.66",
  ];
  const house = await House.open({ config: config(""), records });
  for (let i = 0; i < 2; i++) {
    const got = await house.ask("metrics.example.org");
    assertEquals([got.startsWith("0.0.0.0 (trackers"), got.includes("x.tracker.example")], [true, true], got);
  }
  await house.reload(config('allow = ["good"]'));
  assertEquals(await house.ask("metrics.example.org"), "x.tracker.example.");
  await house.close();
});

Deno.test("a page out there gets no address in the house, but the film server and the router's own names may", async () => {
  const config = `${OFFICE}[answers]
rebinding-protection = true
private-names = ["films.example"]
[[route]]
domains = ["router.example"]
to = "office"
`;
  const records = ["evil.example.org 60 IN A 192.168.1.1", "a.films.example 60 IN A 192.168.1.2"];
  const house = await House.open({ config, records, others: { [SECOND]: ["nas.router.example 60 IN A 192.168.1.3"] } });
  for (let i = 0; i < 2; i++) {
    assertStringIncludes(await house.ask("evil.example.org"), "nothing");
    assertEquals(await house.ask("a.films.example"), "192.168.1.2");
    assertEquals(await house.ask("nas.router.example"), "192.168.1.3");
  }
  await house.close();
});

Deno.test("nobody gets from memory what another group's servers have said, and groups with the same servers ask once", async () => {
  const config = `${OFFICE}${VPN}upstream = "office"
[clients.guests]
addresses = ["198.51.100.9/32"]
`;
  const name = "www.example.org 60 IN A";
  const house = await House.open({
    config,
    records: [`${name} 192.0.2.1`],
    others: { [SECOND]: [`${name} 192.0.2.2`] },
  });
  house.asked();
  for (let i = 0; i < 2; i++) {
    assertEquals(await house.ask("www.example.org", PARENT), "192.0.2.1");
    assertEquals(await house.ask("www.example.org", CHILD), "192.0.2.2");
    assertEquals(await house.ask("www.example.org", "198.51.100.9"), "192.0.2.1");
  }
  assertEquals([house.asked(), house.asked(SECOND)], [1, 1]);
  await house.close();
});
