import { AddressFormatError, isUnspecified, parseSocketAddress, type SocketAddress } from "../../base/net/address.ts";
import { type Name, NameFormatError, nameFromText } from "../../wire/name.ts";
import { isLost, isSecure, type SecureEndpoint, serverText } from "../../upstream/endpoint.ts";
import { parseAskable } from "../../upstream/parse_endpoint.ts";
import { DEFAULT_LISTEN_PORT, DEFAULT_UPSTREAM_PORT } from "../config.ts";
import { UsageError } from "../usage_error.ts";
import { ADMIN_COMMANDS } from "./admin_commands.ts";
import { IMPORT_COMMAND } from "./import_command.ts";
import { PROBE_COMMAND } from "./probe_command.ts";
import { SELF_SIGNED_COMMAND } from "./self_signed_command.ts";
import { QUERIES_COMMAND } from "./queries_command.ts";
import type { SubCommand } from "./sub_command.ts";
import { TOKEN_COMMAND } from "./token_command.ts";
import { TOP_COMMAND } from "./top_command.ts";

/** What `check` asks for unless told otherwise: the program answers it by itself, whatever its upstreams do. */
const CHECKED_NAME = "localhost";

/** All of them, in the order of `--help`. */
export const SUB_COMMANDS: readonly SubCommand[] = [
  {
    name: "check",
    value: "<ip>[:<port>] [<name>]",
    help: [
      `Ask this server for the address of a name (default ${CHECKED_NAME}, which shows that the server runs; any other name`,
      "also shows whether its upstreams answer). Exit code 0 for an answer or if the name does not exist, 3 if the server",
      "could not be asked at all, otherwise 1. An encrypted one (tls://…, as after --resolver) has to prove who it is.",
    ],
  },
  PROBE_COMMAND,
  TOP_COMMAND,
  ...ADMIN_COMMANDS,
  QUERIES_COMMAND,
  IMPORT_COMMAND,
  SELF_SIGNED_COMMAND,
  TOKEN_COMMAND,
  {
    name: "check-config",
    value: "[<file>] [--json]",
    help: [
      "Check a configuration file with all that it includes, say what is wrong, and exit: with 0 if it can be used,",
      "otherwise with 2. Other flags count as they would at a start. --json prints what is wrong for a program.",
    ],
  },
  {
    name: "print-config",
    value: "[<file>] [--defaults] [--format toml|json]",
    help: [
      "Print what counts in the end, after flags, includes and variables, and where each setting was given. --defaults:",
      "what was not given, too.",
    ],
  },
  {
    name: "print-schema",
    value: "",
    help: ["Print the JSON Schema of configuration files, for editors that complete and check them."],
  },
];

/** Ask a server whether it is healthy. */
export interface Check {
  /** Tells this command from the others. */
  readonly kind: "check";
  /** The server. */
  readonly server: SocketAddress;
  /** What it is asked for. */
  readonly name: Name;
}

/** The same of one that is asked over an encrypted transport. */
export interface CheckEncrypted {
  /** Tells this command from the others. */
  readonly kind: "check encrypted";
  /** The server. */
  readonly endpoint: SecureEndpoint;
  /** What it is asked for. */
  readonly name: Name;
}

/**
 * Reads what follows the word `check`.
 *
 * @throws {UsageError} for anything but an address and perhaps a name.
 */
export function parseCheck([address, name = CHECKED_NAME, ...others]: readonly string[]): Check | CheckEncrypted {
  if (address === undefined) throw new UsageError("Cannot check: an address is needed, check <ip>[:<port>] [<name>]");
  if (others.length > 0) throw new UsageError(`Cannot check "${others[0]}": one address and one name at most`);
  const endpoint = readEncrypted(address);
  if (endpoint !== null) return { kind: "check encrypted", endpoint, name: readName(name) };
  return { kind: "check", server: readServer(address), name: readName(name) };
}

/** A server that is asked over an encrypted transport; `null` for others. */
function readEncrypted(text: string): SecureEndpoint | null {
  if (!/^(?!udp|tcp)[a-z0-9]+:\/\//.test(text)) return null;
  try {
    const endpoint = parseAskable(text, DEFAULT_UPSTREAM_PORT);
    if (!isSecure(endpoint)) return null;
    if (isLost(endpoint)) {
      throw new AddressFormatError(`needs its address, such as ${serverText(endpoint)}?ip=192.0.2.1`);
    }
    return endpoint;
  } catch (error) {
    if (!(error instanceof AddressFormatError)) throw error;
    throw new UsageError(`Cannot check "${text}": ${error.message}`);
  }
}

function readServer(text: string): SocketAddress {
  try {
    const server = parseSocketAddress(text, DEFAULT_LISTEN_PORT, 1);
    if (isUnspecified(server)) throw new AddressFormatError("needs the address of a server, not of any");
    return server;
  } catch (error) {
    if (!(error instanceof AddressFormatError)) throw error;
    throw new UsageError(`Cannot check "${text}": ${error.message}`);
  }
}

function readName(text: string): Name {
  try {
    return nameFromText(text);
  } catch (error) {
    if (!(error instanceof NameFormatError)) throw error;
    throw new UsageError(error.message);
  }
}
