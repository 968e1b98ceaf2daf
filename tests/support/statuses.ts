import { SIZE_BOUNDS } from "../../lib/observe/tally/reply_sizes.ts";
import type { Status } from "../../lib/operator/status.ts";
import type { TallyStatus } from "../../lib/operator/tally_status.ts";

/** What the status of a program that has answered nobody says of replies, of whom nobody has taken anything down. */
export const NOTHING_COUNTED: TallyStatus & Pick<Status, "sinks" | "usage"> = {
  replies: [],
  latencies: [],
  replySizes: { sumOctets: 0, counts: SIZE_BOUNDS.map(() => 0) },
  questions: [],
  sinks: [],
  usage: { cpuMs: 0, residentOctets: 0 },
};
