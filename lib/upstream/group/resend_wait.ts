/** What the time before a resend depends on. */
export interface ResendCircumstances {
  /** After so much silence the upstream may be asked again; `Infinity` for never. */
  readonly delayMs: number;
  /** How often all upstreams have been asked again already. */
  readonly round: number;
  /** Time that the question has left. */
  readonly leftMs: number;
  /** Sends that it has left, that one included whose silence is waited for. */
  readonly sendsLeft: number;
}

/**
 * How long the reply to a send is waited for, in milliseconds, before the question is sent again. RFC 6298 §5.5: each
 * silence doubles the timeout; yet the sends that are left are to have their place in the time that is left.
 */
export function resendWaitMs({ delayMs, round, leftMs, sendsLeft }: ResendCircumstances): number {
  // An upstream that usually takes longer than half of the time is asked again then. Likewise over TCP, once: a connection
  // repeats by itself what gets lost.
  if (round === 0) return Math.min(delayMs, leftMs / 2);
  if (delayMs === Infinity) return Infinity;
  return Math.max(delayMs, Math.min(delayMs * 2 ** round, leftMs / Math.max(1, sendsLeft)));
}
