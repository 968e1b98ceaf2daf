import type { HttpExchange } from "../../../base/http/http_exchange.ts";

/** RFC 8484 §6. */
export const DNS_MESSAGE = "application/dns-message";
/** Methods that HTTP knows (RFC 9110 §9.1, RFC 5789): others are not implemented, these are not allowed. */
const KNOWN_METHODS = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"]);

/** The DNS message that a request has in its path, that it has one as its content, or the status that answers what is no question. */
export type Asked = Uint8Array<ArrayBuffer> | "content" | number;

/** Reads a request (RFC 8484 §4.1) whose path is one where questions are answered. */
export function readRequest(exchange: HttpExchange): Asked {
  const { method, path } = exchange;
  if (method === "GET") return messageInPath(path);
  if (method !== "POST") return KNOWN_METHODS.has(method) ? 405 : 501;
  const type = exchange.field("content-type");
  const isMessage = type !== null && (type === DNS_MESSAGE || mediaTypeOf(type) === DNS_MESSAGE);
  const coding = exchange.field("content-encoding");
  return isMessage && (coding === null || coding === "identity") ? "content" : 415;
}

/** The path of a request without its query. */
export function pathOf({ path }: HttpExchange): string {
  const mark = path.indexOf("?");
  return mark === -1 ? path : path.slice(0, mark);
}

/** Of `dns`, in base64url without padding (RFC 8484 §6); padding is overlooked. */
function messageInPath(path: string): Uint8Array<ArrayBuffer> | number {
  const mark = path.indexOf("?");
  if (mark === -1) return 400;
  for (let at = mark + 1; at < path.length;) {
    const next = path.indexOf("&", at);
    const end = next === -1 ? path.length : next;
    if (path.startsWith("dns=", at)) return decoded(path.slice(at + "dns=".length, end));
    at = end + 1;
  }
  return 400;
}

function decoded(text: string): Uint8Array<ArrayBuffer> | number {
  try {
    const plain = text.includes("%") ? decodeURIComponent(text) : text;
    return Uint8Array.fromBase64(plain, { alphabet: "base64url" });
  } catch {
    return 400;
  }
}

/** Without parameters (RFC 9110 §8.3.1). */
function mediaTypeOf(type: string): string {
  return type.split(";", 1)[0]!.trim().toLowerCase();
}
