import { ALERTS } from "./alerts_part.ts";
import { METRICS } from "./metrics_part.ts";
import { HISTORY } from "./kept/history_part.ts";
import { OTLP } from "./otlp/otlp_part.ts";
import type { Part } from "./part.ts";
import { ADMIN } from "./web/admin_part.ts";
import { QUERY_LOG } from "./kept/query_log_part.ts";

/** All that can run beside serving, in the order in which they are started. A new one is a line here. */
export const PARTS: readonly Part[] = [METRICS, ALERTS, ADMIN, QUERY_LOG, HISTORY, OTLP];
