import { assert } from "@std/assert";
import type { App } from "../../lib/app/app.ts";
import type { SocketAddress } from "../../lib/base/net/address.ts";
import { main } from "../../main.ts";

/** The program while it serves. */
export interface Program extends AsyncDisposable {
  readonly app: App;
  /** Its first listener. */
  readonly address: SocketAddress;
  /** What it has told the operator so far. */
  readonly lines: readonly string[];
  /** What it has printed on standard output so far. */
  readonly printed: readonly string[];
  /** Stops it as a signal would. Resolves to the exit code when the queries in flight are answered. */
  stop(): Promise<number>;
}

/** Starts the program's own entry function in this process; on a free port of 127.0.0.1 unless `args` say otherwise. */
export function startProgram(...args: readonly string[]): Program {
  const stopping = Promise.withResolvers<void>();
  const lines: string[] = [];
  const printed: string[] = [];
  let app: App | undefined;
  const exitCode = main({
    args: args.includes("--listen") ? args : ["--listen", "127.0.0.1:0", ...args],
    print: (text) => void printed.push(text),
    writeLine: (line) => void lines.push(line),
    started: (started) => app = started,
    stop: stopping.promise,
  });
  assert(app !== undefined, `The program does not serve: ${lines.join(", ")}`);
  const stop = () => {
    stopping.resolve();
    return exitCode;
  };
  return {
    app,
    address: app.addresses[0]!,
    lines,
    printed,
    stop,
    [Symbol.asyncDispose]: async () => void await stop(),
  };
}

/** Runs the program to its end; for command lines with which it does not serve. */
export async function runProgram(...args: readonly string[]) {
  const lines: string[] = [];
  const printed: string[] = [];
  const exitCode = await main({
    args,
    print: (text) => void printed.push(text),
    writeLine: (line) => void lines.push(line),
    stop: Promise.resolve(),
  });
  return { exitCode, lines, printed };
}
