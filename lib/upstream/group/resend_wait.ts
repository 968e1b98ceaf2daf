import { type Request, sendsLeft } from "../request.ts";
import type { Upstream } from "../upstream.ts";

/** What the time before a resend depends on, but for who is silent. */
export interface ResendCircumstances {
  /** What is asked. The sends that it has left include the one whose silence is waited for. */
  readonly request: Pick<Request, "sendsMax" | "sendCount">;
  /** How often all upstreams have been asked again already; negative as long as there are some that have not been asked. */
  readonly round: number;
  /** Time that the question has left. */
  readonly leftMs: number;
}

/** Who is asked, as far as it says how long others wait for their turn. */
export type Asked = Pick<Upstream, "hedgeDelayMs">;

/** Who is silent. */
export type Silent = Pick<Upstream, "resendDelayMs" | "isLossy" | "isJammed">;

/** Two sends of a question over a lossy path are at least this far apart, however little time there is. */
const LOSSY_MIN_MS = 30;
/** By then it is known better how much gets lost on a path, and there may be more sends left than there were. */
const LOOK_AGAIN_MS = 250;
/**
 * This share of the sends over a lossy path is kept, and spread over the time that is left: losses may come in bursts, and
 * bursts last. Hardly one question of 1,000 gets so far.
 */
const KEPT_SHARE = 0.4;

/**
 * How long the reply of whoever was asked last is waited for, in milliseconds, before the next one is asked, who has not been
 * yet (`round` is negative), or `silent` again.
 */
export function waitMsFor(asked: Asked, silent: Silent, circumstances: ResendCircumstances): number {
  return circumstances.round < 0 ? asked.hedgeDelayMs : resendWaitMs(silent, circumstances);
}

/** After so much silence the next one is asked whatever that costs, in milliseconds; `waitMs` is what `waitMsFor` says. */
export function patienceMs(waitMs: number, { silenceMs }: Pick<Upstream, "silenceMs">, leftMs: number): number {
  return Math.max(waitMs, Math.min(silenceMs, leftMs / 2));
}

/**
 * How long the reply to a send is waited for, in milliseconds, before the question is sent again. RFC 6298 §5.5: each
 * silence doubles the timeout; yet the sends that are left are to have their place in the time that is left.
 */
export function resendWaitMs(silent: Silent, circumstances: ResendCircumstances): number {
  const { resendDelayMs: delayMs, isLossy } = silent;
  const { request, round, leftMs } = circumstances;
  // An upstream that usually takes longer than half of the time is asked again then. Likewise over TCP, once: a connection
  // repeats by itself what gets lost.
  if (round === 0) return Math.min(delayMs, leftMs / 2);
  if (delayMs === Infinity) return Infinity;
  if (isLossy) return lossyWaitMs(silent, circumstances);
  // After the last send nothing is waited for but that the path turns out to be lossy.
  if (sendsLeft(request) <= 1) return LOOK_AGAIN_MS;
  return Math.max(delayMs, Math.min(delayMs * 2 ** round, leftMs / sendsLeft(request)));
}

/**
 * The same over a path that is known to lose. Doubling is for a sender whose own datagrams jam the path (RFC 6298 §5.5, RFC
 * 8085 §3.1.1); here a question takes as many small ones until one comes through, whatever the time in between, and the next
 * is as likely to as the last. So the timeout stays what it is. What bounds them instead is their number, see `PathLoss`, and
 * that replies have to pay for them, see `SpareSends`.
 */
function lossyWaitMs(
  { resendDelayMs: delayMs, isJammed }: Silent,
  { request, round, leftMs }: ResendCircumstances,
): number {
  const left = sendsLeft(request);
  const shareMs = Math.min(LOOK_AGAIN_MS, leftMs / Math.max(1, left));
  // A long way leaves no time to wait for each reply: ever less, because ever fewer questions come that far.
  const enoughMs = isJammed ? delayMs : Math.max(delayMs / 2 ** round, LOSSY_MIN_MS);
  const waitMs = Math.max(shareMs, enoughMs);
  return left > KEPT_SHARE * request.sendsMax ? Math.min(delayMs, waitMs) : waitMs;
}
