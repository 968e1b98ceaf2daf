import { ADMIN_COMMANDS } from "./admin_commands.ts";
import { SUB_COMMANDS } from "./commands.ts";
import { IMPORT_COMMAND } from "./import_command.ts";
import { QUERIES_COMMAND } from "./queries_command.ts";
import { TOP_COMMAND } from "./top_command.ts";
import { SELF_SIGNED_COMMAND } from "./self_signed_command.ts";
import type { SubCommand } from "./sub_command.ts";
import { type Flag, FLAGS, type SHELLS } from "./flags.ts";

/** Both flavours of the program have the same flags. */
const PROGRAMS: readonly string[] = ["dns-forwarder", "dns-forwarder-native"];

/** Commands behind which no other flags may stand. */
const OWN_WORDS: readonly SubCommand[] = [
  ...ADMIN_COMMANDS,
  QUERIES_COMMAND,
  IMPORT_COMMAND,
  SELF_SIGNED_COMMAND,
  TOP_COMMAND,
];

/** A script that completes the program's flags and their words in that shell. */
export function completionScript(shell: typeof SHELLS[number]): string {
  return { bash, zsh, fish }[shell](FLAGS);
}

function bash(flags: readonly Flag[]): string {
  const words = [...SUB_COMMANDS.map(({ name }) => name), ...flags.flatMap(spellings)];
  const cases = flags.filter(({ value }) => value !== null).map((flag) => {
    return `    --${flag.name}) ${isFile(flag) ? "files=yes" : `candidates="${choices(flag).join(" ")}"`} ;;`;
  });
  const commands = SUB_COMMANDS.filter((command) => wordsOf(command).length > 0 || namesFile(command)).flatMap(
    (command) => {
      const own = wordsOf(command);
      // Behind the others stand the flags of a start.
      const candidates = `candidates="${(OWN_WORDS.includes(command) ? own : [...own, ...words]).join(" ")}"`;
      // A word that must come first is no file.
      const first = own[0]?.startsWith("--") === false ? [`      2.${command.name}) ${candidates} ;;`] : [];
      return [...first, `      *.${command.name}) ${candidates}${namesFile(command) ? " files=yes" : ""} ;;`];
    },
  );
  return `# dns-forwarder's flags in bash: source <(dns-forwarder --completions bash)
_dns_forwarder() {
  local candidates= files= current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
  # "--flag=word" comes in three words.
  if [ "$previous" = = ]; then previous=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  if [ "$current" = = ]; then current=; fi
  case $previous in
${cases.join("\n")}
    --socket) files=yes ;;
    *) case $COMP_CWORD.\${COMP_WORDS[1]} in
      1.*) candidates="${words.join(" ")}" ;;
${commands.join("\n")}
      *) candidates="${words.join(" ")}" ;;
    esac ;;
  esac
  COMPREPLY=($(compgen -W "$candidates" -- "$current"))
  if [ -n "$files" ]; then
    local IFS=$'\\n'
    COMPREPLY+=($(compgen -f -- "$current"))
    compopt -o filenames 2>/dev/null
  fi
}
complete -F _dns_forwarder ${PROGRAMS.join(" ")}
`;
}

function zsh(flags: readonly Flag[]): string {
  const specs = flags.map((flag) => {
    const about = `[${briefly(flag.help).replaceAll(/[[\]\\]/g, "\\$&").replaceAll("'", "'\\''")}]`;
    if (flag.value === null) {
      const all = spellings(flag);
      return all.length === 1 ? `'${all[0]}${about}'` : `'(${all.join(" ")})'{${all.join(",")}}'${about}'`;
    }
    const words = choices(flag).length === 0 ? " " : `(${choices(flag).join(" ")})`;
    const value = isFile(flag) ? "_files" : words;
    return `'${flag.isRepeatable ? "*" : ""}--${flag.name}=${about}:value:${value}'`;
  });
  const commands = SUB_COMMANDS.map(({ name }) => name).join(" ");
  return `#compdef ${PROGRAMS.join(" ")}
# dns-forwarder's flags in zsh: source <(dns-forwarder --completions zsh), or as a file _dns-forwarder in a folder of $fpath.
_dns_forwarder() {
  _arguments \\
    ${[...specs, `'1:command:(${commands})'`, "'*:file:_files'"].join(" \\\n    ")}
}
if [ "$funcstack[1]" = _dns-forwarder ]; then _dns_forwarder "$@"; else compdef _dns_forwarder ${PROGRAMS.join(" ")}; fi
`;
}

function fish(flags: readonly Flag[]): string {
  const lines = PROGRAMS.flatMap((program) => [
    `complete -c ${program} -f`,
    ...SUB_COMMANDS.map(({ name, help }) => {
      return `complete -c ${program} -n __fish_use_subcommand -a ${name} -d ${quoted(briefly(help))}`;
    }),
    ...SUB_COMMANDS.flatMap((command) => {
      return ownWordsOf(command).map((word) => {
        const candidate = word.startsWith("--")
          ? `-l ${word.slice(2)}${word === "--socket" ? " -r -F" : ""}`
          : `-a ${word}`;
        return `complete -c ${program} -n "__fish_seen_subcommand_from ${command.name}" ${candidate}`;
      });
    }),
    ...SUB_COMMANDS.filter(namesFile).map(({ name }) => {
      return `complete -c ${program} -n "__fish_seen_subcommand_from ${name}" -F`;
    }),
    ...flags.map((flag) => {
      const short = flag.short === undefined ? "" : ` -s ${flag.short}`;
      const value = flag.value === null
        ? ""
        : isFile(flag)
        ? " -r -F"
        : ` -x${choices(flag).length === 0 ? "" : ` -a "${choices(flag).join(" ")}"`}`;
      return `complete -c ${program} -l ${flag.name}${short}${value} -d ${quoted(briefly(flag.help))}`;
    }),
  ]);
  return `# dns-forwarder's flags in fish: dns-forwarder --completions fish | source\n${lines.join("\n")}\n`;
}

function spellings({ name, short }: Flag): string[] {
  return short === undefined ? [`--${name}`] : [`-${short}`, `--${name}`];
}

/** Whether its value is the name of a file. */
function isFile({ value }: Flag): boolean {
  return value === "<file>";
}

/** Whether a file may stand behind a command. */
function namesFile({ value }: SubCommand): boolean {
  return value.includes("<file>");
}

/** What may stand behind a command: the flags that its usage and its help name, and the words at the beginning of its usage. */
function wordsOf({ value, help, more = [] }: SubCommand): string[] {
  const first = /^[a-z]+(?:\|[a-z]+)+/.exec(value)?.[0].split("|") ?? [];
  const flags = [value, ...help, ...more].join(" ").match(/--[a-z][a-z-]+/g) ?? [];
  return [...new Set([...first, ...flags])];
}

/** Those of them that are no flags of a start, behind which these may stand. */
function ownWordsOf(command: SubCommand): string[] {
  const shared = OWN_WORDS.includes(command) ? [] : FLAGS.map(({ name }) => `--${name}`);
  return wordsOf(command).filter((word) => !shared.includes(word));
}

/** The words that a flag's value can be; none when it is no word of a few. */
function choices({ value }: Flag): readonly string[] {
  return value === null || value.includes("<") ? [] : value.split("|");
}

/** The first sentence, without what is in brackets. */
function briefly(help: readonly string[]): string {
  return /^.*?(?=[.;]( |$)| \(|$)/.exec(help.join(" "))![0];
}

/** Within quotes for fish, which knows a backslash there. */
function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, "\\$&")}'`;
}
