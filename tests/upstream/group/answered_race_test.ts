// What comes of a question that has its answer: nothing more is sent for it, and nothing is learned from one reply.

import { assertEquals } from "@std/assert";
import { RCODE } from "../../../lib/wire/iana.ts";
import type { Message } from "../../../lib/wire/message.ts";
import { answering, type Habit, inTurn, SILENT } from "../../support/fake_transport.ts";
import { opt, records } from "../../support/messages.ts";
import { raceRig } from "../../support/race_rig.ts";
import { DEADLINE_MS, requestFor } from "../../support/upstream_rig.ts";

/** Behind the second upstream's answer. */
const LATE_MS = 300;
/** Until everything late has come, and long before the deadline. */
const PASS_MS = 1000;

/** What the first upstream says when the second one has answered. As long as nobody has, it is asked once more for each of them. */
const LATE_REPLIES: readonly [what: string, fields: Partial<Message>][] = [
  ["a denial without SOA", { rcode: RCODE.NXDOMAIN, answers: [] }],
  ["a denial", { rcode: RCODE.NXDOMAIN, answers: [], authorities: records("org 9 IN SOA ns.org h.org 1 2 3 4 9") }],
  ["an empty answer", { answers: [] }],
  ["a failure", { rcode: RCODE.SERVFAIL, answers: [] }],
  ["a rejection", { rcode: RCODE.FORMERR, answers: [] }],
  // BADCOOKIE is 23: 1 in the OPT record, 7 in the header.
  ["BADCOOKIE", { rcode: 7, answers: [], additionals: [{ ...opt(), ttl: 0x0100_0000 }] }],
  ["a truncated reply", { isTruncated: true, answers: [] }],
];

for (const [what, fields] of LATE_REPLIES) {
  Deno.test(`[9520_04] Race sends nothing more when ${what} comes behind the answer of another upstream`, async () => {
    const rig = raceRig(answering(LATE_MS, fields), answering(10));
    const { result, request } = rig.race();
    await rig.time.passAndSettle(PASS_MS);
    assertEquals((await result).upstream!.name, "192.0.2.2:53");
    const sent = rig.servers.map(({ datagram, stream }) => [datagram.asked.length, stream.asked.length]);
    assertEquals([sent, request.sendCount, rig.deadlines.size], [[[1, 0], [1, 0]], 2, 0]);
  });

  Deno.test(`[9520_04] Race sends nothing more when ${what} to a question's first send comes behind the answer to its second`, async () => {
    const rig = raceRig(inTurn(answering(800, fields), answering(10)));
    const { result, servers: [server] } = { ...rig.race(), ...rig };
    await rig.time.passAndSettle(PASS_MS);
    assertEquals((await result).scan.rcode, RCODE.NOERROR);
    assertEquals([server!.datagram.asked.length, server!.stream.asked.length, rig.deadlines.size], [2, 0, 0]);
  });
}

/** What a race is doing when a reply in another letter case than the first query's comes in: is it learned from, time after time? */
const DOUBTS: readonly [when: string, second: Habit, isStopped: boolean, isLearned: boolean][] = [
  ["the other upstream has answered", answering(10), false, false],
  ["the answer has come from another group", SILENT, true, false],
  // Nothing can be sent any more to find out: servers that all do so, and are all slow, would fail for ever.
  ["there is no answer, and no send is left", SILENT, false, true],
];

for (const [when, second, isStopped, isLearned] of DOUBTS) {
  Deno.test(`[0x20_02] Race ${isLearned ? "learns" : "does not learn"} from one reply in another letter case when ${when}`, async () => {
    const rig = raceRig(SILENT, second, SILENT);
    const { datagram, upstream } = rig.servers[0]!;
    for (const name of ["example.org", "example.com", "example.net"]) {
      const { request, result } = rig.race(requestFor(name, rig.time.nowMs(), { upstreamCount: 3 }));
      result.catch(() => {});
      await rig.time.passAndSettle(LATE_MS);
      if (isStopped) request.owner!.stop();
      const sentCount = datagram.asked.length;
      datagram.asked.map(({ onWrongCase }) => onWrongCase).findLast((tell) => tell !== undefined)?.();
      await rig.time.passAndSettle(DEADLINE_MS);
      assertEquals(datagram.asked.length, sentCount);
    }
    assertEquals(upstream.state.isAskedInPlainCase, isLearned);
  });
}
