// What is made of answers without decoding them is what would be made of them decoded.

import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { parseCidr } from "../../../lib/base/net/cidr.ts";
import { Nat64Prefix } from "../../../lib/base/net/nat64_prefix.ts";
import { Dns64 } from "../../../lib/resolver/filter/dns64.ts";
import { Flatten } from "../../../lib/resolver/filter/flatten.ts";
import type { Resolver } from "../../../lib/resolver/resolver.ts";
import { TYPE } from "../../../lib/wire/iana.ts";
import { decode, encode, type Message } from "../../../lib/wire/message.ts";
import { nameToText } from "../../../lib/wire/name.ts";
import { lines, question, records, response } from "../../support/messages.ts";
import { clientQuery, StubResolver } from "../../support/resolving.ts";

const name = fc.constantFrom("example.org", "www.example.org", "a.b.cdn.example.net", "x.example", "Q.Example.org");
const ttl = fc.nat({ max: 86_400 });
const chain = fc.record({
  /** From the question's name on; the last one has the addresses. */
  names: fc.uniqueArray(name, { minLength: 1, maxLength: 4, selector: (text) => text.toLowerCase() }),
  ttls: fc.array(ttl, { minLength: 4, maxLength: 4 }),
  addresses: fc.array(fc.tuple(fc.ipV4().filter((ip) => !/^(?:0|10|100|127|169|172|192)\./.test(ip)), ttl), {
    maxLength: 4,
  }),
  hasMore: fc.boolean(),
});
type Chain = typeof chain extends fc.Arbitrary<infer T> ? T : never;

function answersOf({ names, ttls, addresses }: Chain, type: "A" | "AAAA"): string[] {
  return [
    ...names.slice(1).map((target, i) => `${names[i]} ${ttls[i]} IN CNAME ${target}`),
    ...addresses.map(([ip, seconds]) => `${names.at(-1)} ${seconds} IN ${type} ${type === "A" ? ip : `::${ip}`}`),
  ];
}

function answering(made: (qtype: number) => Partial<Message>): Resolver {
  return new StubResolver((query) => response({ questions: decode(query.wire).questions, ...made(query.qtype) }));
}

function resolve(resolver: Resolver, asked: string): Message {
  const reply = resolver.resolve(clientQuery({ questions: [question(asked)] }));
  if (!("octets" in reply)) throw new Error("An answer that is known comes at once");
  const message = decode(reply.octets);
  // All of it can be read, and nothing stands behind it.
  assertEquals(decode(encode(message)), message);
  return message;
}

Deno.test("Flatten leaves of any chain what is at its end, under the name that was asked for", () => {
  fc.assert(fc.property(chain, fc.constantFrom("A", "AAAA"), (drawn, type) => {
    const { names, ttls, addresses, hasMore } = drawn;
    const next = answering(() => ({
      answers: records(...answersOf(drawn, type)),
      authorities: records(...hasMore ? [`example.org 60 IN NS ns.${names.at(-1)}`] : []),
      additionals: records(...hasMore ? ["ns.example.org 60 IN A 192.0.2.53"] : []),
    }));
    const { questions, answers, authorities } = resolve(new Flatten({ next }), `${names[0]} ${type}`);
    assertEquals(questions, [question(`${names[0]} ${type}`)]);
    if (names.length === 1) return assertEquals(lines(answers), lines(records(...answersOf(drawn, type))));
    const lowest = Math.min(...ttls.slice(0, names.length - 1), ...addresses.map(([, seconds]) => seconds));
    const flat = addresses.map(([ip]) => `${names[0]} ${lowest} IN ${type} ${type === "A" ? ip : `::${ip}`}`);
    assertEquals(lines(answers), lines(records(...flat)));
    assertEquals(authorities, []);
  }));
});

Deno.test("Dns64 makes an address of each at the end of any chain", () => {
  const prefix = new Nat64Prefix(parseCidr("64:ff9b::/96"));
  const soa = records("example.org 3600 IN SOA ns.example.org hostmaster.example.org 1 7200 3600 86400 3600");
  fc.assert(fc.property(chain, (drawn) => {
    const { names, addresses, hasMore } = drawn;
    const next = answering((qtype) => {
      if (qtype === TYPE.AAAA) return { authorities: soa };
      const additionals = records(...hasMore ? [`ns.${names.at(-1)} 60 IN A 192.0.2.53`] : []);
      return { answers: records(...answersOf(drawn, "A")), additionals };
    });
    const dns64 = new Dns64({ next, isFor: () => true, prefix, exclude: [], clock: { nowMs: () => 0 } });
    const { questions, answers, authorities } = resolve(dns64, `${names[0]} AAAA`);
    assertEquals(questions, [question(`${names[0]} AAAA`)]);
    if (addresses.length === 0) return assertEquals([answers, authorities.length], [[], 1]);
    const made = addresses.map(([ip, seconds]) => {
      const hex = ip.split(".").map((octet) => Number(octet).toString(16).padStart(2, "0")).join("");
      return `${names.at(-1)} ${Math.min(seconds, 3600)} IN AAAA 64:ff9b::${hex.slice(0, 4)}:${hex.slice(4)}`;
    });
    const expected = records(...answersOf({ ...drawn, addresses: [] }, "A"), ...made);
    assertEquals(answers.map(({ name }) => nameToText(name)), expected.map(({ name }) => nameToText(name)));
    assertEquals(lines(answers), lines(expected));
  }));
});
