import { METRICS } from "./metrics_part.ts";
import type { Part } from "./part.ts";
import { QUERY_LOG } from "./query_log_part.ts";

/** All that can run beside serving, in the order in which they are started. A new one is a line here. */
export const PARTS: readonly Part[] = [METRICS, QUERY_LOG];
