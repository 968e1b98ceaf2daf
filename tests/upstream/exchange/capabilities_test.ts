import { assertEquals } from "@std/assert";
import { Capabilities } from "../../../lib/upstream/exchange/capabilities.ts";
import { LESSON_MS } from "../../../lib/upstream/exchange/lesson.ts";
import { requestFor } from "../../support/upstream_rig.ts";

const ORG = requestFor("example.org").questionOctets;
const NET = requestFor("example.net").questionOctets;

function setUp() {
  const told: string[] = [];
  const capabilities = new Capabilities((lesson) => void told.push(lesson));
  /** When `holds` does, of a few moments around the end of a lesson that was learned at `learnedMs`. */
  const around = (learnedMs: number, holds: (nowMs: number) => boolean) => {
    return [learnedMs, learnedMs + LESSON_MS - 1, learnedMs + LESSON_MS].map(holds);
  };
  return { told, capabilities, around };
}

Deno.test("Capabilities begin with good faith", () => {
  const { capabilities } = setUp();
  assertEquals([capabilities.supportsEdns(0), capabilities.ignoresCase(0), capabilities.supportsCookies(0)], [
    true,
    true,
    true,
  ]);
  assertEquals([capabilities.needsTcp(0), capabilities.hasShownCase, capabilities.hasShownEdns], [false, false, false]);
});

Deno.test("[6891_08] Capabilities hold for a second that EDNS was rejected for two names, then for longer", () => {
  const { capabilities, told } = setUp();
  capabilities.rejectedEdns(ORG, 0);
  capabilities.rejectedEdns(requestFor("EXAMPLE.org MX").questionOctets, 0);
  assertEquals(capabilities.supportsEdns(0), true);
  capabilities.rejectedEdns(NET, 1000);
  const around = (endMs: number) => [endMs - 1, endMs].map((nowMs) => capabilities.supportsEdns(nowMs));
  assertEquals(around(2000), [false, true]);
  capabilities.rejectedEdns(NET, 2000);
  // What was in flight at that moment shows nothing new.
  capabilities.rejectedEdns(NET, 2010);
  assertEquals(around(4000), [false, true]);
  assertEquals([told.length, capabilities.ignoresCase(1000)], [1, true]);
});

Deno.test("[6891_13] Capabilities believe that an upstream knows EDNS as soon as it has sent an OPT record", () => {
  const { capabilities, told } = setUp();
  for (const question of [ORG, NET]) capabilities.rejectedEdns(question, 0);
  assertEquals([capabilities.supportsEdns(0), told.splice(0).length], [false, 1]);
  capabilities.showedEdns();
  for (const question of [ORG, NET, ORG]) capabilities.rejectedEdns(question, 0);
  assertEquals([capabilities.supportsEdns(0), told], [true, []]);
});

Deno.test("[0x20_02] Capabilities believe that an upstream minds case when it is shown twice, and for a quarter of an hour", () => {
  const { capabilities, told, around } = setUp();
  capabilities.mindsCase(ORG, 0);
  assertEquals(capabilities.ignoresCase(0), true);
  capabilities.mindsCase(NET, 5000);
  assertEquals(around(5000, (nowMs) => capabilities.ignoresCase(nowMs)), [false, false, true]);
  capabilities.mindsCase(ORG, LESSON_MS + 5000);
  assertEquals(capabilities.ignoresCase(LESSON_MS + 5000), true);
  capabilities.mindsCase(NET, LESSON_MS + 5000);
  assertEquals([capabilities.ignoresCase(LESSON_MS + 5000), told.length], [false, 1]);
});

Deno.test("[0x20_03] Capabilities take a name that was found for a proof that case does not matter, and sixteen denials", () => {
  const { capabilities } = setUp();
  capabilities.showedCase();
  assertEquals(capabilities.hasShownCase, true);
  capabilities.mindsCase(ORG, 0);
  assertEquals(capabilities.hasShownCase, false);
  for (let i = 0; i < 15; i++) capabilities.confirmedDenial();
  capabilities.mindsCase(NET, LESSON_MS);
  for (let i = 0; i < 15; i++) capabilities.confirmedDenial();
  assertEquals(capabilities.hasShownCase, false);
  capabilities.confirmedDenial();
  assertEquals(capabilities.hasShownCase, true);
});

Deno.test("[7873_07] Capabilities believe that an upstream mixes cookies up when it is shown twice, and for a quarter of an hour", () => {
  const { capabilities, told, around } = setUp();
  capabilities.mixesCookies(ORG, 0);
  assertEquals(capabilities.supportsCookies(0), true);
  capabilities.mixesCookies(NET, 5000);
  assertEquals(around(5000, (nowMs) => capabilities.supportsCookies(nowMs)), [false, false, true]);
  assertEquals(told.length, 1);
});

Deno.test("[7766_20] Capabilities believe that UDP is blocked when TCP answers twice while two queries over UDP meet silence", () => {
  const { capabilities, told } = setUp();
  const ask = (count: number, nowMs: number) => {
    for (let i = 0; i < count; i++) capabilities.sendsDatagram(nowMs);
  };
  ask(1, 0);
  assertEquals(capabilities.isSilent(1000), false);
  ask(1, 0);
  assertEquals([capabilities.isSilent(249), capabilities.isSilent(250)], [false, true]);
  capabilities.answeredOverTcp(250);
  assertEquals(capabilities.needsTcp(250), false);
  // A reply over UDP is worth more than either proof.
  capabilities.heardDatagram();
  capabilities.answeredOverTcp(250);
  ask(2, 1000);
  capabilities.answeredOverTcp(2000);
  assertEquals(capabilities.needsTcp(2000), false);
  capabilities.answeredOverTcp(2000);
  assertEquals([capabilities.needsTcp(2000), told.length], [true, 1]);
  // One question puts it to the test when it is over; for the others it holds on.
  const endMs = 3000;
  assertEquals([capabilities.isTcpOnTrial(endMs - 1), capabilities.needsTcp(endMs)], [false, false]);
  assertEquals([capabilities.isTcpOnTrial(endMs), capabilities.isTcpOnTrial(endMs)], [true, false]);
  assertEquals(capabilities.needsTcp(endMs), true);
  capabilities.failedOverTcp();
  assertEquals([capabilities.needsTcp(endMs), capabilities.isTcpOnTrial(2 * endMs)], [false, false]);
  // It has been so before.
  capabilities.answeredOverTcp(endMs);
  assertEquals([capabilities.needsTcp(endMs), told.length], [true, 1]);
  capabilities.heardDatagram();
  assertEquals(capabilities.needsTcp(endMs), false);
});

Deno.test("Capabilities learn nothing about cookies from one name, nor about letter case from one zone, however often it is asked for", () => {
  const { capabilities, told } = setUp();
  for (let i = 0; i < 10; i++) {
    capabilities.mindsCase(requestFor(`n${i}.Example.org`).questionOctets, 0);
    capabilities.mixesCookies(requestFor(i % 2 === 0 ? "example.ORG" : "example.org MX").questionOctets, 0);
  }
  assertEquals([capabilities.ignoresCase(0), capabilities.supportsCookies(0)], [true, true]);
  assertEquals(told, []);
});
