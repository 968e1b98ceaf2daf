import { concat } from "@std/bytes/concat";

/**
 * The content of a request as text; `null` when it is longer than `octetsMax`, of which no more is read.
 *
 * @throws {TypeError} when it is not UTF-8, or ends before its end.
 */
export async function readBody(request: Request, octetsMax: number): Promise<string | null> {
  const told = Number(request.headers.get("content-length") ?? 0);
  if (told > octetsMax) return null;
  if (request.body === null) return "";
  const chunks: Uint8Array[] = [];
  let octetCount = 0;
  for await (const chunk of request.body) {
    octetCount += chunk.length;
    if (octetCount > octetsMax) return null;
    chunks.push(chunk);
  }
  return new TextDecoder("utf-8", { fatal: true }).decode(concat(chunks));
}
