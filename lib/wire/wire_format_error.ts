/** Octets that are no DNS message, or no part of one. */
export class WireFormatError extends Error {
  /** Shown in front of the message. */
  override readonly name = "WireFormatError";
}
