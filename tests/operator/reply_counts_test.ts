import { assertEquals } from "@std/assert";
import { Counters } from "../../lib/observe/counters.ts";
import { Outcomes } from "../../lib/observe/outcomes.ts";
import { type ReplyCount, replyCounts, sumReplyCounts } from "../../lib/operator/reply_counts.ts";
import { formatStatus } from "../../lib/operator/status.ts";
import { CHANNELS } from "../../lib/resolver/client.ts";
import { SOURCE } from "../../lib/resolver/reply.ts";
import { RCODE } from "../../lib/wire/iana.ts";
import { NOTHING_COUNTED } from "../support/statuses.ts";

const FROM_MEMORY = { channel: "udp", source: "cache", rcode: RCODE.NOERROR } as const;
const DENIED = { channel: "tcp", source: "upstream", rcode: RCODE.NXDOMAIN } as const;

Deno.test("replyCounts() names what has been counted, and leaves out what never was", () => {
  const outcomes = new Outcomes(CHANNELS.length, Object.keys(SOURCE).length);
  const channel = CHANNELS.indexOf("tcp");
  outcomes.count(CHANNELS.indexOf("udp"), SOURCE.cache, RCODE.NOERROR);
  outcomes.count(channel, SOURCE.upstream, RCODE.NXDOMAIN);
  outcomes.count(channel, SOURCE.upstream, RCODE.NXDOMAIN);
  assertEquals(replyCounts(outcomes), [{ ...FROM_MEMORY, count: 1 }, { ...DENIED, count: 2 }]);
});

Deno.test("replyCounts() tells an RCODE above all that there is room for as the last one", () => {
  const outcomes = new Outcomes(1, 1);
  outcomes.count(0, 0, 4095);
  assertEquals(outcomes.list(), [{ channel: 0, source: 0, rcode: 31, count: 1 }]);
});

Deno.test("sumReplyCounts() adds up what is of one kind, and keeps the kinds of each", () => {
  const sum = sumReplyCounts([[{ ...FROM_MEMORY, count: 1 }], [{ ...FROM_MEMORY, count: 2 }, { ...DENIED, count: 5 }]]);
  assertEquals(sum, [{ ...FROM_MEMORY, count: 3 }, { ...DENIED, count: 5 }]);
});

Deno.test("formatStatus() tells what has left, by way, by source and by RCODE", () => {
  const replies: ReplyCount[] = [{ ...FROM_MEMORY, count: 3 }, { ...DENIED, channel: "udp", count: 5 }];
  const counters = new Counters();
  const lines = formatStatus({
    runningMs: 0,
    inFlight: 0,
    lostLines: 0,
    pauses: [],
    counters,
    ...NOTHING_COUNTED,
    replies,
    cache: null,
    upstreams: [],
    groups: [],
  });
  assertEquals(lines[2], "replies: udp=8, cache=3 upstream=5, NOERROR=3 NXDOMAIN=5");
});
