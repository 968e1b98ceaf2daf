/** Octets written as hexadecimal, blanks and `; comments` in between. */
export function hex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(text.replace(/;.*$/gm, "").replace(/\s/g, ""));
}

/** A message of an ID, all flags clear, QDCOUNT, ANCOUNT, NSCOUNT and ARCOUNT, and what stands behind the header. */
export function withHeader(counts: readonly [number, number, number, number], body: string): Uint8Array<ArrayBuffer> {
  return hex(`1234 0000 ${counts.map((count) => count.toString(16).padStart(4, "0")).join(" ")} ${body}`);
}
