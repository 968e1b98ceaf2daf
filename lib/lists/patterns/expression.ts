import type { SymbolSet } from "./symbols.ts";

/** What a regular expression consists of. */
export type Expression =
  /** One octet. */
  | { readonly kind: "octet"; readonly set: SymbolSet }
  /** The beginning, or the end, of the name. */
  | { readonly kind: "start" | "end" }
  /** One behind another; none is the empty text. */
  | { readonly kind: "sequence"; readonly parts: readonly Expression[] }
  /** Any of them. */
  | { readonly kind: "choice"; readonly parts: readonly Expression[] }
  /** So many times; `max` may be `Infinity`. */
  | { readonly kind: "repeat"; readonly part: Expression; readonly min: number; readonly max: number };

/** Text that is no regular expression, or one that is not taken. The message says what is wrong, without quoting it. */
export class ExpressionFormatError extends Error {
  /** Shown in front of the message. */
  override readonly name = "ExpressionFormatError";
}

/** Whether it matches the empty text, and so every name. */
export function matchesNothing(expression: Expression): boolean {
  switch (expression.kind) {
    case "octet":
      return false;
    case "start":
    case "end":
      return true;
    case "sequence":
      return expression.parts.every(matchesNothing);
    case "choice":
      return expression.parts.some(matchesNothing);
    case "repeat":
      return expression.min === 0 || matchesNothing(expression.part);
  }
}

/** How many states of an `Automaton` it takes, or more. */
export function statesOf(expression: Expression): number {
  switch (expression.kind) {
    case "octet":
    case "start":
    case "end":
      return 1;
    case "sequence":
      return expression.parts.reduce((sum, part) => sum + statesOf(part), 1);
    case "choice":
      return expression.parts.reduce((sum, part) => sum + 1 + statesOf(part), 1);
    case "repeat": {
      const times = expression.max === Infinity ? expression.min + 1 : expression.max;
      return 1 + times * (1 + statesOf(expression.part));
    }
  }
}
