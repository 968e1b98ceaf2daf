import { assertEquals, assertStringIncludes } from "@std/assert";
import { udp } from "../support/fake_socket.ts";
import { question, wire } from "../support/messages.ts";
import { recordZone } from "../support/record_zone.ts";
import { ScriptedUpstream } from "../support/scripted_upstream.ts";
import { Checker } from "./checker.ts";
import { Oracle } from "./oracle.ts";
import { NO_LISTS } from "./lists/list_draw.ts";
import { ListsInForce } from "./lists/lists_in_force.ts";
import { FilesInForce } from "./local/files_in_force.ts";
import { PoliciesInForce } from "./policies_in_force.ts";
import { drawPlan } from "./plan.ts";
import type { ClientDatagram } from "./traffic.ts";

const SERVICE = udp("192.0.2.53", 2053);
const CLIENT = udp("198.51.100.7", 40_000);
const TIMEOUT_MS = 500;
const QUERY = wire({ id: 7, questions: [question("example.org")] });
const REPLY = wire({
  id: 7,
  isResponse: true,
  recursionAvailable: true,
  rcode: 5,
  questions: [question("example.org")],
});

/** A checker at the moment 0 that has seen a query arrive to which REFUSED is due. */
function checkerWithArrival() {
  const time = { ms: 0 };
  // Nothing of the plan matters here but that it forwards.
  const plan = drawPlan(2);
  const oracle = new Oracle({ plan, twins: plan.upstreams.map(() => new ScriptedUpstream(recordZone())), altered: [] });
  const clock = { nowMs: () => time.ms };
  const checker = new Checker({
    clock,
    policies: new PoliciesInForce({
      oracle,
      first: null,
      files: new FilesInForce([], 0, () => 0),
      lists: new ListsInForce(NO_LISTS, 0, () => 0),
      read: (policy) => policy,
    }),
    listen: [],
    serviceAddresses: [SERVICE],
    timeoutMs: TIMEOUT_MS,
    questionsPerSecond: 0,
    heardAfterMs: 0,
    isStranger: () => false,
  });
  const datagram: ClientDatagram = { kind: "ordinary", octets: QUERY, expectation: { kind: "own", rcode: 5 } };
  checker.announce(datagram, CLIENT);
  checker.watch({ kind: "delivered", from: CLIENT, to: SERVICE, octets: QUERY });
  return { time, checker };
}

Deno.test("Checker is content with one right reply in time", () => {
  const { time, checker } = checkerWithArrival();
  time.ms = TIMEOUT_MS + 20;
  checker.watch({ kind: "sent", from: SERVICE, to: CLIENT, octets: REPLY });
  checker.finish();
  assertEquals(checker.faults, []);
});

Deno.test("Checker finds a reply that comes after the deadline", () => {
  const { time, checker } = checkerWithArrival();
  time.ms = TIMEOUT_MS + 20.001;
  checker.watch({ kind: "sent", from: SERVICE, to: CLIENT, octets: REPLY });
  assertStringIncludes(checker.faults.join("\n"), "comes after 520.001 ms");
});

Deno.test("Checker finds a second reply to one query", () => {
  const { checker } = checkerWithArrival();
  for (let i = 0; i < 2; i++) checker.watch({ kind: "sent", from: SERVICE, to: CLIENT, octets: REPLY });
  assertStringIncludes(checker.faults.join("\n"), "was asked by nobody");
});

Deno.test("Checker finds that a query got no reply", () => {
  const { checker } = checkerWithArrival();
  checker.finish();
  assertStringIncludes(checker.faults.join("\n"), "has no reply");
});

Deno.test("Checker wants a reply for each copy of a query, and none for what comes after the stop", () => {
  const { checker } = checkerWithArrival();
  checker.watch({ kind: "delivered", from: CLIENT, to: SERVICE, octets: QUERY });
  checker.noteStop();
  checker.watch({ kind: "delivered", from: CLIENT, to: SERVICE, octets: QUERY });
  for (let i = 0; i < 2; i++) checker.watch({ kind: "sent", from: SERVICE, to: CLIENT, octets: REPLY });
  checker.finish();
  assertEquals(checker.faults, []);
});
