/** Whoever read standard output does so no more. */
export class UnreadError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "UnreadError";
}

/**
 * Writes text to standard output, all of it: a pipe takes a part at a time.
 *
 * @throws {UnreadError} when nobody reads it any more.
 */
export function writeStandardOutput(text: string): void {
  let octets = new TextEncoder().encode(text);
  try {
    while (octets.length > 0) octets = octets.subarray(Deno.stdout.writeSync(octets));
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) {
      throw new UnreadError("nobody reads what is printed", { cause: error });
    }
    throw error;
  }
}
