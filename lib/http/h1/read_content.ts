import { concat } from "@std/bytes/concat";
import { EndOfStream, type OctetReader, TooLong } from "./octet_reader.ts";

/** Lines behind the chunks that are read, for nothing (RFC 9112 §7.1.2). */
const TRAILERS_MAX = 16;

/**
 * Reads content (RFC 9112 §6.3), `contentLength` octets or, for -1, chunks (§7.1). `null` when there is more than `octetsMax`: then
 * nothing that comes behind it can be read.
 *
 * @throws {EndOfStream} when it ends before its end, or is no content.
 */
export async function readContent(
  reader: OctetReader,
  contentLength: number,
  octetsMax: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (contentLength > octetsMax) return null;
  if (contentLength !== -1) return await read(reader, contentLength);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for (let octets = 0;;) {
    const size = await chunkSize(reader);
    if (size === 0) break;
    octets += size;
    if (octets > octetsMax) return null;
    chunks.push(await read(reader, size));
    if (await reader.textUntil("\r\n") !== "") throw new EndOfStream("a chunk is longer than it says");
  }
  for (let count = 0; await reader.textUntil("\r\n") !== ""; count++) if (count === TRAILERS_MAX) throw new TooLong();
  return concat(chunks);
}

async function read(reader: OctetReader, octets: number): Promise<Uint8Array<ArrayBuffer>> {
  const content = new Uint8Array(octets);
  await reader.fill(content);
  return content;
}

/** What stands behind the size means nothing (RFC 9112 §7.1.1). */
async function chunkSize(reader: OctetReader): Promise<number> {
  const [, digits] = /^([0-9a-fA-F]{1,8})[ \t]*(?:;.*)?$/.exec(await reader.textUntil("\r\n")) ?? [];
  if (digits === undefined) throw new EndOfStream("a chunk says no size");
  return parseInt(digits, 16);
}
