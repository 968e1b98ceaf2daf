import { typeFromText } from "../../../wire/iana.ts";
import { foldCase, type Name, NameFormatError, nameFromText } from "../../../wire/name.ts";
import { BLOCKS, type ListRule, type RuleTypes } from "../../list_rule.ts";
import { readRewrite } from "./dns_rewrite.ts";

/** What the modifiers behind `$` say. */
export interface Modifiers {
  /** The rule that they make. */
  readonly rule: ListRule;
  /** Whether the rule is taken back. */
  readonly isCancelled: boolean;
}

/** Modifiers that say something about pages in browsers, or about clients: of the line, nothing holds for DNS. */
const NOT_DNS: ReadonlySet<string> = new Set(
  ("3p 1p app badfilter-browser client content cookie css csp ctag doc document domain ehide elemhide empty extension " +
    "first-party font frame from genericblock generichide ghide hls header image inline-font inline-script ipaddress jsinject " +
    "jsonprune match-case media method mp4 network object object-subrequest other permissions ping popunder popup " +
    "redirect redirect-rule referrerpolicy removeheader removeparam replace reason script shide specifichide stealth strict1p " +
    "strict3p strict-first-party strict-third-party stylesheet subdocument third-party to top uritransform urlblock urlskip " +
    "webrtc websocket xhr xmlhttprequest xmlprune").split(" "),
);
/** Says what holds without it: whatever asks. */
const EVERYWHERE = "all";

/** Several rules, each for other clients, are for the configuration to say; `null` of what has no meaning for DNS. */
export type ModifiersRead = Modifiers | { readonly skipped: string } | { readonly bad: string };

/** Reads modifiers of adblock rules, `important,dnstype=A|AAAA`. */
export function readModifiers(text: string, isAllow: boolean): ModifiersRead {
  let rule: ListRule = { ...BLOCKS, isAllow };
  let isCancelled = false;
  // A comma with a backslash in front is one of the value.
  for (const modifier of text.split(/(?<!\\),/)) {
    const [, isNegated, name, value = ""] = /^\s*(~?)([^=]*?)(?:=(.*))?\s*$/s.exec(modifier)!;
    const word = name!.toLowerCase();
    if (word === "important") rule = { ...rule, isImportant: true };
    else if (word === "badfilter") isCancelled = true;
    else if (word === "dnstype") {
      const types = readTypes(value);
      if (types === null) return { bad: "no record types behind dnstype=" };
      rule = { ...rule, types };
    } else if (word === "denyallow") {
      const exceptBelow = readDomains(value);
      if (exceptBelow === null) return { bad: "no domain names behind denyallow=" };
      rule = { ...rule, exceptBelow };
    } else if (word === "dnsrewrite") {
      const answer = readRewrite(value.replaceAll("\\,", ","), isAllow);
      if ("bad" in answer) return answer;
      rule = { ...rule, answer };
    } else if (NOT_DNS.has(word)) return { skipped: `$${word}` };
    else if (word !== EVERYWHERE || isNegated !== "") return { bad: "a modifier that is not known" };
  }
  return { rule, isCancelled };
}

/** `A|AAAA`, or `~A|~AAAA`; of a mixture, what is not excluded counts, as AdGuard has it. */
function readTypes(value: string): RuleTypes | null {
  const words = value.split("|").map((word) => word.trim());
  const included = words.filter((word) => !word.startsWith("~"));
  const areExcluded = included.length === 0;
  const texts = areExcluded ? words.map((word) => word.slice(1)) : included;
  const types = texts.map((word) => typeFromText(word.toUpperCase()));
  return types.every((type) => type !== null)
    ? { types: [...new Set(types)].sort((a, b) => a - b), areExcluded }
    : null;
}

function readDomains(value: string): Name[] | null {
  try {
    const names = value.split("|").map((word) => foldCase(nameFromText(word.trim().replace(/^\*\./, ""))));
    return names.every((name) => name.length > 1) ? names : null;
  } catch (error) {
    if (error instanceof NameFormatError) return null;
    throw error;
  }
}
