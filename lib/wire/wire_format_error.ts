/** Octets that are no DNS message, or no part of one. */
export class WireFormatError extends Error {
  override readonly name = "WireFormatError";
}
