/** Writes text to standard output, all of it: a pipe takes a part at a time. */
export function writeStandardOutput(text: string): void {
  let octets = new TextEncoder().encode(text);
  while (octets.length > 0) octets = octets.subarray(Deno.stdout.writeSync(octets));
}
