import { assertEquals, assertRejects } from "@std/assert";
import { NO_FILTER } from "../../lib/config/policy.ts";
import { TYPE } from "../../lib/wire/iana.ts";
import { isSameName, nameFromText } from "../../lib/wire/name.ts";
import { records } from "../support/messages.ts";
import { policyOf } from "../support/policies.ts";
import { recordZone } from "../support/record_zone.ts";
import type { Zone } from "../support/scripted_upstream.ts";
import { Scene } from "../support/scene.ts";

const RECORDS = recordZone(
  "cdn.example.org 300 IN A 192.0.2.1",
  "cdn.example.org 300 IN A 192.0.2.2",
  "cdn.example.org 300 IN AAAA 2001:db8::1",
  "four.example.org 300 IN A 192.0.2.4",
  "none.example.org 300 IN TXT x",
);
const [ALIAS] = records("lists.example.org 300 IN CNAME cdn.example.org");
/** Follows the alias, as upstreams do. */
const ZONE: Zone = (question) => {
  if (!isSameName(question.name, ALIAS!.name)) return RECORDS(question);
  const led = RECORDS({ ...question, name: nameFromText("cdn.example.org") });
  return { ...led, answers: [{ ...ALIAS!, name: question.name }, ...led.answers] };
};

/** What is told of a name, while time passes. */
async function found(scene: Scene, name: string, via: string | null = null): Promise<string[]> {
  const finding = scene.app.findAddresses(name, via);
  await scene.pass(100);
  return await finding;
}

async function reason(scene: Scene, name: string, via: string | null = null): Promise<string> {
  const failing = assertRejects(() => scene.app.findAddresses(name, via), Error);
  await scene.pass(10_000);
  return (await failing).message;
}

Deno.test("App.findAddresses() asks the upstreams, and memory the second time", async () => {
  const scene = new Scene({ zone: ZONE, config: { cacheSizeMib: 1 } });
  const addresses = ["192.0.2.1", "192.0.2.2", "2001:db8::1"];
  assertEquals((await found(scene, "lists.example.org")).sort(), addresses);
  assertEquals(scene.upstream.queries.map(({ message }) => message.questions[0]!.type), [TYPE.AAAA, TYPE.A]);
  assertEquals((await found(scene, "lists.example.org")).sort(), addresses);
  assertEquals(scene.upstream.queries.length, 2);
  // No client has asked.
  assertEquals(scene.app.counters.received, 0);
  assertEquals(scene.app.held.inFlight, 0);
  await scene.app.stop();
});

Deno.test("App.findAddresses() says why there are none", async () => {
  const scene = new Scene({ zone: ZONE });
  assertEquals(await found(scene, "four.example.org"), ["192.0.2.4"]);
  assertEquals(await reason(scene, "none.example.org"), "it has none");
  assertEquals(await reason(scene, "nobody.example.org"), "there is no such name");
  scene.upstream.die();
  assertEquals(/203\.0\.113\.53/.test(await reason(scene, "silent.example.org")), true);
  await scene.app.stop();
  const nowhere = new Scene({ config: { upstreams: [] } });
  assertEquals(await reason(nowhere, "lists.example.org"), "there is no upstream to be asked");
  await nowhere.app.stop();
});

Deno.test("App.findAddresses() goes by local names, by rewrites, and by routes, and is not kept from what clients are kept from", async () => {
  const policy = policyOf({
    upstreams: { default: ["203.0.113.53"], company: ["203.0.113.54"] },
    routes: [{ domains: ["corp.example"], to: "company", allowsPrivateAnswers: true }],
    rewrites: [{ domains: ["lists.example.org"], to: "lists.corp.example" }],
    local: {
      addresses: { "nas.home.example": ["192.168.1.2", "fd00::2"] },
      records: ["mirror.home.example. 300 IN CNAME nas.home.example."],
    },
    answers: { ...NO_FILTER.answers, rebindingProtection: true },
    clients: {
      default: { block: [{ lists: "*", schedule: null, except: [], place: { file: "config.toml", line: 1 } }] },
    },
  });
  const scene = new Scene({
    zones: [recordZone("www.example.org 300 IN A 10.0.0.7"), recordZone("lists.corp.example 300 IN A 10.0.0.8")],
    config: { policy },
  });
  assertEquals((await found(scene, "nas.home.example")).sort(), ["192.168.1.2", "fd00::2"]);
  assertEquals((await found(scene, "mirror.home.example")).sort(), ["192.168.1.2", "fd00::2"]);
  assertEquals(await found(scene, "lists.corp.example"), ["10.0.0.8"]);
  assertEquals(await found(scene, "lists.example.org"), ["10.0.0.8"]);
  assertEquals(await found(scene, "localhost"), ["::1", "127.0.0.1"]);
  assertEquals(scene.upstreams[0]!.queries.length, 0);
  assertEquals(await found(scene, "www.example.org"), ["10.0.0.7"]);
  await scene.app.stop();
});

Deno.test("App.findAddresses() asks the group that is named, whatever routes say, unless the name is known here", async () => {
  const policy = policyOf({
    upstreams: { default: ["203.0.113.53"], second: ["203.0.113.54"] },
    routes: [{ domains: ["example.org"], to: "default" }],
    local: { addresses: { "nas.example.org": ["192.0.2.99"] } },
  });
  const scene = new Scene({
    zones: [recordZone("lists.example.org 300 IN A 192.0.2.1"), recordZone("lists.example.org 300 IN A 192.0.2.2")],
    config: { policy },
  });
  assertEquals(await found(scene, "lists.example.org", "second"), ["192.0.2.2"]);
  assertEquals(scene.upstreams.map(({ queries }) => queries.length > 0), [false, true]);
  assertEquals(await found(scene, "lists.example.org"), ["192.0.2.1"]);
  assertEquals(scene.upstreams.map(({ queries }) => queries.length > 0), [true, true]);
  assertEquals(await found(scene, "nas.example.org", "second"), ["192.0.2.99"]);
  await scene.app.stop();
});
