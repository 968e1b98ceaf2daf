import { drawSecret } from "../base/random/derive_key.ts";
import type { FullConfig } from "../config/config.ts";
import type { ReadConfig } from "../config/read_config.ts";
import { Log } from "../observe/log.ts";
import { TraceFeed } from "../observe/trace_feed.ts";
import type { Prepared, ReloadTarget } from "../reload/reload_target.ts";
import type { Reloader } from "../reload/reloader.ts";
import { ServedAddresses } from "../workers/served_addresses.ts";
import { Supervisor } from "../workers/supervisor.ts";
import { Certificates, certificatesFor } from "./certificates/certificates.ts";
import { EXIT } from "./exit_codes.ts";
import type { Host } from "./host.ts";
import { orAdvise } from "./listen_advice.ts";
import { HeldSets } from "./lists/held_sets.ts";
import { listsIn } from "./lists/lists_in.ts";
import type { OperatingSystem } from "./operating_system.ts";
import type { Reloads } from "./reloads.ts";
import { besides } from "./telemetry/besides.ts";
import { serveAdmin } from "./admin/serve_admin.ts";
import { attend, type Attendants } from "./telemetry/attend.ts";
import { serveOn } from "./serve_on.ts";
import { briefStatus, serviceManager } from "./service.ts";

/** Lets several processes serve, and keeps none of the work for this one. Resolves to the exit code. */
export async function supervise(
  { config, warnings }: ReadConfig,
  count: number,
  host: Host,
  system: OperatingSystem,
  reloads: Reloads,
): Promise<number> {
  const writeLine = (line: string) => host.writeLine(line);
  const log = new Log({ level: config.logLevel, writeLine });
  for (const warning of warnings) writeLine(`dns-forwarder: warn: ${warning}`);
  const runtime = system.runtime({}, writeLine, host.lostLineCount);
  const { network, random, clock, wallClock, timers, lostLineCount, usage } = runtime;
  const served = new ServedAddresses(network);
  const first = served.resolve(config);
  first.use();
  const { stateDir } = config;
  const lists = stateDir === null ? null : await listsIn(stateDir, { system, runtime, log });
  const sets = new HeldSets(system);
  const opened = lists === null ? null : await lists.open();
  const pauses = lists === null ? [] : await lists.readPauses();
  const certificates = new Certificates({ system, runtime, log });
  const read = certificatesFor(config, certificates);
  const shown = read instanceof Promise ? await read : read;
  let reloader: Reloader | null = null;
  let { drainSeconds } = config;
  const traces = new TraceFeed();
  const supervisor = new Supervisor({
    count,
    config: first.config,
    material: shown.material,
    secret: drawSecret(random),
    pauses,
    lists: opened && sets.hold(opened),
    spawn: system.spawnWorker,
    clock,
    wallClock,
    timers,
    log,
    lostLineCount,
    usage,
    onDeath: (reason) => reloader?.noteDeath(reason),
    onTrace: traces.give,
  });
  // Before the workers start, which takes a while: until somebody listens, the signal ends the program.
  const stopTelling = system.onStatusSignal(async () => {
    for (const line of [...await supervisor.status(), ...certificates.lines, ...lists?.lines ?? []]) {
      writeLine(`dns-forwarder: ${line}`);
    }
  });
  const started = supervisor.start().then((code) => {
    if (code === EXIT.ok) log.info(`${count} workers serve`);
    return code;
  });
  const exitCode = await Promise.race([started, host.stop.then(() => EXIT.ok)]);
  const isServing = exitCode === EXIT.ok;
  const service = isServing
    ? serviceManager(host, system, () => briefStatus(served.listeners, supervisor.state))
    : null;
  service?.ready();
  certificates.begin((material) => supervisor.show(material));
  shown.follow();
  let stopAdmin = () => {};
  let attendants: Attendants | null = null;
  if (isServing) {
    const target: ReloadTarget = { prepare, tally: () => supervisor.tally() };
    reloader = reloads.serve({
      target,
      config,
      service,
      runtime: { clock, timers },
      files: system.files,
      certificates,
    });
    const reload = reloader && (() => reloads.reload(reloader!));
    const path = config.adminSocket;
    const sockets = system.localSockets;
    lists?.begin(config, {
      findAddresses: (name, via) => supervisor.findAddresses(name, via),
      useLists: (opened) => supervisor.useLists(sets.hold(opened)),
    });
    attendants = attend({
      program: supervisor,
      workers: count,
      isNative: true,
      traces,
      reloads,
      reload,
      lists,
      certificates,
      system,
      runtime,
      log,
    });
    const { handle, telemetry } = attendants;
    await telemetry.start(config).catch(async (error) => {
      await supervisor.stop();
      throw error;
    });
    stopAdmin = serveAdmin({ path, handle, sockets, timers, log });
    await host.stop;
    reloads.stop();
    service?.stopping();
    telemetry.drain();
    await serveOn(drainSeconds, { host, timers, log });
  }
  reloads.stop();
  stopAdmin();
  lists?.stop();
  certificates.stop();
  await attendants?.telemetry.stop();
  await attendants?.api.stop();
  await supervisor.stop();
  stopTelling();
  return exitCode;

  async function prepare(to: FullConfig): Promise<Prepared> {
    const advice = { isForbidden: system.isForbidden, placeOf: (path: string) => reloads.placeOf(path) };
    const { config: resolved, use } = await orAdvise(() => served.resolve(to), advice);
    const read = await certificates.read(to);
    const prepare = () => supervisor.prepare(resolved, read.material);
    const { commit, abort } = await orAdvise(
      () => besides(prepare, () => attendants?.telemetry.prepare(to)),
      advice,
    );
    const follow = () => {
      use();
      read.follow();
      log.use(to.logLevel);
      lists?.follow(to);
      ({ drainSeconds } = to);
      const committed = commit();
      attendants?.api.follow();
      return committed;
    };
    return { commit: follow, abort };
  }
}
