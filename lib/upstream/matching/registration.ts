import type { SocketAddress } from "../../base/net/address.ts";
import type { Response } from "../../response/response.ts";

/** Who is told of replies that are right in all but one thing, and so do not count. */
export interface Doubts {
  /** Called for each reply whose question differs in nothing but letter case. Without it, case does not matter. */
  readonly onWrongCase?: (() => void) | undefined;
  /** Called for each reply that is right in all but its cookie. Without it, cookies do not matter. */
  readonly onWrongCookie?: (() => void) | undefined;
}

/** Who waits for replies, and for how long. */
export interface Listener {
  /** Asked at the deadline of a query: until when its reply is waited for after all; what is not later than `nowMs`: no. */
  listensUntilMs(nowMs: number): number;
}

/** What `Correlator.register` needs to know of a query. */
export interface Registration extends Doubts {
  /** The upstream that is asked. */
  readonly peer: SocketAddress;
  /** The one question that is asked, in wire format and as it is sent; not changed any more. */
  readonly question: Uint8Array<ArrayBuffer>;
  /** Until when a reply is waited for, unless `owner` says otherwise then. */
  readonly deadlineMs: number;
  /** Without one, `deadlineMs` holds. */
  readonly owner?: Listener | null | undefined;
  /** Whether a reply that is right in all else has the right cookie. */
  readonly isGenuine?: ((response: Response) => boolean) | undefined;
  /** Makes the error with which `reply` fails at the deadline. */
  readonly expired: () => Error;
  /** The same for when the query cannot be sent, because of `cause`. */
  readonly notSent: (cause: unknown) => Error;
}
