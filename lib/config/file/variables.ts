import { UsageError } from "../usage_error.ts";
import type { Mark } from "./mark.ts";
import { type Problem, problemAt } from "./problem.ts";
import type { ReadToml } from "./read_toml.ts";

/** `${NAME}`, `${NAME:-default}`, and `$${`, which is `${` itself. */
const REFERENCE = /\$\$\{|\$\{([^}]*)\}?/g;
const NAME = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

/**
 * Puts the values of environment variables into the texts of a file. After parsing, so that no value can add a setting. A
 * variable that is not there, and has no default, goes to `problems`.
 *
 * @param variable The value of a variable; `null` for none. Throws a `UsageError` when it may not be known.
 */
export function fillIn(
  { value, marks }: ReadToml,
  variable: (name: string) => string | null,
  problems: Problem[],
): void {
  fillInBelow(value, marks, variable, problems);
}

function fillInBelow(
  holder: unknown[] | Record<string, unknown>,
  { children }: Mark,
  variable: (name: string) => string | null,
  problems: Problem[],
): void {
  const entries = children instanceof Map ? [...children] : [...(children ?? []).entries()];
  for (const [key, mark] of entries) {
    const inside = (holder as Record<string, unknown>)[key];
    if (typeof inside === "string") {
      const filled = inside.includes("${") ? filledIn(inside, mark, variable, problems) : inside;
      (holder as Record<string, unknown>)[key] = filled;
    } else if (typeof inside === "object" && inside !== null && mark.children !== null) {
      fillInBelow(inside as Record<string, unknown>, mark, variable, problems);
    }
  }
}

function filledIn(
  text: string,
  mark: Mark,
  variable: (name: string) => string | null,
  problems: Problem[],
): string {
  return text.replaceAll(REFERENCE, (all, inside: string | undefined) => {
    if (inside === undefined) return "${";
    const [, name, fallback] = all.endsWith("}") ? NAME.exec(inside) ?? [] : [];
    if (name === undefined) {
      problems.push(
        problemAt(mark, `${all} must be \${NAME} or \${NAME:-default}; for the characters themselves write $\${`),
      );
      return "";
    }
    try {
      const value = variable(name) ?? fallback;
      if (value !== undefined) return value;
      problems.push(problemAt(mark, `there is no environment variable ${name}`));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problems.push(problemAt(mark, error.message));
    }
    return "";
  });
}
