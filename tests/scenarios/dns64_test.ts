// IPv6 addresses that are made of IPv4 addresses, for clients behind a translator.

import { assertEquals } from "@std/assert";
import { RCODE, TYPE } from "../../lib/wire/iana.ts";
import { isSameName, nameFromText } from "../../lib/wire/name.ts";
import { lines, opt, question, record, records } from "../support/messages.ts";
import { listOf, type PolicyFields, policyOf } from "../support/policies.ts";
import { recordZone } from "../support/record_zone.ts";
import { Scene } from "../support/scene.ts";

const RECORDS = recordZone(
  "four.example.org 300 IN A 192.0.2.33",
  "four.example.org 300 IN A 192.0.2.34",
  "long.example.org 86400 IN A 192.0.2.33",
  "both.example.org 300 IN A 192.0.2.33",
  "both.example.org 300 IN AAAA 2001:db8::1",
  "mapped.example.org 300 IN A 192.0.2.33",
  "mapped.example.org 300 IN AAAA ::ffff:192.0.2.1",
  "mixed.example.org 300 IN AAAA ::ffff:192.0.2.1",
  "mixed.example.org 300 IN AAAA 2001:db8::1",
  "text.example.org 300 IN TXT a",
  "inside.example.org 300 IN A 10.0.0.1",
  "4.0.41.198.in-addr.arpa 300 IN PTR four.example.org",
);
const OPTIONS = { prefix: "64:ff9b::/96", exclude: ["::ffff:0:0/96"], clients: ["default"] };
const UPSTREAMS = { default: ["203.0.113.53"] };
const POLICY: PolicyFields = { upstreams: UPSTREAMS, dns64: OPTIONS, clients: { default: {} } };
const [ALICE, BOB] = ["198.51.100.7", "203.0.113.7"];

function setUp(fields: PolicyFields = POLICY, { cacheSizeMib = 1, failing = "" } = {}) {
  const zone: typeof RECORDS = (asked) => {
    if (failing === "" || !isSameName(asked.name, nameFromText(failing)) || asked.type !== TYPE.AAAA) {
      return RECORDS(asked);
    }
    return { ...RECORDS(asked), rcode: RCODE.SERVFAIL, answers: [], authorities: [] };
  };
  const scene = new Scene({ zone, config: { cacheSizeMib, policy: policyOf(fields) } });
  const ask = async (text: string, { hostname = ALICE, checkingDisabled = false, wantsDnssec = false } = {}) => {
    const client = scene.client(hostname);
    client.ask([question(text)], { additionals: [opt({ wantsDnssec })], checkingDisabled });
    await scene.settle();
    const { rcode, answers, authorities, isAuthenticData } = client.reply.message;
    return { rcode, answers: lines(answers), denials: authorities.length, isAuthentic: isAuthenticData };
  };
  // Addresses out of memory take turns.
  const answers = async (...args: Parameters<typeof ask>) => (await ask(...args)).answers.toSorted(byType);
  const asked = () => new Set(scene.upstream.queries.splice(0).map(({ message: { questions } }) => questions[0]!.type));
  return { scene, ask, answers, asked };
}

/** Aliases first. */
function byType(a: string, b: string): number {
  return Number(b.includes(" CNAME ")) - Number(a.includes(" CNAME ")) || (a < b ? -1 : 1);
}

for (const cacheSizeMib of [0, 1]) {
  Deno.test(`a name without IPv6 addresses gets those that are made of its IPv4 addresses, ${cacheSizeMib} MiB of memory [6147_01]`, async () => {
    const { answers } = setUp(POLICY, { cacheSizeMib });
    for (let i = 0; i < 2; i++) {
      assertEquals(await answers("four.example.org AAAA"), [
        "four.example.org. 300 IN AAAA 64:ff9b::c000:221",
        "four.example.org. 300 IN AAAA 64:ff9b::c000:222",
      ]);
      assertEquals(await answers("both.example.org AAAA"), ["both.example.org. 300 IN AAAA 2001:db8::1"]);
    }
  });
}

Deno.test("what is made is not asked for twice, nor is what it is made of", async () => {
  const { answers, asked } = setUp();
  await answers("four.example.org AAAA");
  assertEquals(asked(), new Set([TYPE.AAAA, TYPE.A]));
  await answers("four.example.org AAAA");
  await answers("four.example.org A");
  assertEquals(asked(), new Set());
});

Deno.test("a name that does not exist has no addresses that could be made [6147_02]", async () => {
  const { ask, asked } = setUp();
  assertEquals(await ask("none.example.org AAAA"), {
    rcode: RCODE.NXDOMAIN,
    answers: [],
    denials: 1,
    isAuthentic: false,
  });
  assertEquals(asked(), new Set([TYPE.AAAA]));
});

Deno.test("where nobody tells the IPv6 addresses of a name, they are made [6147_02]", async () => {
  const { answers } = setUp(POLICY, { failing: "four.example.org" });
  assertEquals((await answers("four.example.org AAAA")).length, 2);
});

