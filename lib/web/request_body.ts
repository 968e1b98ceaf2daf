import { readBody } from "../base/http/read_body.ts";
import type { Timers } from "../base/runtime.ts";
import { ApiError } from "./api/api_error.ts";

/** How long the body of a request may take to come. */
export const BODY_MS = 10_000;

/**
 * The body of a request as JSON; `undefined` when there is none.
 *
 * @throws {ApiError} when it is too long, takes too long, or is something else.
 */
export async function jsonBody(request: Request, octetsMax: number, timers: Timers): Promise<unknown> {
  const late = Promise.withResolvers<never>();
  const cancel = timers.start(BODY_MS, () => late.reject(new ApiError(408, "The body does not come")));
  // Who is late is told so; what comes of the rest is nobody's affair.
  late.promise.catch(() => {});
  try {
    const text = await Promise.race([readBody(request, octetsMax).catch(unreadable), late.promise]);
    if (text === null) throw new ApiError(413, `The body may have ${octetsMax} octets at most`);
    return text === "" ? undefined : parse(text);
  } finally {
    cancel();
  }
}

/** Octets that are read of what nobody wants. */
const UNWANTED_OCTETS_MAX = 16_384;
/** How long it is waited for. */
const UNWANTED_MS = 1000;

/**
 * Reads what nobody wants to know: an answer in front of the end of a request resets its stream (RFC 9113 §8.1), and some take that for
 * no answer.
 */
export async function discardBody(request: Request, timers: Timers): Promise<void> {
  if (request.body === null || request.bodyUsed) return;
  const late = Promise.withResolvers<null>();
  const cancel = timers.start(UNWANTED_MS, () => late.resolve(null));
  await Promise.race([readBody(request, UNWANTED_OCTETS_MAX).catch(() => null), late.promise]);
  cancel();
}

function unreadable(): never {
  throw new ApiError(400, "The body must be UTF-8, and come to its end");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(400, "The body must be JSON");
  }
}
