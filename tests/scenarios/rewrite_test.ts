// Other names that are asked for instead, and types that are not given.

import { assertEquals } from "@std/assert";
import { readExtendedError, readOptions } from "../../lib/wire/edns/edns.ts";
import { EDE, RCODE, TYPE } from "../../lib/wire/iana.ts";
import { type Name, nameFromText } from "../../lib/wire/name.ts";
import { lines, opt, question, questionLines } from "../support/messages.ts";
import { type PolicyFields, policyOf } from "../support/policies.ts";
import { recordZone } from "../support/record_zone.ts";
import { Scene } from "../support/scene.ts";
import type { Zone } from "../support/scripted_upstream.ts";

/** Each upstream tells by its address who it is. */
const ZONES = [1, 2].map((i): Zone => {
  const zone = recordZone(
    `new.example.org 300 IN A 192.0.2.${i}`,
    `deep.new.example.org 300 IN A 192.0.2.${10 + i}`,
    "alias.example.org 100 IN CNAME new.example.org",
    `old.example.org 300 IN A 203.0.113.${i}`,
    `old.example.org 300 IN DS ${i} 13 2 00`,
  );
  return (asked) => {
    const answer = zone(asked);
    const [alias] = answer.answers;
    if (alias?.type !== TYPE.CNAME) return answer;
    return { ...answer, answers: [alias, ...zone({ ...asked, name: alias.rdata as Name }).answers] };
  };
});
const UPSTREAMS = { default: ["203.0.113.53"], other: ["203.0.113.54"] };
const [ALICE, BOB] = ["198.51.100.7", "203.0.113.7"];

function setUp(fields: Omit<PolicyFields, "upstreams">, { cacheSizeMib = 0 } = {}) {
  const scene = new Scene({
    zones: ZONES,
    config: { cacheSizeMib, policy: policyOf({ upstreams: UPSTREAMS, ...fields }) },
  });
  const ask = async (text: string, { hostname = ALICE, wantsDnssec = false } = {}) => {
    const client = scene.client(hostname);
    client.ask([question(text)], { additionals: [opt({ wantsDnssec })] });
    await scene.settle();
    const { message } = client.reply;
    const errors = readOptions(message.additionals.at(-1)!.rdata).map(readExtendedError).filter((error) =>
      error !== null
    );
    return { ...message, answers: lines(message.answers), authorities: lines(message.authorities), errors };
  };
  /** The questions that each upstream has got since the last call, letter case aside. */
  const asked = () => {
    return scene.upstreams.map(({ queries }) => {
      return queries.splice(0).flatMap(({ message }) =>
        questionLines(message.questions).map((line) => line.toLowerCase())
      );
    });
  };
  return { scene, ask, asked };
}

const REWRITE = { domains: ["old.example.org"], to: "new.example.org" };
const ALIAS = "IN CNAME new.example.org.";
const ADDRESS = "new.example.org. 300 IN A 192.0.2.1";

Deno.test("another name is asked for, and shown behind an alias, for a domain and for what is below it", async () => {
  const { ask, asked } = setUp({ rewrites: [REWRITE] });
  for (const name of ["old.example.org", "WWW.Old.Example.org"]) {
    const { rcode, answers, questions, errors } = await ask(name);
    assertEquals([rcode, questionLines(questions), errors], [RCODE.NOERROR, [`${name}. IN A`], []]);
    assertEquals(answers, [`${name}. 300 ${ALIAS}`, ADDRESS]);
  }
  assertEquals(asked(), [["new.example.org. in a", "new.example.org. in a"], []]);
});

Deno.test("a rewrite of a name alone leaves what is below it", async () => {
  const { ask } = setUp({ rewrites: [{ ...REWRITE, domains: ["=new.example.org"], to: "old.example.org" }] });
  assertEquals((await ask("deep.new.example.org")).answers, ["deep.new.example.org. 300 IN A 192.0.2.11"]);
  assertEquals((await ask("new.example.org")).answers[0], "new.example.org. 300 IN CNAME old.example.org.");
});

Deno.test("a rewrite to a name below its own domain leads there", async () => {
  const { ask } = setUp({ rewrites: [{ domains: ["new.example.org"], to: "deep.new.example.org", isFlat: true }] });
  for (const name of ["new.example.org", "x.new.example.org", "y.deep.new.example.org"]) {
    assertEquals((await ask(name)).answers, [`${name}. 300 IN A 192.0.2.11`]);
  }
  assertEquals((await ask("deep.new.example.org")).answers, ["deep.new.example.org. 300 IN A 192.0.2.11"]);
});

