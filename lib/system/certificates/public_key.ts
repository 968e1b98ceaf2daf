import { NODE } from "../network/node_modules.ts";

/**
 * The public key (SubjectPublicKeyInfo, DER) of a private one, PEM.
 *
 * @throws {Error} when it cannot be read.
 */
export function publicKeyOf(key: string): Uint8Array {
  const { createPrivateKey, createPublicKey } = NODE.crypto;
  // Its types know less than it does.
  return createPublicKey(createPrivateKey(key) as unknown as string).export({ type: "spki", format: "der" });
}
