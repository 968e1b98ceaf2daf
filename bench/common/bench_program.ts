// deno-lint-ignore-file no-console
import { FlagError } from "./flag_values.ts";
import { findExecutable, notInstalled } from "./installed.ts";
import { RunningServer } from "./running_server.ts";

/** What a bench works with. */
export interface Bench {
  /** For its files; gone when it ends. */
  readonly folder: string;
  /** Aborted when it is to end. */
  readonly signal: AbortSignal;
}

/** As shells report SIGINT. */
const INTERRUPTED = 130;
const USAGE = 2;

/**
 * Runs a bench and ends the process, with `Deno.exitCode`. However it ends, signals included, the servers that it has
 * started are stopped, and its folder is removed.
 *
 * @param name For the name of the folder.
 */
export async function runBench(name: string, action: (bench: Bench) => Promise<void>): Promise<never> {
  const folder = Deno.makeTempDirSync({ prefix: `bench-${name}-` });
  const stopping = new AbortController();
  let stopped: Promise<void> | null = null;
  // Once, however many reasons there are.
  const stop = () => stopped ??= RunningServer.stopAll().then(() => Deno.remove(folder, { recursive: true }));
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, async () => {
      stopping.abort();
      await stop();
      Deno.exit(INTERRUPTED);
    });
  }
  try {
    await action({ folder, signal: stopping.signal });
  } catch (error) {
    // What was going on when the signal came has been cut short.
    if (!stopping.signal.aborted) throw error;
    Deno.exitCode = INTERRUPTED;
  } finally {
    await stop();
  }
  Deno.exit();
}

/** The file of a program that the bench cannot do without. Ends the process where it is not installed. */
export function requiredExecutable(name: string, debianPackage: string): string {
  const executable = findExecutable(name);
  if (executable !== null) return executable;
  console.error(`Cannot measure: ${notInstalled(name, debianPackage)}`);
  Deno.exit(USAGE);
}

/**
 * What the command line says. Ends the process with a line when it cannot be used, and after printing `help` when that
 * is wanted.
 *
 * @param parse Returns `null` for the latter.
 */
export function readOptions<T>(parse: (args: readonly string[]) => T | null, help: string): T {
  try {
    const options = parse(Deno.args);
    if (options !== null) return options;
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    console.error(error.message);
    Deno.exit(USAGE);
  }
  console.log(help);
  Deno.exit(0);
}
