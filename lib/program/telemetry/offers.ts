import type { History } from "../../telemetry/history/history.ts";
import type { LogPlace } from "../admin/serve_admin.ts";

/** What parts have for others; `null` while the part that has it is off. */
export interface Offers {
  /** What was written down of queries, for charts and searches. */
  history: History | null;
  /** Where queries are written down. */
  queryLog: LogPlace | null;
}
