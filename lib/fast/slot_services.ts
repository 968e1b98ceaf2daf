import type { Services } from "../observe/services.ts";
import type { Query } from "../resolver/query.ts";
import type { Reply } from "../resolver/reply.ts";
import type { Resolver } from "../resolver/resolver.ts";

/** Why a question left the usual way, or did not go it; see `Counters`. */
export type SlotCounter =
  | "slotsUnusual"
  | "slotsSlow"
  | "slotsAskedAgain"
  | "slotsFailed"
  | "slotsUseless"
  | "slotsShared";

/** What slots share. */
export interface SlotServices extends Pick<Services, "clock" | "deadlines" | "counters"> {
  /** What goes on with a question that leaves: the layers behind `Coalesce`. */
  readonly next: Resolver;
  /** What these layers do to a reply on its way back; returns it, or another one in its place. */
  readonly learn: (leader: Query, reply: Reply) => Reply;
}
