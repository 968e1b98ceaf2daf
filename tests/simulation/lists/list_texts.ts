import { typeToText } from "../../../lib/wire/iana.ts";
import type { Line } from "../../app/policy/block_law.ts";

/** The line as a list has it: of networks alone, and of names without those below which it does not hold, there is no rule. */
export function writable({ list, name, covers, ...line }: Line): Line {
  if (name.includes("/")) return { list, name, covers: "both", isAllow: false, isImportant: false };
  return { list, name, covers: covers === "below" ? "both" : covers, ...line };
}

/** Lines as adblock rules. */
export function listText(lines: readonly Line[]): string {
  return lines.map((line) => `${lineText(line)}\n`).join("");
}

function lineText({ name, covers, isAllow = false, isImportant = false, types, except }: Line): string {
  if (name.includes("/")) return name;
  const options = [
    ...(isImportant ? ["important"] : []),
    ...(types === undefined ? [] : [`dnstype=${types.map(typeToText).join("|")}`]),
    ...(except === undefined ? [] : [`denyallow=${except.join("|")}`]),
  ];
  return `${isAllow ? "@@" : ""}${covers === "self" ? "|" : "||"}${name}^${options.length > 0 ? `$${options}` : ""}`;
}