Deno.test("IPv6 addresses of excluded networks count for none, and are left out beside others [6147_03]", async () => {
  const { answers } = setUp();
  assertEquals(await answers("mapped.example.org AAAA"), ["mapped.example.org. 300 IN AAAA 64:ff9b::c000:221"]);
  assertEquals(await answers("mixed.example.org AAAA"), ["mixed.example.org. 300 IN AAAA 2001:db8::1"]);
  const none = setUp({ ...POLICY, dns64: { ...OPTIONS, exclude: [] } });
  assertEquals(await none.answers("mapped.example.org AAAA"), ["mapped.example.org. 300 IN AAAA ::ffff:192.0.2.1"]);
});

Deno.test("aliases on the way to the IPv4 addresses stay [6147_04]", async () => {
  const { answers } = setUp({ ...POLICY, rewrites: [{ domains: ["old.example"], to: "four.example.org" }] });
  assertEquals(await answers("old.example AAAA"), [
    "old.example. 300 IN CNAME four.example.org.",
    "four.example.org. 300 IN AAAA 64:ff9b::c000:221",
    "four.example.org. 300 IN AAAA 64:ff9b::c000:222",
  ]);
});

Deno.test("an address that is made lasts no longer than it is known that there is none [6147_05]", async () => {
  const { answers } = setUp();
  assertEquals(await answers("long.example.org AAAA"), ["long.example.org. 300 IN AAAA 64:ff9b::c000:221"]);
});

Deno.test("a name without addresses gets the denial of the IPv6 ones [6147_06]", async () => {
  const { ask } = setUp();
  assertEquals(await ask("text.example.org AAAA"), { rcode: 0, answers: [], denials: 1, isAuthentic: false });
  // A private address may not stand behind the well-known prefix.
  assertEquals(await ask("inside.example.org AAAA"), { rcode: 0, answers: [], denials: 1, isAuthentic: false });
});

Deno.test("who validates gets no address that is made, others get it without AD [6147_07]", async () => {
  const { ask } = setUp();
  const { answers, isAuthentic } = await ask("four.example.org AAAA", { wantsDnssec: true });
  assertEquals([answers.length, isAuthentic], [2, false]);
  assertEquals((await ask("four.example.org AAAA", { wantsDnssec: true, checkingDisabled: true })).answers, []);
});

/** Where `cdn.example.net` is blocked, in groups that get IPv6 addresses made. */
function setUpBlocked(allow: readonly string[] = []) {
  const place = { file: "config.toml", line: 1 };
  const rule = (lists: readonly string[]) => ({ lists, schedule: null, except: [], place });
  const scene = new Scene({
    zone: ({ name, type, class: rrclass }) => {
      const address = type === TYPE.A ? records("cdn.example.net 300 IN A 192.0.2.33") : [];
      return {
        rcode: RCODE.NOERROR,
        answers: [{ ...record("a.example 300 IN CNAME cdn.example.net"), name, class: rrclass }, ...address],
        authorities: address.length > 0
          ? []
          : records("example.net 300 IN SOA ns.example.net h.example.net 1 2 3 4 300"),
        additionals: [],
        isTruncated: false,
        isAuthenticData: false,
      };
    },
    config: {
      policy: policyOf({
        upstreams: UPSTREAMS,
        dns64: { ...OPTIONS, prefix: "2001:db8:64::/96" },
        lists: [listOf("ads", { names: ["cdn.example.net"] }), listOf("fine", { names: allow })],
        clients: { default: { block: [rule(["ads"])], allow: [rule(["fine"])], answer: ["192.0.2.80"] } },
      }),
    },
  });
  return async (text: string) => {
    const client = scene.client(ALICE);
    client.ask([question(text)]);
    await scene.settle();
    const types = scene.upstream.queries.splice(0).map(({ message: { questions } }) => questions[0]!.type);
    return [...lines(client.reply.message.answers), ...types];
  };
}

Deno.test("what an alias leads to that is blocked is blocked for IPv6, whatever IPv4 has [6147_09]", async () => {
  assertEquals(await setUpBlocked()("www.example.org AAAA"), [TYPE.AAAA]);
});

Deno.test("a name that is allowed has its addresses made, whatever its alias leads to [6147_09]", async () => {
  assertEquals(await setUpBlocked(["www.example.org"])("www.example.org AAAA"), [
    "www.example.org. 300 IN CNAME cdn.example.net.",
    "cdn.example.net. 300 IN AAAA 2001:db8:64::c000:221",
    TYPE.AAAA,
    TYPE.A,
  ]);
});

Deno.test("where the question for IPv6 addresses has taken all the time, that for IPv4 is not asked any more [6147_02]", async () => {
  const scene = new Scene({ zone: RECORDS, config: { policy: policyOf(POLICY), timeoutMs: 1000 } });
  scene.upstream.onQuery = () => {};
  const client = scene.client(ALICE);
  client.ask([question("four.example.org AAAA")]);
  await scene.settle();
  assertEquals(client.reply.message.rcode, RCODE.SERVFAIL);
  const types = scene.upstream.queries.map(({ message: { questions } }) => questions[0]!.type);
  assertEquals(new Set(types), new Set([TYPE.AAAA]));
});

