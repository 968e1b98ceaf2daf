import type { SocketAddress } from "../../base/net/address.ts";
import type { Response } from "../../response/response.ts";

/** Who is told of replies that are right in all but one thing, and so do not count. */
export interface Doubts {
  /** Whether a reply has to have the letter case of the question. */
  readonly mindsCase: boolean;
  /** Whether a reply has to have the cookie that was sent; see `AskedServer.isGenuine`. */
  readonly mindsCookie: boolean;
  /** Called for each reply whose question differs in nothing but letter case. */
  onWrongCase(): void;
  /** Called for each reply that is right in all but its cookie. */
  onWrongCookie(): void;
}

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
  /** Makes the error with which a reply fails at the deadline. */
  readonly expired: () => Error;
  /** The same for when the query cannot be sent, because of `cause`. */
  readonly notSent: (cause: unknown) => Error;
}
