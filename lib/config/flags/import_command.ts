import { closestString } from "@std/text/closest-string";
import { type Peer, PEERS } from "../import/peers.ts";
import { UsageError } from "../usage_error.ts";
import type { SubCommand } from "./sub_command.ts";

/** What `--help` says of it. */
export const IMPORT_COMMAND: SubCommand = {
  name: "import",
  value: `${PEERS.join("|")} <file> ...`,
  help: [
    "Write the configuration of another program as one of this program's, in TOML, to standard output. What has no",
    "counterpart stands there in comments, each with its line. - reads from standard input.",
  ],
};

/** Make a configuration of another program's. */
export interface Import {
  /** Tells this command from the others. */
  readonly kind: "import";
  /** Whose. */
  readonly peer: Peer;
  /** Its files, at least one; `-` is standard input. */
  readonly files: readonly string[];
}

/**
 * Reads what follows the word `import`.
 *
 * @throws {UsageError} for another program, or none, or no file.
 */
export function parseImport([program, ...files]: readonly string[]): Import {
  if (program === undefined) throw new UsageError(`Cannot import: a program is needed, ${PEERS.join(", ")}`);
  const peer = PEERS.find((peer) => peer === program);
  if (peer === undefined) {
    throw new UsageError(
      `Cannot import "${program}": must be one of ${PEERS.join(", ")}; the closest is ${closestString(program, PEERS)}`,
    );
  }
  if (files.length === 0) throw new UsageError(`Cannot import ${peer}: a file is needed; - for standard input`);
  const stray = files.find((file) => file !== "-" && file.startsWith("-"));
  if (stray !== undefined) throw new UsageError(`Cannot import "${stray}": no such flag, see --help`);
  return { kind: "import", peer, files };
}
