/**
 * The program: arguments, the operating system's sockets, clock and randomness, signals, exit codes. Nothing else in the
 * project touches `Deno.*`; `lib/` receives all of it as a `Runtime`.
 *
 * @module
 */
import { App } from "./lib/app.ts";
import { formatSocketAddress, type SocketAddress } from "./lib/base/address.ts";
import {
  AddressInUseError,
  type DatagramSocket,
  type Network,
  type Runtime,
  type StreamListenSocket,
  type StreamSocket,
} from "./lib/base/runtime.ts";
import type { DatagramIo } from "./lib/config/config.ts";
import { parseCommand, type Serve, UsageError } from "./lib/config/cli.ts";
import { helpText } from "./lib/config/flags.ts";
import { NativeIo } from "./lib/native/native_io.ts";
import { Log } from "./lib/observe/log.ts";
import { ListenError } from "./lib/server/listen.ts";
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
  const app = new App(config, denoRuntime(io.openDatagram, (line) => host.writeLine(line)));
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
    network: { openDatagram, listenStream, connectStream },
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
    return { isNative: false, openDatagram: openPlain, describe, close: () => {} };
  };
  if (wanted === "plain") return plain("--io plain");
  try {
    if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") throw new Error("--allow-ffi is not given");
    const native = new NativeIo(openPlain);
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

function openPlain(local: SocketAddress): DatagramSocket {
  const { hostname, port } = local;
  const socket = bind(local, () => Deno.listenDatagram({ transport: "udp", hostname, port }));
  return {
    address: socket.addr as SocketAddress,
    receive: (buffer) => socket.receive(buffer) as Promise<[Uint8Array<ArrayBuffer>, SocketAddress]>,
    send: (octets, to) => socket.send(octets, to as Deno.NetAddr),
    close: () => socket.close(),
  };
}

function listenStream(local: SocketAddress): StreamListenSocket {
  const { hostname, port } = local;
  const socket = bind(local, () => Deno.listen({ transport: "tcp", hostname, port }));
  return {
    address: socket.addr,
    accept: async () => streamSocket(await socket.accept()),
    close: () => socket.close(),
  };
}

async function connectStream({ hostname, port }: SocketAddress, signal: AbortSignal): Promise<StreamSocket> {
  return streamSocket(await Deno.connect({ transport: "tcp", hostname, port, signal }));
}

function streamSocket(connection: Deno.TcpConn): StreamSocket {
  // Small messages that wait for each other's acknowledgements would take 40 ms each.
  connection.setNoDelay(true);
  return {
    peer: connection.remoteAddr,
    read: (buffer) => connection.read(buffer),
    write: (octets) => connection.write(octets),
    close: () => connection.close(),
  };
}

function bind<T>(local: SocketAddress, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new AddressInUseError(`${formatSocketAddress(local)} is in use`, { cause: error });
  }
}

/** Calls `tell` at each SIGUSR1 and SIGUSR2, where there are such things. Returns the function that ends it. */
function onStatusSignal(tell: () => void): () => void {
  if (Deno.build.os === "windows") return () => {};
  const tellAndClose = () => {
    tell();
    closeDebugger();
  };
  Deno.addSignalListener("SIGUSR1", tellAndClose);
  Deno.addSignalListener("SIGUSR2", tell);
  return () => {
    Deno.removeSignalListener("SIGUSR1", tellAndClose);
    Deno.removeSignalListener("SIGUSR2", tell);
  };
}

/**
 * Deno 2.9.2 and later open their debugger on 127.0.0.1:9229 at every SIGUSR1, and whoever can connect to that can make
 * the program do anything. There is no way to forbid it, so it is closed at once; where that is not allowed
 * (`--allow-sys=inspector`), SIGUSR2 is the signal to use.
 */
async function closeDebugger(): Promise<void> {
  if (Deno.permissions.querySync({ name: "sys", kind: "inspector" as "osUptime" }).state !== "granted") return;
  const { close } = await import("node:inspector");
  // Deno hears of the signal on its own, before us or after.
  for (const afterMs of DEBUGGER_CLOSED_AFTER_MS) setTimeout(close, afterMs);
}

const DEBUGGER_CLOSED_AFTER_MS = [0, 10, 100];

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
  Deno.exit(
    await main({
      args: Deno.args,
      print: (text) => void Deno.stdout.writeSync(encoder.encode(text)),
      writeLine: (line) => writeToStderr(encoder.encode(`${line}\n`)),
      stop: stopSignal(),
    }),
  );
}
