/**
 * The program: arguments, the operating system's sockets, clock and randomness, signals, exit codes. Nothing else in the
 * project touches `Deno.*`; `lib/` receives all of it as a `Runtime`.
 *
 * @module
 */
import { App } from "./lib/app.ts";
import { check } from "./lib/check.ts";
import { formatSocketAddress, type SocketAddress } from "./lib/base/address.ts";
import {
  AddressInUseError,
  type DatagramSocket,
  type Runtime,
  type StreamListenSocket,
  type StreamSocket,
} from "./lib/base/runtime.ts";
import { parseCommand, type Serve, UsageError } from "./lib/config/cli.ts";
import { completionScript } from "./lib/config/completions.ts";
import { helpText } from "./lib/config/help.ts";
import { ServiceManager, type ServiceSocket } from "./lib/observe/service_manager.ts";
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
      const { isWell, text } = await check(command, denoRuntime((line) => host.writeLine(line)));
      return isWell ? print(host, `${text}\n`) : complain(host, text, EXIT.notWell);
    }
    return await serve(command, host);
  } catch (error) {
    if (error instanceof UsageError) return complain(host, error.message, EXIT.usage);
    if (error instanceof ListenError) return complain(host, listenAdvice(error), EXIT.cannotListen);
    throw error;
  }
}

async function serve({ config, warnings }: Serve, host: Host): Promise<number> {
  for (const warning of warnings) host.writeLine(`dns-forwarder: warn: ${warning}`);
  const runtime = denoRuntime((line) => host.writeLine(line));
  const app = new App(config, runtime);
  host.started?.(app);
  const socket = host.openServiceSocket?.() ?? null;
  const service = socket && new ServiceManager({ socket, timers: runtime.timers, status: () => app.status });
  service?.ready();
  await host.stop;
  service?.stopping();
  await app.stop();
  return EXIT.ok;
}

/** What this is, what runs it, and how it was built. */
function versionText(): string {
  // Both kinds of single files are made of the bundled program, a module of another name.
  const built = Deno.build.standalone ? "compiled" : import.meta.url.endsWith(".ts") ? "from source" : "portable";
  return `dns-forwarder ${VERSION} (deno ${Deno.version.deno}, ${Deno.build.target}, ${built})\n`;
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
function denoRuntime(writeLine: (line: string) => void): Runtime {
  return {
    clock: { nowMs: () => performance.now() },
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

function openDatagram(local: SocketAddress): DatagramSocket {
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

/**
 * systemd's notification socket, sd_notify(3); `null` when there is none, or the program may not know or reach it. What is
 * not permitted is not asked for: nobody sits at a service's terminal.
 */
function openServiceSocket(writeLine: (line: string) => void): ServiceSocket | null {
  const path = permittedVariable("NOTIFY_SOCKET");
  if (Deno.build.os !== "linux" || path === null) return null;
  const socket = Deno.listenDatagram(
    { transport: "unixpacket" } as Deno.UnixListenOptions & { transport: "unixpacket" },
  );
  const encoder = new TextEncoder();
  const watchdogMs = Number(permittedVariable("WATCHDOG_USEC") ?? 0) / 1000;
  let hasComplained = false;
  return {
    notify(message) {
      // An "@" stands for a zero octet: a socket without a file.
      const to = { transport: "unixpacket", path: path.replace(/^@/, "\0") } as const;
      socket.send(encoder.encode(message), to).catch((error) => {
        if (!hasComplained) writeLine(`dns-forwarder: warn: Cannot tell the service manager at ${path}: ${error}`);
        hasComplained = true;
      });
    },
    watchdogMs: watchdogMs > 0 ? watchdogMs : null,
  };
}

function permittedVariable(variable: string): string | null {
  const isPermitted = Deno.permissions.querySync({ name: "env", variable }).state === "granted";
  return isPermitted ? Deno.env.get(variable) ?? null : null;
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
