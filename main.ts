/**
 * The program: arguments, the operating system's clock and randomness, signals, exit codes. Beside it only `lib/system/`
 * touches `Deno.*`; the rest of `lib/` receives all of it as a `Runtime`.
 *
 * @module
 */
import { App } from "./lib/app.ts";
import { check } from "./lib/check.ts";
import { formatSocketAddress } from "./lib/base/address.ts";
import { AddressInUseError, type Network, type Runtime } from "./lib/base/runtime.ts";
import type { DatagramIo } from "./lib/config/config.ts";
import { parseCommand, type Serve, UsageError } from "./lib/config/cli.ts";
import { completionScript } from "./lib/config/completions.ts";
import { helpText } from "./lib/config/help.ts";
import { NativeIo } from "./lib/native/native_io.ts";
import { Log } from "./lib/observe/log.ts";
import { ServiceManager, type ServiceSocket } from "./lib/observe/service_manager.ts";
import { ListenError } from "./lib/server/listen.ts";
import { DENO_NETWORK } from "./lib/system/deno_network.ts";
import { openServiceSocket } from "./lib/system/service_socket.ts";
import { onStatusSignal } from "./lib/system/status_signal.ts";
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
  /** Opens the way to the service manager, if one has started the program; called when it serves. */
  openServiceSocket?(): ServiceSocket | null;
  /** Resolves when the program shall stop. */
  readonly stop: Promise<unknown>;
}

/** Exit codes, as `--help` tells them. */
export const EXIT = { ok: 0, cannotListen: 1, notWell: 1, usage: 2 } as const;

/**
 * Runs the program from its arguments to its end.
 *
 * @returns The exit code.
 */
export async function main(host: Host): Promise<number> {
  try {
    const command = parseCommand(host.args);
    if (command.kind === "help") return print(host, helpText());
    if (command.kind === "version") return print(host, versionText());
    if (command.kind === "completions") return print(host, completionScript(command.shell));
    if (command.kind === "check") {
      const { isWell, text } = await check(
        command,
        denoRuntime(DENO_NETWORK.openDatagram, (line) => host.writeLine(line)),
      );
      return isWell ? print(host, `${text}\n`) : complain(host, text, EXIT.notWell);
    }
    return await serve(command, host);
  } catch (error) {
    if (error instanceof UsageError) return complain(host, error.message, EXIT.usage);
    if (error instanceof ListenError) return complain(host, listenAdvice(error), EXIT.cannotListen);
    throw error;
  }
}

async function serve(command: Serve, host: Host): Promise<number> {
  const io = datagramIo(command.config.io);
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
  const runtime = denoRuntime(io.openDatagram, (line) => host.writeLine(line));
  const app = new App(config, runtime);
  log.info(io.describe());
  host.started?.(app);
  const stopTelling = onStatusSignal(() => app.status().forEach((line) => host.writeLine(`dns-forwarder: ${line}`)));
  const socket = host.openServiceSocket?.() ?? null;
  const service = socket && new ServiceManager({ socket, timers: runtime.timers, status: () => briefStatus(app) });
  service?.ready();
  await host.stop;
  service?.stopping();
  await app.stop();
  stopTelling();
  return EXIT.ok;
}

/** For a service manager: what is worth telling every few seconds. */
function briefStatus({ addresses, counters: { received, replied }, held }: App): string {
  const where = addresses.map(formatSocketAddress).join(" and ");
  return `serving ${where}: ${received} queries, ${replied} replies, ${held.inFlight} questions in flight`;
}

/** What this is, what runs it, and how it was built. */
function versionText(): string {
  // Both kinds of single files are made of the bundled program, a module of another name.
  const built = Deno.build.standalone ? "compiled" : import.meta.url.endsWith(".ts") ? "from source" : "portable";
  const flavour = Deno.permissions.querySync({ name: "ffi" }).state === "granted" ? ", native" : "";
  return `dns-forwarder ${VERSION} (deno ${Deno.version.deno}, ${Deno.build.target}, ${built}${flavour})\n`;
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

/** The operating system, as `lib/` sees it. */
function denoRuntime(openDatagram: Network["openDatagram"], writeLine: (line: string) => void): Runtime {
  return {
    clock: { nowMs: () => performance.now() },
    uptimeSeconds: uptimeSource(),
    wallClock: { epochSeconds: () => Math.floor(Date.now() / 1000) },
    timers: {
      start(delayMs, callback) {
        const timer = setTimeout(callback, delayMs);
        return () => clearTimeout(timer);
      },
    },
    random: { fill: (octets) => void crypto.getRandomValues(octets) },
    network: { ...DENO_NETWORK, openDatagram },
    writeLine,
  };
}

/** Only where it is allowed: asking for permission would stop a service at its start. */
function uptimeSource(): () => number | null {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "osUptime" });
  return state === "granted" ? () => Deno.osUptime() : () => null;
}

/** A way to open UDP sockets. */
interface DatagramIoChoice {
  readonly isNative: boolean;
  readonly openDatagram: Network["openDatagram"];
  /** For the operator, once the sockets are open. */
  describe(): string;
  /** To be called when all sockets are closed. */
  close(): void;
}

/** Chooses by `--io`, the permissions and the machine. */
function datagramIo(wanted: DatagramIo): DatagramIoChoice {
  const plain = (why: string) => {
    const describe = () => `takes datagrams one by one: ${why}`;
    return { isNative: false, openDatagram: DENO_NETWORK.openDatagram, describe, close: () => {} };
  };
  if (wanted === "plain") return plain("--io plain");
  try {
    if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") throw new Error("--allow-ffi is not given");
    const native = new NativeIo(DENO_NETWORK.openDatagram);
    return {
      isNative: true,
      openDatagram: (local, use) => native.openDatagram(local, use),
      describe: () => native.describe(),
      close: () => native.close(),
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (wanted === "native") throw new UsageError(`Cannot use --io native: ${why}`);
    return plain(why);
  }
}

/** The first signal stops the program when the queries in flight are done, a second one at once. */
function stopSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM"];
  let isStopping = false;
  for (const signal of signals) {
    Deno.addSignalListener(signal, () => {
      if (isStopping) Deno.exit(EXIT.ok);
      isStopping = true;
      resolve();
    });
  }
  return promise;
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
  const writeLine = (line: string) => writeToStderr(encoder.encode(`${line}\n`));
  Deno.exit(
    await main({
      args: Deno.args,
      print: (text) => void Deno.stdout.writeSync(encoder.encode(text)),
      writeLine,
      openServiceSocket: () => openServiceSocket(writeLine),
      stop: stopSignal(),
    }),
  );
}
