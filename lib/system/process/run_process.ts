import { LineAMinute } from "../../observe/line_a_minute.ts";
import type { LineWriter } from "../../observe/line_writer.ts";
import { openStandardError } from "./standard_error.ts";
import { UnreadError } from "./standard_output.ts";
import { onStrayRejection } from "./stray_rejections.ts";
import { onUncaughtError } from "./uncaught_errors.ts";

/** The last lines are waited for, but no longer: not everybody reads them. */
const FLUSH_MS = 1000;
/** Of a program that is at fault; Deno's own. */
const BROKEN_EXIT_CODE = 1;
/** Of a program that SIGPIPE ends, which Deno ignores: what it prints nobody reads any more (`| head`). */
const UNREAD_EXIT_CODE = 128 + 13;

/**
 * Runs `run` as the whole work of this process, which ends with the exit code that it resolves to. Whatever goes wrong is
 * written where its lines go: what Deno itself writes waits for a reader.
 */
export async function runProcess(run: (standardError: LineWriter) => Promise<number>): Promise<void> {
  const standardError = openStandardError();
  const end = async (exitCode: number) => {
    await standardError.flush(FLUSH_MS);
    Deno.exit(exitCode);
  };
  const endBroken = async (error: unknown) => {
    standardError.writeLine(`dns-forwarder: error: ${textOf(error)}`);
    await end(BROKEN_EXIT_CODE);
  };
  const strays = new LineAMinute({ nowMs: () => performance.now() }, (line) => standardError.writeLine(line));
  onStrayRejection((reason) => {
    strays.note((count) => `dns-forwarder: error: nobody waited for this (${count} so far): ${textOf(reason)}`);
  });
  onUncaughtError(endBroken);
  try {
    await end(await run(standardError));
  } catch (error) {
    if (error instanceof UnreadError) await end(UNREAD_EXIT_CODE);
    await endBroken(error);
  }
}

/** With where it comes from: it is a fault of the program. */
function textOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
