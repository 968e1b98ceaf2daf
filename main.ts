/**
 * The program: arguments, signals, exit codes. With `lib/system/` and `lib/native/` it is all that touches `Deno.*`; the
 * rest of `lib/` receives the operating system as a `Runtime`.
 *
 * @module
 */
import { App } from "./lib/app.ts";
import { AddressInUseError } from "./lib/base/runtime.ts";
import { parseCommand, type Serve, UsageError } from "./lib/config/cli.ts";
import { helpText } from "./lib/config/flags.ts";
import { Log } from "./lib/observe/log.ts";
import { ListenError } from "./lib/server/listen.ts";
import { chooseDatagramIo, type DatagramIoChoice } from "./lib/system/datagram_io.ts";
import { denoRuntime } from "./lib/system/deno_runtime.ts";
import { onStatusSignal, stopSignal } from "./lib/system/signals.ts";
import { listenStream } from "./lib/system/sockets.ts";
import { VERSION } from "./lib/version.ts";

/** What the program needs from whoever starts it. */
export interface Host {
  /** The arguments, without the program's name. */
  readonly args: readonly string[];
  /** Writes text that was asked for: `--help`, `--version`. */
  print(text: string): void;
  /** Writes one line for the operator. */
  writeLine(line: string): void;
  /** Hands over the running program; called once it serves. */
  started?(app: App): void;
  /** Resolves when the program shall stop. */
  readonly stop: Promise<unknown>;
}

/** Exit codes, as `--help` tells them. */
export const EXIT = { ok: 0, cannotListen: 1, usage: 2 } as const;

/**
 * Runs the program from its arguments to its end.
 *
 * @returns The exit code.
 */
export async function main(host: Host): Promise<number> {
  try {
    const command = parseCommand(host.args);
    if (command.kind === "help") return print(host, helpText());
    if (command.kind === "version") return print(host, `dns-forwarder ${VERSION} (deno ${Deno.version.deno})\n`);
    return await serve(command, host);
  } catch (error) {
    if (error instanceof UsageError) return complain(host, error.message, EXIT.usage);
    if (error instanceof ListenError) return complain(host, listenAdvice(error), EXIT.cannotListen);
    throw error;
  }
}

async function serve(command: Serve, host: Host): Promise<number> {
  const io = chooseDatagramIo(command.config.io);
  try {
    return await serveBy(io, command, host);
  } finally {
    io.close();
  }
}

async function serveBy(io: DatagramIoChoice, { config, warnings, plainWarnings }: Serve, host: Host): Promise<number> {
  const log = new Log({ level: config.logLevel, writeLine: (line) => host.writeLine(line) });
  const allWarnings = io.isNative ? warnings : [...warnings, ...plainWarnings];
  for (const warning of allWarnings) host.writeLine(`dns-forwarder: warn: ${warning}`);
  const { openDatagram } = io;
  const app = new App(config, denoRuntime({ openDatagram, listenStream, writeLine: (line) => host.writeLine(line) }));
  log.info(io.describe());
  host.started?.(app);
  const stopTelling = onStatusSignal(() => app.status().forEach((line) => host.writeLine(`dns-forwarder: ${line}`)));
  await host.stop;
  await app.stop();
  stopTelling();
  return EXIT.ok;
}

function print(host: Host, text: string): number {
  host.print(text);
  return EXIT.ok;
}

function complain(host: Host, message: string, exitCode: number): number {
  host.writeLine(`dns-forwarder: ${message}`);
  return exitCode;
}

/** What went wrong and what can be done, on one line. */
function listenAdvice({ message, address, cause }: ListenError): string {
  if (cause instanceof AddressInUseError) {
    return `${message}: port ${address.port} is in use there; stop the other program or give another --listen`;
  }
  if (cause instanceof Deno.errors.PermissionDenied || cause instanceof Deno.errors.NotCapable) {
    return address.port < 1024
      ? `${message}: ports below 1024 are forbidden to ordinary users; run as root, ` +
        `give the program the capability (sudo setcap cap_net_bind_service=+ep <file>), or use --listen with a higher port`
      : `${message}: the operating system forbids it`;
  }
  return `${message}: ${cause instanceof Error ? cause.message : cause}`;
}

/** A server outlives the reader of its log, and a full disk. There is nowhere left to say that the line is lost. */
function writeToStderr(octets: Uint8Array): void {
  try {
    Deno.stderr.writeSync(octets);
  } catch {
    return;
  }
}

if (import.meta.main) {
  const encoder = new TextEncoder();
  Deno.exit(
    await main({
      args: Deno.args,
      print: (text) => void Deno.stdout.writeSync(encoder.encode(text)),
      writeLine: (line) => writeToStderr(encoder.encode(`${line}\n`)),
      stop: stopSignal(() => Deno.exit(EXIT.ok)),
    }),
  );
}
