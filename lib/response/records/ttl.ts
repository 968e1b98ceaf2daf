/** The greatest TTL that there is, in seconds (RFC 2181 §8). */
export const TTL_MAX = 0x7fff_ffff;

/** What a TTL field says, in seconds: with its top bit set it means 0 (RFC 2181 §8). */
export function trueTtl(field: number): number {
  // hot path
  return field > TTL_MAX ? 0 : field;
}
