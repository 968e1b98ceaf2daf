import { App } from "../app/app.ts";
import { FileError } from "../base/files.ts";
import { SetFileError } from "../lists/set/set_file.ts";
import { Log } from "../observe/log.ts";
import { ListenError } from "../server/listen/listen_on.ts";
import type { StartOrder } from "../workers/messages.ts";
import { Follower } from "../workers/follower.ts";
import { TraceReports } from "../workers/trace_reports.ts";
import { work } from "../workers/work.ts";
import { EXIT } from "./exit_codes.ts";
import type { Host } from "./host.ts";
import { type AdviceOptions, listenAdvice, orAdvise } from "./listen_advice.ts";
import { withLogFormat } from "./log_format.ts";
import type { OperatingSystem } from "./operating_system.ts";
import { MessageStream } from "./telemetry/message_stream.ts";
import { TraceSource } from "./telemetry/otlp/trace_source.ts";
import type { ServingProgram } from "../workers/work.ts";

/** One of several processes, which does what `supervise` in another one says. Resolves to the exit code. */
export async function serveAsWorker(host: Host, system: OperatingSystem): Promise<number> {
  system.leaveSignalsToSupervisor();
  const { supervisorLink } = system;
  try {
    await work({
      orders: supervisorLink.orders(),
      report: (report) => supervisorLink.report(report),
      start: async (order) => {
        await host.ownLoop?.();
        return startWorker(order, host, system);
      },
    });
    return EXIT.ok;
  } catch (error) {
    if (isUnusable(error)) {
      host.writeLine(
        `dns-forwarder: error: a worker does not serve without the lists that are in force: ${error.message}`,
      );
      return EXIT.hasNoLists;
    }
    if (!(error instanceof ListenError)) throw error;
    host.writeLine(`dns-forwarder: ${listenAdvice(error, adviceIn(system))}`);
    return EXIT.cannotListen;
  }
}

/** Its supervisor knows where settings were given, and has tried their addresses. */
function adviceIn({ isForbidden }: OperatingSystem): AdviceOptions {
  return { isForbidden, placeOf: () => null };
}

function startWorker(
  { config, material, number, secret, pauses, byHand, lists, announces }: StartOrder,
  host: Host,
  system: OperatingSystem,
): ServingProgram {
  const told = withLogFormat(host, config.logFormat, system);
  const writeLine = (line: string) => told.writeLine(line);
  const io = system.sharedDatagramIo();
  let write = announces ? writeLine : () => {};
  const { listenSharedStream: listenStream, listenSharedTls: listenTls } = system;
  const { openDatagram, listenPushed } = io;
  const network = { openDatagram, listenPushed, listenStream, listenTls };
  const runtime = system.runtime(network, (line) => write(line), host.lostLineCount);
  // Its supervisor has it: nobody is left unblocked because a folder has gone.
  const set = lists === null ? null : system.openSetFile(lists.path, lists.descriptor);
  const app = new App(io.named(config), runtime, Uint8Array.fromHex(secret), material);
  app.usePauses(pauses);
  app.useByHand(byHand);
  if (set !== null) app.useLists(set);
  const log = new Log({ level: config.logLevel, writeLine: runtime.writeLine });
  const useLists = (path: string) => {
    try {
      app.useLists(system.openSetFile(path, null));
    } catch (error) {
      if (!isUnusable(error)) throw error;
      // What was used before stays.
      log.warn(`${path} is not used: ${error.message}`);
    }
  };
  log.info(io.describe());
  const messages = new MessageStream({ app, system, runtime, log });
  messages.follow(config);
  const reports = new TraceReports(
    runtime.timers,
    (traces) => system.supervisorLink.report({ kind: "traces", traces }),
  );
  const tracing = new TraceSource(app, runtime, ({ observation, steps }) => {
    reports.take({ observation: { ...observation, worker: number }, steps });
  });
  tracing.follow(config);
  write = (line) => writeLine(line.replace("dns-forwarder: ", `dns-forwarder: worker ${number}: `));
  return {
    get state() {
      return app.state;
    },
    prepare: async (to, material) => {
      const prepare = () => app.prepareInSteps(io.named(to), material);
      const { commit, abort } = await orAdvise(prepare, adviceIn(system));
      const follow = () => {
        messages.follow(to);
        tracing.follow(to);
        return commit();
      };
      return { commit: follow, abort };
    },
    show: (material) => app.show(material),
    usePauses: (pauses) => app.usePauses(pauses),
    useByHand: (byHand) => app.useByHand(byHand),
    nameClients: (addresses) => app.nameClients(addresses),
    useLists,
    findAddresses: (name, via) => app.findAddresses(name, via),
    flush: (request) => app.flush(request),
    explain: (request) => app.explain(request),
    follower: new Follower({
      feed: app.observations,
      timers: runtime.timers,
      report: (report) => system.supervisorLink.report(report),
    }),
    stop: async () => {
      await app.stop();
      await messages.stop();
    },
  };
}

/** Whether a set cannot be used. */
function isUnusable(error: unknown): error is FileError | SetFileError {
  return error instanceof FileError || error instanceof SetFileError;
}
