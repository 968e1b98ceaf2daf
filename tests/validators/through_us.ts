/**
 * Asks validators for every kind of name of a signed tree of zones, once with a recursive server behind them and once
 * with our program in between, and tells where that makes a difference: `deno task test:validators [--only unbound,delv]`.
 * Exits with 1 when it does, and with 0 when what it takes is not installed. All traffic stays on the loopback.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import { parseArgs } from "@std/cli/parse-args";
import { runBench } from "../../bench/common/bench_program.ts";
import { chosen, FlagError, rejectUnknown } from "../../bench/common/flag_values.ts";
import { findExecutable, notInstalled } from "../../bench/common/installed.ts";
import { QUESTIONS } from "./questions.ts";
import { type Column, report } from "./report.ts";
import { directRound, type Installed, ourRounds, type Rig } from "./rounds.ts";
import { signTree } from "./sign_tree.ts";
import { startAuthority, startRecursive } from "./tree_servers.ts";
import { VALIDATORS } from "./validators.ts";

/** What it takes beside validators: program → Debian's package. */
const NEEDED = {
  "dnssec-keygen": "bind9-utils",
  "dnssec-signzone": "bind9-utils",
  nsd: "nsd",
  unbound: "unbound",
} as const;

const wanted = chosenValidators();
const [keygen, signzone, nsd, unbound] = Object.entries(NEEDED).map(([name, debianPackage]) => {
  const executable = findExecutable(name);
  if (executable === null) console.log(notInstalled(name, debianPackage));
  return executable;
});
const installed = VALIDATORS.filter(({ name }) => wanted.includes(name)).flatMap((validator): Installed[] => {
  const executable = findExecutable(validator.executable);
  if (executable !== null) return [{ validator, executable }];
  console.log(notInstalled(validator.name, validator.debianPackage));
  return [];
});
if (!keygen || !signzone || !nsd || !unbound || installed.length === 0) {
  console.log("skipped");
  Deno.exit(0);
}

await runBench("validators", async ({ folder }) => {
  // Whom nsd drops its privileges to has to get in.
  Deno.chmodSync(folder, 0o755);
  const anchor = await signTree({ keygen, signzone }, folder);
  await using authority = await startAuthority(nsd, folder);
  await using recursive = await startRecursive(unbound, authority.address);
  const rig: Rig = { recursive: recursive.address, anchor, questions: QUESTIONS, folder };
  const columns: Column[] = [];
  for (const one of installed) {
    console.error(`${one.validator.name} …`);
    columns.push({ direct: await directRound(rig, one), ours: await ourRounds(rig, one) });
  }
  const { text, lastLine, isGood } = report(QUESTIONS, columns);
  console.log(`${text}\n\n${lastLine}`);
  Deno.exitCode = isGood ? 0 : 1;
});

function chosenValidators(): string[] {
  try {
    const { only } = parseArgs(Deno.args, { string: ["only"], unknown: rejectUnknown });
    return chosen("--only", only as string | undefined, VALIDATORS.map(({ name }) => name));
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    console.error(error.message);
    Deno.exit(2);
  }
}
