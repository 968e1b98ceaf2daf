// What people want of lists, told from the configuration file to what clients get.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { CHILD, HOUR_MS, House, MINUTE_MS, PARENT } from "../support/house.ts";

const ADS = "https://lists.example.org/ads.txt";
const RECORDS = [
  "ads.example.org 60 IN A 192.0.2.1",
  "www.ads.example.org 60 IN A 192.0.2.2",
  "game.example.org 60 IN A 192.0.2.3",
  "school.example.org 60 IN A 192.0.2.4",
];
const KIDS = `[clients.kids]
addresses = ["${CHILD}/32"]
`;
const ONE_LIST = `[lists.ads]
sources = ["${ADS}"]
refresh = "1h"
[clients.default]
block = ["ads"]
`;

Deno.test("the children's devices have lists of their own, and the parents' do not have them", async () => {
  const config = `[lists.games]
names = ["game.example.org"]
[lists.ads]
sources = ["${ADS}"]
[clients.default]
block = ["ads"]
${KIDS}block = ["ads", "games"]
`;
  const house = await House.open({ config, records: RECORDS, lists: { [ADS]: "0.0.0.0 ads.example.org\n" } });
  assertEquals(await house.ask("game.example.org", PARENT), "192.0.2.3");
  assertEquals(await house.ask("game.example.org", CHILD), "0.0.0.0 (games)");
  for (const who of [CHILD, PARENT]) assertEquals(await house.ask("ads.example.org", who), "0.0.0.0 (ads:1)");
  await house.close();
});

Deno.test("a child's tablet loses its games in school hours and everything at bedtime, past midnight, and gets it back in the morning", async () => {
  const config = `[lists.games]
names = ["game.example.org"]
[lists.needed]
names = ["school.example.org"]
[schedules.school]
times = ["08:00-12:00", "14:00-15:00"]
time-zone = "UTC"
[schedules.night]
times = ["20:30-07:00"]
time-zone = "UTC"
${KIDS}block = [{ lists = ["games"], schedule = "school" }, { lists = "*", schedule = "night", except = ["needed"] }]
`;
  const house = await House.open({ config, records: RECORDS });
  let now = 5000;
  const at = async (hours: number) => {
    await house.pass(hours * HOUR_MS - now);
    now = hours * HOUR_MS;
    const got = [];
    for (const name of ["game", "ads", "school"]) {
      got.push((await house.ask(`${name}.example.org`, CHILD)).startsWith("192"));
    }
    assertEquals(await house.ask("game.example.org", PARENT), "192.0.2.3");
    now += 80;
    return got.map((hasIt) => hasIt ? "yes" : "no").join(" ");
  };
  assertEquals(await at(6.9), "no no yes");
  assertEquals(await at(7.1), "yes yes yes");
  assertEquals(await at(9), "no yes yes");
  assertEquals(await at(13), "yes yes yes");
  assertEquals(await at(14.5), "no yes yes");
  assertEquals(await at(20), "yes yes yes");
  assertEquals(await at(21), "no no yes");
  assertEquals(await at(24 + 6.9), "no no yes");
  assertEquals(await at(24 + 7.1), "yes yes yes");
  await house.close();
});

Deno.test("blocking is off for ten minutes for one list and one child, across a reload, and comes back by itself", async () => {
  const config = `[lists.games]
names = ["game.example.org"]
[lists.ads]
names = ["ads.example.org"]
[clients.default]
block = ["games"]
${KIDS}block = ["games", "ads"]
`;
  const house = await House.open({ config, records: RECORDS });
  const games = async () => [await house.ask("game.example.org", CHILD), await house.ask("game.example.org", PARENT)];
  await house.run("pause 10m --clients kids --lists games");
  assertEquals(await games(), ["192.0.2.3", "0.0.0.0 (games)"]);
  assertEquals(await house.ask("ads.example.org", CHILD), "0.0.0.0 (ads)");
  await house.reload(`${config}[cache]\nmax-ttl = "1h"\n`);
  await house.pass(9 * MINUTE_MS);
  assertEquals(await games(), ["192.0.2.3", "0.0.0.0 (games)"]);
  await house.pass(MINUTE_MS);
  assertEquals(await games(), ["0.0.0.0 (games)", "0.0.0.0 (games)"]);
  await house.close();
});

Deno.test("an update that fails, or brings a sign-in page or nothing, takes no name from a list, nor does a start without the Internet", async () => {
  const house = await House.open({
    config: ONE_LIST,
    records: RECORDS,
    lists: { [ADS]: "0.0.0.0 ads.example.org\n0.0.0.0 more.example\n" },
  });
  const page = "<!DOCTYPE html><html><body>Sign in</body></html>\n";
  for (const answer of [{ status: 503 }, { body: [page] }, { body: [""] }, "silence"] as const) {
    house.host.http.answer(ADS, answer);
    const seen = house.host.http.seen.length;
    await house.pass(24 * HOUR_MS);
    assertEquals(house.host.http.seen.length > seen, true);
    assertEquals(await house.ask("ads.example.org"), "0.0.0.0 (ads:1)");
  }
  assertStringIncludes(await house.run("lists"), "ads");
  await house.close();
  // Nor has it to wait until a set is made once more.
  const never = () => new Promise<never>(() => {});
  const listCompiler = { count: never, compile: never };
  const again = await House.open({ config: ONE_LIST, before: house, system: { listCompiler } });
  again.upstreams["203.0.113.53"]!.fallSilent();
  assertEquals(await again.ask("ads.example.org"), "0.0.0.0 (ads:1)");
  await again.close();
});