Deno.test("where one upstream refuses the question for IPv6 addresses and another is silent all the time, the refusal is told [6147_02]", async () => {
  const policy = policyOf({ ...POLICY, upstreams: { default: ["203.0.113.53", "203.0.113.54"] } });
  const refusing: typeof RECORDS = (asked) => {
    return asked.type === TYPE.AAAA ? { ...RECORDS(asked), rcode: RCODE.REFUSED, authorities: [] } : RECORDS(asked);
  };
  const scene = new Scene({ zones: [refusing, RECORDS], config: { policy, cacheSizeMib: 1, timeoutMs: 1000 } });
  scene.upstreams[1]!.onQuery = () => {};
  const ask = async () => {
    const client = scene.client(ALICE);
    client.ask([question("four.example.org AAAA")]);
    await scene.pass(1010);
    return client.reply.message;
  };
  for (let i = 0; i < 2; i++) assertEquals((await ask()).rcode, RCODE.REFUSED);
  // Who is known to be down is not waited for, so that there is time for the other question.
  assertEquals((await ask()).answers.length, 2);
});

Deno.test("the name in reverse of an address that is made leads to that of the IPv4 address [6147_08]", async () => {
  const { ask, answers } = setUp();
  const made = `4.0.0.0.9.2.6.c.${"0.".repeat(16)}b.9.f.f.4.6.0.0.ip6.arpa`;
  assertEquals(await answers(`${made} PTR`), [
    `${made}. 300 IN CNAME 4.0.41.198.in-addr.arpa.`,
    "4.0.41.198.in-addr.arpa. 300 IN PTR four.example.org.",
  ]);
  assertEquals((await ask("b.9.f.f.4.6.0.0.ip6.arpa PTR")).rcode, RCODE.NXDOMAIN);
  assertEquals((await ask(`0.0.0.0.${"0.".repeat(16)}b.9.f.f.4.6.0.0.ip6.arpa PTR`)).rcode, RCODE.NOERROR);
});

Deno.test("ipv4only.arpa tells the prefix that addresses are made with, and nobody is asked [7050_01]", async () => {
  const { answers, asked } = setUp({ ...POLICY, dns64: { ...OPTIONS, prefix: "2001:db8:64::/96" } });
  assertEquals(await answers("ipv4only.arpa AAAA"), [
    "ipv4only.arpa. 600 IN AAAA 2001:db8:64::c000:aa",
    "ipv4only.arpa. 600 IN AAAA 2001:db8:64::c000:ab",
  ]);
  assertEquals(await answers("ipv4only.arpa A"), [
    "ipv4only.arpa. 600 IN A 192.0.0.170",
    "ipv4only.arpa. 600 IN A 192.0.0.171",
  ]);
  assertEquals(await answers("ipv4only.arpa TXT"), []);
  assertEquals(asked(), new Set());
});

Deno.test("names below ipv4only.arpa do not exist, its addresses in reverse lead to it, its DS records are others' [8880_02]", async () => {
  const { ask, answers, asked } = setUp();
  assertEquals((await ask("a.ipv4only.arpa AAAA")).rcode, RCODE.NXDOMAIN);
  assertEquals(await answers("170.0.0.192.in-addr.arpa PTR"), ["170.0.0.192.in-addr.arpa. 600 IN PTR ipv4only.arpa."]);
  assertEquals(asked(), new Set());
  await ask("ipv4only.arpa DS");
  assertEquals(asked(), new Set([TYPE.DS]));
});

Deno.test("addresses are made for the client groups that get them, and for others not", async () => {
  const { answers } = setUp({
    upstreams: UPSTREAMS,
    dns64: { ...OPTIONS, clients: null },
    clients: { mobile: { addresses: [`${BOB}/32`], dns64: true } },
  });
  assertEquals(await answers("four.example.org AAAA"), []);
  assertEquals((await answers("four.example.org AAAA", { hostname: BOB })).length, 2);
  assertEquals(await answers("ipv4only.arpa AAAA"), []);
  assertEquals((await answers("ipv4only.arpa AAAA", { hostname: BOB })).length, 2);
  const all = setUp({ ...POLICY, clients: { default: {}, office: { addresses: [`${BOB}/32`], dns64: false } } });
  assertEquals(await all.answers("four.example.org AAAA", { hostname: BOB }), []);
});

Deno.test("who gets no IPv4 addresses gets those that are made of them", async () => {
  const { answers } = setUp({ ...POLICY, clients: { default: { dropTypes: [TYPE.A] } } });
  assertEquals(await answers("four.example.org A"), []);
  assertEquals((await answers("four.example.org AAAA")).length, 2);
});
