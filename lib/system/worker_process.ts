import type { SupervisorLink } from "../program/operating_system.ts";
import type { Order, Report } from "../workers/messages.ts";
import type { WorkerEvents, WorkerProcess } from "../workers/worker_process.ts";
import { linesOf } from "./process/lines.ts";

/** The program's only argument when it is a worker. Nobody gives it by hand: orders come through standard input. */
export const WORKER_ARGUMENT = "worker";

/**
 * Starts the program once more, as a worker: orders go to its standard input, reports come from its standard output, and
 * what it has to say to the operator goes where this process writes, too.
 *
 * A process, not a Web Worker: an isolate that runs out of memory takes the whole process with it, and so does a fault in
 * the C library. Web Workers also want the right to read the program's files.
 *
 * @param mainModule The URL of main.ts, or of what it was bundled into.
 */
export function spawnWorker(mainModule: string, { reported, ended }: WorkerEvents): WorkerProcess {
  const io = { stdin: "piped", stdout: "piped", stderr: "inherit" } as const;
  const child = new Deno.Command(Deno.execPath(), { args: workerArgs(mainModule), ...io }).spawn();
  const writer = child.stdin.getWriter();
  const encoder = new TextEncoder();
  const reading = readReports();
  void child.status.then(async ({ code, signal }) => {
    await reading;
    // Its pipe would be kept open until the garbage collector comes by. Fails when an order has failed before.
    await writer.abort().catch(() => {});
    ended(signal === null ? `exit code ${code}` : signal, code);
  });
  return {
    send(order) {
      writer.write(encoder.encode(`${JSON.stringify(order)}\n`)).catch(() => {
        // It has ended; `ended` is called soon.
      });
    },
    kill() {
      try {
        child.kill("SIGKILL");
      } catch (error) {
        // It has ended; `ended` is called soon.
        if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
      }
    },
  };

  async function readReports(): Promise<void> {
    for await (const line of linesOf(child.stdout)) reported(JSON.parse(line) as Report);
  }
}

/** The worker's side. */
export const supervisorLink: SupervisorLink = {
  /** What the supervisor wants. */
  async *orders(): AsyncGenerator<Order> {
    for await (const line of linesOf(Deno.stdin.readable)) yield JSON.parse(line) as Order;
  },
  /** Tells the supervisor. */
  report(report: Report): void {
    try {
      Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(report)}\n`));
    } catch {
      // There is no supervisor any more; its orders have ended, too.
    }
  },
};

/** What a worker needs and no more: it starts no processes, and knows nothing of its surroundings. */
function workerArgs(mainModule: string): string[] {
  if (Deno.build.standalone) return [WORKER_ARGUMENT];
  const permissions = ["--no-prompt", "--allow-net", "--allow-ffi"];
  const kinds = (["osUptime", "inspector" as "osUptime"] as const).filter((kind) => {
    return Deno.permissions.querySync({ name: "sys", kind }).state === "granted";
  });
  if (kinds.length > 0) permissions.push(`--allow-sys=${kinds.join(",")}`);
  // Hosts files and leases are read by whoever answers from them.
  if (Deno.permissions.querySync({ name: "read" }).state === "granted") permissions.push("--allow-read");
  // Sockets of whoever reads dnstap: to connect takes the right to write.
  for (const path of [undefined, "/run"]) {
    const what = path === undefined ? { name: "write" } as const : { name: "write", path } as const;
    if (Deno.permissions.querySync(what).state !== "granted") continue;
    permissions.push(path === undefined ? "--allow-write" : `--allow-write=${path}`);
    break;
  }
  // A bundle has its packages in itself; a deno.json somewhere above it is another program's.
  const config = mainModule.endsWith(".ts") ? [] : ["--no-config", "--no-lock", "--unstable-net"];
  return ["run", ...permissions, ...config, mainModule, WORKER_ARGUMENT];
}
