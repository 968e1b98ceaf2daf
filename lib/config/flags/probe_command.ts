import { AddressFormatError } from "../../base/net/address.ts";
import {
  COUNT,
  type FilteredName,
  type ProbeNames,
  type ProbeOptions,
  TIMEOUT_MS,
  USUAL_NAMES,
} from "../../probe/probe_options.ts";
import { type Endpoint, isLost, serverText } from "../../upstream/endpoint.ts";
import { parseAskable } from "../../upstream/parse_endpoint.ts";
import { NameFormatError, nameFromText } from "../../wire/name.ts";
import { DEFAULT_UPSTREAM_PORT } from "../config.ts";
import { UsageError } from "../usage_error.ts";
import { flagTakesValue } from "./flags.ts";
import { argumentsOf, type SubCommand } from "./sub_command.ts";

/** What `--help` says of it. */
export const PROBE_COMMAND: SubCommand = {
  name: "probe",
  value: "[<upstream> ...] [--public] [--count <n>] [--json]",
  help: [
    "Find out which servers to ask: how fast each is, what it loses, whether it answers over TCP and TLS, keeps the",
    "rules, lies about names that do not exist, checks DNSSEC, filters. Ranks them, says why each point counts, and",
    "prints the line for the configuration. Without upstreams: those of the configuration. probe --help tells more.",
  ],
  more: [
    "An upstream is written as after --resolver. Without one, the configuration says who is asked: --config, --resolver,",
    "or the usual file. --public adds well-known resolvers that anybody may ask: they learn your address and these names.",
    `--count <n>: how often each is asked for known names, and as often for new ones; ${COUNT.usual} unless given, so`,
    `that each server gets some ${
      2 * COUNT.usual + 25
    } queries, one after the other. --timeout <ms>: how long a reply is`,
    `waited for, ${TIMEOUT_MS.usual} unless given. --json prints all that was found, for a program.`,
    "What is asked for can be given, each as one word with commas:",
    `--name <name>,...: names that exist (${USUAL_NAMES.known.join(", ")});`,
    `--missing-in <domain>,...: where made-up names do not exist (${USUAL_NAMES.missingIn.join(", ")});`,
    `--signed <name>: one with DNSSEC (${USUAL_NAMES.signed}); --bogus <name>: one whose signatures are wrong`,
    `(${USUAL_NAMES.bogus}); --filtered <name>=<what>,...: names that filters block, and what such a`,
    `filter is called (${
      USUAL_NAMES.filtered.map(({ name, what }) => `${name}=${what}`).slice(0, 2).join(", ")
    }, ...).`,
    "Exit code 0 when at least one server can be used, otherwise 1.",
    "Examples: probe --public; probe 9.9.9.9 1.1.1.1 --count 50; probe tls://9.9.9.9; probe --config home.toml.",
  ],
};

/** Find out which servers to ask. */
export interface Probe extends ProbeOptions {
  /** Tells this command from the others. */
  readonly kind: "probe";
  /** Those that were named. */
  readonly endpoints: readonly Endpoint[];
  /** Whether well-known resolvers are probed as well. */
  readonly withPublic: boolean;
  /** Whether what was found is printed for a program. */
  readonly isJson: boolean;
  /** What the configuration is read by, as at a start. */
  readonly configArguments: readonly string[];
}

/** More would be no probe any more. */
const SERVERS_MAX = 64;
const NAMES_MAX = 16;

/**
 * Reads what follows the word `probe`.
 *
 * @throws {UsageError} for what does not belong to it.
 */
export function parseProbe(args: readonly string[]): Probe {
  const endpoints: Endpoint[] = [];
  const configArguments: string[] = [];
  const names: { -readonly [Key in keyof ProbeNames]: ProbeNames[Key] } = { ...USUAL_NAMES };
  let [withPublic, isJson] = [false, false];
  let [count, timeoutMs]: [number, number] = [COUNT.usual, TIMEOUT_MS.usual];
  for (const { text, flag, hasValue, value, next } of argumentsOf(args)) {
    if (flag === "--public" && !hasValue) withPublic = true;
    else if (flag === "--json" && !hasValue) isJson = true;
    else if (flag === "--count") count = readNumber(flag, value(), COUNT);
    else if (flag === "--timeout") timeoutMs = readNumber(flag, value(), TIMEOUT_MS);
    else if (flag === "--name") names.known = readNames(flag, value());
    else if (flag === "--missing-in") names.missingIn = readNames(flag, value());
    else if (flag === "--signed") names.signed = readNames(flag, value())[0]!;
    else if (flag === "--bogus") names.bogus = readNames(flag, value())[0]!;
    else if (flag === "--filtered") names.filtered = readFiltered(value());
    else if (flag.startsWith("-")) {
      // The others are those of a start.
      configArguments.push(text);
      const following = !hasValue && flagTakesValue(flag) ? next() : undefined;
      if (following !== undefined) configArguments.push(following);
    } else endpoints.push(readEndpoint(text));
  }
  if (endpoints.length > SERVERS_MAX) {
    throw new UsageError(`Cannot probe ${endpoints.length} servers: ${SERVERS_MAX} at most`);
  }
  return { kind: "probe", endpoints, withPublic, isJson, configArguments, names, count, timeoutMs };
}

function readEndpoint(text: string): Endpoint {
  try {
    const endpoint = parseAskable(text, DEFAULT_UPSTREAM_PORT);
    if (isLost(endpoint)) {
      const example = `${serverText(endpoint)}?ip=192.0.2.1 or ?bootstrap=192.0.2.1`;
      throw new AddressFormatError(`needs its address, or who knows it, such as ${example}`);
    }
    return endpoint;
  } catch (error) {
    if (!(error instanceof AddressFormatError)) throw error;
    throw new UsageError(`Cannot probe "${text}": ${error.message}`);
  }
}

function readNumber(flag: string, text: string, { min, max }: { readonly min: number; readonly max: number }): number {
  const value = /^[0-9]{1,6}$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`Cannot use ${flag} "${text}": must be a number from ${min} to ${max}`);
}

function readNames(flag: string, text: string): string[] {
  const names = text.split(",");
  if (names.length > NAMES_MAX) throw new UsageError(`Cannot use ${flag} "${text}": ${NAMES_MAX} names at most`);
  for (const name of names) assertName(flag, name);
  return names;
}

function readFiltered(text: string): FilteredName[] {
  return text.split(",").slice(0, NAMES_MAX).map((one) => {
    const [name, what = "filtered"] = one.split("=", 2) as [string, string?];
    assertName("--filtered", name);
    return { name, what };
  });
}

function assertName(flag: string, name: string): void {
  try {
    if (name === "") throw new NameFormatError("it is empty");
    nameFromText(name);
  } catch (error) {
    if (!(error instanceof NameFormatError)) throw error;
    throw new UsageError(`Cannot use ${flag} "${name}": ${error.message}`);
  }
}
