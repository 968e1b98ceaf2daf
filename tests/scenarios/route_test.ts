// Who is asked: routes by domain, type and client, client groups, and what of it memory and shared exchanges must tell apart.

import { assertEquals } from "@std/assert";
import { RCODE, TYPE } from "../../lib/wire/iana.ts";
import { lines, opt, question } from "../support/messages.ts";
import { type PolicyFields, policyOf } from "../support/policies.ts";
import { recordZone } from "../support/record_zone.ts";
import { Scene } from "../support/scene.ts";

const NAMES = [
  "example",
  "corp.example",
  "www.corp.example",
  "k8s.corp.example",
  "api.k8s.corp.example",
  "corp.example.org",
  "1.0.0.10.in-addr.arpa",
  "2.0.0.10.in-addr.arpa",
  "1.0.168.192.in-addr.arpa",
  "printer.local",
];
/** Each upstream tells by its address who it is. */
const ZONES = [1, 2, 3].map((i) => {
  return recordZone(...NAMES.flatMap((name) => [
    `${name} 300 IN A 192.0.2.${i}`,
    `${name} 300 IN AAAA 2001:db8::${i}`,
    `${name} 300 IN DS ${i} 13 2 00`,
  ]));
});
const UPSTREAMS = { default: ["203.0.113.53"], ad: ["203.0.113.54"], cluster: ["203.0.113.55"] };
/** Two clients. */
const [ALICE, BOB] = ["198.51.100.7", "203.0.113.7"];

/** A scene with three upstreams, each a group. `ask` tells which of them has answered, or the RCODE if none has. */
function setUp(fields: Omit<PolicyFields, "upstreams">, { cacheSizeMib = 0 } = {}) {
  const scene = new Scene({
    zones: ZONES,
    config: { cacheSizeMib, policy: policyOf({ upstreams: UPSTREAMS, ...fields }) },
  });
  const ask = async (text: string, hostname?: string): Promise<number | string> => {
    const client = scene.client(hostname);
    client.ask([question(text)]);
    await scene.settle();
    const { answers, rcode } = client.reply.message;
    const [answer] = answers;
    if (answer === undefined) return rcode === RCODE.NXDOMAIN ? "NXDOMAIN" : `RCODE ${rcode}`;
    return answer.type === TYPE.DS ? answer.rdata[1]! : answer.rdata.at(-1)!;
  };
  /** Queries that each upstream has got since the last call. */
  const asked = () => scene.upstreams.map(({ queries }) => queries.splice(0).length);
  return { scene, ask, asked };
}

async function each<T>(values: readonly T[], fn: (value: T) => Promise<number | string>): Promise<(number | string)[]> {
  const results = [];
  for (const value of values) results.push(await fn(value));
  return results;
}

for (const order of ["as given", "in reverse"]) {
  const routes = [
    { domains: ["corp.example"], to: "ad" },
    { domains: ["k8s.corp.example", "10.in-addr.arpa"], to: "cluster" },
    { domains: ["=www.corp.example"], to: "default" },
  ];
  Deno.test(`the upstreams of the longest domain are asked, with the routes ${order}`, async () => {
    const { ask } = setUp({ routes: order === "as given" ? routes : routes.toReversed() });
    assertEquals(await each(NAMES.slice(0, 8), (name) => ask(name)), [1, 2, 1, 3, 3, 1, 3, 3]);
  });
}

Deno.test("a route for a name alone says nothing of what is below it, and beats one for all below at the same name", async () => {
  const { ask } = setUp({
    routes: [{ domains: ["=k8s.corp.example"], to: "ad" }, { domains: ["k8s.corp.example"], to: "cluster" }],
  });
  assertEquals(await each(["k8s.corp.example", "api.k8s.corp.example"], (name) => ask(name)), [2, 3]);
});

Deno.test("at the same domain the route with clients counts before the one with types, and that before the one without", async () => {
  const domains = ["corp.example"];
  const { ask } = setUp({
    clients: { alice: { addresses: [`${ALICE}/32`] } },
    routes: [
      { domains, to: "default" },
      { domains, types: [TYPE.AAAA], to: "ad" },
      { domains, clients: ["alice"], to: "cluster" },
    ],
  });
  assertEquals(await each(["A", "AAAA"], (type) => ask(`corp.example ${type}`, ALICE)), [3, 3]);
  assertEquals(await each(["A", "AAAA"], (type) => ask(`corp.example ${type}`, BOB)), [1, 2]);
});

Deno.test("a route that is not for the client or the type leaves the name to the next longest domain", async () => {
  const { ask } = setUp({
    clients: { alice: { addresses: [`${ALICE}/32`] } },
    routes: [
      { domains: ["example"], to: "ad" },
      { domains: ["corp.example"], types: [TYPE.AAAA], clients: ["alice"], to: "cluster" },
    ],
  });
  assertEquals(await each(["A", "AAAA"], (type) => ask(`corp.example ${type}`, ALICE)), [2, 3]);
  assertEquals(await each(["A", "AAAA"], (type) => ask(`corp.example ${type}`, BOB)), [2, 2]);
});

