/** What secrets are compared and signed by. */
export interface Digests {
  /** SHA-256 (FIPS 180-4): 32 octets. */
  sha256(octets: Uint8Array): Uint8Array<ArrayBuffer>;
  /** HMAC with SHA-256 (RFC 2104): 32 octets. */
  hmacSha256(key: Uint8Array, octets: Uint8Array): Uint8Array<ArrayBuffer>;
}

/** Whether both say the same. Takes as long wherever they differ, so that nobody finds a secret octet by octet. */
export function isSameSecret(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}
