import { SMALL_OCTETS } from "./layout.ts";
import type { Libc } from "./libc.ts";

/** The interfaces of this machine by name and by number (RFC 3493 §4). Both change while the program runs. */
export class Zones {
  readonly #libc: Libc;

  /** Asks the C library. */
  constructor(libc: Libc) {
    this.#libc = libc;
  }

  /** The number of a zone, which is the name of an interface or a number already; 0 when there is no such interface. */
  indexOf(zone: string): number {
    if (/^[0-9]{1,9}$/.test(zone)) return Number(zone);
    const name = new Uint8Array(SMALL_OCTETS);
    // One octet stays zero.
    new TextEncoder().encodeInto(zone, name.subarray(0, SMALL_OCTETS - 1));
    return this.#libc.interfaceIndex(name);
  }

  /** The zone of an interface: its name, or its number when it has none any more. */
  nameOf(index: number): string {
    const name = new Uint8Array(SMALL_OCTETS);
    if (this.#libc.interfaceName(index, name) === null) return String(index);
    return new TextDecoder().decode(name.subarray(0, name.indexOf(0)));
  }
}
