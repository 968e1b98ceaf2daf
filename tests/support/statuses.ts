import { SIZE_BOUNDS } from "../../lib/observe/tally/reply_sizes.ts";
import type { SinkStatus } from "../../lib/operator/sink_status.ts";
import type { TallyStatus } from "../../lib/operator/tally_status.ts";

/** What the status of a program that has answered nobody says of replies. */
export const NOTHING_COUNTED: TallyStatus & { readonly sinks: readonly SinkStatus[] } = {
  replies: [],
  latencies: [],
  replySizes: { sumOctets: 0, counts: SIZE_BOUNDS.map(() => 0) },
  questions: [],
  sinks: [],
};
