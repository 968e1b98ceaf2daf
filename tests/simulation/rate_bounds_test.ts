import { assertEquals } from "@std/assert";
import { question, wire } from "../support/messages.ts";
import { RateBounds } from "./rate_bounds.ts";
import type { ClientDatagram, Expectation } from "./traffic.ts";

const QUESTIONS = [question("example.org")];
const OCTETS = wire({ questions: QUESTIONS });

function datagram(expectation: Expectation, fields: Partial<ClientDatagram> = {}): ClientDatagram {
  return { kind: "ordinary", octets: OCTETS, expectation, ...fields };
}

const ANSWER = datagram({ kind: "answer", questions: QUESTIONS });
const CERTAIN = [{ mayPass: true, mayBeLimited: false }, { mayPass: false, mayBeLimited: true }];

Deno.test("RateBounds knows exactly what becomes of questions, by network and time", () => {
  const bounds = new RateBounds({ questionsPerSecond: 5, isPrompt: true });
  const judge = (hostname: string, nowMs: number) => bounds.judge(hostname, ANSWER, nowMs);
  for (let i = 0; i < 10; i++) assertEquals(judge(`198.51.100.${i}`, 0), CERTAIN[0]);
  assertEquals([judge("198.51.100.7", 0), judge("2001:db8:c::7", 0)], [CERTAIN[1], CERTAIN[0]]);
  assertEquals([judge("198.51.100.7", 190), judge("198.51.100.7", 210), judge("198.51.100.7", 210)], [
    CERTAIN[1],
    CERTAIN[0],
    CERTAIN[1],
  ]);
});

Deno.test("RateBounds leaves open what depends on messages that nobody can read", () => {
  const bounds = new RateBounds({ questionsPerSecond: 5, isPrompt: true });
  const judge = (one: ClientDatagram) => bounds.judge("198.51.100.7", one, 0);
  for (let i = 0; i < 2; i++) assertEquals(judge(datagram({ kind: "any" })), CERTAIN[0]);
  assertEquals(judge(ANSWER), { mayPass: true, mayBeLimited: true });
});

Deno.test("RateBounds leaves everything open where queries wait before they are judged", () => {
  const late = new RateBounds({ questionsPerSecond: 5, isPrompt: false });
  for (let i = 0; i < 20; i++) {
    assertEquals(late.judge("198.51.100.7", ANSWER, 0), { mayPass: true, mayBeLimited: true });
  }
});

Deno.test("RateBounds exempts whose cookie is good, and everybody without a limit", () => {
  const limited = new RateBounds({ questionsPerSecond: 5, isPrompt: true });
  const known = datagram(ANSWER.expectation, { hasOwnCookie: true });
  for (let i = 0; i < 20; i++) assertEquals(limited.judge("198.51.100.7", known, 0), CERTAIN[0]);
  const unlimited = new RateBounds({ questionsPerSecond: 0, isPrompt: true });
  for (let i = 0; i < 20; i++) assertEquals(unlimited.judge("198.51.100.7", ANSWER, 0), CERTAIN[0]);
});
