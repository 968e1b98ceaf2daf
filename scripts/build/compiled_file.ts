import { CommandError, run } from "./command.ts";
import { type Flavour, runFlags } from "./run_flags.ts";
import type { Target } from "./targets.ts";

/** The runtime that goes into a compiled file can be neither found nor downloaded. */
export class NoRuntimeError extends Error {
  /** The class's name. */
  override readonly name = "NoRuntimeError";
}

/**
 * Makes `output` out of the bundled program with `deno compile`.
 *
 * @throws {NoRuntimeError} where Deno's runtime for `target` cannot be had.
 * @throws {CommandError} when anything else fails.
 */
export async function writeCompiledFile(
  { bundleFile, target, flavour, output }: { bundleFile: string; target: Target; flavour: Flavour; output: string },
): Promise<void> {
  // What it may do is fixed, whatever its arguments are.
  const flags = [
    ...runFlags(target, flavour, true),
    "--no-config",
    "--no-lock",
    "--no-check",
    "--target",
    target.triple,
  ];
  try {
    await run(Deno.execPath(), ["compile", ...flags, "--output", output, bundleFile]);
  } catch (error) {
    if (!(error instanceof CommandError) || !error.stderr.includes("Setting up base binary")) throw error;
    throw new NoRuntimeError(`Cannot download Deno's runtime for ${target.name}`, { cause: error });
  }
}
