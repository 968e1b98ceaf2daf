import type { Response } from "../response/response.ts";
import type { Doubts } from "./matching/registration.ts";
import type { Request } from "./request.ts";

/** A way to ask one upstream: UDP or TCP. */
export interface Transport {
  /**
   * Sends `query` on behalf of `request`, and waits for the response, which is lent as `LaterResponse` says.
   *
   * @param query Its ID is written here. Only lent: the caller may overwrite it afterwards.
   * @param question The question in `query`, in octets that stay as they are.
   * @param doubts Told of replies that are right but for their letter case, or their cookie. What it does not ask for does
   * not matter.
   * @throws {UpstreamError} when none came by the request's deadline, or nothing could be sent.
   */
  exchange(
    query: Uint8Array<ArrayBuffer>,
    question: Uint8Array<ArrayBuffer>,
    request: Request,
    doubts?: Doubts,
  ): PromiseLike<Response>;
}
