import type { Observation } from "./observation.ts";
import type { TraceStep } from "./trace.ts";

/** What has become of one client's question, step by step. Plain data: it may go to another process. */
export interface QueryTrace {
  /** What left. */
  readonly observation: Observation;
  /** What was noted on the way, in order. */
  readonly steps: readonly TraceStep[];
}
