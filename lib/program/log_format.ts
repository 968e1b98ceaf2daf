import { jsonLine, type LogFormat } from "../observe/json_line.ts";
import type { Host } from "./host.ts";
import type { OperatingSystem } from "./operating_system.ts";

/** The host, with lines for the operator written as the configuration wants them. */
export function withLogFormat(host: Host, format: LogFormat, system: OperatingSystem): Host {
  if (format === "text") return host;
  const { wallClock } = system.runtime({}, () => {});
  const optional = {
    ...(host.lostLineCount && { lostLineCount: () => host.lostLineCount!() }),
    ...(host.started &&
      { started: (...started: Parameters<NonNullable<Host["started"]>>) => host.started!(...started) }),
    ...(host.openServiceSocket && { openServiceSocket: () => host.openServiceSocket!() }),
  };
  return {
    ...optional,
    args: host.args,
    print: (text) => host.print(text),
    writeLine: (line) => host.writeLine(jsonLine(line, wallClock.epochSeconds())),
    stop: host.stop,
  };
}