Deno.test("a route without domains is for all names that no other route is for", async () => {
  const { ask } = setUp({ routes: [{ types: [TYPE.AAAA], to: "ad" }, { domains: ["corp.example"], to: "cluster" }] });
  assertEquals(await each(["example AAAA", "example A", "corp.example AAAA"], (asked) => ask(asked)), [2, 1, 3]);
});

Deno.test("where no route leads, a client group's own upstreams are asked, else the default", async () => {
  const { ask } = setUp({
    clients: { alice: { addresses: ["198.51.100.0/24"], upstream: "ad" } },
    routes: [{ domains: ["corp.example"], to: "cluster" }],
  });
  assertEquals(await each(["example", "corp.example"], (name) => ask(name, ALICE)), [2, 3]);
  assertEquals(await each(["example", "corp.example"], (name) => ask(name, BOB)), [1, 3]);
});

Deno.test("[special_01] a DS question goes where the domain of its parent goes", async () => {
  const { ask } = setUp({
    routes: [{ domains: ["corp.example"], to: "ad" }, { domains: ["=k8s.corp.example"], to: "cluster" }],
  });
  const names = ["example", "corp.example", "k8s.corp.example", "api.k8s.corp.example"];
  assertEquals(await each(names, (name) => ask(`${name} DS`)), [1, 1, 2, 3]);
});

Deno.test("[special_02] special names give way to a route at or below them, and to no other", async () => {
  const { ask } = setUp({
    routes: [
      { domains: ["."], to: "ad" },
      { domains: ["arpa"], to: "ad" },
      { domains: ["local"], to: "cluster" },
      { domains: ["=2.0.0.10.in-addr.arpa"], to: "cluster" },
    ],
  });
  const names = ["1.0.0.10.in-addr.arpa", "2.0.0.10.in-addr.arpa", "1.0.168.192.in-addr.arpa", "printer.local"];
  assertEquals(await each(names, (name) => ask(name)), ["NXDOMAIN", 3, "NXDOMAIN", 3]);
  assertEquals(await ask("example"), 2);
});

Deno.test("a validator's proof that a special name does not exist comes from whoever is asked for the root", async () => {
  const { scene } = setUp({ routes: [{ domains: ["."], to: "ad" }] });
  scene.client().ask([question("printer.local")], { additionals: [opt({ wantsDnssec: true })] });
  await scene.settle();
  const asked = scene.upstreams.map((
    { queries },
  ) => [...new Set(queries.map(({ message }) => message.questions[0]!.type))]);
  assertEquals(asked, [[], [TYPE.DS], []]);
});

Deno.test("who is asked for different upstreams by routes or client groups shares no answers, who is asked for the same does", async () => {
  const { ask, asked } = setUp({
    clients: {
      alice: { addresses: [`${ALICE}/32`], upstream: "ad" },
      bob: { addresses: [`${BOB}/32`] },
    },
    routes: [{ domains: ["corp.example"], to: "cluster" }],
  }, { cacheSizeMib: 1 });
  for (let i = 0; i < 2; i++) {
    assertEquals(await ask("example", ALICE), 2);
    assertEquals(await ask("example", BOB), 1);
    assertEquals(await each([ALICE, BOB], (client) => ask("corp.example", client)), [3, 3]);
  }
  assertEquals(asked(), [1, 1, 1]);
});

Deno.test("who is asked for different upstreams shares no exchange", async () => {
  const { scene, asked } = setUp({ clients: { alice: { addresses: [`${ALICE}/32`], upstream: "ad" } } });
  for (const upstream of scene.upstreams) upstream.onQuery = (query) => upstream.answer(query, { afterMs: 20 });
  const clients = [ALICE, BOB, ALICE, BOB].map((hostname) => scene.client(hostname));
  for (const client of clients) client.ask([question("example")]);
  await scene.settle();
  assertEquals(asked(), [1, 1, 0]);
  assertEquals(
    clients.flatMap(({ reply }) => lines(reply.message.answers)),
    [2, 1, 2, 1].map((i) => `example. 300 IN A 192.0.2.${i}`),
  );
});

Deno.test("the health of the upstreams that would be asked counts, not that of others", async () => {
  const { scene, ask } = setUp({ routes: [{ domains: ["corp.example"], to: "ad" }] }, { cacheSizeMib: 1 });
  assertEquals(await each(["example", "corp.example"], (name) => ask(name)), [1, 2]);
  scene.upstreams[1]!.die();
  await scene.pass(301_000);
  // From memory, as nobody else answers.
  assertEquals(await each(["corp.example", "www.corp.example", "corp.example"], (name) => ask(name)), [
    2,
    "RCODE 2",
    2,
  ]);
  assertEquals(await ask("k8s.corp.example"), "RCODE 2");
  assertEquals(await ask("corp.example.org"), 1);
  assertEquals(scene.upstreams[0]!.queries.length, 2);
});
