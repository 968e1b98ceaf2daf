// --help, the manual page and the shells' completions tell the same flags, for all come from one table.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { SUB_COMMANDS } from "../../../lib/config/flags/commands.ts";
import { completionScript } from "../../../lib/config/flags/completions.ts";
import { FLAGS, SHELLS } from "../../../lib/config/flags/flags.ts";
import { commandHelpText, EXAMPLES, EXIT_CODES, helpText } from "../../../lib/config/flags/help.ts";
import { manPage } from "../../../lib/config/flags/man_page.ts";
import { CAN_RUN, outputOf } from "../../end_to_end/child_program.ts";

const MAN_FILE = new URL("../../../docs/dns-forwarder.8", import.meta.url);
const MAY_READ = Deno.permissions.querySync({ name: "read", path: MAN_FILE }).state === "granted";

Deno.test("helpText() names every flag, the defaults and the exit codes, and fits a terminal", () => {
  const help = helpText();
  for (const { name } of FLAGS) assertStringIncludes(help, `--${name}`);
  for (const part of ["2053", "100–10000 ms", "-h, --help", "-V, --version", "Examples:", "Exit codes: 0"]) {
    assertStringIncludes(help, part);
  }
  for (const line of help.split("\n")) assert(line.length <= 120, line);
});

Deno.test("commandHelpText() says of each command what helpText() says, and where the rest is", () => {
  for (const command of SUB_COMMANDS) {
    const text = commandHelpText(command);
    assertStringIncludes(text, `Usage: dns-forwarder ${command.name}`);
    for (const line of command.help) assertStringIncludes(text, line);
    assertStringIncludes(text, "dns-forwarder --help");
  }
});

Deno.test("manPage() says what helpText() says", () => {
  // The signs that mean something to roff, as it prints them.
  const page = manPage().replaceAll("\\-", "-").replaceAll("\\(en", "–").replaceAll("\\&", "").replaceAll("\\e", "\\");
  for (const { name, help } of [...FLAGS, ...SUB_COMMANDS]) {
    assertStringIncludes(page, name);
    for (const line of help) assertStringIncludes(page, `\n${line}\n`);
  }
  for (const { command, meaning } of EXAMPLES) assertStringIncludes(page, `\n.B ${command}\n${meaning}\n`);
  for (const [code, meaning] of Object.entries(EXIT_CODES)) assertStringIncludes(page, `\n.B ${code}\n${meaning}.\n`);
});

Deno.test("manPage() leaves no line that roff would take for an instruction", () => {
  const instructions = manPage().split("\n").filter((line) => /^[.']/.test(line)).map((line) => line.split(" ")[0]!);
  assertEquals(new Set(instructions), new Set(['.\\"', ".TH", ".SH", ".B", ".br", ".TP"]));
});

Deno.test({
  name: "docs/dns-forwarder.8 is what manPage() renders; else run: deno task man (needs --allow-read)",
  ignore: !MAY_READ,
  async fn() {
    assertEquals(await Deno.readTextFile(MAN_FILE), manPage());
  },
});

for (const shell of SHELLS) {
  Deno.test(`completionScript("${shell}") knows every flag, its letter, its words, and every command`, () => {
    const script = completionScript(shell);
    for (const { name, short, value } of FLAGS) {
      assertStringIncludes(script, shell === "fish" ? ` -l ${name} ` : `--${name}`);
      if (short !== undefined) assertStringIncludes(script, shell === "fish" ? ` -s ${short} ` : `-${short}`);
      if (value !== null && !value.includes("<")) assertStringIncludes(script, value.replaceAll("|", " "));
    }
    for (const { name } of SUB_COMMANDS) assertStringIncludes(script, name);
  });
}

for (
  const [typed, words] of [
    [["--res"], ["--resolver"]],
    [["ch"], ["check", "check-config"]],
    [["--strategy", "r"], ["round-robin", "random"]],
    [["--strategy", "=", "fas"], ["fastest"]],
    [["--log-level", "="], ["error", "warn", "info", "debug"]],
    [["--resolver", ""], []],
    [["--timeout", "300", "--no-spec"], ["--no-special-names"]],
    [["expl"], ["explain"]],
    [["explain", "example.org", "--cl"], ["--client"]],
    [["flush", "--"], ["--below", "--socket", "--json"]],
    [["import", "d"], ["dnsmasq"]],
    [["--config", "/proc/self/statu"], ["/proc/self/status"]],
    [["--config", "=", "/proc/self/statu"], ["/proc/self/status"]],
    [["check-config", "/proc/self/statu"], ["/proc/self/status"]],
    [["print-config", "--def"], ["--defaults"]],
    [["import", "unbound", "/proc/self/statu"], ["/proc/self/status"]],
    [["status", "--socket", "/proc/self/statu"], ["/proc/self/status"]],
    [["--timeout", "/proc/self/statu"], []],
  ] as const
) {
  Deno.test({
    name: `completionScript() completes "${typed.join(" ")}" in bash (needs --allow-run)`,
    ignore: !CAN_RUN || (await outputOf("sh", "-c", "command -v bash")) === "",
    async fn() {
      const line = ["dns-forwarder", ...typed].map((word) => `'${word}'`).join(" ");
      const ask = `COMP_WORDS=(${line}); COMP_CWORD=${typed.length}; _dns_forwarder; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const reply = await outputOf("bash", "-c", `${completionScript("bash")}\n${ask}`);
      assertEquals(reply.split("\n").filter((word) => word !== ""), [...words]);
    },
  });
}
