import { MESSAGE_OCTETS_MAX } from "./header.ts";
import type { Name } from "./name.ts";
import { WrittenNames } from "./written_names.ts";

const INITIAL_OCTETS = 512;

/** The message being written has outgrown its limit. */
export class MessageTooLongError extends Error {
  /** Shown in front of the message. */
  override readonly name = "MessageTooLongError";
}

/** Writes a message into a buffer of its own, growing it as needed up to a limit. */
export class Writer {
  readonly #limitOctets: number;
  #octets: Uint8Array<ArrayBuffer>;
  #view: DataView<ArrayBuffer>;
  #offset = 0;
  readonly #names = new WrittenNames();

  /**
   * Starts an empty message.
   *
   * @param limitOctets Writing more throws {@linkcode MessageTooLongError}.
   */
  constructor(limitOctets: number = MESSAGE_OCTETS_MAX) {
    this.#limitOctets = limitOctets;
    this.#octets = new Uint8Array(Math.min(INITIAL_OCTETS, limitOctets));
    this.#view = new DataView(this.#octets.buffer);
  }

  /** Where the next octet goes: the number of octets written. */
  get offset(): number {
    return this.#offset;
  }

  /** Writes a number of 0–255 in one octet. */
  uint8(value: number): void {
    // The offset first: making room replaces the view.
    const offset = this.#advance(1);
    this.#view.setUint8(offset, value);
  }

  /** Writes a number of 0–65535 in two octets. */
  uint16(value: number): void {
    const offset = this.#advance(2);
    this.#view.setUint16(offset, value);
  }

  /** Writes a number of 0–4294967295 in four octets. */
  uint32(value: number): void {
    const offset = this.#advance(4);
    this.#view.setUint32(offset, value);
  }

  /** Writes a copy of `octets`. */
  octets(octets: Uint8Array): void {
    const offset = this.#advance(octets.length);
    this.#octets.set(octets, offset);
  }

  /** Writes `name` in full. It may still be pointed to by later compressed names. */
  name(name: Name): void {
    this.#names.add(name, this.#offset);
    this.octets(name);
  }

  /**
   * Writes `name`, replacing its longest suffix that was written before by a pointer (RFC 1035 §4.1.4). Letter case must
   * match too: a pointer to another spelling would change what the asker sees (RFC 4343 §4.1 asks to preserve it).
   * No pointer is written that would make the message unreadable to ourselves, see `WrittenNames`.
   */
  compressedName(name: Name): void {
    const { start, target } = this.#names.addCompressed(name, this.#offset);
    this.octets(name.subarray(0, start));
    if (target !== null) this.uint16(0xc000 | target);
  }

  /** Overwrites the two octets at `offset`, which were written before: lengths and counts known only afterwards. */
  patchUint16(offset: number, value: number): void {
    this.#view.setUint16(offset, value);
  }

  /** The message so far; a view of the writer's buffer, which is the caller's once writing has ended. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#octets.subarray(0, this.#offset);
  }

  #advance(count: number): number {
    const start = this.#offset;
    const end = start + count;
    if (end > this.#limitOctets) throw new MessageTooLongError(`Message needs more than ${this.#limitOctets} octets`);
    if (end > this.#octets.length) this.#grow(end);
    this.#offset = end;
    return start;
  }

  #grow(neededOctets: number): void {
    const grown = new Uint8Array(Math.min(this.#limitOctets, Math.max(neededOctets, 2 * this.#octets.length)));
    grown.set(this.#octets);
    this.#octets = grown;
    this.#view = new DataView(grown.buffer);
  }
}
