import { COVERS } from "../../../../lists/list_rule.ts";
import { type OwnName, OwnNameFormatError, readOwnName } from "../../../../lists/formats/own_names.ts";
import { nameToText } from "../../../../wire/name.ts";
import { UsageError } from "../../../usage_error.ts";

/** What a list can say of names in the configuration itself, in its one form: `x`, `=x`, `*.x` or `/expression/`. */
export function readListWord(text: string): string {
  const said = read(text);
  if ("pattern" in said) return `/${said.pattern.source}/`;
  if ("network" in said) throw new UsageError("must be a domain name, or an expression between two slashes");
  const name = nameToText(said.name).slice(0, -1);
  if (said.covers === COVERS.self) return `=${name}`;
  return text.startsWith("*.") ? `*.${name}` : name;
}

function read(text: string): OwnName {
  if (text === ".") throw new UsageError('must be a domain name, not the root: all names are "*" in block');
  try {
    return readOwnName(text);
  } catch (error) {
    if (!(error instanceof OwnNameFormatError)) throw error;
    throw new UsageError(`must be a domain name, or an expression between two slashes: ${error.message}`);
  }
}
