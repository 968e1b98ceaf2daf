import { DEFAULTS } from "../../../lib/config/settings.ts";
import { parseCidr } from "../../../lib/base/net/cidr.ts";
import { fetchSource } from "../../../lib/lists/fetch/fetch_source.ts";
import type { NameSetReader } from "../../../lib/lists/list_set.ts";
import { NameSet } from "../../../lib/lists/set/name_set.ts";
import { Log } from "../../../lib/observe/log.ts";
import { Lists } from "../../../lib/program/lists/lists.ts";
import type { OpenedSet } from "../../../lib/program/lists/set_folder.ts";
import { HEADER_OCTETS } from "../../../lib/wire/header.ts";
import { nameFromText } from "../../../lib/wire/name.ts";
import type { Line } from "../../app/policy/block_law.ts";
import { fakeListCompiler } from "../../support/fake_list_compiler.ts";
import type { FakeWorld } from "../../support/fake_world.ts";
import { FakeWritableFiles } from "../../support/fake_writable_files.ts";
import { nameSetOf } from "../../support/list_sets.ts";
import { listOf, policyOf } from "../../support/policies.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { type ListPlan, LISTS, SAID_NAMES } from "./list_draw.ts";
import { ListServer } from "./list_server.ts";
import { writable } from "./list_texts.ts";

const FOLDER = "/state";
const SERVER = "192.0.2.200";
/** What has been read is in force by then: more may follow it, and is waited for for ten seconds; and timers are late. */
const MADE_MS = 10_100;

/** What lists are kept from. */
export interface KeptListsOptions {
  readonly seed: number;
  readonly world: FakeWorld;
  readonly plan: ListPlan;
  readonly startMs: number;
  /** Uses another set from now on. */
  readonly useLists: (opened: OpenedSet) => void;
}

/** What has been read of a list, and how much of that is in force. */
interface Read {
  readonly versions: (readonly Line[])[];
  inForce: number;
  atMs: number;
}

/** The lists of the program, as they are fetched again and again while it serves, from a server with faults. */
export class KeptLists {
  /** What has been wrong, a line each. */
  readonly faults: string[] = [];
  /** What has been in force, from which moment on; in milliseconds after the start. */
  readonly swaps: { readonly afterMs: number; readonly lines: readonly Line[] }[] = [];
  readonly server: ListServer;
  readonly #options: KeptListsOptions;
  readonly #lists: Lists;
  readonly #read = new Map(LISTS.map((list): [string, Read] => [list, { versions: [[]], inForce: 0, atMs: 0 }]));
  readonly #random: SeededRandom;

