import type { HttpFields } from "../../base/http/http_exchange.ts";
import { contentLengthIn, isFieldName, isFieldValue } from "../fields.ts";

/** Fields that say something of one connection, which HTTP/2 does itself (RFC 9113 §8.2.2). */
const OF_CONNECTIONS = new Set(["connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade"]);

/** What is asked for. */
export interface RequestHead {
  /** Such as `GET`. */
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** The host; `null` where none is said. */
  readonly authority: string | null;
  /** All others, the pseudo fields as well. */
  readonly fields: HttpFields;
  /** What the content must have; -1 when nothing is said. */
  readonly contentLength: number;
}

/** What is answered. */
export interface ResponseHead {
  /** Such as 200. */
  readonly status: number;
  /** See `RequestHead`. */
  readonly fields: HttpFields;
  /** See `RequestHead`. */
  readonly contentLength: number;
}

/** The request that a header says, or `null` when it is none (RFC 9113 §8.3.1). */
export function requestHead(fields: HttpFields): RequestHead | null {
  const pseudo = pseudoIn(fields, [":method", ":scheme", ":path", ":authority"]);
  const contentLength = contentLengthIn(fields);
  if (pseudo === null || contentLength === null) return null;
  const [method, scheme, path, authority] = pseudo;
  // An asterisk is no path; CONNECT has none, and is for proxies.
  if (method === undefined || scheme === undefined || path === undefined || !/^[/*]/.test(path)) return null;
  return { method, path, authority: authority ?? null, fields, contentLength };
}

/** The response that a header says, or `null` when it is none (RFC 9113 §8.3.2). */
export function responseHead(fields: HttpFields): ResponseHead | null {
  const pseudo = pseudoIn(fields, [":status"]);
  const contentLength = contentLengthIn(fields);
  if (pseudo === null || contentLength === null) return null;
  const [status] = pseudo;
  return status !== undefined && /^\d{3}$/.test(status) ? { status: Number(status), fields, contentLength } : null;
}

/** Whether a header behind the content (RFC 9113 §8.1) is one. */
export function isTrailer(fields: HttpFields): boolean {
  return pseudoIn(fields, []) !== null;
}

/** The values of pseudo fields, which stand before all others, each once. `null` when something is not as it must be (RFC 9113 §8.2, §8.3). */
function pseudoIn(fields: HttpFields, names: readonly string[]): (string | undefined)[] | null {
  const values: (string | undefined)[] = names.map(() => undefined);
  let isPast = false;
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i]!;
    const value = fields[i + 1]!;
    if (!isFieldValue(value)) return null;
    if (name.startsWith(":")) {
      const place = names.indexOf(name);
      if (isPast || place === -1 || values[place] !== undefined) return null;
      values[place] = value;
      continue;
    }
    isPast = true;
    if (!isFieldName(name) || OF_CONNECTIONS.has(name) || (name === "te" && value !== "trailers")) return null;
  }
  return values;
}
