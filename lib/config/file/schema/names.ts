import { typeFromText } from "../../../wire/iana.ts";
import { UsageError } from "../../usage_error.ts";

/** The name of something that others refer to. */
export function readGroupName(name: string): string {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(name)) return name;
  throw new UsageError("must have a name of 1–64 letters, digits, hyphens and underscores");
}

/** A record type by its mnemonic, or `TYPE123`. */
export function readType(text: string): number {
  const type = typeFromText(text);
  if (type === null) throw new UsageError('must be a record type, such as "AAAA", or "TYPE65280"');
  return type;
}