  constructor(options: KeptListsOptions) {
    const { seed, world } = this.#options = options;
    const random = this.#random = new SeededRandom(`kept lists ${seed}`);
    const server = this.server = new ListServer({
      random,
      now: (list) => this.#now(list),
      onRead: (list, lines) => {
        const read = this.#read.get(list)!;
        if (JSON.stringify(read.versions.at(-1)) === JSON.stringify(lines)) return;
        read.versions.push(lines);
        read.atMs = world.time.nowMs();
      },
    });
    const writableFiles = new FakeWritableFiles(world.files);
    const wallClock = { epochSeconds: () => world.epochSecondsAt(world.time.nowMs()) };
    const runtime = { clock: world.time, timers: world.time, wallClock, random };
    this.#lists = new Lists(FOLDER, {
      system: {
        files: world.files,
        writableFiles,
        listCompiler: fakeListCompiler(world.files, writableFiles),
        openSetFileInSteps: (path) => {
          const octets = world.files.readNow(path, Infinity);
          return Promise.resolve(new NameSet(octets.slice().buffer, { isChecked: true }));
        },
        listFetcher: {
          fetchText: async (wanted, path, given) => {
            const fetching = { ...given, http: server, network: server, timers: world.time, wallClock };
            return await fetchSource(wanted, await writableFiles.create(path), fetching);
          },
        },
      },
      runtime,
      log: new Log({ level: "error", writeLine: (line) => this.faults.push(line) }),
    });
  }

  /** Begins to keep them. */
  start(): void {
    const lists = LISTS.map((name) => {
      const sources = [{ url: `https://lists.example.org/${name}.txt` }];
      return listOf(name, { sources, refreshMs: 3000, maxShrinkShare: 1 });
    });
    const policy = policyOf({ upstreams: { default: ["192.0.2.9"] }, lists });
    this.#lists.begin({ ...DEFAULTS, policy, stateDir: FOLDER }, {
      findAddresses: () =>
        this.#random.chance(0.1) ? Promise.reject(new Error("no answer")) : Promise.resolve([SERVER]),
      useLists: (opened) => this.#use(opened),
    });
  }

  /** Whatever has been read must be in force by then, unless it has just been. */
  stop(): void {
    this.#lists.stop();
    const nowMs = this.#options.world.time.nowMs();
    for (const [list, { versions, inForce, atMs }] of this.#read) {
      const isIn = inForce === versions.length - 1 || nowMs - atMs < MADE_MS;
      if (!isIn) this.faults.push(`what was read of ${list} at ${atMs.toFixed(3)} is not in force`);
    }
  }

  #now(list: string): { version: number; lines: readonly Line[] } {
    const { plan: { sets }, startMs, world } = this.#options;
    const sinceMs = world.time.nowMs() - startMs;
    const version = sets.findLastIndex(({ afterMs }) => afterMs <= sinceMs);
    const said = sets[version]?.lines.filter((line) => line.list === list) ?? [];
    const filler: Line = { list, name: `v${version}.${list}.filler.example`, covers: "both" };
    return { version, lines: [...said.map(writable), filler] };
  }

  /** A set may lack what has been read last, of each list; it never goes back. */
  #use(opened: OpenedSet): void {
    const said = wordsOf(opened.set);
    const found = this.#candidates().find((indices) => wordsOf(nameSetOf(this.#linesOf(indices))) === said);
    if (found === undefined) {
      this.faults.push(`a set says what follows from nothing that was read: ${said.slice(0, 300)}`);
    } else {
      found.forEach((index, i) => this.#read.get(LISTS[i]!)!.inForce = index);
      const afterMs = this.#options.world.time.nowMs() - this.#options.startMs;
      this.swaps.push({ afterMs, lines: this.#linesOf(found) });
    }
    this.#options.useLists(opened);
  }

  /** The newest first. */
  #candidates(): number[][] {
    let all: number[][] = [[]];
    for (const list of LISTS) {
      const { versions, inForce } = this.#read.get(list)!;
      const indices = Array.from({ length: versions.length - inForce }, (_, i) => versions.length - 1 - i);
      all = all.flatMap((before) => indices.map((index) => [...before, index]));
    }
    return all;
  }

  #linesOf(indices: readonly number[]): Line[] {
    return indices.flatMap((index, i) => this.#read.get(LISTS[i]!)!.versions[index]!);
  }
}

/** All that a set says of the names and addresses that may stand there, whatever its numbers are. */
function wordsOf(set: NameSetReader): string {
  const fillers = LISTS.flatMap((list) => Array.from({ length: 5 }, (_, i) => `v${i - 1}.${list}.filler.example`));
  const names = [...SAID_NAMES, ...fillers];
  const saidOf = (members: ReturnType<NameSetReader["setOf"]>["members"]) => {
    return members.map(({ list, rule }) => {
      const { isAllow, isImportant, types, exceptBelow } = rule;
      return JSON.stringify([
        set.lists[list],
        isAllow,
        isImportant,
        types?.types,
        exceptBelow.map((name) => name.toHex()),
      ]);
    }).toSorted().join();
  };
  return names.map((name) => {
    if (name.includes("/")) return `${name} ${saidOf(set.setOfAddress(parseCidr(name).octets).members)}`;
    const wire = nameFromText(name);
    const message = new Uint8Array(HEADER_OCTETS + wire.length);
    message.set(wire, HEADER_OCTETS);
    return `${name} ${saidOf(set.setOf(message, HEADER_OCTETS, message.length).members)}`;
  }).join("\n");
}
