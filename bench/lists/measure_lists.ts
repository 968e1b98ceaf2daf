import type { SocketAddress } from "../../lib/base/net/address.ts";
import { RCODE } from "../../lib/wire/iana.ts";
import { addressQuery, ask } from "../common/asking.ts";
import type { Contestant } from "../common/contestants.ts";
import { drive } from "../common/dnsperf.ts";
import { NameFiles } from "../common/name_files.ts";
import { treeOf, usageOf } from "../common/process_tree.ts";
import { RunningServer } from "../common/running_server.ts";
import { sleep } from "../common/sleep.ts";
import { verify } from "../common/verify.ts";
import { addressAt, nameAt } from "../common/zone.ts";
import { longestGap } from "./longest_gap.ts";
import { ADDED_NAME, listedName, writeList } from "./list_files.ts";
import type { ListServer } from "./list_servers.ts";

/** Some take a minute for ten million names. */
const START_MS_MAX = 900_000;
const TRY_MS = 1000;
const PAUSE_MS = 10;
/** Blocked names that are asked for, spread over the list. */
const BLOCKED_NAMES = 100_000;
const ALLOWED_NAMES = 1000;
const CLIENTS = 10;
const IN_FLIGHT = 100;

/** What was measured of one server with one list. */
export interface ListSample {
  /** Octets of its list. */
  readonly listOctets: number;
  /** From the start to the first answer that is blocked, and what that took of the processor. */
  readonly readyMs: number;
  readonly readyCpuMs: number;
  /** The same for one that has been started with this list before. */
  readonly againMs: number;
  /** Resident memory of all its processes; where they share it, its share is counted. */
  readonly residentOctets: number;
  readonly shareOctets: number;
  readonly peakOctets: number;
  /** User and system time, for each answer at full load: of blocked names, and of allowed ones that it remembers. */
  readonly blockedMicros: number;
  readonly allowedMicros: number;
  /** What another list costs; `null` for one that has to be started anew. */
  readonly refresh: RefreshSample | null;
}

/** What another list costs. */
export interface RefreshSample {
  /** From when the file is there to when it counts. */
  readonly ms: number;
  readonly cpuMs: number;
  /** The longest time in which nothing was answered to somebody who asks every 2 ms. */
  readonly gapMs: number;
  /** How much the processes that serve have grown, at most. */
  readonly grownOctets: number;
}

