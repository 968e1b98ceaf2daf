import type { FileWriter } from "../../base/writable_files.ts";
import { FetchError } from "./fetch_error.ts";
import { unpack } from "./unpack.ts";

/** HTTP brings chunks of some kilobytes; a file is better written in larger ones. */
const WRITE_OCTETS = 64 * 1024;
const LESS_THAN = 0x3c;

/** How a text is written. */
export interface WriteTextOptions {
  /** Where to. */
  readonly into: FileWriter;
  /** Unpacked, at most. */
  readonly maxSizeOctets: number;
  /** Called when something has come. */
  readonly more: () => void;
}

/**
 * Writes what comes as the text of a list. No more of it than `WRITE_OCTETS` is in memory.
 *
 * @throws {FetchError} when it is too long, or a web page; and whatever `body` throws.
 */
export async function writeText(
  body: AsyncIterable<Uint8Array<ArrayBuffer>>,
  { into, maxSizeOctets, more }: WriteTextOptions,
): Promise<void> {
  const buffer = new Uint8Array(WRITE_OCTETS);
  let length = 0;
  let total = 0;
  let isBegun = false;
  for await (const chunk of unpack(heard(body, more))) {
    total += chunk.length;
    if (total > maxSizeOctets) throw tooLong(maxSizeOctets);
    isBegun ||= begins(chunk);
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + WRITE_OCTETS - length);
      buffer.set(part, length);
      length += part.length;
      at += part.length;
      if (length < WRITE_OCTETS) continue;
      await into.write(buffer);
      length = 0;
    }
  }
  if (length > 0) await into.write(buffer.subarray(0, length));
}

/** What is told of a text that is too long. */
export function tooLong(maxSizeOctets: number): FetchError {
  return new FetchError(`it has more than ${maxSizeOctets} octets`, { isFinal: true });
}

async function* heard(
  body: AsyncIterable<Uint8Array<ArrayBuffer>>,
  more: () => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for await (const chunk of body) {
    more();
    yield chunk;
  }
}

/** Whether anything but white space is in it. No line of a list begins with `<`, and a page of a portal or of an error does. */
function begins(chunk: Uint8Array): boolean {
  const first = chunk.find((octet) => octet > 0x20 && !BYTE_ORDER_MARK.includes(octet));
  if (first === LESS_THAN) throw new FetchError("it is a web page, not a list", { isFinal: true });
  return first !== undefined;
}

const BYTE_ORDER_MARK: readonly number[] = [0xef, 0xbb, 0xbf];
