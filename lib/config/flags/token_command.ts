import { UsageError } from "../usage_error.ts";
import type { SubCommand } from "./sub_command.ts";

/** What `--help` says of it. */
export const TOKEN_COMMAND: SubCommand = {
  name: "token",
  value: "<name> [--scope read|admin]",
  help: [
    "Make a token for the page and its API (admin.listen). The line for admin.token-file, which does not tell the",
    "token, goes to standard output, the token itself to standard error: token grafana --scope read | tee -a <file>.",
  ],
};

/** Make a token. */
export interface MakeToken {
  /** Tells this command from the others. */
  readonly kind: "token";
  /** What it is called in the file. */
  readonly name: string;
  /** What it allows. */
  readonly scope: "read" | "admin";
}

/**
 * Reads what follows the word `token`.
 *
 * @throws {UsageError} for anything but a name and a scope.
 */
export function parseToken(words: readonly string[]): MakeToken {
  let name: string | null = null;
  let scope: MakeToken["scope"] = "read";
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [flag, value] = word.split("=", 2);
    if (flag === "--scope") {
      const said = value ?? rest.shift() ?? "";
      if (said !== "read" && said !== "admin") {
        throw new UsageError(`Cannot use --scope "${said}": must be read or admin`);
      }
      scope = said;
    } else if (word.startsWith("-")) throw new UsageError(`Cannot use "${word}": no such flag, see --help`);
    else if (name !== null) throw new UsageError(`Cannot make a token "${word}": one name at most`);
    else if (!/^[A-Za-z0-9._-]{1,64}$/.test(word)) {
      throw new UsageError(
        `Cannot make a token "${word}": the name must be 1–64 letters, digits, dots, hyphens and underscores`,
      );
    } else name = word;
  }
  if (name === null) throw new UsageError("Cannot make a token: a name is needed, token <name> [--scope read|admin]");
  return { kind: "token", name, scope };
}