Deno.test("who asks is told which list and line blocked it, and so is the operator", async () => {
  const lists = { [ADS]: "# ads\n0.0.0.0 first.example\n0.0.0.0 ads.example.org\n" };
  const house = await House.open({ config: ONE_LIST, lists });
  assertEquals(await house.ask("ads.example.org"), "0.0.0.0 (ads:3)");
  assertStringIncludes(await house.run("explain ads.example.org"), "blocked by list ads, line 3");
  await house.close();
});

Deno.test("a name in a hosts file is that name alone, in a list of domains or of an ad blocker all below it as well, unless it is said otherwise", async () => {
  const texts = {
    hosts: "0.0.0.0 ads.example.org\n",
    domains: "ads.example.org\n",
    adblock: "||ads.example.org^\n",
    exact: "=ads.example.org\n",
  };
  const covered = async (text: string, more = "") => {
    const house = await House.open({
      config: ONE_LIST.replace("refresh", `${more}\nrefresh`),
      records: RECORDS,
      lists: { [ADS]: text },
    });
    const got = [await house.ask("ads.example.org"), await house.ask("www.ads.example.org")];
    await house.close();
    return got.map((answer) => answer.startsWith("0.0.0.0"));
  };
  assertEquals(await covered(texts.hosts), [true, false]);
  assertEquals(await covered(texts.domains), [true, true]);
  assertEquals(await covered(texts.adblock), [true, true]);
  assertEquals(await covered(texts.exact), [true, false]);
  assertEquals(await covered(texts.hosts, "subdomains = true"), [true, true]);
  assertEquals(await covered(texts.domains, "subdomains = false"), [true, false]);
});

Deno.test("my own words win over lists, the longer over the shorter, whichever comes first", async () => {
  const config = (order: (text: string[]) => string[]) =>
    `${
      order([
        `[lists.ads]\nsources = ["${ADS}"]\n`,
        `[lists.mine]\nnames = ["ads.example.org", "=game.example.org"]\n`,
        `[lists.good]\nnames = ["www.ads.example.org", "example.org"]\n`,
      ]).join("")
    }[clients.default]\nblock = ${JSON.stringify(order(["ads", "mine"]))}\nallow = ["good"]\n`;
  for (const order of [(all: string[]) => all, (all: string[]) => all.toReversed()]) {
    const house = await House.open({
      config: config(order),
      records: RECORDS,
      lists: { [ADS]: "school.example.org\nother.example\n" },
    });
    assertEquals(await house.ask("www.ads.example.org"), "192.0.2.2");
    assertEquals(await house.ask("ads.example.org"), "0.0.0.0 (mine)");
    assertEquals(await house.ask("game.example.org"), "0.0.0.0 (mine)");
    // A list has it, my shorter word allows it.
    assertEquals(await house.ask("school.example.org"), "192.0.2.4");
    assertEquals(await house.ask("other.example"), "0.0.0.0 (ads:2)");
    await house.close();
  }
});

Deno.test("a bad line costs that line alone and is shown with its number, no line blocks everything, and letters of all the world are read", async () => {
  const good = Array.from({ length: 200 }, (_, i) => `n${i}.example\n`).join("");
  const text = `${good}münchen.example\r\nnot a name at all!\nlocal-zone: "" always_null\n0.0.0.0 .\n`;
  const house = await House.open({ config: ONE_LIST, records: RECORDS, lists: { [ADS]: text } });
  assertEquals(await house.ask("xn--mnchen-3ya.example"), "0.0.0.0 (ads:201)");
  assertEquals(await house.ask("n7.example"), "0.0.0.0 (ads:8)");
  assertEquals(await house.ask("school.example.org"), "192.0.2.4");
  const shown = await house.run("lists");
  assertStringIncludes(shown, "ads: 201 names in 204 lines, 3 bad");
  for (const line of [202, 203, 204]) assertStringIncludes(shown, `\n  line ${line}: `);
  await house.close();
});

Deno.test("a refresh of a list costs the process that answers no memory: another one reads the text, and it opens what that has made", async () => {
  const house = await House.open({ config: ONE_LIST, lists: { [ADS]: "old.example\n" } });
  const { files, compilerReads, http } = house.host;
  http.answer(ADS, { body: ["old.example\nads.example.org\n"] });
  files.reads.length = compilerReads.length = 0;
  await house.pass(2 * HOUR_MS);
  assertEquals(compilerReads.length > 0, true);
  const own = [...files.reads];
  for (const path of compilerReads) own.splice(own.indexOf(path), 1);
  assertEquals(own, ["/state/lists-2.set"]);
  assertEquals(await house.ask("ads.example.org"), "0.0.0.0 (ads:2)");
  await house.close();
});
