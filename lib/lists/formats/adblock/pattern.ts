import { COVERS } from "../../list_rule.ts";
import { globSource } from "../glob.ts";

/** What the part of a rule in front of its modifiers says: a name, an expression, or why it says nothing. */
export type PatternRead =
  | { readonly name: string; readonly covers: number }
  | { readonly source: string }
  | { readonly kind: "bad" | "skipped"; readonly why: string };

/** `||`, `|`, or the end of a scheme in front: it begins where a label or the name does. */
const BEGIN = /^(?:\|\||\||[a-z*|]*:\/\/)?/i;
/** `^` and `|` at the end, and a `*` behind them: it ends where the name does. */
const END = /\^\|?\*?$|\|$/;

/** Reads the part of a rule in front of its modifiers when it is no name with anchors. */
export function otherPattern(text: string): PatternRead {
  const anchor = BEGIN.exec(text)![0];
  const isAtEnd = END.test(text);
  // Of `*.x^`, the star is the beginning of anything.
  const body = text.slice(anchor.length).replace(END, "").replace(anchor === "" ? /^\*(?=\.)/ : /^$/, "");
  // A path, a port, a query, or a separator where names have none: a rule for what browsers ask servers for.
  if (/[/:?=&%^|]/.test(body)) return { kind: "skipped", why: "path" };
  if (!/^[\w.*-]+$/.test(body)) return { kind: "bad", why: "no adblock rule" };
  // Where it begins anywhere, `.x^` is all below x, and x itself is meant, too; `x.y` is that name and all below it.
  if (anchor === "" && /^\.?[\w-]+(?:\.[\w-]+)+$/.test(body) && (body.startsWith(".") ? isAtEnd : !isAtEnd)) {
    return { name: body.replace(/^\./, ""), covers: COVERS.both };
  }
  const begins = anchor === "" ? "anywhere" : anchor === "||" ? "label" : "name";
  const source = globSource(body, { begins, isAtEnd });
  return source === null ? { kind: "bad", why: "would match nearly every name" } : { source };
}

/** The network of an expression for addresses, `^192\.0\.2\.`, in text; `null` if it is one for names. */
export function addressSource(source: string): string | null {
  const octets = /^\^((?:[0-9]{1,3}\\\.){1,3})([0-9]{1,3}\$)?$/.exec(source);
  if (octets === null) return null;
  const parts = octets[1]!.split("\\.").slice(0, -1);
  if (octets[2] !== undefined) return parts.length === 3 ? [...parts, octets[2].slice(0, -1)].join(".") : null;
  return `${[...parts, 0, 0, 0].slice(0, 4).join(".")}/${8 * parts.length}`;
}
