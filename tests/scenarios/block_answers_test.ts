// Answers that lead to what is blocked: sentence 5 of the law.

import { assertEquals } from "@std/assert";
import { explanationText } from "../../lib/operator/explain/explanation_text.ts";
import { readExtendedError, readOpt } from "../../lib/wire/edns/edns.ts";
import { EDNS_OPTION, RCODE, TYPE } from "../../lib/wire/iana.ts";
import { type LineFields, nameSetOf } from "../support/list_sets.ts";
import { lines, opt, question } from "../support/messages.ts";
import { listOf, type PolicyFields, policyOf } from "../support/policies.ts";
import { recordZone } from "../support/record_zone.ts";
import { Scene } from "../support/scene.ts";
import type { Zone } from "../support/scripted_upstream.ts";
import type { Name } from "../../lib/wire/name.ts";

const [ALICE, KID] = ["198.51.100.7", "203.0.113.7"];
const PLACE = { file: "config.toml", line: 1 };
const block = (lists: readonly string[] | "*", more: { schedule?: string; except?: readonly string[] } = {}) => {
  return { lists, schedule: null, except: [], place: PLACE, ...more };
};
const RECORDS = recordZone(
  "shop.example.org 300 IN CNAME x7.tracker.example.net",
  "x7.tracker.example.net 300 IN A 192.0.2.1",
  "deep.example.org 300 IN CNAME mid.example.org",
  "mid.example.org 300 IN CNAME x7.tracker.example.net",
  "bad.example.org 300 IN A 198.51.100.66",
  "svc.example.org 300 IN HTTPS 1 cdn.tracker.example.net. alpn=h2",
  "hint.example.org 300 IN HTTPS 1 . ipv4hint=198.51.100.66",
  "good.example.org 300 IN CNAME fine.example.net",
  "fine.example.net 300 IN A 192.0.2.9",
  "old.example.org 300 IN CNAME good.example.org",
);
/** Follows aliases, as a resolver does. */
const ZONE: Zone = (asked) => {
  const answer = RECORDS(asked);
  const [alias] = answer.answers;
  if (alias?.type !== TYPE.CNAME || asked.type === TYPE.CNAME) return answer;
  const rest = ZONE({ ...asked, name: alias.rdata as Name });
  return { ...rest, answers: [alias, ...rest.answers] };
};

function setUp(fields: Omit<PolicyFields, "upstreams">, listed: readonly LineFields[] = LISTED, cacheSizeMib = 1) {
  const policy = policyOf({ upstreams: { default: ["203.0.113.53"] }, ...fields });
  const scene = new Scene({ zone: ZONE, config: { policy, cacheSizeMib } });
  scene.app.listsNow.useNames(nameSetOf(listed));
  const ask = async (text: string, hostname = ALICE) => {
    const client = scene.client(hostname);
    client.ask([question(text)], { additionals: [opt()] });
    await scene.settle();
    const { rcode, answers, additionals } = client.reply.message;
    const errors = readOpt(additionals.at(-1)!).options.flatMap((option) => readExtendedError(option) ?? []);
    return [rcode, ...lines(answers), ...errors.map(({ infoCode, text }) => `EDE ${infoCode} ${text}`)];
  };
  const asked = () => scene.upstream.queries.splice(0).length;
  return { scene, ask, asked };
}

const LISTED: readonly LineFields[] = [
  { list: "ads", name: "other.example" },
  { list: "ads", name: "tracker.example.net" },
  { list: "ads", name: "198.51.100.64/28" },
];
const ADS: Omit<PolicyFields, "upstreams"> = {
  lists: [listOf("ads")],
  clients: { default: { block: [block(["ads"])] } },
};
const ZERO = (name: string) => `${name}. 60 IN A 0.0.0.0`;
const CHAIN = [
  RCODE.NOERROR,
  "shop.example.org. 300 IN CNAME x7.tracker.example.net.",
  "x7.tracker.example.net. 300 IN A 192.0.2.1",
];
const BLOCKED = [RCODE.NOERROR, ZERO("shop.example.org"), "EDE 15 ads:2 x7.tracker.example.net."];

for (const cacheSizeMib of [0, 1]) {
  Deno.test(`an alias to a blocked name is blocked as that name is, ${cacheSizeMib} MiB of memory`, async () => {
    const { ask } = setUp(ADS, LISTED, cacheSizeMib);
    for (let i = 0; i < 3; i++) {
      assertEquals(await ask("shop.example.org"), BLOCKED);
      const deep = [RCODE.NOERROR, ZERO("deep.example.org"), "EDE 15 ads:2 x7.tracker.example.net."];
      assertEquals(await ask("deep.example.org"), deep);
      const fine = ["good.example.org. 300 IN CNAME fine.example.net.", "fine.example.net. 300 IN A 192.0.2.9"];
      assertEquals(await ask("good.example.org"), [RCODE.NOERROR, ...fine]);
    }
  });
}

Deno.test("an answer with a blocked address is blocked", async () => {
  const { ask } = setUp(ADS);
  assertEquals(await ask("bad.example.org"), [RCODE.NOERROR, ZERO("bad.example.org"), "EDE 15 ads:3 198.51.100.66"]);
});

Deno.test("an HTTPS record that leads to what is blocked is blocked: browsers do not go round that way", async () => {
  const { ask } = setUp(ADS);
  assertEquals(await ask("svc.example.org HTTPS"), [RCODE.NOERROR, "EDE 15 ads:2 cdn.tracker.example.net."]);
  assertEquals(await ask("hint.example.org HTTPS"), [RCODE.NOERROR, "EDE 15 ads:3 198.51.100.66"]);
});