Deno.test("a flat rewrite shows the records under the name that was asked for, with the shortest of their TTLs", async () => {
  const { ask } = setUp({ rewrites: [{ ...REWRITE, to: "alias.example.org", isFlat: true }] });
  const { answers, errors } = await ask("old.example.org");
  assertEquals(answers, ["old.example.org. 100 IN A 192.0.2.1"]);
  assertEquals(errors, []);
});

Deno.test("a flat rewrite of what has no such records has an SOA record of its own", async () => {
  const { ask } = setUp({
    rewrites: [{ ...REWRITE, isFlat: true }, {
      domains: ["gone.example.org"],
      to: "nothing.example.org",
      isFlat: true,
    }],
  });
  const soa = (name: string) => `${name}. 300 IN SOA ${name}. nobody.invalid. 1 3600 1200 604800 300`;
  const nodata = await ask("old.example.org AAAA");
  assertEquals([nodata.rcode, nodata.answers, nodata.authorities], [RCODE.NOERROR, [], [soa("old.example.org")]]);
  const nxdomain = await ask("gone.example.org");
  assertEquals([nxdomain.rcode, nxdomain.answers, nxdomain.authorities], [RCODE.NXDOMAIN, [], [
    soa("gone.example.org"),
  ]]);
});

Deno.test("whoever validates sees the alias of a flat rewrite, too", async () => {
  const { ask } = setUp({ rewrites: [{ ...REWRITE, isFlat: true }] });
  assertEquals((await ask("old.example.org", { wantsDnssec: true })).answers, [
    `old.example.org. 300 ${ALIAS}`,
    ADDRESS,
  ]);
});

Deno.test("the alias is all there is to say to who asks for it", async () => {
  const { ask, asked } = setUp({ rewrites: [REWRITE] });
  assertEquals((await ask("old.example.org CNAME")).answers, [`old.example.org. 300 ${ALIAS}`]);
  assertEquals(asked(), [[], []]);
});

Deno.test("[special_01] the DS record of a rewritten name is asked for as it is: it is the zone above that has it", async () => {
  const { ask } = setUp({ rewrites: [REWRITE] });
  assertEquals((await ask("old.example.org DS")).answers, ["old.example.org. 300 IN DS 1 13 2 00"]);
});

Deno.test("the other name is asked for where it would be if the client had asked for it", async () => {
  const { ask, asked } = setUp({
    routes: [{ domains: ["new.example.org"], to: "other" }, { domains: ["old.example.org"], to: "default" }],
    rewrites: [REWRITE],
  });
  assertEquals((await ask("old.example.org")).answers.at(1), "new.example.org. 300 IN A 192.0.2.2");
  assertEquals(asked(), [[], ["new.example.org. in a"]]);
});

Deno.test("a rewrite for some clients is for them alone", async () => {
  const { ask } = setUp({
    clients: { alice: { addresses: [`${ALICE}/32`] } },
    rewrites: [{ ...REWRITE, clients: ["alice"] }],
  });
  assertEquals((await ask("old.example.org")).answers.length, 2);
  assertEquals((await ask("old.example.org", { hostname: BOB })).answers, ["old.example.org. 300 IN A 203.0.113.1"]);
});

Deno.test("rewrites that lead to one another come to an end, and in a circle to a failure", async () => {
  const chain = [1, 2, 3].map((i) => ({
    domains: [`=r${i}.example.org`],
    to: i === 3 ? "new.example.org" : `r${i + 1}.example.org`,
  }));
  const circle = [{ domains: ["a.example.org"], to: "b.example.org" }, {
    domains: ["b.example.org"],
    to: "a.example.org",
  }];
  const { ask, asked } = setUp({ rewrites: [...chain, ...circle] });
  assertEquals((await ask("r1.example.org")).answers, [
    "r1.example.org. 300 IN CNAME r2.example.org.",
    "r2.example.org. 300 IN CNAME r3.example.org.",
    `r3.example.org. 300 ${ALIAS}`,
    ADDRESS,
  ]);
  asked();
  const { rcode, errors } = await ask("a.example.org");
  assertEquals([rcode, errors.map(({ text }) => text)], [RCODE.SERVFAIL, ["Rewrites lead in a circle"]]);
  assertEquals(asked(), [[], []]);
});

