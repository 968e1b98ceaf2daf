import { drawSecret } from "../base/random/derive_key.ts";
import { DEFAULT_LISTEN } from "../config/config.ts";
import type { Serve } from "../config/flags/cli.ts";
import { Log } from "../observe/log.ts";
import { freeAddresses } from "../workers/free_addresses.ts";
import { Supervisor } from "../workers/supervisor.ts";
import { EXIT } from "./exit_codes.ts";
import type { Host } from "./host.ts";
import type { OperatingSystem } from "./operating_system.ts";
import { briefStatus, serviceManager } from "./service.ts";

/** Lets several processes serve, and keeps none of the work for this one. Resolves to the exit code. */
export async function supervise(
  { config, warnings }: Serve,
  count: number,
  host: Host,
  system: OperatingSystem,
): Promise<number> {
  const writeLine = (line: string) => host.writeLine(line);
  const log = new Log({ level: config.logLevel, writeLine });
  for (const warning of warnings) writeLine(`dns-forwarder: warn: ${warning}`);
  const { network, random, clock, timers, lostLineCount } = system.runtime({}, writeLine, host.lostLineCount);
  const wanted = config.listen ?? DEFAULT_LISTEN;
  const listen = config.sharesPort ? wanted : freeAddresses(network, wanted, config.listen === null);
  const supervisor = new Supervisor({
    count,
    config: { ...config, listen },
    secret: drawSecret(random),
    spawn: system.spawnWorker,
    clock,
    timers,
    log,
    lostLineCount,
  });
  // Before the workers start, which takes a while: until somebody listens, the signal ends the program.
  const stopTelling = system.onStatusSignal(async () => {
    for (const line of await supervisor.status()) writeLine(`dns-forwarder: ${line}`);
  });
  const started = supervisor.start().then((code) => {
    if (code === EXIT.ok) log.info(`${count} workers serve`);
    return code;
  });
  const exitCode = await Promise.race([started, host.stop.then(() => EXIT.ok)]);
  const isServing = exitCode === EXIT.ok;
  const service = isServing ? serviceManager(host, system, () => briefStatus(listen, supervisor.state)) : null;
  service?.ready();
  if (isServing) await host.stop;
  service?.stopping();
  await supervisor.stop();
  stopTelling();
  return exitCode;
}
