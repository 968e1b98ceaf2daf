import type { Random } from "../../base/random/random.ts";
import type { Services } from "../../observe/services.ts";
import type { Upstream } from "../upstream.ts";
import type { AnswerRule } from "./answer_rule.ts";
import type { HedgeBudget } from "./hedge_budget.ts";
import type { Strategy } from "./strategy.ts";

/** What a group of upstreams is made from. */
export interface UpstreamGroupOptions extends Pick<Services, "clock" | "deadlines" | "counters"> {
  /** In order of preference; at least one. */
  readonly members: readonly Upstream[];
  /** Since when all of them have been there to be asked; -Infinity for always. */
  readonly completeSinceMs?: number;
  /** In which order they are asked. */
  readonly strategy: Strategy;
  /** What counts as an answer; `USUAL_RULE` unless said otherwise. */
  readonly rule?: AnswerRule;
  /** How long a question may take, in milliseconds, if it has more time. */
  readonly timeoutMs?: number;
  /** Where unpredictable numbers come from. */
  readonly random: Random;
  /** How often all has begun anew; see `RaceGroup`. */
  readonly restarts: { readonly count: number };
  /** Its own unless given: who was asked before in the same group goes on with what was saved up. */
  readonly hedges?: HedgeBudget;
  /** Told once, when the group is closed and nobody waits any more for what was asked of it. */
  readonly onClosed: () => void;
}
