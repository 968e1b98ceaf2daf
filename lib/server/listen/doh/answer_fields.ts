import type { HttpFields } from "../../../base/http/http_exchange.ts";
import { DNS_MESSAGE } from "./read_request.ts";

/** A day. More is no use to a cache between, and there is an object for each number. */
const SECONDS_MAX = 86_400;
/** Those that were asked for lately: TTLs grow old second by second, and few are asked for at a time. */
const KEPT_MAX = 4096;

const kept = new Map<number, HttpFields>();

/** The fields of an answer that holds for so many seconds (RFC 8484 §5.1); the same object for the same number. */
export function answerFields(seconds: number): HttpFields {
  const age = Math.min(seconds, SECONDS_MAX);
  const known = kept.get(age);
  if (known !== undefined) return known;
  if (kept.size >= KEPT_MAX) kept.clear();
  const fields: HttpFields = ["content-type", DNS_MESSAGE, "cache-control", `max-age=${age}`];
  kept.set(age, fields);
  return fields;
}

const ALLOW: HttpFields = ["allow", "GET, POST"];
const NO_FIELDS: HttpFields = [];

/** What is said with a status that is no answer (RFC 9110 §15.5.6). */
export function refusalFields(status: number): HttpFields {
  return status === 405 ? ALLOW : NO_FIELDS;
}
