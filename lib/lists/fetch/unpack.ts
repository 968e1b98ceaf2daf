import { FetchError } from "./fetch_error.ts";

/** How a file in gzip format begins (RFC 1952 §2.3.1). */
const GZIP = [0x1f, 0x8b] as const;
/** So much is unpacked at once: 1,032 times as much may come of it, and others wait meanwhile. */
const PACKED_OCTETS_MAX = 1024;

/**
 * The octets of a list, unpacked when it is a gzip file: what HTTP has packed for the way is unpacked already, but some lists are
 * packed where they stand. Nothing is unpacked that nobody takes.
 *
 * @throws {FetchError} when that is broken.
 */
export async function* unpack(
  body: AsyncIterable<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const chunks = body[Symbol.asyncIterator]();
  try {
    let start = new Uint8Array(0);
    while (start.length < GZIP.length) {
      const { done, value } = await chunks.next();
      if (done) break;
      start = start.length === 0 ? value : joined(start, value);
    }
    const rest = restOf(start, chunks);
    if (GZIP.every((octet, i) => start[i] === octet)) yield* gunzip(rest);
    else yield* rest;
  } finally {
    await chunks.return?.();
  }
}

async function* restOf(
  start: Uint8Array<ArrayBuffer>,
  chunks: AsyncIterator<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (start.length > 0) yield start;
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
}

async function* gunzip(
  packed: AsyncIterable<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  // What fails before the packing is told as it is.
  let failure: { readonly error: unknown } | null = null;
  const pieces = async function* () {
    try {
      for await (const chunk of packed) {
        for (let at = 0; at < chunk.length; at += PACKED_OCTETS_MAX) yield chunk.slice(at, at + PACKED_OCTETS_MAX);
      }
    } catch (error) {
      failure = { error };
      throw error;
    }
  };
  try {
    yield* ReadableStream.from(pieces()).pipeThrough(new DecompressionStream("gzip"));
  } catch (error) {
    if (failure !== null) throw (failure as { error: unknown }).error;
    throw new FetchError("it is a broken gzip file", { cause: error });
  }
}

function joined(a: Uint8Array<ArrayBuffer>, b: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
