// Names that are blocked: what clients get, whom it holds for, and when.

import { assertEquals } from "@std/assert";
import type { ExplainRequest } from "../../lib/operator/admin/requests.ts";
import { explanationText } from "../../lib/operator/explain/explanation_text.ts";
import { readExtendedError } from "../../lib/wire/edns/edns.ts";
import { readOpt } from "../../lib/wire/edns/edns.ts";
import { RCODE, rcodeToText, TYPE } from "../../lib/wire/iana.ts";
import type { Message } from "../../lib/wire/message.ts";
import { nameFromText, nameToText } from "../../lib/wire/name.ts";
import { type LineFields, nameSetOf } from "../support/list_sets.ts";
import { lines, opt, question } from "../support/messages.ts";
import { listOf, type PolicyFields, policyOf } from "../support/policies.ts";
import { recordZone } from "../support/record_zone.ts";
import { Scene } from "../support/scene.ts";

const ANOTHER = "203.0.113.7";
const PLACE = { file: "config.toml", line: 1 };
const block = (lists: readonly string[] | "*", more: { schedule?: string; except?: readonly string[] } = {}) => {
  return { lists, schedule: null, except: [], place: PLACE, ...more };
};

/** A scene in which clients are in the group "default", but one in "kids"; lists say what `listed` says. */
function setUp(fields: Omit<PolicyFields, "upstreams">, listed: readonly LineFields[] = []) {
  const { clients = {} } = fields;
  const policy = policyOf({
    upstreams: { default: ["203.0.113.53"] },
    ...fields,
    clients: { ...clients, kids: { addresses: [`${ANOTHER}/32`], ...clients["kids"] } },
  });
  const zone = recordZone(
    "ads.example.org 300 IN A 192.0.2.1",
    "www.example.org 300 IN A 192.0.2.2",
    "page.example.net 300 IN A 192.0.2.3",
    "ads.example.org.page.example.net 300 IN A 192.0.2.4",
  );
  const scene = new Scene({ zone, config: { policy, cacheSizeMib: 1 } });
  scene.app.listsNow.useNames(nameSetOf(listed));
  const message = async (text: string, from?: string): Promise<Message> => {
    const client = scene.client(from);
    client.ask([question(text)], { additionals: [opt({})] });
    await scene.pass(50);
    return client.reply.message;
  };
  /** RCODE, answers, who denies for how long, and the extended errors. */
  const ask = async (text: string, from?: string): Promise<string> => {
    const { rcode, answers, authorities, additionals, isTruncated } = await message(text, from);
    const { options } = readOpt(additionals.find(({ type }) => type === TYPE.OPT)!);
    const errors = options.flatMap((option) => readExtendedError(option) ?? []);
    return [
      rcodeToText(rcode),
      ...lines(answers),
      ...authorities.map(({ name, ttl, type }) => `${type === TYPE.SOA ? "SOA" : type} ${nameToText(name)} ${ttl}`),
      ...errors.map(({ infoCode, text }) => `EDE ${infoCode} ${text}`.trimEnd()),
      ...(isTruncated ? ["TC"] : []),
    ].join(", ");
  };
  const explain = async (name: string, fields: Partial<ExplainRequest> = {}) => {
    const request = {
      command: "explain",
      type: TYPE.A,
      client: null,
      dnssec: false,
      at: null,
      name,
      ...fields,
    } as const;
    const explained = scene.app.explain(request);
    await scene.settle();
    return explanationText(await explained).trimEnd().split("\n").map((line) => line.trim().replaceAll(/ {2,}/g, "  "));
  };
  return { scene, ask, explain, message, asked: () => scene.upstream.queries.length };
}

const ADS: Omit<PolicyFields, "upstreams"> = {
  lists: [listOf("ads")],
  clients: { default: { block: [block(["ads"])] } },
};
const LISTED: readonly LineFields[] = [
  { list: "ads", name: "other.example", covers: "self" },
  { list: "ads", name: "ads.example.org" },
];
const ALLOWED = "NOERROR, ads.example.org. 300 IN A 192.0.2.1";

