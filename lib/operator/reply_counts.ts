import type { Outcomes } from "../observe/outcomes.ts";
import { type Channel, CHANNELS } from "../resolver/client.ts";
import { SOURCE } from "../resolver/reply.ts";

/** How many replies of one kind have left. Plain data: it may go to another process. */
export interface ReplyCount {
  /** What they left by. */
  readonly channel: Channel;
  /** Where they came from. */
  readonly source: keyof typeof SOURCE;
  /** With what an OPT record adds to it (RFC 6891 §6.1.3): 0–31, see `RCODE_COUNT`. */
  readonly rcode: number;
  /** 1 and more. */
  readonly count: number;
}

const SOURCES = Object.keys(SOURCE) as (keyof typeof SOURCE)[];

/** What has been counted, by names. Kinds that there were none of are left out. */
export function replyCounts(outcomes: Outcomes): ReplyCount[] {
  return outcomes.list().map(({ channel, source, rcode, count }) => {
    return { channel: CHANNELS[channel]!, source: SOURCES.find((name) => SOURCE[name] === source)!, rcode, count };
  });
}

/** What several processes have counted, as if they were one. */
export function sumReplyCounts(all: readonly (readonly ReplyCount[])[]): ReplyCount[] {
  const kinds = Map.groupBy(all.flat(), ({ channel, source, rcode }) => `${channel} ${source} ${rcode}`);
  return [...kinds.values()].map((parts) => {
    return { ...parts[0]!, count: parts.reduce((total, { count }) => total + count, 0) };
  });
}

/** How many there were by each value of one property, as `udp=12 tcp=3`. */
export function formatReplyCounts(
  replies: readonly ReplyCount[],
  by: (reply: ReplyCount) => string,
): string {
  return [...Map.groupBy(replies, by)].map(([name, parts]) => {
    return `${name}=${parts.reduce((total, { count }) => total + count, 0)}`;
  }).join(" ");
}
