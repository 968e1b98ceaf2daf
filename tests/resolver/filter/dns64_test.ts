import { assertEquals } from "@std/assert";
import { parseCidr } from "../../../lib/base/net/cidr.ts";
import { Nat64Prefix } from "../../../lib/base/net/nat64_prefix.ts";
import { Dns64 } from "../../../lib/resolver/filter/dns64.ts";
import { RCODE, TYPE } from "../../../lib/wire/iana.ts";
import { decode, type Message } from "../../../lib/wire/message.ts";
import { lines, opt, question, records } from "../../support/messages.ts";
import { clientQuery, responseTo, StubResolver } from "../../support/resolving.ts";

const SOA = "example.org 60 IN SOA ns.example.org hostmaster.example.org 1 7200 3600 86400 60";
const SIGNATURE = "13 2 60 20300101000000 20200101000000 1 example.org. AAAA";
const ALIASES = ["A.example.org 30 IN CNAME b.example.org", "b.example.org 40 IN CNAME c.example.net"];
const ADDRESSES = ["c.example.net 300 IN A 192.0.2.33", "c.example.net 20 IN A 192.0.2.34"];
const MADE = [
  "A.example.org. 30 IN CNAME b.example.org.",
  "b.example.org. 40 IN CNAME c.example.net.",
  "c.example.net. 60 IN AAAA 64:ff9b::c000:221",
  "c.example.net. 20 IN AAAA 64:ff9b::c000:222",
];

/** What comes of an answer to the question for IPv4 addresses when there are none of IPv6. */
async function made(ipv4: Partial<Message>, { isLater = false, wantsDnssec = false } = {}) {
  const next = new StubResolver((query) => {
    const isIpv4 = query.qtype === TYPE.A;
    const octets = responseTo(query, isIpv4 ? ipv4 : { authorities: records(SOA) });
    return isLater ? Promise.resolve(octets) : octets;
  });
  const query = clientQuery({ questions: [question("A.example.org AAAA")], additionals: [opt({ wantsDnssec })] });
  const prefix = new Nat64Prefix(parseCidr("64:ff9b::/96"));
  const reply = await new Dns64({ next, isFor: () => true, prefix, exclude: [], clock: { nowMs: () => 0 } }).resolve(
    query,
  );
  const message = decode(reply.octets);
  assertEquals(message.questions, [question("A.example.org AAAA")]);
  assertEquals(message.additionals, []);
  const { rcode, isTruncated, isAuthenticData, answers, authorities } = message;
  return { flags: [rcode, isTruncated, isAuthenticData], answers: lines(answers), denials: authorities.length };
}

for (const isLater of [false, true]) {
  Deno.test(`Dns64 makes addresses of an answer, behind the aliases that lead to them, ${isLater ? "later" : "at once"} [6147_04]`, async () => {
    const answers = records(...ALIASES, ...ADDRESSES);
    assertEquals(await made({ answers, isAuthenticData: true }, { isLater }), {
      flags: [0, false, false],
      answers: MADE,
      denials: 0,
    });
  });
}

Deno.test("Dns64 makes the same of an answer with signatures, which are left out [6147_07]", async () => {
  const signed = [ALIASES[0]!, `A.example.org 30 IN RRSIG CNAME ${SIGNATURE}`, ALIASES[1]!, ...ADDRESSES];
  const answers = records(...signed, `c.example.net 20 IN RRSIG A ${SIGNATURE}`);
  assertEquals((await made({ answers }, { wantsDnssec: true })).answers, MADE);
});

Deno.test("Dns64 makes an answer of each address that may stand behind its prefix [6052_02]", async () => {
  const answers = records("A.example.org 30 IN A 10.0.0.1", "A.example.org 30 IN A 192.0.2.33");
  assertEquals((await made({ answers })).answers, ["A.example.org. 30 IN AAAA 64:ff9b::c000:221"]);
});

Deno.test("Dns64 takes a TTL with its top bit set for 0 [2181_01]", async () => {
  for (const aliases of [[], records(...ALIASES)]) {
    const addresses = records(...ADDRESSES).map((address) => ({ ...address, ttl: 0x8000_0000 }));
    const { answers } = await made({ answers: [...aliases, ...addresses] });
    assertEquals(new Set(answers.slice(aliases.length).map((line) => line.split(" ")[1])), new Set(["0"]));
  }
});

Deno.test("Dns64 says that there is nothing where IPv4 has nothing, or fails [6147_06]", async () => {
  for (const ipv4 of [{}, { rcode: RCODE.SERVFAIL }, { answers: records(...ALIASES) }, { rcode: RCODE.NXDOMAIN }]) {
    assertEquals(await made(ipv4), { flags: [0, false, false], answers: [], denials: 1 });
  }
});

Deno.test("Dns64 passes on that there is more over TCP", async () => {
  assertEquals((await made({ isTruncated: true })).flags, [0, true, false]);
});
