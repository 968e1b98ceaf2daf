/** The first octet of a compression pointer, at least (RFC 1035 §4.1.4). */
const POINTER_MIN = 0xc0;

/** Where the name ends that begins at `at`, in a readable message. What its pointer leads to is not looked at, and may be gone. */
export function behindOwner(octets: Uint8Array, at: number): number {
  // hot path
  while (octets[at] !== 0 && octets[at]! < POINTER_MIN) at += 1 + octets[at]!;
  return octets[at] === 0 ? at + 1 : at + 2;
}
