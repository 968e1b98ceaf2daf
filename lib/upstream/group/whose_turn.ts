import type { Request } from "../request.ts";
import type { Upstream } from "../upstream.ts";
import type { Setbacks } from "./setbacks.ts";

/**
 * Which of `order` is asked next, when `askedCount` have been: each in its turn, then those again who have said nothing, as
 * long as they may have one more send; see `Upstream.sendsMax`. `null`: asking any of them again would bring nothing else, or
 * is too much.
 */
export function whoseTurn(
  order: readonly Upstream[],
  askedCount: number,
  { sendCount, wholeFrom }: Request,
  setbacks: Setbacks | null,
): Upstream | null {
  if (askedCount < order.length) return order[askedCount]!;
  for (let i = 0; i < order.length; i++) {
    const upstream = order[(askedCount + i) % order.length]!;
    const isSpent = Math.max(sendCount, askedCount) >= upstream.sendsMax;
    if (!isSpent && !setbacks?.hasSpoken(upstream) && !wholeFrom?.includes(upstream)) return upstream;
  }
  return null;
}
