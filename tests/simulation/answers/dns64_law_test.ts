import { assertEquals } from "@std/assert";
import { DEFAULT_DNS64 } from "../../../lib/config/lists.ts";
import { RCODE } from "../../../lib/wire/iana.ts";
import type { Message } from "../../../lib/wire/message.ts";
import { lines, message, question, record } from "../../support/messages.ts";
import type { Outcome } from "../oracle.ts";
import { withMadeAddresses } from "./dns64_law.ts";

const MADE = ["0 a.example. 300 IN AAAA 64:ff9b::c612:1"];
const REFUSAL = ["5 "];

/** What clients may get of the answers to both questions, a line each: the RCODE and the answers. */
function told(ipv6: Partial<Message>, { isOneHop }: { isOneHop: boolean }): string[] {
  const outcomes = withMadeAddresses(said("a.example AAAA", ipv6), [{
    outcome: said("a.example A", { answers: [record("a.example 300 IN A 198.18.0.1")] }),
    isBlocked: false,
  }], { dns64: { ...DEFAULT_DNS64, clients: null }, isOneHop, made: (record) => record });
  return outcomes.map(({ message: { rcode, answers } }) => `${rcode} ${lines(answers).join(", ")}`);
}

function said(asked: string, fields: Partial<Message>): Outcome {
  const whole = message({ isResponse: true, recursionAvailable: true, questions: [question(asked)], ...fields });
  return { message: whole, kind: "said", bodyOctets: 0 };
}

Deno.test("withMadeAddresses() knows that addresses are made of what an only upstream has", () => {
  for (const rcode of [RCODE.NOERROR, RCODE.SERVFAIL, RCODE.REFUSED]) {
    assertEquals(told({ rcode }, { isOneHop: true }), MADE, `RCODE ${rcode}`);
  }
});

Deno.test("withMadeAddresses() knows that a refusal may be all that there is in time, when the other upstreams are silent", () => {
  assertEquals(told({ rcode: RCODE.REFUSED }, { isOneHop: false }), [...REFUSAL, ...MADE]);
});

Deno.test("withMadeAddresses() knows that nobody else is asked where there is an answer", () => {
  for (const rcode of [RCODE.NOERROR, RCODE.YXDOMAIN]) {
    assertEquals(told({ rcode }, { isOneHop: false }), MADE, `RCODE ${rcode}`);
  }
  assertEquals(told({ rcode: RCODE.NXDOMAIN }, { isOneHop: false }), ["3 "]);
});
