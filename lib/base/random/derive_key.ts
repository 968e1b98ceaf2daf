import { concat } from "@std/bytes/concat";
import type { RandomSource } from "../runtime.ts";
import { sipHash24, SIPHASH_KEY_OCTETS } from "./siphash.ts";

/** What a derived key is for: keys for different purposes say nothing about each other. */
export type KeyPurpose = "cookies" | "loops";

/**
 * The key for a purpose, and for a number such as that of a day. Whoever has the same secret comes to the same key; who
 * has one key comes to no other, for SipHash is a pseudorandom function.
 *
 * @param secret 16 octets.
 * @returns 16 octets.
 */
export function deriveKey(secret: Uint8Array, purpose: KeyPurpose, number: number): Uint8Array<ArrayBuffer> {
  const half = (which: number) => sipHash24(secret, new TextEncoder().encode(`${purpose} ${number} ${which}`));
  return concat([half(0), half(1)]);
}

/** A secret to derive keys from. */
export function drawSecret(random: RandomSource): Uint8Array<ArrayBuffer> {
  const secret = new Uint8Array(SIPHASH_KEY_OCTETS);
  random.fill(secret);
  return secret;
}
