import { TYPE, typeFromText } from "../../../wire/iana.ts";
import { nameFromText } from "../../../wire/name.ts";
import { RdataFormatError } from "../../../wire/text/rdata_format_error.ts";
import { rdataFromText } from "../../../wire/text/rdata_text.ts";
import { UsageError } from "../../usage_error.ts";

/** RFC 2181 §8. */
const TTL_MAX = 0x7fff_ffff;
/** What says something of a message or of a transfer is no record of a zone. */
const NO_RECORDS: readonly number[] = [TYPE.OPT, TYPE.TSIG, TYPE.TKEY, TYPE.ANY, TYPE.AXFR, TYPE.IXFR, 0];

/**
 * Checks a record in zone-file form: `name [ttl] [class] type rdata`, the two in the middle in any order (RFC 1035 §5.1).
 *
 * @throws {UsageError} when it is none.
 */
export function readRecord(text: string): void {
  const [, name, rest] = /^(\S+)\s+(\S.*)$/s.exec(text.trim()) ?? [];
  if (name === undefined) {
    throw new UsageError('must be a record, such as "example.org. 300 IN MX 10 mail.example.org."');
  }
  nameFromText(name);
  let words = rest!;
  for (let i = 0; i < 2; i++) {
    const [all, word] = /^(\S+)\s+(?=\S)/.exec(words) ?? [];
    const isTtl = word !== undefined && /^[0-9]{1,10}$/.test(word);
    if (isTtl && Number(word) > TTL_MAX) throw new UsageError(`must have a TTL of at most ${TTL_MAX}`);
    if (word !== undefined && /^(?:CH|HS|CS)$/i.test(word)) throw new UsageError("must be of class IN");
    if (isTtl || word?.toUpperCase() === "IN") words = words.slice(all!.length);
  }
  const [, typeText, rdata] = /^(\S+)(?:\s+(.*))?$/s.exec(words)!;
  const type = typeFromText(typeText!);
  if (type === null) throw new UsageError(`must have a record type: there is none called "${typeText}"`);
  if (NO_RECORDS.includes(type)) throw new UsageError(`must be a record of a zone, ${typeText!.toUpperCase()} is none`);
  try {
    rdataFromText(type, rdata ?? "");
  } catch (error) {
    if (!(error instanceof RdataFormatError)) throw error;
    throw new UsageError(error.message.replace(/^Cannot read/, "cannot read"));
  }
}
