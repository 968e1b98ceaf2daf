import type { Digests } from "../base/random/digests.ts";

/** Those of Node's library, which is loaded only now: few programs need it. */
export async function loadDigests(): Promise<Digests> {
  const { createHash, createHmac } = await import("node:crypto");
  return {
    sha256: (octets) => new Uint8Array(createHash("sha256").update(octets).digest()),
    hmacSha256: (key, octets) => new Uint8Array(createHmac("sha256", key).update(octets).digest()),
  };
}
