/** Text that is no RDATA of its type in presentation format. */
export class RdataFormatError extends Error {
  /** Shown in front of the message. */
  override readonly name = "RdataFormatError";
}
