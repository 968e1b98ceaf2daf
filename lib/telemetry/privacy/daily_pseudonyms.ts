import { drawSecret } from "../../base/random/derive_key.ts";
import { sipHash24 } from "../../base/random/siphash.ts";
import type { RandomSource } from "../../base/runtime.ts";
import { RecentClients } from "./recent_clients.ts";

const DAY_MS = 86_400_000;
const NO_KEY = new Uint8Array(0);

/**
 * Names for clients: the same one for a client all day (UTC), another one the next day. The key is drawn anew each day and at each
 * start, is written down nowhere and forgotten: who has the names comes to no address, for all addresses would have to be tried
 * with the key, and who has those of two days cannot tell who is who.
 */
export class DailyPseudonyms {
  readonly #random: RandomSource;
  readonly #recent: RecentClients<Uint8Array<ArrayBuffer>>;
  #key: Uint8Array = NO_KEY;
  #day = NaN;

  /** Draws its keys from `random`. */
  constructor(random: RandomSource) {
    this.#random = random;
    this.#recent = new RecentClients((address) => sipHash24(this.#key, address));
  }

  /** Of an address, the first 4 or 16 of these octets, that asked at `timeMs`; 8 octets. */
  of(address: Uint8Array<ArrayBuffer>, length: number, timeMs: number): Uint8Array<ArrayBuffer> {
    // hot path
    const day = Math.floor(timeMs / DAY_MS);
    if (day !== this.#day) {
      this.#key = drawSecret(this.#random);
      this.#day = day;
      this.#recent.clear();
    }
    return this.#recent.of(address, length);
  }
}
