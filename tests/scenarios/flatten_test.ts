// Answers without aliases.

import { assertEquals } from "@std/assert";
import { RCODE, TYPE } from "../../lib/wire/iana.ts";
import { nameToText } from "../../lib/wire/name.ts";
import { lines, opt, question, record, records } from "../support/messages.ts";
import { policyOf } from "../support/policies.ts";
import { Scene } from "../support/scene.ts";
import type { Zone, ZoneAnswer } from "../support/scripted_upstream.ts";

const CHAIN = ["www.example.org 60 IN CNAME cdn.example.net", "cdn.example.net 300 IN CNAME a.cdn.example.net"];
const ENDS: Readonly<Record<number, readonly string[]>> = {
  [TYPE.A]: ["a.cdn.example.net 90 IN A 192.0.2.1", "a.cdn.example.net 90 IN A 192.0.2.2"],
  [TYPE.MX]: ["a.cdn.example.net 90 IN MX 10 mail.cdn.example.net"],
  [TYPE.HTTPS]: ["a.cdn.example.net 90 IN HTTPS 1 . alpn=h3"],
};
const SOA = record("example.net 300 IN SOA ns.example.net hostmaster.example.net 1 7200 3600 86400 300");

/** A chain of aliases to whatever there is, or to a name that does not exist. */
const zone: Zone = ({ name, type }) => {
  const isMissing = nameToText(name).toLowerCase().startsWith("gone.");
  const chain = records(...CHAIN).map((alias, i) => i === 0 ? { ...alias, name } : alias);
  const ends = isMissing || type === TYPE.CNAME ? [] : records(...ENDS[type] ?? []);
  return {
    rcode: isMissing ? RCODE.NXDOMAIN : RCODE.NOERROR,
    answers: type === TYPE.CNAME ? chain.slice(0, 1) : [...chain, ...ends],
    authorities: ends.length === 0 && type !== TYPE.CNAME ? [SOA] : [],
    additionals: [],
    isTruncated: false,
    isAuthenticData: false,
  };
};

function setUp(isFlat: boolean, cacheSizeMib = 1, change: (answer: ZoneAnswer) => Partial<ZoneAnswer> = () => ({})) {
  const answers = { rebindingProtection: false, privateNames: [], dropTypes: [], isFlat };
  const policy = (flat: boolean) =>
    policyOf({ upstreams: { default: ["203.0.113.53"] }, answers: { ...answers, isFlat: flat } });
  const changed: Zone = (asked) => ({ ...zone(asked), ...change(zone(asked)) });
  const habits = { recursionAvailable: false };
  const scene = new Scene({ zone: changed, habits, config: { cacheSizeMib, policy: policy(isFlat) } });
  const ask = async (text: string, wantsDnssec = false) => {
    const client = scene.client("198.51.100.7");
    client.ask([question(text)], { additionals: [opt({ wantsDnssec })] });
    await scene.settle();
    const { rcode, answers, authorities } = client.reply.message;
    return [rcode, lines(answers), authorities.map(({ name }) => nameToText(name))];
  };
  return { scene, ask, use: (flat: boolean) => scene.app.use({ ...scene.config, policy: policy(flat) }) };
}

for (const cacheSizeMib of [0, 1]) {
  Deno.test(`an answer has what is at the end of its aliases under the name that was asked for, ${cacheSizeMib} MiB of memory [flat_01]`, async () => {
    const { ask } = setUp(true, cacheSizeMib);
    for (let i = 0; i < 2; i++) {
      const [rcode, answers, authorities] = await ask("WWW.example.org A");
      assertEquals([rcode, (answers as string[]).toSorted(), authorities], [
        0,
        ["WWW.example.org. 60 IN A 192.0.2.1", "WWW.example.org. 60 IN A 192.0.2.2"],
        [],
      ]);
      assertEquals(await ask("www.example.org MX"), [0, ["www.example.org. 60 IN MX 10 mail.cdn.example.net."], []]);
      assertEquals(await ask("www.example.org HTTPS"), [0, ["www.example.org. 60 IN HTTPS 1 . alpn=h3"], []]);
    }
  });
}

Deno.test("an alias that leads to nothing is no data, with an SOA record of the name's own [flat_01]", async () => {
  const { ask } = setUp(true);
  assertEquals(await ask("www.example.org TXT"), [0, [], ["www.example.org."]]);
  assertEquals(await ask("gone.example.org A"), [0, [], ["gone.example.org."]]);
});

Deno.test("nobody has vouched for an answer without its aliases, whatever was said of it with them [flat_03]", async () => {
  for (const type of ["A", "MX"]) {
    const { scene } = setUp(true, 0, () => ({ isAuthenticData: true }));
    const client = scene.client("198.51.100.7");
    client.ask([question(`www.example.org ${type}`)], { isAuthenticData: true });
    await scene.settle();
    const { isAuthenticData, recursionAvailable } = client.reply.message;
    assertEquals([isAuthenticData, recursionAvailable], [false, true], type);
  }
});

Deno.test("a chain with a TTL whose top bit is set lasts 0 s without its aliases [2181_01]", async () => {
  for (const type of ["A", "MX"]) {
    const { ask } = setUp(
      true,
      0,
      ({ answers: [first, ...rest] }) => ({ answers: [{ ...first!, ttl: 0x8000_0000 }, ...rest] }),
    );
    const [, answers] = await ask(`www.example.org ${type}`);
    assertEquals(new Set((answers as string[]).map((line) => line.split(" ")[1])), new Set(["0"]), type);
  }
});

Deno.test("who sets DO or asks for aliases gets them [flat_02]", async () => {
  const { ask } = setUp(true);
  const [, answers] = await ask("www.example.org A", true);
  assertEquals((answers as string[]).length, 4);
  assertEquals(await ask("www.example.org CNAME"), [0, ["www.example.org. 60 IN CNAME cdn.example.net."], []]);
});

Deno.test("memory has aliases as they are: who does without them after a reload does so at once, and back [flat_02]", async () => {
  const { scene, ask, use } = setUp(false);
  const count = async () => ((await ask("www.example.org A"))[1] as string[]).length;
  const counts = [await count()];
  use(true);
  counts.push(await count());
  use(false);
  counts.push(await count());
  assertEquals([counts, scene.upstream.queries.length], [[4, 2, 4], 1]);
});
