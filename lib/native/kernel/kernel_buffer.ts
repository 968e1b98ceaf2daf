import { assert } from "../../base/assert.ts";

/** Typed arrays of up to this many octets may live inside the garbage-collected heap, and move. */
const MOVABLE_OCTETS_MAX = 64;

/** Memory at an address that stays, for what the kernel is told by pointer. Reachable as long as this object is. */
export class KernelBuffer {
  /** All of it. */
  readonly octets: Uint8Array<ArrayBuffer>;
  /** The same, in words of 32 bits. */
  readonly words: Uint32Array<ArrayBuffer>;
  /** Where it begins. */
  readonly address: bigint;
  /** The same as the two words of a pointer, the lower half first. */
  readonly pointer: readonly [number, number];

  /** Fresh memory of `sizeOctets`, a multiple of 8 and more than 64, all zero. */
  constructor(sizeOctets: number) {
    assert(sizeOctets > MOVABLE_OCTETS_MAX && sizeOctets % 8 === 0, "what the kernel sees does not move");
    this.octets = new Uint8Array(sizeOctets);
    this.words = new Uint32Array(this.octets.buffer);
    this.address = this.#whereItIs();
    this.pointer = [Number(this.address & 0xffff_ffffn), Number(this.address >> 32n)];
    assert(this.address % 8n === 0n, "pointers and sizes are aligned");
  }

  /** Writes the address of `target`, `offset` octets behind its beginning, as a pointer at `at`. */
  putPointer(at: number, target: KernelBuffer, offset = 0): void {
    new DataView(this.octets.buffer).setBigUint64(at, target.address + BigInt(offset), true);
  }

  /** Whether it is where it was when it was made. */
  get hasStayed(): boolean {
    return this.#whereItIs() === this.address;
  }

  #whereItIs(): bigint {
    return Deno.UnsafePointer.value(Deno.UnsafePointer.of(this.octets));
  }
}
