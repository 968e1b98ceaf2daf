import { App } from "../app/app.ts";
import type { ReadConfig } from "../config/read_config.ts";
import { Log } from "../observe/log.ts";
import { TraceFeed } from "../observe/trace_feed.ts";
import { tallyOf } from "../reload/probation.ts";
import type { ReloadTarget } from "../reload/reload_target.ts";
import { Certificates, certificatesFor } from "./certificates/certificates.ts";
import { EXIT } from "./exit_codes.ts";
import type { Host } from "./host.ts";
import type { DatagramIoChoice, OperatingSystem } from "./operating_system.ts";
import { orAdvise } from "./listen_advice.ts";
import { listsIn } from "./lists/lists_in.ts";
import type { Reloads } from "./reloads.ts";
import { besides } from "./telemetry/besides.ts";
import { MessageStream } from "./telemetry/message_stream.ts";
import { TraceSource } from "./telemetry/otlp/trace_source.ts";
import { serveAdmin } from "./admin/serve_admin.ts";
import { attend, type Attendants } from "./telemetry/attend.ts";
import { serveOn } from "./serve_on.ts";
import { briefStatus, serviceManager } from "./service.ts";

/** Serves in this process until the host says stop. Resolves to the exit code. */
export async function serveAlone(
  command: ReadConfig,
  host: Host,
  system: OperatingSystem,
  reloads: Reloads,
): Promise<number> {
  const io = system.chooseDatagramIo(command.config);
  if (io.isNative && host.ownLoop !== undefined) await host.ownLoop();
  try {
    return await serveBy(io, command, host, system, reloads);
  } finally {
    io.close();
  }
}

async function serveBy(
  io: DatagramIoChoice,
  { config, warnings, plainWarnings }: ReadConfig,
  host: Host,
  system: OperatingSystem,
  reloads: Reloads,
): Promise<number> {
  const log = new Log({ level: config.logLevel, writeLine: (line) => host.writeLine(line) });
  const allWarnings = io.isNative ? warnings : [...warnings, ...plainWarnings];
  for (const warning of allWarnings) host.writeLine(`dns-forwarder: warn: ${warning}`);
  const { openDatagram, listenPushed } = io;
  const shared = { listenStream: system.listenSharedStream, listenTls: system.listenSharedTls };
  const network = { openDatagram, listenPushed, ...(config.sharesPort && shared) };
  const runtime = system.runtime(network, (line) => host.writeLine(line), host.lostLineCount);
  const { stateDir } = config;
  const lists = stateDir === null ? null : await listsIn(stateDir, { system, runtime, log });
  const set = lists === null ? null : await lists.open();
  const pauses = lists === null ? [] : await lists.readPauses();
  const certificates = new Certificates({ system, runtime, log });
  const read = certificatesFor(config, certificates);
  const shown = read instanceof Promise ? await read : read;
  const app = new App(io.named(config), runtime, undefined, shown.material);
  if (set !== null) app.useLists(set.set);
  app.usePauses(pauses);
  log.info(io.describe());
  shown.follow();
  certificates.begin((material) => app.show(material));
  const messages = new MessageStream({ app, system, runtime, log });
  const traces = new TraceFeed();
  const tracing = new TraceSource(app, runtime, traces.give);
  host.started?.(app);
  const tell = () =>
    [...app.status(), ...certificates.lines, ...lists?.lines ?? []].forEach((line) =>
      host.writeLine(`dns-forwarder: ${line}`)
    );
  const stopTelling = system.onStatusSignal(tell);
  const service = serviceManager(host, system, () => briefStatus(app.served, app.state));
  service?.ready();
  let attendants: Attendants | null = null;
  let { drainSeconds } = config;
  const advice = { isForbidden: system.isForbidden, placeOf: (path: string) => reloads.placeOf(path) };
  const target: ReloadTarget = {
    prepare: async (to) => {
      const read = await certificates.read(to);
      const prepare = () => app.prepareInSteps(io.named(to), read.material);
      const { commit, abort } = await orAdvise(
        () => besides(prepare, () => attendants?.telemetry.prepare(to)),
        advice,
      );
      const follow = () => {
        commit();
        read.follow();
        log.use(to.logLevel);
        lists?.follow(to);
        messages.follow(to);
        tracing.follow(to);
        ({ drainSeconds } = to);
        attendants?.api.follow();
      };
      return { commit: follow, abort };
    },
    tally: () => tallyOf(app.counters),
  };
  const reloader = reloads.serve({ target, config, service, runtime, files: system.files, certificates });
  const reload = reloader && (() => reloads.reload(reloader));
  const { timers } = runtime;
  lists?.begin(config, {
    findAddresses: (name, via) => app.findAddresses(name, via),
    useLists: ({ set }) => app.useLists(set),
  });
  attendants = attend({
    program: app,
    workers: 1,
    isNative: io.isNative,
    traces,
    reloads,
    reload,
    lists,
    certificates,
    system,
    runtime,
    log,
  });
  const { handle, api, telemetry } = attendants;
  messages.follow(config);
  tracing.follow(config);
  await telemetry.start(config).catch((error) => {
    app.abort();
    throw error;
  });
  const stopAdmin = serveAdmin({ path: config.adminSocket, handle, sockets: system.localSockets, timers, log });
  await host.stop;
  reloads.stop();
  service?.stopping();
  telemetry.drain();
  await serveOn(drainSeconds, { host, timers, log });
  stopAdmin();
  lists?.stop();
  certificates.stop();
  await telemetry.stop();
  await api.stop();
  await app.stop();
  await messages.stop();
  stopTelling();
  return EXIT.ok;
}
