import { assertEquals } from "@std/assert";
import { EDE, RCODE } from "../../lib/wire/iana.ts";
import { type ExtendedError, extendedErrorOption } from "../../lib/wire/edns/edns.ts";
import { message, opt, question, wire } from "../support/messages.ts";
import type { Knowledge } from "./oracle.ts";
import { checkReply } from "./reply_check.ts";

const QUESTIONS = [question("example.org")];
const QUERY = wire({ id: 7, questions: QUESTIONS, additionals: [opt()] });
const FAILED = { isResponse: true, recursionAvailable: true, rcode: RCODE.SERVFAIL, questions: QUESTIONS };
/** Nothing but that it failed. */
const ORACLE: Knowledge = {
  recursionAvailable: true,
  isOneHop: true,
  pointsToQuestion: false,
  isRemembering: false,
  servesStale: false,
  ttlMaxOf: () => 0,
  outcomes: () => [{ message: message(FAILED), kind: "failure", bodyOctets: 0 }],
};

function faultsOf(...errors: readonly ExtendedError[]): string[] {
  const reply = wire({ id: 7, ...FAILED, additionals: [opt({ options: errors.map(extendedErrorOption) })] });
  const expectation = { kind: "answer", questions: QUESTIONS } as const;
  return checkReply(reply, { query: QUERY, transport: "udp", expectation, oracle: ORACLE });
}

const SILENT = { infoCode: EDE.NO_REACHABLE_AUTHORITY, text: "No reply from 203.0.113.53:53 in time" };
const REFUSED = {
  infoCode: EDE.NO_REACHABLE_AUTHORITY,
  text: "No upstream has an answer, 203.0.113.53:53 says REFUSED",
};
const PRIVATE = { infoCode: EDE.FILTERED, text: "private address for a public name" };

Deno.test("checkReply() is content with one reason for one failure", () => {
  assertEquals(faultsOf(SILENT), []);
});

Deno.test("checkReply() finds that a client is not told why its question has failed, or twice", () => {
  assertEquals(faultsOf(), ["has 0 extended errors"]);
  assertEquals(faultsOf(SILENT, SILENT), ["has 2 extended errors"]);
});

Deno.test("checkReply() is content when it is told beside another reason that all upstreams have refused, once", () => {
  assertEquals(faultsOf(REFUSED), []);
  assertEquals(faultsOf(REFUSED, PRIVATE), []);
  assertEquals(faultsOf(REFUSED, PRIVATE, PRIVATE), ["has 3 extended errors"]);
  assertEquals(faultsOf(REFUSED, REFUSED, PRIVATE), ["has 3 extended errors"]);
});
