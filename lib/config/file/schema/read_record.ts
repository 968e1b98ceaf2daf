import { RdataFormatError } from "../../../wire/text/rdata_format_error.ts";
import { recordFromText } from "../../../wire/text/record_from_text.ts";
import { UsageError } from "../../usage_error.ts";

/**
 * Checks a record in zone-file form: `name [ttl] [class] type rdata`, the two in the middle in any order (RFC 1035 §5.1).
 *
 * @throws {UsageError} when it is none.
 */
export function readRecord(text: string): void {
  try {
    recordFromText(text, 0);
  } catch (error) {
    if (!(error instanceof RdataFormatError)) throw error;
    throw new UsageError(error.message.replace(/^Cannot read/, "cannot read"));
  }
}
