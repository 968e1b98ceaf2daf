import type { HttpFields } from "../../base/http/http_exchange.ts";
import { contentLengthIn, fieldIn, isFieldName, isFieldValue } from "../fields.ts";

/** What is asked for by the header of an HTTP/1.1 request. */
export interface H1Head {
  /** Such as `GET`. */
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Names in lower case and values by turns. */
  readonly fields: HttpFields;
  /** Octets of content; -1 for chunks. */
  readonly contentLength: number;
  /** Whether the connection is closed behind the answer. */
  readonly isLast: boolean;
}

/**
 * Reads a header, without the empty line behind it, or the status that answers what is none. Strict: what two programs could read
 * differently (RFC 9112 §11.2) is refused. Lines end with CRLF, nothing is folded, no field has a space before its colon.
 */
export function readHead(text: string): H1Head | number {
  const [first, ...lines] = text.split("\r\n");
  const [, method, target, major, minor] = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([^ ]+) HTTP\/(\d)\.(\d)$/.exec(first!) ??
    [];
  if (method === undefined) return 400;
  if (major !== "1") return 505;
  const fields: string[] = [];
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(colon, 0)).toLowerCase();
    const value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, "");
    if (!isFieldName(name) || !isFieldValue(value)) return 400;
    fields.push(name, value);
  }
  const path = pathIn(target!);
  const isOld = minor === "0";
  const host = fieldIn(fields, "host");
  // RFC 9112 §3.2: exactly one.
  if (path === null || (host === null ? !isOld : host.includes(","))) return 400;
  const contentLength = lengthOf(fields, isOld);
  if (contentLength < -1) return -contentLength;
  const tokens = (fieldIn(fields, "connection") ?? "").toLowerCase().split(",").map((token) => token.trim());
  return { method, path, fields, contentLength, isLast: isOld || tokens.includes("close") };
}

/** Origin form or absolute form (RFC 9112 §3.2). */
function pathIn(target: string): string | null {
  if (target.startsWith("/") || target === "*") return target;
  const [, path] = /^https?:\/\/[^/?#]+(\/[^#]*)?$/i.exec(target) ?? [];
  return path ?? null;
}

/** Octets of content, -1 for chunks; a status, negative, for what cannot be or is not implemented (RFC 9112 §6). */
function lengthOf(fields: HttpFields, isOld: boolean): number {
  const coding = fieldIn(fields, "transfer-encoding");
  const length = contentLengthIn(fields);
  if (length === null) return -400;
  if (coding === null) return Math.max(0, length);
  // RFC 9112 §6.1: both may be "an attempt to perform request smuggling".
  if (length !== -1 || isOld) return -400;
  return coding.toLowerCase() === "chunked" ? -1 : -501;
}
