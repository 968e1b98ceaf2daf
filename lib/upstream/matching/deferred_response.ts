import { Deferred } from "../../base/deferred.ts";
import type { Response } from "../../response/response.ts";

/** A response that comes later. It is lent: whoever keeps it for longer than `arrived` takes copies it. */
export class DeferredResponse extends Deferred<Response> {
  /** See `Deferred`. */
  protected override kept(response: Response): Response {
    return response.copy();
  }
}
