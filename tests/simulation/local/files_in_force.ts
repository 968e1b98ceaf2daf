import type { Policy } from "../../../lib/config/policy.ts";
import { type FileChange, type FileSays, LEASE_PATH, NEIGHBOURS_PATH } from "./file_draw.ts";
import { type KnownSource, ofHosts, ofLeases } from "./known_source.ts";
import type { Sources } from "./local_law.ts";

/** What the files of a life say at one moment, by path; what cannot be read says nothing. */
export type FilesSay = ReadonlyMap<string, FileSays | null>;

/**
 * So long what a file has said may hold on: it is looked at once a second, has to stay as it is for 200 ms, unless it does not for
 * two seconds, and is left alone for one more if it looks as if it were being written; the table of neighbours is read every five
 * seconds; and timers are late.
 */
const FOLLOWED_MS = Math.max(1000 + 2000 + 200 + 1000, 5000) + 300;

/** What files may say to the program at any time: what they say on disk, or did not long ago. */
export class FilesInForce {
  readonly #startMs: number;
  readonly #epochSeconds: (ms: number) => number;
  readonly #changes: ReadonlyMap<string, readonly FileChange[]>;

  /** @param startMs When the life begins. */
  constructor(changes: readonly FileChange[], startMs: number, epochSeconds: (ms: number) => number) {
    this.#startMs = startMs;
    this.#epochSeconds = epochSeconds;
    this.#changes = Map.groupBy(changes, ({ path }) => path);
  }

  /** All that those which a policy names may say at some time between two moments. */
  between(fromMs: number, toMs: number, { local, clientGroups }: Policy): FilesSay[] {
    const [from, to] = [fromMs - this.#startMs - FOLLOWED_MS, toMs - this.#startMs];
    let all: FilesSay[] = [new Map()];
    const around = clientGroups.some(({ macs }) => macs.length > 0) ? [NEIGHBOURS_PATH] : [];
    for (const path of [...local.hostsFiles, ...local.leases.map(({ file }) => file), ...around]) {
      const possible = saidBetween(this.#changes.get(path) ?? [], from, to);
      all = all.flatMap((says) => possible.map((one) => new Map([...says, [path, one]])));
    }
    return all;
  }

  /** The moments at which leases that may count have other TTLs: seconds between two moments, one at least. */
  secondsBetween(fromMs: number, toMs: number, { local }: Policy): number[] {
    const [first, last] = [this.#epochSeconds(fromMs), this.#epochSeconds(toMs)];
    const ends = (this.#changes.get(LEASE_PATH) ?? []).flatMap(({ says }) => says?.kind === "leases" ? says.rows : [])
      .map(({ endSeconds }) => endSeconds).filter((end) => end !== 0);
    const seconds = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    const changing = seconds.filter((second) =>
      ends.some((end) => end > second - 2 && end - second <= local.ttlSeconds)
    );
    return changing.length === 0 ? [first] : [...new Set([first, ...changing])];
  }
}

/** What the files that a policy names say of names. */
export function sourcesOfFiles(
  { local }: Policy,
  says: FilesSay,
  nowSeconds: number,
): Pick<Sources, "hosts" | "leases"> {
  const hosts = local.hostsFiles.flatMap((path): KnownSource[] => {
    const said = says.get(path);
    return said?.kind === "hosts" ? [ofHosts(said.lines, local)] : [];
  });
  const leases = local.leases.flatMap(({ file, domain }): KnownSource[] => {
    const said = says.get(file);
    return said?.kind === "leases" ? [ofLeases(said.rows, domain, local, nowSeconds)] : [];
  });
  return { hosts, leases };
}

/** What cannot be read leaves what was known before, for whoever has read that. */
function saidBetween(changes: readonly FileChange[], from: number, to: number): (FileSays | null)[] {
  const possible = new Set<FileSays | null>();
  for (const [i, { afterMs, says }] of changes.entries()) {
    const untilMs = changes[i + 1]?.afterMs ?? Infinity;
    if (afterMs > to || untilMs < from) continue;
    possible.add(says);
    if (says === null) possible.add(changes.slice(0, i).findLast((earlier) => earlier.says !== null)?.says ?? null);
  }
  if (changes.length === 0 || changes[0]!.afterMs > from) possible.add(null);
  return [...possible];
}
