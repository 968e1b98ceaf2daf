import type { QuestionHash } from "../../names/question_hash.ts";
import type { Services } from "../../observe/services.ts";
import type { Query } from "../query.ts";
import type { Resolver } from "../resolver.ts";
import type { UsualWay } from "./open_exchange.ts";

/** What coalescing is made from. */
export interface CoalesceOptions extends Pick<Services, "deadlines" | "share"> {
  /** Asked once for all. */
  readonly next: Resolver;
  /** Goes the usual way of questions, which comes to what `next` does; `null` for none. */
  readonly usualWay?: UsualWay | null;
  /** What exchanges are found by. */
  readonly hash: Pick<QuestionHash, "hash">;
  /**
   * Called when several queries have waited for one exchange in vain, or until a fallback was asked: so does a forwarding
   * loop end, in which a query waits for itself.
   */
  readonly onFailedTogether: (query: Query) => void;
  /** Who is asked for a query: one that goes to others shares nothing with it. All go to the same ones unless said otherwise. */
  readonly upstreamsFor?: (query: Query) => unknown;
  /** Whether no upstream is expected to answer a query: then nobody waits for longer than whoever has asked first. */
  readonly areKnownBad: (query: Query) => boolean;
}
