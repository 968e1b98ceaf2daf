/** Overwrites the two octets at `offset` with a big-endian number. */
export function putUint16(octets: Uint8Array, offset: number, value: number): void {
  octets[offset] = value >> 8;
  octets[offset + 1] = value & 0xff;
}

/** Overwrites a message's ID, in place. */
export function putId(message: Uint8Array, id: number): void {
  putUint16(message, 0, id);
}

/** Overwrites the header's second pair of octets, in place. */
export function putFlags(message: Uint8Array, flags: number): void {
  putUint16(message, 2, flags);
}
