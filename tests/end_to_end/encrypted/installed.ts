import { CAN_RUN } from "../child_program.ts";

/** What a command says, standard error behind standard output; `null` where it is not installed. */
export async function run(command: string, args: readonly string[]): Promise<string | null> {
  try {
    const { stdout, stderr } = await new Deno.Command(command, { args: [...args], stdin: "null" }).output();
    const decoder = new TextDecoder();
    return decoder.decode(stdout) + decoder.decode(stderr);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** A test with programs of others, which are found by asking each for its version; it is left out where one is missing. */
export async function testWith(programs: readonly string[], fact: string, fn: () => Promise<void>): Promise<void> {
  const missing = [];
  if (CAN_RUN) {
    for (const program of programs) if (await run(program, ["--version"]) === null) missing.push(program);
  } else missing.push("--allow-run");
  const name = missing.length === 0 ? fact : `${fact} (needs ${missing.join(", ")})`;
  Deno.test({ name, ignore: missing.length > 0, fn });
}
