/**
 * The program: what it needs of the operating system, put into its hands. Beside this file only `lib/system/` and, for the C
 * library, `lib/native/` touch `Deno.*`; the rest of `lib/` receives all of it as arguments. What the program does, from
 * its arguments to its exit code, is in `lib/program/`.
 *
 * @module
 */
import { EXIT } from "./lib/program/exit_codes.ts";
import type { Host } from "./lib/program/host.ts";
import { runProgram } from "./lib/program/run_program.ts";
import { serveAsWorker } from "./lib/program/serve_as_worker.ts";
import { isHistoryThread, serveHistoryThread } from "./lib/system/history/history_worker.ts";
import { COMPILE_ARGUMENT, compileForParent } from "./lib/system/lists/compile_process.ts";
import { FETCH_ARGUMENT, fetchForParent } from "./lib/system/lists/fetch_process.ts";
import { defaultConfigFile } from "./lib/system/deno_config_io.ts";
import { denoSystem } from "./lib/system/deno_system.ts";
import { runProcess } from "./lib/system/process/run_process.ts";
import { ownLoop } from "./lib/system/loop/own_loop.ts";
import { openServiceSocket } from "./lib/system/service_socket.ts";
import { progressLine } from "./lib/system/process/progress_line.ts";
import { readStandardInput } from "./lib/system/process/standard_input.ts";
import { writeStandardOutput } from "./lib/system/process/standard_output.ts";
import { stopSignal } from "./lib/system/stop_signal.ts";
import { WORKER_ARGUMENT } from "./lib/system/worker_process.ts";

const SYSTEM = denoSystem(import.meta.url);

/**
 * Runs the program from its arguments to its end.
 *
 * @returns The exit code.
 */
export function main(host: Host): Promise<number> {
  return runProgram(host, SYSTEM);
}

if (isHistoryThread()) await serveHistoryThread();
else if (import.meta.main) {
  await runProcess((standardError) => {
    if (Deno.args.length === 1 && Deno.args[0] === COMPILE_ARGUMENT) return compileForParent();
    if (Deno.args.length === 1 && Deno.args[0] === FETCH_ARGUMENT) return fetchForParent();
    const writeLine = (line: string) => standardError.writeLine(line);
    const isWorker = Deno.args.length === 1 && Deno.args[0] === WORKER_ARGUMENT;
    const host: Host = {
      args: Deno.args,
      print: writeStandardOutput,
      readInput: readStandardInput,
      defaultConfigFile,
      showProgress: progressLine(),
      terminal: async () => (await import("./lib/system/process/terminal.ts")).openTerminal(),
      writeLine,
      ownLoop: () => ownLoop(writeLine),
      lostLineCount: () => standardError.lostCount,
      openServiceSocket: () => openServiceSocket(writeLine),
      ...(isWorker ? { stop: new Promise(() => {}) } : stopSignal(() => Deno.exit(EXIT.ok))),
    };
    return isWorker ? serveAsWorker(host, SYSTEM) : main(host);
  });
}
