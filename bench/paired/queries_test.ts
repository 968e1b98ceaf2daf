import { assertEquals } from "@std/assert";
import { readOpt } from "../../lib/wire/edns/edns.ts";
import { EDNS_OPTION, TYPE } from "../../lib/wire/iana.ts";
import { decode } from "../../lib/wire/message.ts";
import { nameToText } from "../../lib/wire/name.ts";
import { freshQueries, queryFor, repeatedQueries } from "./queries.ts";

function nameOf(query: Uint8Array): string {
  return nameToText(decode(query).questions[0]!.name);
}

Deno.test("queryFor() asks for an address with nothing but RD, as dnsperf does", () => {
  const query = decode(queryFor("n1.example.org", "plain"));
  assertEquals(query.questions.map(({ name, type }) => [nameToText(name), type]), [["n1.example.org.", TYPE.A]]);
  assertEquals([query.recursionDesired, query.isAuthenticData, query.additionals.length], [true, false, 0]);
});

Deno.test("queryFor() asks as dig does: with AD, and EDNS with DO and a client cookie of 8 octets", () => {
  const query = decode(queryFor("n1.example.org", "dig"));
  const { wantsDnssec, options } = readOpt(query.additionals[0]!);
  assertEquals([query.recursionDesired, query.isAuthenticData, wantsDnssec], [true, true, true]);
  assertEquals(options.map(({ code, data }) => [code, data.length]), [[EDNS_OPTION.COOKIE, 8]]);
});

Deno.test("repeatedQueries() asks for all names in turn, and begins again", () => {
  const queries = repeatedQueries(["a.example.org", "b.example.org"], "plain");
  assertEquals([1, 2, 3].map(() => nameOf(queries.next())), ["a.example.org.", "b.example.org.", "a.example.org."]);
});

Deno.test("freshQueries() asks for other names each time, of one length, across every carry", () => {
  const queries = freshQueries("p", "dig");
  const names = Array.from({ length: 1001 }, () => nameOf(queries.next()));
  assertEquals([0, 8, 9, 98, 99, 999, 1000].map((at) => names[at]!.split(".")[0]), [
    "p00000001",
    "p00000009",
    "p00000010",
    "p00000099",
    "p00000100",
    "p00001000",
    "p00001001",
  ]);
  assertEquals(new Set(names).size, 1001);
});
