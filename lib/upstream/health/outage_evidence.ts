import { nameKey, zoneKey } from "../question_keys.ts";

/**
 * Failures in a row, without an answer in between, that show an outage: one lost packet is none, and a handful of queries
 * shows one.
 */
export const FAILURES_TO_OPEN = 4;
/** So many of these may be about names of one zone that the upstream has nothing of use to say of. */
const ZONE_MAX = FAILURES_TO_OPEN / 2;

/** A query that came to nothing. */
export interface Failure {
  /** `noReply`: it was not sent, or nothing came back. `useless`: the reply was SERVFAIL, REFUSED or the like. */
  readonly how: "noReply" | "useless";
  /** What was asked. */
  readonly questionOctets: Uint8Array<ArrayBuffer>;
}

/**
 * Judges whether failures speak of an upstream rather than of what it was asked. A server that refuses one zone, or finds
 * its signatures wrong, may serve all others well; and as its refusals come at once, nobody waits while that is found out.
 * Silence may be a single name's fault, too, but whoever waits for an upstream that is gone waits in vain: it always counts,
 * and the first answer makes up for it.
 */
export class OutageEvidence {
  #count = 0;
  #hasAny = false;
  /** Useless replies that count, by zone. Never more than `FAILURES_TO_OPEN`. */
  readonly #zones = new Map<string, number>();
  /** The name that failed first. */
  #firstName: string | null = null;
  #hasTwoNames = false;

  /** Whether there is any, however little it says. */
  get hasAny(): boolean {
    return this.#hasAny;
  }

  /** Whether it is enough. */
  get isEnough(): boolean {
    return this.#count >= FAILURES_TO_OPEN;
  }

  /** Whether questions for different names have failed: one may be slow or broken where all others are answered. */
  get hasTwoNames(): boolean {
    return this.#hasTwoNames;
  }

  /** Takes a failure into account. */
  add({ how, questionOctets }: Failure): void {
    this.#hasAny = true;
    if (!this.#hasTwoNames) {
      const name = nameKey(questionOctets);
      this.#firstName ??= name;
      this.#hasTwoNames = name !== this.#firstName;
    }
    if (this.isEnough) return;
    if (how === "useless") {
      const zone = zoneKey(questionOctets);
      const count = this.#zones.get(zone) ?? 0;
      if (count >= ZONE_MAX) return;
      this.#zones.set(zone, count + 1);
    }
    this.#count++;
  }

  /** There was an answer. */
  clear(): void {
    // hot path
    if (!this.#hasAny) return;
    this.#hasAny = false;
    this.#count = 0;
    this.#zones.clear();
    this.#firstName = null;
    this.#hasTwoNames = false;
  }
}
