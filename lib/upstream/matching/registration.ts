import type { SocketAddress } from "../../base/net/address.ts";
import type { Response } from "../../response/response.ts";

/** Who waits for replies, and for how long. */
export interface Listener {
  /** Asked at the deadline of a query: until when its reply is waited for after all; what is not later than `nowMs`: no. */
  listensUntilMs(nowMs: number): number;
}

/** Whom queries are for; the same for all of them. */
export interface AskedServer {
  /** Where it is asked, and replies from. */
  readonly address: SocketAddress;
  /** Whether a reply that is right in all else has the right cookie. */
  readonly isGenuine?: ((response: Response) => boolean) | undefined;
  /** What is wrong with the reply to a query that expects a cookie, `null` if nothing is: the query fails with it. */
  readonly faultOf?: ((response: Response) => Error | null) | undefined;
  /** Makes the error with which a reply fails at the deadline. */
  readonly expired: () => Error;
  /** The same for when the query cannot be sent, because of `cause`. */
  readonly notSent: (cause: unknown) => Error;
}
