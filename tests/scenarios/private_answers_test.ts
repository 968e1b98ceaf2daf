// Private addresses in the answers for public names, and who is kept from them.

import { assertEquals } from "@std/assert";
import { readExtendedError, readOptions } from "../../lib/wire/edns/edns.ts";
import { CLASS, EDE } from "../../lib/wire/iana.ts";
import { encode } from "../../lib/wire/message.ts";
import { lines, opt, question } from "../support/messages.ts";
import { type PolicyFields, policyOf } from "../support/policies.ts";
import { recordZone } from "../support/record_zone.ts";
import { Scene } from "../support/scene.ts";

const ZONE = recordZone(
  "rebind.example.org 300 IN A 192.168.1.1",
  "both.example.org 300 IN A 192.0.2.1",
  "both.example.org 300 IN A 127.0.0.1",
  "public.example.org 300 IN A 192.0.2.2",
  "nas.plex.example.net 300 IN A 10.0.0.9",
  "printer.home.example 300 IN A 10.0.0.7",
);
const UPSTREAMS = { default: ["203.0.113.53"], router: ["203.0.113.53"] };
const [ALICE, BOB] = ["198.51.100.7", "203.0.113.7"];
const NO_ANSWERS = { privateNames: [], dropTypes: [], isFlat: false };
const PROTECTED: PolicyFields = { upstreams: UPSTREAMS, answers: { ...NO_ANSWERS, rebindingProtection: true } };

function setUp(fields: PolicyFields | null = PROTECTED, { cacheSizeMib = 1 } = {}) {
  const policy = fields === null ? null : policyOf(fields);
  const scene = new Scene({ zone: ZONE, config: { cacheSizeMib, policy } });
  const use = (other: PolicyFields) => scene.app.use({ ...scene.config, policy: policyOf(other) });
  const ask = async (text: string, hostname = ALICE) => {
    const client = scene.client(hostname);
    client.ask([question(text)], { additionals: [opt()] });
    await scene.settle();
    const { answers, authorities, additionals } = client.reply.message;
    const errors = readOptions(additionals.at(-1)!.rdata).map(readExtendedError).filter((error) => error !== null);
    return [lines(answers), authorities.length, errors.map(({ infoCode }) => infoCode)];
  };
  const asked = () => scene.upstream.queries.splice(0).length;
  return { scene, ask, asked, use };
}

const PRIVATE = [["rebind.example.org. 300 IN A 192.168.1.1"], 0, []];
const NOTHING = [[], 1, [EDE.FILTERED]];

for (const cacheSizeMib of [0, 1]) {
  Deno.test(`a private address is taken out of the answer for a public name, ${cacheSizeMib} MiB of memory`, async () => {
    const { ask } = setUp(PROTECTED, { cacheSizeMib });
    for (let i = 0; i < 2; i++) {
      assertEquals(await ask("rebind.example.org"), NOTHING);
      assertEquals(await ask("both.example.org"), [["both.example.org. 300 IN A 192.0.2.1"], 0, [EDE.FILTERED]]);
      assertEquals(await ask("public.example.org"), [["public.example.org. 300 IN A 192.0.2.2"], 0, []]);
    }
  });
}

Deno.test("an A record of another class than IN has no IPv4 address, whatever its octets are", async () => {
  const { scene } = setUp();
  const rdata = Uint8Array.of(10, 0, 0, 1);
  scene.upstream.response = ({ message }) => {
    const answers = message.questions.map((asked) => ({ ...asked, ttl: 300, rdata }));
    return encode({ ...message, isResponse: true, answers, additionals: [] });
  };
  const client = scene.client(ALICE);
  client.ask([{ ...question("rebind.example.org"), class: CLASS.CH }]);
  await scene.settle();
  assertEquals(client.reply.message.answers.map((record) => record.rdata), [rdata]);
});

Deno.test("nobody is kept from private addresses unless it is said", async () => {
  const { ask } = setUp({ upstreams: UPSTREAMS });
  assertEquals(await ask("rebind.example.org"), PRIVATE);
});

Deno.test("some are kept from private addresses and others are not, out of one memory", async () => {
  const { ask, asked } = setUp({
    upstreams: UPSTREAMS,
    clients: { guests: { addresses: [`${ALICE}/32`], rebindingProtection: true } },
  });
  assertEquals([await ask("rebind.example.org", BOB), await ask("rebind.example.org", ALICE)], [PRIVATE, NOTHING]);
  assertEquals([await ask("rebind.example.org", BOB), asked()], [PRIVATE, 1]);
});

Deno.test("a group is not kept from private addresses if it says so, though all are", async () => {
  const { ask } = setUp({
    ...PROTECTED,
    clients: { servers: { addresses: [`${ALICE}/32`], rebindingProtection: false } },
  });
  assertEquals([await ask("rebind.example.org", ALICE), await ask("rebind.example.org", BOB)], [PRIVATE, NOTHING]);
});

Deno.test("names that may have private addresses keep them, with what is below or alone", async () => {
  const privateNames = [
    { name: "plex.example.net", isExact: false },
    { name: "Rebind.Example.org", isExact: true },
    { name: "example.org", isExact: true },
  ];
  const { ask } = setUp({ ...PROTECTED, answers: { ...NO_ANSWERS, rebindingProtection: true, privateNames } });
  assertEquals(await ask("nas.plex.example.net"), [["nas.plex.example.net. 300 IN A 10.0.0.9"], 0, []]);
  assertEquals(await ask("rebind.example.org"), PRIVATE);
  assertEquals(await ask("both.example.org"), [["both.example.org. 300 IN A 192.0.2.1"], 0, [EDE.FILTERED]]);
});

Deno.test("a route whose answers may have private addresses lets them through, and no other does", async () => {
  const route = { domains: ["home.example"], to: "router" };
  const open = setUp({ ...PROTECTED, routes: [{ ...route, allowsPrivateAnswers: true }] });
  assertEquals(await open.ask("printer.home.example"), [["printer.home.example. 300 IN A 10.0.0.7"], 0, []]);
  assertEquals(await open.ask("rebind.example.org"), NOTHING);
  const shut = setUp({ ...PROTECTED, routes: [{ ...route, allowsPrivateAnswers: false }] });
  assertEquals(await shut.ask("printer.home.example"), NOTHING);
});

Deno.test("what was remembered when nobody was kept from anything is looked through once somebody is", async () => {
  const { ask, asked, use } = setUp(null);
  assertEquals([await ask("rebind.example.org"), asked()], [PRIVATE, 1]);
  use(PROTECTED);
  assertEquals([await ask("rebind.example.org"), await ask("rebind.example.org"), asked()], [NOTHING, NOTHING, 0]);
  use({ upstreams: UPSTREAMS });
  assertEquals([await ask("rebind.example.org"), asked()], [PRIVATE, 0]);
});

Deno.test("several questions in one message are judged each for itself", async () => {
  const { scene } = setUp();
  const client = scene.client(ALICE);
  client.ask([question("rebind.example.org"), question("public.example.org")]);
  await scene.settle();
  assertEquals(lines(client.reply.message.answers), ["public.example.org. 300 IN A 192.0.2.2"]);
});
