import type { Runtime } from "../../base/runtime.ts";
import type { Top } from "../../config/flags/top_command.ts";
import { UsageError } from "../../config/usage_error.ts";
import { AdminError } from "../../operator/admin/admin_error.ts";
import { UnreachableError } from "../../operator/admin/ask_program.ts";
import { EXIT } from "../exit_codes.ts";
import type { Host } from "../host.ts";
import type { OperatingSystem } from "../operating_system.ts";
import type { TopData } from "./top_data.ts";
import { TopFeed } from "./top_feed.ts";
import { TopScreen } from "./top_screen.ts";
import { TopSource } from "./top_source.ts";
import { FIRST_VIEW } from "./top_view.ts";
import { ansiText } from "./view/paint.ts";
import { printed } from "./view/render.ts";
import { plainText } from "./view/span.ts";

/** Where nobody says how wide it is. */
const USUAL_COLUMNS = 80;

/** Shows how the running program is doing, until somebody has seen enough. Resolves to the exit code. */
export async function runTop(command: Top, host: Host, system: OperatingSystem): Promise<number> {
  const runtime = system.runtime({}, (line) => host.writeLine(line));
  const source = new TopSource(system.localSockets, runtime.timers, command.socket);
  const terminal = await host.terminal?.() ?? null;
  const isStream = command.isJson || command.isOnce || terminal?.isDumb === true;
  if (!isStream && terminal === null) {
    throw new UsageError(
      "Cannot show top here: standard input and output must be a terminal; top --once prints one picture, top --json " +
        "all of it for a program",
    );
  }
  const feed = new TopFeed({ source, clock: runtime.clock, filter: command.filter });
  try {
    if (!isStream) {
      return await new TopScreen({ ...command, terminal: terminal!, feed, runtime, stop: host.stop }).run();
    }
    const isTerminal = terminal !== null && !terminal.isDumb;
    const columns = isTerminal ? terminal.size.columns : USUAL_COLUMNS;
    return await stream(command, host, runtime, feed, (data) => {
      if (command.isJson) return `${JSON.stringify(forPrograms(data))}\n`;
      const lines = printed(data, { ...FIRST_VIEW, filter: command.filter }, columns);
      const shown = isTerminal && terminal.hasColor ? lines.map((line) => ansiText(line, true)) : lines.map(plainText);
      return shown.map((line) => `${line}\n`).join("");
    });
  } catch (error) {
    if (error instanceof AdminError) return complain(host, `Cannot show top: ${error.message}`, EXIT.notFollowed);
    if (error instanceof UnreachableError) return complain(host, error.message, EXIT.notReached);
    throw error;
  }
}

/** One picture after the other, or one alone: that of the moment after the first look, so that there is something to be seen. */
async function stream(
  { isOnce, intervalMs }: Top,
  host: Host,
  { timers }: Pick<Runtime, "timers">,
  feed: TopFeed,
  text: (data: TopData) => string,
): Promise<number> {
  let isStopped = false;
  const stopped = host.stop.then(() => isStopped = true);
  await feed.begin();
  do {
    await Promise.race([stopped, new Promise<void>((resolve) => void timers.start(intervalMs, resolve))]);
    if (isStopped) break;
    await feed.look(true);
    host.print(text(feed.data));
  } while (!isOnce);
  return EXIT.ok;
}

/** What the API has said, each part as it is there. */
function forPrograms({ status, upstreams, names, clients, blocked, live }: TopData): Partial<TopData> {
  return { status, upstreams, names, clients, blocked, live };
}

function complain(host: Host, message: string, exitCode: number): number {
  host.writeLine(`dns-forwarder: ${message}`);
  return exitCode;
}
