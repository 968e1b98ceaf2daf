import { nameFromText, nameToText } from "../wire/name.ts";
import type { ListRule, RuleAnswer, RuleTypes } from "./list_rule.ts";
import { ALLOWS, BLOCKS } from "./list_rule.ts";

/** A rule as JSON: what is usual is left out. */
export interface RuleJson {
  /** See `ListRule.isAllow`. */
  readonly isAllow?: true;
  /** See `ListRule.isImportant`. */
  readonly isImportant?: true;
  /** See `ListRule.types`. */
  readonly types?: RuleTypes;
  /** See `ListRule.exceptBelow`; in text. */
  readonly exceptBelow?: readonly string[];
  /** See `ListRule.answer`. */
  readonly answer?: AnswerJson;
}

/** A {@linkcode RuleAnswer} whose names are text, and whose RDATA is in hexadecimal. */
export type AnswerJson =
  | { readonly kind: "nxdomain" | "nodata" | "refused" | "truncate" | "any" }
  | { readonly kind: "addresses"; readonly addresses: readonly string[] }
  | { readonly kind: "cname"; readonly target: string; readonly isPrefixed: boolean }
  | { readonly kind: "records"; readonly records: readonly { readonly type: number; readonly rdata: string }[] };

/** Rules that say the same make the same JSON, to the letter. */
export function ruleToJson({ isAllow, isImportant, types, exceptBelow, answer }: ListRule): RuleJson {
  return {
    ...(isAllow ? { isAllow } : {}),
    ...(isImportant ? { isImportant } : {}),
    ...(types !== null ? { types } : {}),
    ...(exceptBelow.length > 0 ? { exceptBelow: exceptBelow.map(nameToText) } : {}),
    ...(answer !== null ? { answer: answerToJson(answer) } : {}),
  };
}

/** The rule; {@linkcode BLOCKS} or {@linkcode ALLOWS} if it says no more than these. */
export function ruleFromJson(json: RuleJson): ListRule {
  const { isAllow = false, isImportant = false, types = null, exceptBelow = [], answer } = json;
  if (!isImportant && types === null && exceptBelow.length === 0 && answer === undefined) {
    return isAllow ? ALLOWS : BLOCKS;
  }
  return {
    isAllow,
    isImportant,
    types,
    exceptBelow: exceptBelow.map(nameFromText),
    answer: answer === undefined ? null : answerFromJson(answer),
  };
}

function answerToJson(answer: RuleAnswer): AnswerJson {
  if (answer.kind === "cname") return { ...answer, target: nameToText(answer.target) };
  if (answer.kind !== "records") return answer;
  return { kind: "records", records: answer.records.map(({ type, rdata }) => ({ type, rdata: rdata.toHex() })) };
}

function answerFromJson(answer: AnswerJson): RuleAnswer {
  if (answer.kind === "cname") return { ...answer, target: nameFromText(answer.target) };
  if (answer.kind !== "records") return answer;
  const records = answer.records.map(({ type, rdata }) => ({ type, rdata: Uint8Array.fromHex(rdata) }));
  return { kind: "records", records };
}