/** What a server is measured with. */
export interface ListCircumstances {
  readonly dnsperf: string;
  readonly folder: string;
  readonly upstream: SocketAddress;
  readonly nameCount: number;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/**
 * Measures one server, in a process that was started for it.
 *
 * @throws {Error} when it does not start, or does not block what is listed and nothing else.
 */
export async function measureLists(
  server: ListServer,
  { executable }: Pick<Contestant, "executable">,
  circumstances: ListCircumstances,
): Promise<ListSample> {
  const { folder, nameCount, upstream } = circumstances;
  const list = `${folder}/${server.name}-${nameCount}.list`;
  const stateFolder = `${folder}/${server.name}-${nameCount}-state`;
  Deno.mkdirSync(stateFolder, { recursive: true });
  const listOctets = await writeList(list, server, nameCount);
  const start = () =>
    startAndWait(() =>
      RunningServer.start({
        name: server.name,
        executable,
        sharesSession: true,
        startMsMax: START_MS_MAX,
        commandLine: (place) => {
          return server.commandLine({ ...place, upstreams: [upstream], cacheNames: 100_000, list, stateFolder });
        },
      })
    );
  const first = await start();
  await first.running[Symbol.asyncDispose]();
  const again = await start();
  await using running = again.running;
  const { residentOctets, peakOctets } = usageOf(running.pid);
  const shareOctets = shareOf(running.pid);
  await verify(running.address, nameAt(0), addressAt(0));
  const cpu = await cpuOfAnswers(running, circumstances);
  const refresh = server.refresh === "restart" ? null : await measureRefresh(server, running, list, nameCount);
  for (const path of [list, stateFolder]) await Deno.remove(path, { recursive: true });
  const { readyMs, cpuMs: readyCpuMs } = first;
  return {
    ...{ listOctets, readyMs, readyCpuMs, againMs: again.readyMs },
    ...{ residentOctets, shareOctets, peakOctets, ...cpu, refresh },
  };
}

async function startAndWait(
  start: () => Promise<RunningServer>,
): Promise<{ running: RunningServer; readyMs: number; cpuMs: number }> {
  const beganMs = performance.now();
  const running = await start();
  try {
    await blocked(running, listedName(0), START_MS_MAX);
  } catch (error) {
    // What reads its list for longer must not do so beside the next server, which is measured then.
    await running[Symbol.asyncDispose]();
    throw error;
  }
  return { running, readyMs: performance.now() - beganMs, cpuMs: usageOf(running.pid).cpuMs };
}

/** Waits until the name is blocked. */
async function blocked(running: RunningServer, name: string, patienceMs: number): Promise<void> {
  const giveUpAtMs = performance.now() + patienceMs;
  for (;;) {
    const { response } = await ask(running.address, addressQuery(name), TRY_MS);
    if (response?.rcode === RCODE.NXDOMAIN) return;
    if (running.hasEnded) throw new Error(`It ended: ${running.lastWords}`);
    if (performance.now() > giveUpAtMs) throw new Error(`It does not block ${name}: ${running.lastWords}`);
    await sleep(PAUSE_MS);
  }
}

async function cpuOfAnswers(
  running: RunningServer,
  { dnsperf, folder, nameCount, seconds, signal }: ListCircumstances,
): Promise<Pick<ListSample, "blockedMicros" | "allowedMicros">> {
  const files = new NameFiles(folder);
  const step = Math.max(1, Math.floor(nameCount / BLOCKED_NAMES));
  const listed = files.file(`blocked${nameCount}`, () => {
    return Array.from({ length: Math.min(nameCount, BLOCKED_NAMES) }, (_, i) => listedName(i * step));
  });
  const allowed = files.file("allowed", () => Array.from({ length: ALLOWED_NAMES }, (_, i) => nameAt(i)));
  const micros = async (file: string, isBlocked: boolean) => {
    const how = { server: running.address, transport: "udp", clients: CLIENTS, inFlight: IN_FLIGHT } as const;
    // Once so that it is known, and that no first time is measured.
    await drive(dnsperf, { ...how, file, seconds: 1, rate: null }, signal);
    const before = usageOf(running.pid).cpuMs;
    const driven = await drive(dnsperf, { ...how, file, seconds, rate: null }, signal);
    const cpuMs = usageOf(running.pid).cpuMs - before;
    if ((isBlocked ? driven.answered : driven.refused) > 0) {
      throw new Error(`Some were ${isBlocked ? "not " : ""}blocked`);
    }
    return cpuMs * 1000 / (driven.answered + driven.refused);
  };
  return { blockedMicros: await micros(listed, true), allowedMicros: await micros(allowed, false) };
}

async function measureRefresh(
  server: ListServer,
  running: RunningServer,
  list: string,
  nameCount: number,
): Promise<RefreshSample> {
  const before = usageOf(running.pid);
  await writeList(list, server, nameCount, [ADDED_NAME]);
  const beganMs = performance.now();
  if (server.refresh === "SIGHUP") Deno.kill(running.pid, "SIGHUP");
  let residentOctets = before.residentOctets;
  // Children that come and go are no part of what serves.
  const serving = treeOf(running.pid);
  const isOver = blocked(running, ADDED_NAME, START_MS_MAX);
  const gapMs = await longestGap(running.address, nameAt(0), isOver, () => {
    const now = serving.reduce((sum, pid) => sum + residentOf(pid), 0);
    residentOctets = Math.max(residentOctets, now);
  });
  return {
    ms: performance.now() - beganMs,
    cpuMs: usageOf(running.pid).cpuMs - before.cpuMs,
    gapMs,
    grownOctets: residentOctets - before.residentOctets,
  };
}

function residentOf(pid: number): number {
  return 4096 * Number(readOf(pid, "statm").split(" ")[1] ?? 0);
}

/** What all processes of a tree have of memory, where each page that several have counts for each by its share (Pss). */
function shareOf(root: number): number {
  return treeOf(root).reduce((sum, pid) => {
    return sum + 1024 * Number(/^Pss:\s*(\d+) kB$/m.exec(readOf(pid, "smaps_rollup"))?.[1] ?? 0);
  }, 0);
}

/** Nothing of a process that has ended meanwhile. */
function readOf(pid: number, file: string): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/${file}`);
  } catch {
    return "";
  }
}
