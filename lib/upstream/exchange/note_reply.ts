import { FLAG } from "../../wire/header.ts";
import type { Responder, Response } from "../../response/response.ts";
import type { Request } from "../request.ts";

/** Writes down that the reply of `upstream` has come, if somebody wants to know. */
export function noteReply({ trace }: Request, { name }: Responder, { scan, octets }: Response): void {
  // hot path
  if (!trace) return;
  const isTruncated = (scan.flags & FLAG.TC) !== 0;
  trace.note({ kind: "replied", upstream: name, rcode: scan.rcode, octets: octets.length, isTruncated });
}