Deno.test("what comes of a rewrite is remembered under the other name, for whoever asks for either", async () => {
  const { scene, ask, asked } = setUp(
    { rewrites: [REWRITE, { ...REWRITE, domains: ["flat.example.org"], isFlat: true }] },
    { cacheSizeMib: 1 },
  );
  await ask("old.example.org");
  assertEquals(asked(), [["new.example.org. in a"], []]);
  await scene.pass(100_000);
  assertEquals((await ask("new.example.org")).answers, ["new.example.org. 200 IN A 192.0.2.1"]);
  assertEquals((await ask("x.old.example.org")).answers[1], "new.example.org. 200 IN A 192.0.2.1");
  assertEquals((await ask("flat.example.org")).answers[0], "flat.example.org. 200 IN A 192.0.2.1");
  assertEquals(asked(), [[], []]);
});

Deno.test("a failure to find the other name is told as such", async () => {
  const { scene, ask } = setUp({ rewrites: [REWRITE] });
  scene.upstream.fallSilent();
  const { rcode, errors } = await ask("old.example.org");
  assertEquals([rcode, errors.length > 0], [RCODE.SERVFAIL, true]);
});

Deno.test("types that a client group does not get are denied to it, asked for nowhere, and given to others", async () => {
  const { ask, asked } = setUp({
    clients: { alice: { addresses: [`${ALICE}/32`], dropTypes: [TYPE.A] } },
    rewrites: [REWRITE],
  }, { cacheSizeMib: 1 });
  assertEquals((await ask("new.example.org", { hostname: BOB })).answers, [ADDRESS]);
  asked();
  for (const name of ["new.example.org", "old.example.org", "localhost"]) {
    const { rcode, answers, authorities, errors } = await ask(name);
    const soa = `${name}. 300 IN SOA ${name}. nobody.invalid. 1 3600 1200 604800 300`;
    assertEquals([rcode, answers, authorities], [RCODE.NOERROR, [], [soa]]);
    assertEquals(errors, [{ infoCode: EDE.FILTERED, text: "A records are not given to this client" }]);
  }
  assertEquals((await ask("new.example.org TXT")).authorities.length, 1);
  assertEquals(asked(), [["new.example.org. in txt"], []]);
});

Deno.test("a name of 255 octets below a rewritten domain is rewritten", async () => {
  const { ask } = setUp({ rewrites: [{ ...REWRITE, isFlat: true }] });
  const label = "x".repeat(63);
  const name = `${label}.${label}.${label}.${"y".repeat(45)}.old.example.org`;
  assertEquals(nameFromText(name).length, 255);
  assertEquals((await ask(name)).answers, [`${name}. 300 IN A 192.0.2.1`]);
});

Deno.test("the other name may be known here, and what is known here is not rewritten", async () => {
  const { ask, asked } = setUp({
    local: { domain: "home.example.org", addresses: { "nas.home.example.org": ["192.0.2.99"] } },
    rewrites: [
      { domains: ["old.example.org", "home.example.org"], to: "nas.home.example.org", isFlat: true },
    ],
  });
  for (const name of ["old.example.org", "unknown.home.example.org", "nas.home.example.org"]) {
    assertEquals((await ask(name)).answers, [`${name}. 300 IN A 192.0.2.99`]);
  }
  assertEquals(asked(), [[], []]);
});

Deno.test("a type that is not given is denied for a routed name of the local domain, which exists all the same", async () => {
  const { ask, asked } = setUp({
    local: { domain: "example.org" },
    routes: [{ domains: ["new.example.org"], to: "other" }],
    clients: { alice: { addresses: [`${ALICE}/32`], dropTypes: [TYPE.AAAA] } },
  });
  const { rcode, errors: [error] } = await ask("new.example.org AAAA");
  assertEquals([rcode, error?.infoCode], [RCODE.NOERROR, EDE.FILTERED]);
  assertEquals(asked(), [[], []]);
  assertEquals((await ask("new.example.org")).answers, ["new.example.org. 300 IN A 192.0.2.2"]);
  assertEquals((await ask("old.example.org AAAA")).rcode, RCODE.NXDOMAIN);
});

Deno.test("a rewrite to a name below its own domain leaves that name alone", async () => {
  const { ask, asked } = setUp({ rewrites: [{ domains: ["example.org"], to: "new.example.org" }] });
  assertEquals((await ask("www.example.org")).answers, [`www.example.org. 300 ${ALIAS}`, ADDRESS]);
  assertEquals((await ask("new.example.org")).answers, [ADDRESS]);
  assertEquals(asked(), [["new.example.org. in a", "new.example.org. in a"], []]);
});
