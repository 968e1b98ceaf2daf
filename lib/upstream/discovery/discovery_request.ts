import { TYPE } from "../../wire/iana.ts";
import { ownRequest } from "../own_request.ts";
import type { Request } from "../request.ts";
import { DISCOVERY_NAME } from "./designations.ts";

/** What has not been said by then is not waited for: nobody waits but we. */
const WAIT_MS = 5000;

/** What a server is asked how else it can be asked; whoever it names is asked the same, to see whether he answers. */
export function discoveryRequest(nowMs: number): Request {
  return ownRequest({ name: DISCOVERY_NAME, type: TYPE.SVCB, deadlineMs: nowMs + WAIT_MS });
}
