import { Later } from "../../base/later.ts";
import type { Response } from "../../response/response.ts";

/** A response that comes later. It is lent: whoever keeps it for longer than `arrived` takes copies it. */
export class LaterResponse extends Later<Response> {
  /** See `Later`. */
  protected override kept(response: Response): Response {
    return response.copy();
  }
}
