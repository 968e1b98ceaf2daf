/** How a command ended that was not to fail. */
export class CommandError extends Error {
  /** The class's name. */
  override readonly name = "CommandError";
  /** What it wrote to standard error. */
  readonly stderr: string;

  /** The command that failed, and its standard error. */
  constructor(command: string, stderr: string) {
    super(`Cannot run ${command}: ${stderr.trim()}`);
    this.stderr = stderr;
  }
}

/**
 * Runs a command to its end.
 *
 * @returns Its standard output.
 * @throws {CommandError} when it ends with anything but 0.
 */
export async function run(executable: string, args: readonly string[]): Promise<string> {
  const command = new Deno.Command(executable, { args: [...args], env: { NO_COLOR: "1" }, stdin: "null" });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  if (!success) throw new CommandError(`${executable} ${args.join(" ")}`, decoder.decode(stderr));
  return decoder.decode(stdout);
}
