import { formatSocketAddress } from "../../lib/base/net/address.ts";
import type { Passage } from "./world_network.ts";

/** What happened in a world, in order: a hash of all of it, and the lines themselves where they are wanted. */
export class Trace {
  /** Empty unless the lines are kept. */
  readonly lines: string[] = [];
  readonly #isKept: boolean;
  #high = 0x811c_9dc5;
  #low = 0x9e37_79b9;

  constructor({ isKept }: { isKept: boolean }) {
    this.#isKept = isKept;
  }

  /** Equal for equal traces; for different ones almost surely different. */
  get hash(): string {
    return [this.#high, this.#low].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
  }

  /** Adds a line. */
  add(nowMs: number, text: string): void {
    const line = `${nowMs.toFixed(3).padStart(12)} ${text}`;
    for (let i = 0; i < line.length; i++) {
      this.#high = Math.imul(this.#high ^ line.charCodeAt(i), 0x0100_0193);
      this.#low = Math.imul(this.#low ^ line.charCodeAt(i), 0x85eb_ca6b);
    }
    if (this.#isKept) this.lines.push(line);
  }

  /** Adds what happened to a datagram. */
  addPassage(nowMs: number, { kind, from, to, octets }: Passage): void {
    this.add(
      nowMs,
      `${kind.padEnd(9)} ${formatSocketAddress(from)} → ${formatSocketAddress(to)} ${octets.length} ${octets.toHex()}`,
    );
  }
}
