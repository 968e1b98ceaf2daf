import { CONTROL_OCTETS, IOVEC, MMSGHDR } from "./layout.ts";
import { KernelBuffer } from "./kernel_buffer.ts";

/** `sockaddr_in6`, rounded up to words of 8 octets. */
const NAME_OCTETS = 32;

/**
 * The `struct mmsghdr`s of a batch and what they point at, but for the datagrams themselves: one `struct iovec`, one
 * address and one control message each. The methods that end in `Word` say where a field is in `words`.
 */
export class MessageHeaders {
  /** The `struct mmsghdr`s. */
  readonly headers: KernelBuffer;
  /** Where the octets of each datagram are. */
  readonly iovecs: KernelBuffer;
  /** Whom each datagram is from, or for. */
  readonly names: KernelBuffer;
  /** What else is said of each datagram. */
  readonly controls: KernelBuffer;

  /** For `size` datagrams. */
  constructor(size: number) {
    this.headers = roomFor(size * MMSGHDR.size);
    this.iovecs = roomFor(size * IOVEC.size);
    this.names = roomFor(size * NAME_OCTETS);
    this.controls = roomFor(size * CONTROL_OCTETS);
    for (let i = 0; i < size; i++) {
      const header = i * MMSGHDR.size;
      this.headers.putPointer(header + MMSGHDR.name, this.names, i * NAME_OCTETS);
      this.headers.putPointer(header + MMSGHDR.iov, this.iovecs, i * IOVEC.size);
      this.headers.words[iovCountWord(i)] = 1;
      this.headers.putPointer(header + MMSGHDR.control, this.controls, i * CONTROL_OCTETS);
    }
  }

  /** Lets datagram `i` be in the first `lengthOctets` of `memory`. */
  point(i: number, memory: KernelBuffer, lengthOctets: number): void {
    // hot path
    const { words } = this.iovecs;
    const base = (i * IOVEC.size + IOVEC.base) >> 2;
    words[base] = memory.pointer[0];
    words[base + 1] = memory.pointer[1];
    words[iovLengthWord(i)] = lengthOctets;
  }

  /** Whether the kernel's pointers still lead here. */
  get hasStayed(): boolean {
    return [this.headers, this.iovecs, this.names, this.controls].every((memory) => memory.hasStayed);
  }
}

/** Where the length of the address is in `headers`. */
export function nameLengthWord(i: number): number {
  return (i * MMSGHDR.size + MMSGHDR.nameLength) >> 2;
}

/** Where the pointer to the `struct iovec`s is in `headers`, of two words. */
export function iovWord(i: number): number {
  return (i * MMSGHDR.size + MMSGHDR.iov) >> 2;
}

/** Where the number of the `struct iovec`s is in `headers`. The upper half of the `size_t` stays zero. */
export function iovCountWord(i: number): number {
  return (i * MMSGHDR.size + MMSGHDR.iovCount) >> 2;
}

/** Where the length of the control message is in `headers`. The upper half of the `size_t` stays zero. */
export function controlLengthWord(i: number): number {
  return (i * MMSGHDR.size + MMSGHDR.controlLength) >> 2;
}

/** Where the number of octets that came is in `headers`. */
export function lengthWord(i: number): number {
  return (i * MMSGHDR.size + MMSGHDR.length) >> 2;
}

/** Where the number of octets to send, or room to receive, is in `iovecs`. The upper half of the `size_t` stays zero. */
export function iovLengthWord(i: number): number {
  return (i * IOVEC.size + IOVEC.length) >> 2;
}

/** Where the address begins in `names`. */
export function nameWord(i: number): number {
  return (i * NAME_OCTETS) >> 2;
}

/** Where the control message begins in `controls`. */
export function controlWord(i: number): number {
  return (i * CONTROL_OCTETS) >> 2;
}

/** `sizeOctets`, or as much as does not move. */
function roomFor(sizeOctets: number): KernelBuffer {
  return new KernelBuffer(Math.max(sizeOctets, 128));
}
