import { formatIp, parseIp } from "../../../base/net/ip.ts";
import { NO_DATA_TYPES, RCODE, TYPE, typeFromText } from "../../../wire/iana.ts";
import { foldCase, NameFormatError, nameFromText } from "../../../wire/name.ts";
import { RdataFormatError } from "../../../wire/text/rdata_format_error.ts";
import { rdataFromText } from "../../../wire/text/rdata_text.ts";
import type { RuleAnswer } from "../../list_rule.ts";

/** RCODEs that are answered as they are; others would say that we failed, and clients would ask somebody else. */
const ANSWERS: Readonly<Record<string, RuleAnswer>> = {
  NOERROR: { kind: "nodata" },
  NXDOMAIN: { kind: "nxdomain" },
};

/**
 * Reads the value of `$dnsrewrite`: an address, a name, an RCODE, or `RCODE;TYPE;DATA`. Nothing at all is for exceptions, and
 * undoes whatever others rewrite.
 */
export function readRewrite(value: string, isAllow: boolean): RuleAnswer | { readonly bad: string } {
  if (value === "") return isAllow ? { kind: "any" } : { bad: "nothing behind dnsrewrite=" };
  const [rcode, type, ...rest] = value.split(";");
  try {
    return type === undefined ? readShort(value) : readLong(rcode!.toUpperCase(), type.trim(), rest.join(";").trim());
  } catch (error) {
    if (error instanceof NameFormatError || error instanceof RdataFormatError) {
      return { bad: `dnsrewrite: ${error.message}` };
    }
    throw error;
  }
}

function readShort(value: string): RuleAnswer | { readonly bad: string } {
  if (/^[A-Z]+$/.test(value)) return answerOf(value);
  const address = parseIp(value);
  return address === null ? alias(value) : { kind: "addresses", addresses: [formatIp(address)] };
}

function readLong(rcode: string, typeText: string, data: string): RuleAnswer | { readonly bad: string } {
  if (rcode !== "NOERROR" || typeText === "") return answerOf(rcode);
  const type = typeFromText(typeText.toUpperCase());
  if (type === null || NO_DATA_TYPES.has(type)) return { bad: "dnsrewrite: no such record type" };
  if (type === TYPE.CNAME) return alias(data);
  if (type === TYPE.A || type === TYPE.AAAA) {
    const address = parseIp(data);
    const isRight = address?.length === (type === TYPE.A ? 4 : 16);
    return isRight
      ? { kind: "addresses", addresses: [formatIp(address)] }
      : { bad: "dnsrewrite: no address of that kind" };
  }
  // Texts come without quotes.
  const text = type === TYPE.TXT && !data.startsWith('"') ? `"${data.replaceAll(/["\\]/g, "\\$&")}"` : data;
  return { kind: "records", records: [{ type, rdata: rdataFromText(type, text) }] };
}

function answerOf(rcode: string): RuleAnswer | { readonly bad: string } {
  if (!Object.hasOwn(RCODE, rcode)) return { bad: "dnsrewrite: no such RCODE" };
  return ANSWERS[rcode] ?? { kind: "refused" };
}

function alias(text: string): RuleAnswer | { readonly bad: string } {
  const target = foldCase(nameFromText(text));
  return target.length > 1 ? { kind: "cname", target, isPrefixed: false } : { bad: "dnsrewrite: no name" };
}
