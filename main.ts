/**
 * The program: arguments, the operating system's clock and randomness, signals, exit codes. Beside it only `lib/system/`
 * and, for the C library, `lib/native/` touch `Deno.*`; the rest of `lib/` receives all of it as a `Runtime`.
 *
 * @module
 */
import { App } from "./lib/app/app.ts";
import { check } from "./lib/program/check.ts";
import { formatSocketAddress, type SocketAddress } from "./lib/base/net/address.ts";
import { drawSecret } from "./lib/base/random/derive_key.ts";
import { DEFAULT_LISTEN } from "./lib/config/config.ts";
import { parseCommand, type Serve } from "./lib/config/flags/cli.ts";
import { UsageError } from "./lib/config/usage_error.ts";
import { completionScript } from "./lib/config/flags/completions.ts";
import { helpText } from "./lib/config/flags/help.ts";
import { Log } from "./lib/observe/log.ts";
import type { Status } from "./lib/operator/status.ts";
import { ServiceManager, type ServiceSocket } from "./lib/operator/service_manager.ts";
import { ListenError } from "./lib/server/listen/listen.ts";
import { chooseDatagramIo, type DatagramIoChoice, sharedDatagramIo } from "./lib/system/datagram_io.ts";
import { listenSharedStream } from "./lib/system/deno_network.ts";
import { denoRuntime } from "./lib/system/deno_runtime.ts";
import { onHangup } from "./lib/system/hangup_signal.ts";
import { listenAdvice } from "./lib/system/listen_advice.ts";
import { runProcess } from "./lib/system/run_process.ts";
import { openServiceSocket } from "./lib/system/service_socket.ts";
import { onStatusSignal } from "./lib/system/status_signal.ts";
import { leaveSignalsToSupervisor, stopSignal } from "./lib/system/stop_signal.ts";
import { chooseWorkerCount } from "./lib/system/worker_count.ts";
import { spawnWorker, supervisorLink, WORKER_ARGUMENT } from "./lib/system/worker_process.ts";
import { VERSION } from "./lib/version.ts";
import { freeAddresses } from "./lib/workers/free_addresses.ts";
import type { StartOrder } from "./lib/workers/messages.ts";
import { Supervisor } from "./lib/workers/supervisor.ts";
import { work } from "./lib/workers/work.ts";

/** What the program needs from whoever starts it. */
export interface Host {
  /** The arguments, without the program's name. */
  readonly args: readonly string[];
  /** Writes text that was asked for: `--help`, `--version`. */
  print(text: string): void;
  /** Writes one line for the operator. Waits for nobody who reads it. */
  writeLine(line: string): void;
  /** Lines that were lost since the start because nobody read them in time. */
  lostLineCount?(): number;
  /** Hands over the running program; called once it serves. */
  started?(app: App): void;
  /** Opens the way to the service manager, if one has started the program; called when it serves. */
  openServiceSocket?(): ServiceSocket | null;
  /** Resolves when the program shall stop. */
  readonly stop: Promise<unknown>;
}

/** Exit codes, as `--help` tells them. */
export const EXIT = { ok: 0, cannotListen: 1, notWell: 1, usage: 2, cannotCheck: 3 } as const;

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
      const { health, text } = await check(command, denoRuntime({}, (line) => host.writeLine(line)));
      if (health === "well") return print(host, `${text}\n`);
      return complain(host, text, health === "unwell" ? EXIT.notWell : EXIT.cannotCheck);
    }
    return await serve(command, host);
  } catch (error) {
    if (error instanceof UsageError) return complain(host, error.message, EXIT.usage);
    if (error instanceof ListenError) return complain(host, listenAdvice(error), EXIT.cannotListen);
    throw error;
  }
}

async function serve(command: Serve, host: Host): Promise<number> {
  const log = new Log({ level: command.config.logLevel, writeLine: (line) => host.writeLine(line) });
  const stopHearing = onHangup(() =>
    log.info("SIGHUP: nothing to reload, flags are read at the start alone; going on")
  );
  try {
    return await serveByProcesses(command, host);
  } finally {
    stopHearing();
  }
}

async function serveByProcesses(command: Serve, host: Host): Promise<number> {
  const { count, why } = chooseWorkerCount(command.config);
  if (count > 1) return await supervise(command, count, host);
  if (why !== null) host.writeLine(`dns-forwarder: warn: one worker serves: ${why}`);
  const io = chooseDatagramIo(command.config);
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
  const network = { openDatagram: io.openDatagram, ...(config.sharesPort && { listenStream: listenSharedStream }) };
  const runtime = denoRuntime(network, (line) => host.writeLine(line), host.lostLineCount);
  const app = new App(io.named(config), runtime);
  log.info(io.describe());
  host.started?.(app);
  const stopTelling = onStatusSignal(() => app.status().forEach((line) => host.writeLine(`dns-forwarder: ${line}`)));
  const service = serviceManager(host, () => briefStatus(app.addresses, app.state));
  service?.ready();
  await host.stop;
  service?.stopping();
  await app.stop();
  stopTelling();
  return EXIT.ok;
}

