import { UsageError } from "../../../usage_error.ts";
import { readPattern } from "../names.ts";

/** What a list can say of names in the configuration itself, in its one form. */
export function readListWord(text: string): string {
  if (text.startsWith("/") && text.endsWith("/") && text.length > 2) return readExpression(text);
  const { name, isExact } = readPattern(text);
  if (name === ".") throw new UsageError('must be a domain name, not the root: all names are "*" in block');
  return isExact ? `=${name}` : name;
}

function readExpression(text: string): string {
  try {
    new RegExp(text.slice(1, -1));
    return text;
  } catch {
    throw new UsageError("must be a regular expression between two slashes");
  }
}
