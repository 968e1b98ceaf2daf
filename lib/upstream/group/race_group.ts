import type { Upstream } from "../upstream.ts";
import type { AnswerRule } from "./answer_rule.ts";

/** What a race asks the group of its upstreams, and tells it. */
export interface RaceGroup {
  /** What counts as an answer. */
  readonly rule: AnswerRule;
  /**
   * How often all has begun anew, because the machine has slept, say: what was sent before is lost, and nobody's fault.
   */
  readonly restartCount: number;
  /** Asked before each hedge behind `slow`, which `next` is asked for: whether there may be one now. Whoever says yes has counted it. */
  mayHedge(slow: Upstream, next: Upstream): boolean;
  /** Whether a race may go on listening behind its deadline. Whoever says yes has counted it, until `listened`. */
  mayListen(): boolean;
  /** A race has stopped listening behind its deadline. */
  listened(): void;
  /** A race is over, but for listening behind its deadline. */
  ended(): void;
  /** Told why a race fails, before whoever awaits it. */
  failed(error: unknown): void;
}
