import type { HttpServerLimits } from "../../../base/http/http_exchange.ts";
import { KIB } from "../../../base/units.ts";
import { QUERIES_PER_CONNECTION_MAX } from "../../limits.ts";

/** What a client may make of a connection over HTTP; queries at work are counted by whoever works, whatever became of their streams. */
export const HTTP_LIMITS: HttpServerLimits = {
  streams: QUERIES_PER_CONNECTION_MAX,
  headerOctets: 16 * KIB,
  resets: 200,
  contentOctets: 128 * KIB,
};

/** How long the content of a request may take. */
export const CONTENT_TIMEOUT_MS = 5000;