Deno.test("[block_01] [block_02] a blocked name has addresses of no use, no other records, and tells list and line; nobody is asked", async () => {
  const { ask, asked, scene } = setUp(ADS, LISTED);
  assertEquals(await ask("ads.example.org A"), "NOERROR, ads.example.org. 60 IN A 0.0.0.0, EDE 15 ads:2");
  assertEquals(await ask("X.Ads.Example.Org AAAA"), "NOERROR, X.Ads.Example.Org. 60 IN AAAA ::, EDE 15 ads:2");
  for (const type of ["HTTPS", "TXT", "DS", "SOA"]) {
    assertEquals(await ask(`ads.example.org ${type}`), "NOERROR, SOA ads.example.org. 60, EDE 15 ads:2");
  }
  assertEquals(await ask("other.example A"), "NOERROR, other.example. 60 IN A 0.0.0.0, EDE 15 ads:1");
  assertEquals(asked(), 0);
  assertEquals(await ask("www.example.org A"), "NOERROR, www.example.org. 300 IN A 192.0.2.2");
  assertEquals(asked(), 1);
  const blocked = scene.app.state.replies.filter(({ source }) => source === "blocked");
  assertEquals(blocked.map(({ rcode, count }) => [rcode, count]), [[RCODE.NOERROR, 7]]);
});

Deno.test("[block_02] of several rules of a list, the line that is told is that of the one that blocks", async () => {
  const { ask } = setUp(ADS, [
    { list: "ads", name: "a.example" },
    { list: "ads", name: "b.example", types: [TYPE.A] },
    { list: "ads", name: "c.example", isImportant: true },
    { list: "ads", name: "x.c.example", isAllow: true },
  ]);
  const told = async (name: string) => (await ask(`${name} A`)).replace(/^.*EDE /, "");
  assertEquals(await told("a.example"), "15 ads:1");
  assertEquals(await told("b.example"), "15 ads:2");
  assertEquals(await told("x.c.example"), "15 ads:3");
  assertEquals(await told("a.example"), "15 ads:1");
});

Deno.test("[block_02] a client without EDNS is answered in 512 octets, and not told why", async () => {
  const { scene } = setUp(ADS, LISTED);
  const client = scene.client();
  client.ask([question("ads.example.org A")]);
  await scene.pass(50);
  assertEquals(client.reply.message.additionals, []);
  assertEquals(lines(client.reply.message.answers), ["ads.example.org. 60 IN A 0.0.0.0"]);
});

const ANSWERS: readonly [why: string, fields: Omit<PolicyFields, "upstreams">, expected: string][] = [
  [
    "as the configuration says",
    { ...ADS, block: { answer: "nxdomain", ttlSeconds: 5, explain: "code", checksAnswers: true } },
    "NXDOMAIN, SOA ads.example.org. 5, EDE 15",
  ],
  [
    "as the group says",
    { ...ADS, clients: { default: { block: [block(["ads"])], answer: "nodata" } } },
    "NOERROR, SOA ads.example.org. 60, EDE 15 ads:2",
  ],
  [
    "as the list says, before the group",
    {
      lists: [listOf("ads", { answer: "refused", reason: "censored" })],
      clients: { default: { block: [block(["ads"])], answer: "nodata" } },
    },
    "REFUSED, EDE 16 ads:2",
  ],
  [
    "with addresses",
    {
      lists: [listOf("ads", { answer: ["192.0.2.80", "192.0.2.81", "2001:db8::80"], reason: "filtered" })],
      clients: { default: { block: [block(["ads"])] } },
    },
    "NOERROR, ads.example.org. 60 IN A 192.0.2.80, ads.example.org. 60 IN A 192.0.2.81, EDE 17 ads:2",
  ],
  [
    "and not told why",
    { ...ADS, block: { answer: "zero", ttlSeconds: 60, explain: "off", checksAnswers: true } },
    "NOERROR, ads.example.org. 60 IN A 0.0.0.0",
  ],
];
for (const [why, fields, expected] of ANSWERS) {
  Deno.test(`[block_03] a client is told that a name is blocked ${why}`, async () => {
    assertEquals(await setUp(fields, LISTED).ask("ads.example.org A"), expected);
  });
}

