import { formatIp, parseIp } from "../../base/net/ip.ts";
import { UsageError } from "../usage_error.ts";
import type { SubCommand } from "./sub_command.ts";

/** What `--help` says of it. */
export const SELF_SIGNED_COMMAND: SubCommand = {
  name: "self-signed",
  value: "<name|ip> ... [--folder <folder>]",
  help: [
    "Make a key and a certificate for a year that is signed by itself, for a first try of --listen tls:// and https://:",
    "the files <name>.pem and <name>.key, here or in a folder. It is printed what clients must know to believe it.",
    "Files that are there are not overwritten.",
  ],
};

/** Make a certificate that nobody else has signed. */
export interface SelfSigned {
  /** Tells this command from the others. */
  readonly kind: "self-signed";
  /** The names that it is for, in lower case; `*` may be the first label. */
  readonly names: readonly string[];
  /** The addresses that it is for, canonical text. */
  readonly addresses: readonly string[];
  /** What the files are called, without what is behind the dot. */
  readonly title: string;
  /** Where they stand, as it was given. */
  readonly folder: string;
}

/**
 * Reads what follows the word `self-signed`.
 *
 * @throws {UsageError} for what is neither a name nor an address, or for none.
 */
export function parseSelfSigned(words: readonly string[]): SelfSigned {
  const [names, addresses]: [string[], string[]] = [[], []];
  let folder = ".";
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [flag, value] = word.split("=", 2);
    if (flag === "--folder") {
      folder = value ?? rest.shift() ?? "";
      if (folder === "") throw new UsageError("Cannot use --folder: it needs a value, --folder <folder>");
    } else if (word.startsWith("-")) throw new UsageError(`Cannot use "${word}": no such flag, see --help`);
    else if (parseIp(word) !== null) addresses.push(formatIp(parseIp(word)!));
    else names.push(readName(word));
  }
  const [first = addresses[0]] = names;
  if (first === undefined) {
    throw new UsageError("Cannot make a certificate: a name or an address is needed, self-signed <name|ip> ...");
  }
  // What file systems and shells take for something else.
  return { kind: "self-signed", names, addresses, title: first.replaceAll("*", "_").replaceAll(":", "-"), folder };
}

function readName(text: string): string {
  const name = text.toLowerCase().replace(/\.$/, "");
  const isName = /^(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(
    name,
  );
  if (isName && name.length <= 253) return name;
  throw new UsageError(
    `Cannot make a certificate for "${text}": must be a name, such as dns.example.org, or an address`,
  );
}
