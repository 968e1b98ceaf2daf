import { assertEquals } from "@std/assert";
import { drawSecret } from "../../../lib/base/random/derive_key.ts";
import { LoopDetector } from "../../../lib/upstream/group/loop_detector.ts";
import { DeferredOctets } from "../../../lib/base/deferred.ts";
import type { Request } from "../../../lib/upstream/request.ts";
import type { Upstream } from "../../../lib/upstream/upstream.ts";
import { nameFromText, nameToText } from "../../../lib/wire/name.ts";
import { scriptedSource } from "../../support/fake_random.ts";

const KEY = drawSecret(scriptedSource());

/** A detector with two upstreams, which notes what it asks them and which it cuts off. */
function setUp({ key = KEY, nowSeconds = 1_700_000_000, numbers = [0, 1] } = {}) {
  const time = { nowMs: 0, nowSeconds };
  const asked: Uint8Array[] = [];
  const cuts: number[] = [];
  const upstreams = numbers.map((i) => ({
    key: `192.0.2.${i}:53`,
    ask: ({ questionOctets }: Request) => {
      asked.push(questionOctets);
      return new DeferredOctets();
    },
    cutLoop: () => void cuts.push(i),
  } as unknown as Upstream));
  const detector = new LoopDetector({
    upstreams: () => upstreams,
    random: scriptedSource(),
    key,
    clock: { nowMs: () => time.nowMs },
    wallClock: { epochSeconds: () => time.nowSeconds },
  });
  return { detector, upstreams, asked, cuts, time };
}

Deno.test("LoopDetector.recognize() knows the probe of each upstream, in any letter case", () => {
  const { detector, asked, cuts } = setUp();
  detector.suspect();
  const upperCase = asked[1]!.map((octet) => octet >= 0x61 && octet <= 0x7a ? octet - 0x20 : octet);
  assertEquals([detector.recognize(upperCase), detector.recognize(asked[0]!)], [true, true]);
  assertEquals(cuts, [1, 0]);
});

Deno.test("LoopDetector.recognize() knows the probes of another process with the same key", () => {
  const [sender, receiver] = [setUp(), setUp()];
  sender.detector.suspect();
  assertEquals(receiver.detector.recognize(sender.asked[1]!), true);
  assertEquals([sender.cuts, receiver.cuts], [[], [1]]);
});

Deno.test("LoopDetector.recognize() knows an upstream by its key, in whatever order, and none that it does not have", () => {
  const [sender, receiver] = [setUp(), setUp({ numbers: [2, 1] })];
  sender.detector.suspect();
  assertEquals(sender.asked.map((probe) => receiver.detector.recognize(probe)), [false, true]);
  assertEquals(receiver.cuts, [1]);
});

Deno.test("LoopDetector.recognize() does not know probes with another key", () => {
  const [sender, receiver] = [setUp(), setUp({ key: drawSecret(scriptedSource([7])) })];
  sender.detector.suspect();
  assertEquals(receiver.detector.recognize(sender.asked[0]!), false);
  assertEquals(receiver.cuts, []);
});

Deno.test("LoopDetector.recognize() does not know a probe with any octet changed, or one more or less", () => {
  const { detector, asked, cuts } = setUp();
  detector.suspect();
  const [probe] = asked;
  for (let i = 0; i < probe!.length; i++) {
    const changed = probe!.slice();
    changed[i]! ^= 1;
    assertEquals(detector.recognize(changed), false, `octet ${i}`);
  }
  assertEquals(detector.recognize(probe!.subarray(0, -1)), false);
  assertEquals(detector.recognize(Uint8Array.of(...probe!, 0)), false);
  assertEquals(cuts, []);
});

for (const [ageSeconds, isKnown] of [[10, true], [11, false], [-10, true], [-11, false]] as const) {
  Deno.test(`LoopDetector.recognize() ${isKnown ? "knows" : "does not know"} a probe ${ageSeconds} s old`, () => {
    const { detector, asked, time } = setUp();
    detector.suspect();
    time.nowSeconds += ageSeconds;
    assertEquals(detector.recognize(asked[0]!), isKnown);
  });
}

Deno.test("LoopDetector.suspect() probes each upstream once in ten seconds, with new names", () => {
  const { detector, asked, time } = setUp();
  detector.suspect();
  time.nowMs = 9999;
  detector.suspect();
  assertEquals(asked.length, 2);
  time.nowMs = 10_000;
  detector.suspect();
  assertEquals(new Set(asked.map((octets) => octets.toHex())).size, 4);
});

Deno.test("LoopDetector.suspect() probes those that it is given, each for itself", () => {
  const { detector, upstreams, asked, time } = setUp();
  detector.suspect([upstreams[0]!]);
  assertEquals(asked.length, 1);
  time.nowMs = 5000;
  detector.suspect();
  assertEquals(asked.length, 2);
  time.nowMs = 10_000;
  detector.suspect();
  assertEquals(asked.length, 3);
});

Deno.test("LoopDetector.suspect() asks below the name that was asked for, and knows that again, in any letter case", () => {
  const domain = nameFromText("WWW.Corp.example.");
  const { detector, asked, cuts } = setUp();
  detector.suspect(undefined, domain);
  assertEquals(asked.map((octets) => octets.subarray(37, -4)), [1, 2].map(() => nameFromText("www.corp.example.")));
  const upperCase = asked[0]!.map((octet) => octet >= 0x61 && octet <= 0x7a ? octet - 0x20 : octet);
  assertEquals([detector.recognize(upperCase), cuts], [true, [0]]);
  // The same token below another name is nobody's.
  const elsewhere = Uint8Array.of(...asked[1]!.subarray(0, 37), ...nameFromText("www.corp.example.org."), 0, 16, 0, 1);
  assertEquals(detector.recognize(elsewhere), false);
});

Deno.test("LoopDetector.suspect() asks elsewhere when a name is too long to have another label", () => {
  const label = "a".repeat(63);
  const longest = nameFromText(`${label}.${label}.${label}.${"a".repeat(24)}.`);
  assertEquals(longest.length, 218);
  for (
    const [domain, rest] of [[longest, longest], [
      nameFromText(`a.${nameToText(longest)}`),
      nameFromText("example."),
    ]] as const
  ) {
    const { detector, asked } = setUp();
    detector.suspect(undefined, domain);
    assertEquals(asked[0]!.subarray(37, -4), rest);
    assertEquals(detector.recognize(asked[0]!), true);
  }
});