Deno.test("[block_04] rules of lists have answers of their own", async () => {
  const { ask } = setUp(ADS, [
    { list: "ads", name: "a.example", answer: { kind: "nxdomain" } },
    { list: "ads", name: "b.example", answer: { kind: "addresses", addresses: ["192.0.2.9"] } },
    {
      list: "ads",
      name: "c.example",
      answer: { kind: "records", records: [{ type: TYPE.TXT, rdata: Uint8Array.of(1, 0x78) }] },
    },
    {
      list: "ads",
      name: "ads.example.org",
      answer: { kind: "cname", target: nameFromText("page.example.net"), isPrefixed: false },
    },
    { list: "ads", name: "b.example", answer: { kind: "addresses", addresses: ["192.0.2.10"] } },
  ]);
  assertEquals(await ask("a.example A"), "NXDOMAIN, SOA a.example. 60, EDE 15 ads:1");
  assertEquals(
    await ask("b.example A"),
    "NOERROR, b.example. 60 IN A 192.0.2.9, b.example. 60 IN A 192.0.2.10, EDE 15 ads:2",
  );
  assertEquals(await ask("c.example TXT"), 'NOERROR, c.example. 60 IN TXT "x", EDE 15 ads:3');
  assertEquals(await ask("c.example A"), "NOERROR, SOA c.example. 60, EDE 15 ads:3");
  assertEquals(
    await ask("ads.example.org A"),
    "NOERROR, ads.example.org. 60 IN CNAME page.example.net., page.example.net. 300 IN A 192.0.2.3",
  );
});

Deno.test("[block_04] a rule may lead to a name with the asked one in front, which may be too long", async () => {
  const target = nameFromText("page.example.net");
  const answer = { kind: "cname", target, isPrefixed: true } as const;
  const { ask } = setUp(ADS, [{ list: "ads", name: "example.org", answer }]);
  assertEquals(
    await ask("ads.example.org A"),
    "NOERROR, ads.example.org. 60 IN CNAME ads.example.org.page.example.net., ads.example.org.page.example.net. 300 IN A 192.0.2.4",
  );
  const long = `${`${"x".repeat(60)}.`.repeat(3)}${"y".repeat(50)}.example.org`;
  assertEquals(await ask(`${long} A`), "YXDOMAIN");
});

Deno.test("[block_04] a rule may send clients to TCP, where they get the answer", async () => {
  const { ask, scene } = setUp(ADS, [{ list: "ads", name: "ads.example.org", answer: { kind: "truncate" } }]);
  assertEquals(await ask("ads.example.org A"), "NOERROR, EDE 15 ads:1, TC");
  const client = await scene.streamClient();
  client.ask([question("ads.example.org A")]);
  await scene.pass(50);
  assertEquals(lines(client.reply.message.answers), ["ads.example.org. 300 IN A 192.0.2.1"]);
});

Deno.test("[block_05] each client group has its own lists, and shares what is remembered with the others", async () => {
  const { ask, asked } = setUp({
    lists: [listOf("ads"), listOf("social", { names: ["www.example.org"] })],
    clients: { default: { block: [block(["ads"])] }, kids: { block: [block(["social"])] } },
  }, LISTED);
  assertEquals(await ask("ads.example.org A"), "NOERROR, ads.example.org. 60 IN A 0.0.0.0, EDE 15 ads:2");
  assertEquals(await ask("ads.example.org A", ANOTHER), ALLOWED);
  assertEquals(await ask("www.example.org A"), "NOERROR, www.example.org. 300 IN A 192.0.2.2");
  assertEquals(await ask("www.example.org A", ANOTHER), "NOERROR, www.example.org. 60 IN A 0.0.0.0, EDE 15 social");
  assertEquals(asked(), 2);
});

Deno.test("[block_06] what lists say from now on holds for names that are remembered, too, and what blocks them is not", async () => {
  const { ask, asked, scene } = setUp(ADS);
  assertEquals(await ask("ads.example.org A"), ALLOWED);
  scene.app.listsNow.useNames(nameSetOf(LISTED, 2));
  assertEquals(await ask("ads.example.org A"), "NOERROR, ads.example.org. 60 IN A 0.0.0.0, EDE 15 ads:2");
  scene.app.listsNow.useNames(null);
  assertEquals(await ask("ads.example.org A"), ALLOWED);
  assertEquals(asked(), 1);
});

