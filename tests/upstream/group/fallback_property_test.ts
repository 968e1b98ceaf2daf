// Chains of groups whose servers do whatever servers do: every question comes to an end in time, and to an answer if there is one.

import { assert, assertEquals } from "@std/assert";
import { AnswerRule } from "../../../lib/upstream/group/answer_rule.ts";
import type { UpstreamGroup } from "../../../lib/upstream/group/upstream_group.ts";
import { RCODE } from "../../../lib/wire/iana.ts";
import { settled } from "../../support/fake_time.ts";
import { answering, type Habit, saying, SILENT } from "../../support/fake_transport.ts";
import { groupRig } from "../../support/group_rig.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { requestFor } from "../../support/upstream_rig.ts";

const SEEDS = 300;
/** What a server may do: whether it is an answer, in time, is plain of each. */
const HABITS: readonly (readonly [name: string, habit: Habit, isGood: boolean])[] = [
  ["answers", answering(10), true],
  ["is silent", SILENT, false],
  ["refuses", saying(RCODE.REFUSED), false],
  ["fails", saying(RCODE.SERVFAIL, 40), false],
  ["is too late", answering(2600), false],
];

for (const isGood of [true, false]) {
  Deno.test(`FallbackGroup, ${SEEDS} chains at random: ${isGood ? "the answer of whoever has one" : "no answer"}, in time, and nothing left`, async () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const random = new SeededRandom(`fallback ${isGood} ${seed}`);
      const habits = HABITS.filter(([, , good]) => isGood || !good);
      const groupCount = random.between(2, 4);
      const sizes = Array.from({ length: groupCount }, () => random.between(1, 2));
      const drawn = sizes.flatMap((size) =>
        Array.from({ length: size }, () => habits[random.between(0, habits.length - 1)]!)
      );
      if (isGood && !drawn.some(([, , good]) => good)) drawn[random.between(0, drawn.length - 1)] = HABITS[0]!;
      const rig = groupRig(drawn.map(([, habit]) => habit));
      const rule = new AnswerRule({ failoverOn: [RCODE.SERVFAIL, RCODE.REFUSED], trustsAd: random.chance(0.5) });
      const groups: UpstreamGroup[] = [];
      let first = drawn.length;
      for (const size of sizes.toReversed()) {
        first -= size;
        const indexes = Array.from({ length: size }, (_, i) => first + i);
        const timeoutMs = random.chance(0.5) ? Infinity : random.between(100, 2000);
        groups.unshift(rig.openGroupOf({ fallback: groups[0] ?? null, rule, timeoutMs }, ...indexes));
      }
      const what = () => `seed ${seed}: ${sizes.join("+")} servers, ${drawn.map(([name]) => name).join(", ")}`;
      for (let i = 0; i < 6; i++) {
        const startMs = rig.time.nowMs();
        const request = requestFor(`n${i}.example${i}`, startMs, { upstreamCount: drawn.length });
        let endMs = NaN;
        let rcode = -1;
        groups[0]!.exchange(request, { listens: (late) => void late.then(() => {}, () => {}) }).then((response) => {
          endMs = rig.time.nowMs();
          rcode = response.scan.rcode;
        }, () => endMs = rig.time.nowMs());
        await rig.time.passAndSettle(random.between(0, 1) === 0 ? 2100 : 4000);
        await settled();
        assert(endMs - startMs <= 2020, `${what()}: question ${i} took ${endMs - startMs} ms`);
        if (isGood) assertEquals(rcode, RCODE.NOERROR, `${what()}: question ${i}`);
        else assert(rcode !== RCODE.NOERROR, `${what()}: question ${i}`);
      }
      for (const group of [rig.upstreams, ...groups]) group.close();
      await rig.time.passAndSettle(30_000);
      assertEquals([rig.deadlines.size, rig.registry.upstreams.length, rig.registry.openSockets], [0, 0, 0], what());
    }
  });
}
