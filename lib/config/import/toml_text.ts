/** What a setting may be in TOML, as far as configurations need it. */
export type TomlValue = string | number | boolean | readonly TomlValue[] | { readonly [key: string]: TomlValue };

/** The value on one line, as TOML has it. */
export function tomlText(value: TomlValue): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value !== "object") return String(value);
  if (isArray(value)) return `[${value.map(tomlText).join(", ")}]`;
  const pairs = Object.entries(value).map(([key, of]) => `${keyText(key)} = ${tomlText(of)}`);
  return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
}

/** A key, in quotes where it needs them. */
export function keyText(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : quoted(key, false);
}

/** The text as it may stand behind `#`, on one line: TOML allows no control characters there but tabs. */
export function commentText(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.toWellFormed().replaceAll(/[\x00-\x08\x0a-\x1f\x7f]+/g, " ").trimEnd();
}

/**
 * Between double quotes. JSON escapes what TOML wants escaped, but for DEL, and in the same way.
 *
 * @param isExpanded Whether `${` in it would be taken for a variable of the environment: then it is written as `$${`.
 */
function quoted(text: string, isExpanded = true): string {
  const literal = isExpanded ? text.replaceAll("${", () => "$${") : text;
  return JSON.stringify(literal.toWellFormed()).replaceAll("\x7f", "\\u007f");
}

function isArray(value: object): value is readonly TomlValue[] {
  return Array.isArray(value);
}
