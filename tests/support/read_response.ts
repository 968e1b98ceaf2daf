import { Response } from "../../lib/response/response.ts";

/** A response that has been read, for whoever judges it; it belongs to the caller. */
export function readResponse(octets: Uint8Array<ArrayBuffer>): Response {
  const response = new Response();
  response.read(octets);
  return response;
}
