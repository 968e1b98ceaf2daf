// What a policy that takes another one's place changes, and what it leaves.

import { assertEquals } from "@std/assert";
import { RCODE } from "../../lib/wire/iana.ts";
import { question } from "../support/messages.ts";
import { type PolicyFields, policyOf } from "../support/policies.ts";
import { recordZone } from "../support/record_zone.ts";
import { Scene } from "../support/scene.ts";

const [FIRST, SECOND] = ["203.0.113.53", "203.0.113.54"];
const ALICE = "198.51.100.7";
/** Each upstream tells by its address who it is. */
const ZONES = [1, 2].map((i) =>
  recordZone(`a.example.org 300 IN A 192.0.2.${i}`, `b.example.org 300 IN A 192.0.2.${i}`)
);
const BEFORE: PolicyFields = {
  upstreams: { default: [FIRST], other: [SECOND] },
  routes: [{ domains: ["b.example.org"], to: "other" }],
};

/** A scene that begins with `BEFORE`; `ask` tells which upstream the answer is of, and `asked` what each has got since. */
function setUp(cacheSizeMib = 1) {
  const scene = new Scene({ zones: ZONES, config: { cacheSizeMib, policy: policyOf(BEFORE) } });
  const use = (fields: PolicyFields | null) => {
    scene.app.use({ ...scene.config, policy: fields === null ? null : policyOf(fields) });
  };
  const ask = async (text: string) => {
    const client = scene.client(ALICE);
    client.ask([question(text)]);
    await scene.settle();
    const { rcode, answers: [answer] } = client.reply.message;
    return answer === undefined ? `RCODE ${rcode}` : answer.rdata.at(-1)!;
  };
  const asked = () => scene.upstreams.map(({ queries }) => queries.splice(0).length);
  return { scene, use, ask, asked };
}

Deno.test("what is remembered is found again when groups have other names and routes another order", async () => {
  const { use, ask, asked } = setUp();
  assertEquals([await ask("a.example.org"), await ask("b.example.org"), asked()], [1, 2, [1, 1]]);
  use({
    upstreams: { default: [FIRST], renamed: [SECOND] },
    routes: [{ domains: ["example.net"], to: "default" }, { domains: ["=b.example.org"], to: "renamed" }],
  });
  assertEquals([await ask("a.example.org"), await ask("b.example.org"), asked()], [1, 2, [0, 0]]);
});

Deno.test("what is remembered of a group that asks others now is not, and that of the other groups is", async () => {
  const { use, ask, asked } = setUp();
  await ask("a.example.org");
  await ask("b.example.org");
  asked();
  use({ ...BEFORE, upstreams: { default: [FIRST], other: [FIRST, SECOND] } });
  assertEquals([await ask("a.example.org"), await ask("b.example.org"), asked()], [1, 1, [1, 0]]);
  use(BEFORE);
  assertEquals([await ask("a.example.org"), await ask("b.example.org"), asked()], [1, 2, [0, 0]]);
});

Deno.test("what is remembered of the default stays when there is a policy no longer, or for the first time", async () => {
  const { scene, use, ask, asked } = setUp();
  assertEquals(scene.config.upstreams.length, 2);
  use(null);
  assertEquals([await ask("b.example.org"), asked()], [1, [1, 0]]);
  use({ ...BEFORE, upstreams: { default: [FIRST, SECOND], other: [SECOND] } });
  assertEquals([await ask("b.example.org"), asked()], [2, [0, 1]]);
  use({ upstreams: { default: [SECOND, FIRST] } });
  assertEquals([await ask("b.example.org"), asked()], [1, [0, 0]]);
});

Deno.test("what is made ready and given up leaves everything remembered where it was", async () => {
  const { scene, use, ask, asked } = setUp();
  await ask("a.example.org");
  asked();
  scene.app.prepare({ ...scene.config, upstreams: scene.config.upstreams.slice(1), policy: null }).abort();
  assertEquals([await ask("a.example.org"), asked()], [1, [0, 0]]);
  use({ upstreams: { default: [SECOND] } });
  assertEquals([await ask("a.example.org"), asked()], [2, [0, 1]]);
  use(BEFORE);
  assertEquals([await ask("a.example.org"), asked()], [1, [0, 0]]);
});

Deno.test("a client is in the group that the policy of its query says, and a query ends with the policy that it began with", async () => {
  const { scene, use, ask } = setUp(0);
  const [first, second] = scene.upstreams;
  first!.onQuery = (query) => first!.answer(query, { afterMs: 300 });
  const early = scene.client(ALICE);
  early.ask([question("a.example.org")]);
  await scene.pass(10);
  use({ ...BEFORE, clients: { alice: { addresses: [`${ALICE}/32`], upstream: "other" } } });
  assertEquals(await ask("a.example.org"), 2);
  assertEquals(early.reply.message.answers[0]!.rdata.at(-1), 1);
  use({ ...BEFORE, clients: { nobody: { upstream: "other" }, alice: { addresses: [`${ALICE}/32`] } } });
  assertEquals(await ask("a.example.org"), 1);
  assertEquals(second!.queries.length, 1);
});

Deno.test("special names are answered again when no route leads there any more", async () => {
  const { use, ask } = setUp(0);
  use({ ...BEFORE, routes: [{ domains: ["local"], to: "other" }] });
  assertEquals(await ask("printer.local"), `RCODE ${RCODE.NXDOMAIN}`);
  use({ upstreams: { default: [FIRST] }, rewrites: [{ domains: ["local"], to: "a.example.org", isFlat: true }] });
  assertEquals(await ask("printer.local"), 1);
  use(BEFORE);
  assertEquals(await ask("printer.local"), `RCODE ${RCODE.NXDOMAIN}`);
});

Deno.test("a prefetch and a refresh ask the upstreams that the answer is of", async () => {
  const { scene, ask, asked } = setUp();
  for (let i = 0; i < 5; i++) await ask("b.example.org");
  // Prefetches are one in ten questions.
  for (let i = 0; i < 20; i++) await ask(`no${i}.example.org`);
  asked();
  await scene.pass(295_000);
  assertEquals(await ask("b.example.org"), 2);
  await scene.settle();
  assertEquals(asked(), [0, 1]);
});

Deno.test("swapped a hundred times among policies, it holds what it held at first", async () => {
  const { scene, use, ask } = setUp();
  await ask("a.example.org");
  await scene.pass(100_000);
  const held = scene.app.held;
  for (let i = 0; i < 100; i++) {
    use({ ...BEFORE, upstreams: { default: [FIRST], other: [`203.0.113.${100 + i}`] } });
    await ask("a.example.org");
  }
  use(BEFORE);
  await scene.pass(100_000);
  assertEquals(scene.app.held, held);
  assertEquals(scene.app.state.upstreams.length, 2);
});
