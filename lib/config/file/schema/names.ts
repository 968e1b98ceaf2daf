import { foldCase, nameFromText, nameToText } from "../../../wire/name.ts";
import { typeFromText } from "../../../wire/iana.ts";
import { UsageError } from "../../usage_error.ts";
import type { DomainPattern } from "../../domain_pattern.ts";

/** The name of something that others refer to. */
export function readGroupName(name: string): string {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(name)) return name;
  throw new UsageError("must have a name of 1–64 letters, digits, hyphens and underscores");
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

/** A record type by its mnemonic, or `TYPE123`. */
export function readType(text: string): number {
  const type = typeFromText(text);
  if (type === null) throw new UsageError('must be a record type, such as "AAAA", or "TYPE65280"');
  return type;
}

/** What is written in other letters stands for its A-label (RFC 5890 §2.3.2.1), as in a browser. */
function asAscii(text: string): string {
  // deno-lint-ignore no-control-regex
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  const [, prefix, rest, dot] = /^(\*\.)?(.*?)(\.)?$/s.exec(text)!;
  if (/[\s/:?#@[\]\\%]/.test(rest!) || !URL.canParse(`http://${rest}/`)) throw new UsageError("must be a domain name");
  return `${prefix ?? ""}${new URL(`http://${rest}/`).hostname}${dot ?? ""}`;
}
