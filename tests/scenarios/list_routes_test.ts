// Names of lists that somebody else is asked for (sentence 6 of the law).

import { assertEquals } from "@std/assert";
import { TYPE, typeToText } from "../../lib/wire/iana.ts";
import { type LineFields, nameSetOf } from "../support/list_sets.ts";
import { question } from "../support/messages.ts";
import { listOf, type PolicyFields, policyOf } from "../support/policies.ts";
import { Scene } from "../support/scene.ts";

const KID = "203.0.113.7";
const PLACE = { file: "config.toml", line: 1 };
const SOURCES = [{ file: "/offices.txt" }];

/** Who is asked: the default group's upstream is 203.0.113.53, that of `second` 203.0.113.54, that of `third` 203.0.113.55. */
function setUp(fields: Omit<PolicyFields, "upstreams">, listed: readonly LineFields[] = []) {
  const policy = policyOf({
    upstreams: { default: ["203.0.113.53"], second: ["203.0.113.54"], third: ["203.0.113.55"] },
    ...fields,
    clients: { kids: { addresses: [`${KID}/32`] }, ...fields.clients },
  });
  const scene = new Scene({ upstreamCount: 3, config: { policy } });
  scene.app.listsNow.useNames(nameSetOf(listed));
  const askedFor = async (
    name: string,
    { type = TYPE.A, from }: { type?: number; from?: string } = {},
  ): Promise<string> => {
    const before = scene.upstreams.map(({ queries }) => queries.length);
    scene.client(from).ask([question(`${name} ${typeToText(type)}`)]);
    await scene.pass(50);
    const asked = scene.upstreams.findIndex(({ queries }, i) => queries.length > before[i]!);
    return ["default", "second", "third"][asked] ?? "nobody";
  };
  return { scene, askedFor };
}

Deno.test("a route for a list is for the names of its sources, with what each of them covers", async () => {
  const { scene, askedFor } = setUp({
    lists: [listOf("offices", { sources: SOURCES })],
    routes: [{ list: "offices", to: "second" }],
  }, [
    { list: "offices", name: "corp.example" },
    { list: "offices", name: "alone.example", covers: "self" },
    { list: "offices", name: "allowed.example", isAllow: true },
    { list: "others", name: "other.example" },
  ]);
  assertEquals(await askedFor("corp.example"), "second");
  assertEquals(await askedFor("www.corp.example", { type: TYPE.TXT }), "second");
  assertEquals(await askedFor("alone.example"), "second");
  assertEquals(await askedFor("www.alone.example"), "default");
  assertEquals(await askedFor("allowed.example"), "default");
  assertEquals(await askedFor("other.example"), "default");
  // RFC 4035 §3.1.4.1: the parent has the DS records.
  assertEquals(await askedFor("corp.example", { type: TYPE.DS }), "default");
  scene.app.abort();
});

Deno.test("a route for a list is for its own words as for domains that the route names", async () => {
  const { scene, askedFor } = setUp({
    lists: [listOf("offices", { names: ["corp.example", "=alone.example", "/^x[0-9]\\./"] })],
    routes: [
      { list: "offices", domains: ["more.example", "both.example"], to: "second" },
      { domains: ["lab.corp.example", "x1.example"], to: "third" },
    ],
  });
  assertEquals(await askedFor("www.corp.example"), "second");
  assertEquals(await askedFor("more.example"), "second");
  assertEquals(await askedFor("a.lab.corp.example"), "third");
  assertEquals(await askedFor("alone.example"), "second");
  assertEquals(await askedFor("www.alone.example"), "default");
  assertEquals(await askedFor("x2.example"), "second");
  assertEquals(await askedFor("x1.example"), "third");
  scene.app.abort();
});

Deno.test("domains that routes name count before lists, lists before all names and special names", async () => {
  const { scene, askedFor } = setUp({
    lists: [listOf("offices", { sources: SOURCES })],
    routes: [
      { domains: ["example"], to: "third" },
      { domains: ["."], types: [TYPE.TXT], to: "third" },
      { list: "offices", to: "second" },
    ],
  }, [
    { list: "offices", name: "corp.example" },
    { list: "offices", name: "corp.test" },
    { list: "offices", name: "corp.net" },
  ]);
  assertEquals(await askedFor("corp.example"), "third");
  assertEquals(await askedFor("corp.net", { type: TYPE.TXT }), "second");
  assertEquals(await askedFor("corp.test"), "second");
  assertEquals(await askedFor("other.test"), "nobody");
  scene.app.abort();
});

Deno.test("of routes for a list, those for some clients count first, then those for some types", async () => {
  const { scene, askedFor } = setUp({
    lists: [listOf("offices", { sources: SOURCES })],
    routes: [
      { list: "offices", to: "second" },
      { list: "offices", types: [TYPE.TXT], to: "third" },
      { list: "offices", clients: ["kids"], to: "third" },
      { list: "offices", clients: ["kids"], types: [TYPE.TXT], to: "second" },
    ],
  }, [{ list: "offices", name: "corp.example" }]);
  assertEquals(await askedFor("corp.example"), "second");
  assertEquals(await askedFor("corp.example", { type: TYPE.TXT }), "third");
  assertEquals(await askedFor("corp.example", { from: KID }), "third");
  assertEquals(await askedFor("corp.example", { type: TYPE.TXT, from: KID }), "second");
  scene.app.abort();
});

Deno.test("a list may be routed for all and blocked for some, and other names of a list are routed at once", async () => {
  const block = [{ lists: ["offices"], schedule: null, except: [], place: PLACE }];
  const { scene, askedFor } = setUp({
    lists: [listOf("offices", { sources: SOURCES }), listOf("needed", { names: ["needed.corp.example"] })],
    routes: [{ list: "offices", to: "second" }],
    clients: {
      kids: { addresses: [`${KID}/32`], block, allow: [{ ...block[0]!, lists: ["needed"] }] },
    },
  }, [{ list: "offices", name: "corp.example" }]);
  assertEquals(await askedFor("corp.example"), "second");
  assertEquals(await askedFor("corp.example", { from: KID }), "nobody");
  assertEquals(await askedFor("needed.corp.example", { from: KID }), "second");
  scene.app.listsNow.useNames(nameSetOf([{ list: "offices", name: "new.example" }], 2));
  assertEquals(await askedFor("corp.example"), "default");
  assertEquals(await askedFor("new.example"), "second");
  scene.app.abort();
});
