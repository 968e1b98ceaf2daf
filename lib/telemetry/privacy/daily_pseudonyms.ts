import { drawSecret } from "../../base/random/derive_key.ts";
import { sipHash24 } from "../../base/random/siphash.ts";
import type { RandomSource } from "../../base/runtime.ts";

const DAY_MS = 86_400_000;

/**
 * Names for clients: the same one for a client all day (UTC), another one the next day. The key is drawn anew each day and at each
 * start, is written down nowhere and forgotten: who has the names comes to no address, for all addresses would have to be tried
 * with the key, and who has those of two days cannot tell who is who.
 */
export class DailyPseudonyms {
  readonly #random: RandomSource;
  #key: Uint8Array | null = null;
  #day = -1;

  /** Draws its keys from `random`. */
  constructor(random: RandomSource) {
    this.#random = random;
  }

  /** Of an address of 4 or 16 octets that asked at `timeMs`; 8 octets. */
  of(address: Uint8Array, timeMs: number): Uint8Array<ArrayBuffer> {
    const day = Math.floor(timeMs / DAY_MS);
    if (this.#key === null || day !== this.#day) {
      this.#key = drawSecret(this.#random);
      this.#day = day;
    }
    return sipHash24(this.#key, address);
  }
}