Deno.test("what is blocked for one group is not for another, out of one memory", async () => {
  const { ask, asked } = setUp({
    lists: [listOf("ads")],
    clients: { kids: { addresses: [`${KID}/32`], block: [block(["ads"])] } },
  });
  for (let i = 0; i < 2; i++) {
    assertEquals([await ask("shop.example.org"), await ask("shop.example.org", KID)], [CHAIN, BLOCKED]);
  }
  assertEquals(asked(), 1);
});

Deno.test("an allow for the question's name holds to the end", async () => {
  const { ask } = setUp({
    lists: [listOf("ads"), listOf("needed", { names: ["shop.example.org"] })],
    clients: { default: { block: [block(["ads"])], allow: [block(["needed"])] } },
  });
  assertEquals([await ask("shop.example.org"), await ask("shop.example.org")], [CHAIN, CHAIN]);
  assertEquals((await ask("deep.example.org"))[1], ZERO("deep.example.org"));
});

Deno.test("an allow for one name of an answer does not let another one through", async () => {
  const { ask } = setUp({
    lists: [listOf("ads"), listOf("needed", { names: ["mid.example.org"] })],
    clients: { default: { block: [block(["ads"])], allow: [block(["needed"])] } },
  });
  assertEquals((await ask("deep.example.org"))[1], ZERO("deep.example.org"));
});

Deno.test("own words block what is behind an alias, too, and say so", async () => {
  const { ask } = setUp({
    lists: [listOf("own", { names: ["fine.example.net"] })],
    clients: { default: { block: [block(["own"])] } },
  }, []);
  const expected = [RCODE.NOERROR, ZERO("good.example.org"), "EDE 15 own fine.example.net."];
  assertEquals([await ask("good.example.org"), await ask("good.example.org")], [expected, expected]);
});

Deno.test("where all names are blocked but some, these have their answers whole", async () => {
  const { ask } = setUp({
    lists: [listOf("needed", { names: ["good.example.org"] })],
    clients: { default: { block: [block("*", { except: ["needed"] })] } },
  }, []);
  const fine = ["good.example.org. 300 IN CNAME fine.example.net.", "fine.example.net. 300 IN A 192.0.2.9"];
  assertEquals(await ask("good.example.org"), [RCODE.NOERROR, ...fine]);
});

Deno.test("where a rewrite leads is not blocked", async () => {
  const { ask } = setUp({ ...ADS, rewrites: [{ domains: ["mine.example"], to: "shop.example.org" }] });
  assertEquals(await ask("mine.example"), [
    RCODE.NOERROR,
    "mine.example. 300 IN CNAME shop.example.org.",
    ...CHAIN.slice(1),
  ]);
});

Deno.test("answers are not looked through where that is not wanted", async () => {
  const { ask } = setUp({ ...ADS, block: { answer: "zero", ttlSeconds: 60, explain: "list", checksAnswers: false } });
  assertEquals(await ask("shop.example.org"), CHAIN);
});

Deno.test("what has been remembered is looked through again when lists have other names", async () => {
  const { scene, ask, asked } = setUp(ADS, []);
  assertEquals([await ask("shop.example.org"), asked()], [CHAIN, 1]);
  scene.app.listsNow.useNames(nameSetOf(LISTED, 2));
  assertEquals([await ask("shop.example.org"), await ask("shop.example.org")], [BLOCKED, BLOCKED]);
  scene.app.listsNow.useNames(nameSetOf([], 3));
  assertEquals([await ask("shop.example.org"), await ask("shop.example.org"), asked()], [CHAIN, CHAIN, 0]);
});

Deno.test("a line for some types counts for what is asked for", async () => {
  const { ask } = setUp(ADS, [{ list: "ads", name: "tracker.example.net", types: [TYPE.AAAA] }]);
  assertEquals(await ask("shop.example.org"), CHAIN);
  assertEquals(await ask("shop.example.org AAAA"), [
    RCODE.NOERROR,
    "shop.example.org. 60 IN AAAA ::",
    "EDE 15 ads:1 x7.tracker.example.net.",
  ]);
});

Deno.test("the explanation tells the name in the answer that is blocked", async () => {
  const { scene } = setUp(ADS);
  const explaining = scene.app.explain({
    command: "explain",
    name: "shop.example.org",
    type: TYPE.A,
    client: null,
    dnssec: false,
    at: null,
  });
  await scene.settle();
  const text = explanationText(await explaining);
  assertEquals(text.includes("list ads, line 2: x7.tracker.example.net."), true, text);
  assertEquals(text.includes("the answer leads to what is blocked (law 5)"), true, text);
});

Deno.test("what allows a name for one type allows no other that is asked for with it [block_05]", async () => {
  const { scene } = setUp({
    lists: [
      listOf("ads", { names: ["good.example.org"], types: [TYPE.A], isImportant: true }),
      listOf("fine", { names: ["good.example.org"] }),
    ],
    clients: { default: { block: [block(["ads"])], allow: [block(["fine"])] } },
  });
  const client = scene.client(ALICE);
  const data = Uint8Array.of(TYPE.A >> 8, TYPE.A);
  const options = [{ code: EDNS_OPTION.MQTYPE_QUERY, data }];
  client.ask([question("good.example.org TXT")], { additionals: [opt({ options })] });
  await scene.settle();
  const types = scene.upstream.queries.map(({ message: { questions } }) => questions[0]!.type);
  assertEquals(new Set(types), new Set([TYPE.TXT]));
});