/** Lets several processes serve, and keeps none of the work for itself. */
async function supervise({ config, warnings }: Serve, count: number, host: Host): Promise<number> {
  const writeLine = (line: string) => host.writeLine(line);
  const log = new Log({ level: config.logLevel, writeLine });
  for (const warning of warnings) writeLine(`dns-forwarder: warn: ${warning}`);
  const { network, random, clock, timers, lostLineCount } = denoRuntime({}, writeLine, host.lostLineCount);
  const wanted = config.listen ?? DEFAULT_LISTEN;
  const listen = config.sharesPort ? wanted : freeAddresses(network, wanted, config.listen === null);
  const supervisor = new Supervisor({
    count,
    config: { ...config, listen },
    secret: drawSecret(random),
    spawn: (events) => spawnWorker(import.meta.url, events),
    clock,
    timers,
    log,
    lostLineCount,
  });
  // Before the workers start, which takes a while: until somebody listens, the signal ends the program.
  const stopTelling = onStatusSignal(async () => {
    for (const line of await supervisor.status()) writeLine(`dns-forwarder: ${line}`);
  });
  const started = supervisor.start().then((code) => {
    if (code === EXIT.ok) log.info(`${count} workers serve`);
    return code;
  });
  const exitCode = await Promise.race([started, host.stop.then(() => EXIT.ok)]);
  const service = exitCode === EXIT.ok ? serviceManager(host, () => briefStatus(listen, supervisor.state)) : null;
  service?.ready();
  if (exitCode === EXIT.ok) await host.stop;
  service?.stopping();
  await supervisor.stop();
  stopTelling();
  return exitCode;
}

/** One of several processes, which does what `supervise` in another one says. */
async function serveAsWorker(host: Host): Promise<number> {
  leaveSignalsToSupervisor();
  const { orders, report } = supervisorLink;
  try {
    await work({ orders: orders(), report, start: (order) => startWorker(order, host) });
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    host.writeLine(`dns-forwarder: ${listenAdvice(error)}`);
    return EXIT.cannotListen;
  }
}

function startWorker({ config: share, number, secret, announces }: StartOrder, host: Host): App {
  const writeLine = (line: string) => host.writeLine(line);
  const io = sharedDatagramIo();
  const config = io.named(share);
  let write = announces ? writeLine : () => {};
  const network = { openDatagram: io.openDatagram, listenStream: listenSharedStream };
  const runtime = denoRuntime(network, (line) => write(line), host.lostLineCount);
  const app = new App(config, runtime, Uint8Array.fromHex(secret));
  new Log({ level: config.logLevel, writeLine: runtime.writeLine }).info(io.describe());
  write = (line) => writeLine(line.replace("dns-forwarder: ", `dns-forwarder: worker ${number}: `));
  return app;
}

/** The way to whoever has started the program as a service; `null` when nobody has. */
function serviceManager(host: Host, status: () => string): ServiceManager | null {
  const socket = host.openServiceSocket?.() ?? null;
  return socket && new ServiceManager({ socket, timers: denoRuntime({}, () => {}).timers, status });
}

/** For a service manager: what is worth telling every few seconds. */
function briefStatus(addresses: readonly SocketAddress[], { counters, inFlight }: Status): string {
  const where = addresses.map(formatSocketAddress).join(" and ");
  return `serving ${where}: ${counters.received} queries, ${counters.replied} replies, ${inFlight} questions in flight`;
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

if (import.meta.main) {
  await runProcess((standardError) => {
    const writeLine = (line: string) => standardError.writeLine(line);
    const isWorker = Deno.args.length === 1 && Deno.args[0] === WORKER_ARGUMENT;
    const host: Host = {
      args: Deno.args,
      print: (text) => void Deno.stdout.writeSync(new TextEncoder().encode(text)),
      writeLine,
      lostLineCount: () => standardError.lostCount,
      openServiceSocket: () => openServiceSocket(writeLine),
      stop: isWorker ? new Promise(() => {}) : stopSignal(() => Deno.exit(EXIT.ok)),
    };
    return isWorker ? serveAsWorker(host) : main(host);
  });
}
