/** Letters and digits that a pattern needs; with fewer it matches what nobody has meant. */
const PLAIN_MIN = 3;

/** Where a pattern is anchored. */
export interface GlobAnchors {
  /** Where it begins: at the name's first octet, at that of any of its labels, anywhere. */
  readonly begins: "name" | "label" | "anywhere";
  /** Whether it ends where the name does. */
  readonly isAtEnd: boolean;
}

/**
 * The expression for a name with `*` in it, each of which stands for any octets, dots among them.
 *
 * @returns `null` when it would match nearly every name.
 */
export function globSource(
  text: string,
  { begins, isAtEnd }: GlobAnchors = { begins: "name", isAtEnd: true },
): string | null {
  if (text.replaceAll(/[^A-Za-z0-9]/g, "").length < PLAIN_MIN) return null;
  const [first, ...others] = text.toLowerCase().replaceAll(/\*+/g, "*").split("*").map((part) =>
    part.replaceAll(/[^a-z0-9_-]/g, "\\$&")
  );
  const last = others.at(-1) ?? first!;
  const begin = first === "" || begins === "anywhere" ? "" : begins === "name" ? "^" : "(?:^|\\.)";
  const end = last === "" || !isAtEnd ? "" : "$";
  return `${begin}${[first, ...others].join(".*").replace(/^\.\*|\.\*$/g, "")}${end}`;
}