Deno.test("[block_07] local data is not blocked, nor where its aliases lead; nor is a rewrite", async () => {
  const { ask } = setUp({
    ...ADS,
    local: { addresses: { "here.ads.example.org": ["192.0.2.7"], "alias.example": "ads.example.org" } },
    rewrites: [{ domains: ["old.example"], to: "ads.example.org" }],
  }, [...LISTED, { list: "ads", name: "old.example" }, { list: "ads", name: "alias.example" }]);
  assertEquals(await ask("here.ads.example.org A"), "NOERROR, here.ads.example.org. 300 IN A 192.0.2.7");
  assertEquals(
    await ask("alias.example A"),
    "NOERROR, alias.example. 300 IN CNAME ads.example.org., ads.example.org. 300 IN A 192.0.2.1",
  );
  assertEquals(
    await ask("old.example A"),
    "NOERROR, old.example. 300 IN CNAME ads.example.org., ads.example.org. 300 IN A 192.0.2.1",
  );
});

Deno.test("[block_07] a name that leads to safe results is blocked as any other", async () => {
  const { ask } = setUp({ clients: { default: { block: [block("*")], safeSearch: ["google"] } } });
  assertEquals(await ask("www.google.com A"), "NOERROR, www.google.com. 60 IN A 0.0.0.0, EDE 15 *");
});

Deno.test("[block_08] a schedule and a pause take effect at once; outside of it a rule is not there", async () => {
  const night = block("*", { schedule: "night", except: ["needed"] });
  const { ask, scene } = setUp({
    lists: [listOf("ads"), listOf("needed", { names: ["www.example.org", "/^page\\./"] })],
    clients: { default: { block: [block(["ads"]), night] } },
  }, LISTED);
  const at = (isNight: boolean, paused: readonly string[] = []) => {
    scene.app.listsNow.useRules({
      isOpen: (schedule) => schedule === null || isNight,
      isPaused: (_group, list) => paused.includes(list),
    });
  };
  const all =
    async () => [await ask("ads.example.org A"), await ask("www.example.org A"), await ask("any.example.org A")];
  const BLOCKED = "NOERROR, ads.example.org. 60 IN A 0.0.0.0, EDE 15 ads:2";
  const FREE = "NOERROR, www.example.org. 300 IN A 192.0.2.2";
  const NONE = "NXDOMAIN";
  const short = (texts: readonly string[]) => texts.map((text) => text.startsWith(NONE) ? NONE : text);
  assertEquals(short(await all()), [BLOCKED, FREE, NONE]);
  at(true);
  assertEquals(await all(), [
    "NOERROR, ads.example.org. 60 IN A 0.0.0.0, EDE 15 *",
    FREE,
    "NOERROR, any.example.org. 60 IN A 0.0.0.0, EDE 15 *",
  ]);
  assertEquals(await ask("page.example.net A"), "NOERROR, page.example.net. 300 IN A 192.0.2.3");
  at(true, ["*"]);
  assertEquals(short(await all()), [BLOCKED, FREE, NONE]);
  at(false, ["ads"]);
  assertEquals(short(await all()), [ALLOWED, FREE, NONE]);
});

Deno.test("[block_09] explain tells list and line, or what allows the name", async () => {
  const { explain } = setUp({
    lists: [listOf("ads"), listOf("needed", { names: ["www.ads.example.org"] })],
    clients: { default: { block: [block(["ads"])], allow: [block(["needed"])] } },
  }, LISTED);
  assertEquals(await explain("ads.example.org"), [
    "ads.example.org. IN A",
    "1  client  127.0.0.1 over UDP  allowed by 0.0.0.0/0",
    "group default",
    "2  policy  list ads, line 2  config.toml:1: names of your own count before lists, a longer name before a shorter one, and allow before block (law 4)",
    "3  reply  NOERROR, 1 record  71 octets",
    "ads.example.org. 60 IN A 0.0.0.0",
    "extended error 15: ads:2",
    "=  NOERROR  0.0 ms  blocked by list ads, line 2",
  ]);
  assertEquals((await explain("www.ads.example.org")).slice(3, 6), [
    "2  policy  no route  no route is for it, so the upstreams of its client's group are asked, or those for all (law 6)",
    "allowed by [lists.needed] names  config.toml:1: names of your own count before lists, a longer name before a shorter one, and allow before block (law 4)",
    "3  cache  nothing",
  ]);
});
