/** What a rule of one's own comes to: a word of `[lists.X] names`, for what is blocked or for what is allowed. */
export interface RuleWord {
  /** See `addWord`. */
  readonly word: string;
  /** Whether it is an exception. */
  readonly allows: boolean;
}

/**
 * A rule as AdGuard Home has it: `||x^`, `@@||x^`, `|x^`, `/expression/`, `x`. `null` for a comment; `undefined` for what takes more
 * than a word to say.
 */
export function ruleWord(rule: string): RuleWord | null | undefined {
  const text = rule.trim();
  if (text === "" || /^(?:!|#(?!#))/.test(text)) return null;
  const allows = text.startsWith("@@");
  const said = allows ? text.slice(2) : text;
  const [, bars, name] = /^(\|{1,2})([\w.-]+)\^\|?$/.exec(said) ?? [];
  if (name !== undefined) return { word: bars === "||" ? name : `=${name}`, allows };
  if (/^\/.+\/$/.test(said)) return { word: said, allows };
  // A line with nothing but a name is about that name alone.
  return /^[\w-]+(?:\.[\w-]+)+\.?$/.test(said) ? { word: `=${said}`, allows } : undefined;
}
