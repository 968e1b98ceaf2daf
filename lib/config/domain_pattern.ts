import { foldCase, nameFromText, nameToText } from "../wire/name.ts";
import { UsageError } from "./usage_error.ts";

/** A domain that something holds for. */
export interface DomainPattern {
  /** Its name in text, as it was written; `.` for all names. */
  readonly name: string;
  /** Whether it holds for this name alone, and not for what is below it. */
  readonly isExact: boolean;
}

/** A domain name in text, without the dot at its end, in lower case. */
export function readDomain(text: string): string {
  const name = nameToText(foldCase(nameFromText(asAscii(text))));
  return name === "." ? name : name.slice(0, -1);
}

/** A domain with all that is below it, or `=` and a name alone. */
export function readPattern(text: string): DomainPattern {
  const isExact = text.startsWith("=");
  const name = isExact ? text.slice(1) : text;
  if (name.startsWith("*.")) {
    throw new UsageError(`must be a domain, which has what is below it, too: "${name.slice(2)}"`);
  }
  return { name: readDomain(name), isExact };
}

/** What is written in other letters stands for its A-label (RFC 5890 §2.3.2.1), as in a browser. */
function asAscii(text: string): string {
  // deno-lint-ignore no-control-regex
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  const [, prefix, rest, dot] = /^(\*\.)?(.*?)(\.)?$/s.exec(text)!;
  if (/[\s/:?#@[\]\\%]/.test(rest!) || !URL.canParse(`http://${rest}/`)) throw new UsageError("must be a domain name");
  return `${prefix ?? ""}${new URL(`http://${rest}/`).hostname}${dot ?? ""}`;
}
