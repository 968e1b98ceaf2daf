// Search engines that give safe results alone.

import { assert, assertEquals } from "@std/assert";
import { SAFE_SEARCH } from "../../lib/resolver/filter/safe_search.ts";
import { nameFromText, nameToText } from "../../lib/wire/name.ts";
import { lines, question } from "../support/messages.ts";
import { type PolicyFields, policyOf } from "../support/policies.ts";
import { recordZone } from "../support/record_zone.ts";
import { Scene } from "../support/scene.ts";

const ZONE = recordZone(
  "www.google.de 300 IN A 192.0.2.1",
  "www.google.de 300 IN HTTPS 1 . ipv4hint=192.0.2.1",
  "www.google.de 300 IN TXT usual",
  "maps.www.google.de 300 IN A 192.0.2.9",
  "forcesafesearch.google.com 300 IN A 192.0.2.2",
  "restrict.youtube.com 300 IN A 192.0.2.3",
  "restrictmoderate.youtube.com 300 IN A 192.0.2.4",
  "www.youtube.com 300 IN A 192.0.2.5",
);
const [ALICE, BOB] = ["198.51.100.7", "203.0.113.7"];
const KIDS = { addresses: [`${ALICE}/32`], safeSearch: ["google", "youtube"] };

function setUp(clients: PolicyFields["clients"] = { kids: KIDS }) {
  const policy = policyOf({ upstreams: { default: ["203.0.113.53"] }, clients: clients! });
  const scene = new Scene({ zone: ZONE, config: { cacheSizeMib: 1, policy } });
  return async (text: string, hostname = ALICE) => {
    const client = scene.client(hostname);
    client.ask([question(text)]);
    await scene.settle();
    return lines(client.reply.message.answers);
  };
}

Deno.test("a group that is to get safe results is led to them, and others are not [safe_01]", async () => {
  const answers = setUp();
  for (let i = 0; i < 2; i++) {
    assertEquals(await answers("www.google.de A"), [
      "www.google.de. 300 IN CNAME forcesafesearch.google.com.",
      "forcesafesearch.google.com. 300 IN A 192.0.2.2",
    ]);
    assertEquals(await answers("www.google.de A", BOB), ["www.google.de. 300 IN A 192.0.2.1"]);
    assertEquals(await answers("maps.www.google.de A"), ["maps.www.google.de. 300 IN A 192.0.2.9"]);
  }
});

Deno.test("no hint of a service leads around safe results, and other types are answered as they are [safe_02]", async () => {
  const answers = setUp();
  assertEquals(await answers("www.google.de HTTPS"), ["www.google.de. 300 IN CNAME forcesafesearch.google.com."]);
  assertEquals(await answers("www.google.de TXT"), ['www.google.de. 300 IN TXT "usual"']);
  assertEquals(await answers("www.google.de HTTPS", BOB), ["www.google.de. 300 IN HTTPS 1 . ipv4hint=192.0.2.1"]);
});

Deno.test("videos are restricted as it is said, and strictly where both is [safe_01]", async () => {
  const moderate = { ...KIDS, safeSearch: ["youtube-moderate"] };
  const both = { ...KIDS, safeSearch: ["youtube-moderate", "youtube"] };
  const ends = async (group: typeof KIDS) => (await setUp({ kids: group })("www.youtube.com A")).at(-1);
  assertEquals(await ends(KIDS), "restrict.youtube.com. 300 IN A 192.0.2.3");
  assertEquals(await ends(moderate), "restrictmoderate.youtube.com. 300 IN A 192.0.2.4");
  assertEquals(await ends(both), "restrict.youtube.com. 300 IN A 192.0.2.3");
  assertEquals(await ends({ ...KIDS, safeSearch: ["bing"] }), "www.youtube.com. 300 IN A 192.0.2.5");
});

Deno.test("SAFE_SEARCH has names, each once but for those of both kinds of videos, and leads none of them to another", () => {
  const engines = [...SAFE_SEARCH].filter(([engine]) => engine !== "youtube-moderate");
  const names = engines.flatMap(([, { names }]) => names);
  assertEquals(new Set(names).size, names.length);
  for (const [, { target, names }] of SAFE_SEARCH) {
    for (const name of [target, ...names]) assertEquals(nameToText(nameFromText(name)), `${name}.`);
    assert(!names.includes(target));
  }
});
