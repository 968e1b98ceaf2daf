import { assertEquals } from "@std/assert";
import { freshnessSeconds } from "../../../../lib/server/listen/doh/freshness.ts";
import { RCODE } from "../../../../lib/wire/iana.ts";
import { question, record, response } from "../../../support/messages.ts";

const SOA = "example 600 IN SOA ns.example. h.example. 1 2 3 4 300";
const questions = [question("a.example")];

Deno.test("[8484_04] freshnessSeconds() is the smallest TTL of the answers (RFC 8484 §5.1)", () => {
  const answers = [
    record("a.example 900 IN CNAME b.example"),
    record("b.example 60 IN A 192.0.2.1"),
    record("b.example 70 IN A 192.0.2.2"),
  ];
  const authorities = [record("example 5 IN NS ns.example")];
  assertEquals(freshnessSeconds(response({ questions, answers, authorities })), 60);
});

Deno.test("[8484_04] freshnessSeconds() of what there is not is that of the SOA record, and its MINIMUM", () => {
  const authorities = [record(SOA)];
  assertEquals(freshnessSeconds(response({ questions, authorities })), 300);
  assertEquals(freshnessSeconds(response({ questions, authorities, rcode: RCODE.NXDOMAIN })), 300);
  assertEquals(freshnessSeconds(response({ questions, authorities: [record(SOA.replace("600", "30"))] })), 30);
});

Deno.test("[8484_04] freshnessSeconds() is 0 for failures, for answers without a word of time, and for what cannot be read", () => {
  const answers = [record("a.example 900 IN A 192.0.2.1")];
  assertEquals(freshnessSeconds(response({ questions, answers, rcode: RCODE.SERVFAIL })), 0);
  assertEquals(freshnessSeconds(response({ questions })), 0);
  const whole = response({ questions, answers });
  for (let length = 12; length < whole.length; length++) assertEquals(freshnessSeconds(whole.subarray(0, length)), 0);
});
