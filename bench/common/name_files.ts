import { freshName } from "./zone.ts";

/** How many names are asked before cold ones, so that nothing is measured of a program that has just started. */
export const WARM_UP_NAMES = 10_000;
/** The longest that names are asked for which caches shall know. */
export const WARM_UP_SECONDS_MAX = 1;

/** What dnsperf is to ask for, and for how long. */
export interface Load {
  readonly file: string;
  /** `null`: every line once. */
  readonly seconds: number | null;
}

/** What a server is asked while it is measured, in this order. */
export interface Loads {
  /** Before everything that is measured, one after the other. */
  readonly warmUp: () => readonly Load[];
  /** As much as is answered. */
  readonly full: () => Load;
  /** At `rate` queries per second. */
  readonly atRate: (rate: number) => Load;
}

/** Files of queries for the addresses of names, as dnsperf reads them; each is written when it is first needed. */
export class NameFiles {
  readonly #folder: string;
  readonly #written = new Set<string>();

  /** Writes into `folder`, which stays its owner's. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The path of the file `name`, in which `names` are asked for, in that order. */
  file(name: string, names: () => readonly string[]): string {
    const path = `${this.#folder}/${name}`;
    if (!this.#written.has(name)) Deno.writeTextFileSync(path, names().map((name) => `${name} A\n`).join(""));
    this.#written.add(name);
    return path;
  }

  /** The path of a file with the first `count` names of a series; see `freshName`. */
  fresh(series: string, count: number): string {
    return this.file(`${series}${count}`, () => Array.from({ length: count }, (_, i) => freshName(series, i)));
  }
}

/** The names in such a file. */
export function namesIn(file: string): string[] {
  return Deno.readTextFileSync(file).split("\n").filter((line) => line !== "").map((line) => line.split(" ")[0]!);
}
