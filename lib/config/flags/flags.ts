import { helpOf, type Setting } from "../setting.ts";
import { SETTINGS } from "../settings.ts";
import { FAST_PATH } from "../settings/fast_path.ts";

/** Read where nothing else says who is asked. */
export const DEFAULT_CONFIG_FILE = "/etc/dns-forwarder/config.toml";

/** The shells that completions are written for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** A command-line flag. The parser, `--help`, the manual page and the shells' completions all follow this table. */
export interface Flag {
  /** Without the dashes. */
  readonly name: string;
  /** One letter that means the same. */
  readonly short?: string;
  /** What stands for the value in `--help`; `null` for a flag without one. */
  readonly value: string | null;
  /** Whether it may be given more than once, and hold several values between commas. */
  readonly isRepeatable: boolean;
  /** What it does, for `--help`; a line each. */
  readonly help: readonly string[];
  /** What it sets; `null` for a flag that asks for something else than to serve. */
  readonly setting: Setting<unknown> | null;
}

/** All flags in the order of `--help`: those that set something, from the table of settings, and the others. */
export const FLAGS: readonly Flag[] = [
  ...Object.values<Setting<unknown>>(SETTINGS).filter(({ hasFlag }) => hasFlag !== false).map(flagOf),
  {
    name: "config",
    value: "<file>",
    isRepeatable: false,
    help: [
      "Read settings from this file, see dns-forwarder.toml(5); flags count more. By default",
      `${DEFAULT_CONFIG_FILE}, where it is there, may be read (deno run --allow-read), and no`,
      "--resolver is given.",
    ],
    setting: null,
  },
  {
    name: "check",
    value: null,
    isRepeatable: false,
    help: ["Check the settings, say what is wrong with them, and exit: with 0 if they can be used, otherwise with 2."],
    setting: null,
  },
  {
    name: "completions",
    value: SHELLS.join("|"),
    isRepeatable: false,
    help: ["Print a script that completes these flags in this shell, and exit."],
    setting: null,
  },
  { name: "help", short: "h", value: null, isRepeatable: false, help: ["Print this and exit."], setting: null },
  {
    name: "version",
    short: "V",
    value: null,
    isRepeatable: false,
    help: ["Print the version and exit."],
    setting: null,
  },
];

/** All that may be given: those, and what is in no help. */
export const KNOWN_FLAGS: readonly Flag[] = [...FLAGS, flagOf(FAST_PATH)];

/** The name of the flag that sets it. A switch that is on by itself has one to turn it off. */
export function flagName({ name, default: value }: Setting<unknown>): string {
  return value === true ? `no-${name}` : name;
}

/** Whether a word of a command line is a flag that another word follows: its value. */
export function flagTakesValue(word: string): boolean {
  return FLAGS.some(({ name, short, value }) => value !== null && (word === `--${name}` || word === `-${short}`));
}

function flagOf(setting: Setting<unknown>): Flag {
  const { form, isList } = setting.reader;
  return { name: flagName(setting), value: form, isRepeatable: isList, help: helpOf(setting), setting };
}
