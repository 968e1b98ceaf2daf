import { App } from "../app/app.ts";
import { FileError } from "../base/files.ts";
import { SetFileError } from "../lists/set/set_file.ts";
import { Log } from "../observe/log.ts";
import { ListenError } from "../server/listen/listen_on.ts";
import type { StartOrder } from "../workers/messages.ts";
import { work } from "../workers/work.ts";
import { EXIT } from "./exit_codes.ts";
import type { Host } from "./host.ts";
import { listenAdvice, orAdvise } from "./listen_advice.ts";
import { withLogFormat } from "./log_format.ts";
import type { OperatingSystem } from "./operating_system.ts";
import type { ServingProgram } from "../workers/work.ts";

/** One of several processes, which does what `supervise` in another one says. Resolves to the exit code. */
export async function serveAsWorker(host: Host, system: OperatingSystem): Promise<number> {
  system.leaveSignalsToSupervisor();
  const { supervisorLink } = system;
  try {
    await work({
      orders: supervisorLink.orders(),
      report: (report) => supervisorLink.report(report),
      start: (order) => startWorker(order, host, system),
    });
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    host.writeLine(`dns-forwarder: ${listenAdvice(error, system.isForbidden(error.cause))}`);
    return EXIT.cannotListen;
  }
}

function startWorker(
  { config, number, secret, pauses, lists, announces }: StartOrder,
  host: Host,
  system: OperatingSystem,
): ServingProgram {
  const told = withLogFormat(host, config.logFormat, system);
  const writeLine = (line: string) => told.writeLine(line);
  const io = system.sharedDatagramIo();
  let write = announces ? writeLine : () => {};
  const { listenSharedStream: listenStream, listenSharedTls: listenTls } = system;
  const network = { openDatagram: io.openDatagram, listenStream, listenTls };
  const runtime = system.runtime(network, (line) => write(line), host.lostLineCount);
  const app = new App(io.named(config), runtime, Uint8Array.fromHex(secret));
  app.usePauses(pauses);
  const log = new Log({ level: config.logLevel, writeLine: runtime.writeLine });
  const useLists = (path: string) => {
    try {
      app.useLists(system.openSetFile(path));
    } catch (error) {
      if (!(error instanceof FileError || error instanceof SetFileError)) throw error;
      // Whoever was started a moment ago is told of a newer one soon.
      log.warn(`${path} is not used: ${error.message}`);
    }
  };
  log.info(io.describe());
  write = (line) => writeLine(line.replace("dns-forwarder: ", `dns-forwarder: worker ${number}: `));
  // Whoever is silent about how it serves is not about what it serves without.
  if (lists !== null) useLists(lists);
  return {
    get state() {
      return app.state;
    },
    prepare: (to) => orAdvise(() => app.prepareInSteps(io.named(to)), system.isForbidden),
    usePauses: (pauses) => app.usePauses(pauses),
    useLists,
    findAddresses: (name, via) => app.findAddresses(name, via),
    flush: (request) => app.flush(request),
    explain: (request) => app.explain(request),
    stop: () => app.stop(),
  };
}
