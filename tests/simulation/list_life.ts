import { HttpError } from "../../lib/base/http/http_client.ts";
import type { FullConfig } from "../../lib/config/config.ts";
import { DEFAULTS } from "../../lib/config/settings.ts";
import type { NameSet } from "../../lib/lists/set/name_set.ts";
import { Log } from "../../lib/observe/log.ts";
import { Lists } from "../../lib/program/lists/lists.ts";
import { HEADER_OCTETS } from "../../lib/wire/header.ts";
import { nameFromText } from "../../lib/wire/name.ts";
import { type FakeAnswer, SILENCE } from "../support/fake_http.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { listOf, policyOf } from "../support/policies.ts";
import { SeededRandom } from "../support/seeded_random.ts";

const FOLDER = "/state";
const SERVER = "192.0.2.1";
const HOUR_MS = 3_600_000;
/** Each source is looked at again within this, and tried as often as it takes. */
const ROUND_MS = 3 * HOUR_MS;
const MAX_OCTETS = 4096;

/** What comes of a text, or of asking for it. */
const FATES = {
  good: 8,
  unchanged: 2,
  shrunk: 2,
  empty: 1,
  html: 1,
  bad: 2,
  huge: 1,
  missing: 2,
  failing: 1,
  stalling: 1,
  breaking: 1,
};

type Fate = keyof typeof FATES;

/** All of them. */
export const LIST_FATES = Object.keys(FATES) as readonly Fate[];

/** A source, and what is known of it by the law: what it said last that was to be believed. */
interface Source {
  readonly list: string;
  readonly where: string;
  readonly isFetched: boolean;
  believed: readonly string[] | null;
}

/** What came of a life. */
export interface ListLife {
  /** What was wrong, a line each. */
  readonly faults: readonly string[];
  /** How often what happened. */
  readonly counts: ReadonlyMap<string, number>;
}

/**
 * Keeps lists through some days in fake time: from files and from servers, which are well or not, with the program killed and begun
 * again at any moment, with and without the Internet. After each round what is blocked must be what each source said last that was
 * to be believed, and nothing else.
 *
 * @param isBelieved The law of that; another one for showing that it is looked at.
 */
export async function liveWithLists(seed: number, isBelieved: Believing = isEnough): Promise<ListLife> {
  return await new Life(seed, isBelieved).run();
}

/** Whether names take the place of the former ones of a source; of what is a list at all. */
export type Believing = (names: readonly string[], former: readonly string[] | null) => boolean;

class Life {
  readonly #random: SeededRandom;
  readonly #fake = new FakeSystem([]);
  readonly #isBelieved: Believing;
  readonly #sources: readonly Source[];
  readonly #config: FullConfig;
  readonly #faults: string[] = [];
  readonly #counts = new Map<string, number>();
  /** All names that were ever said. */
  readonly #names = new Set<string>();
  #set: NameSet | null = null;
  #lists!: Lists;
  #nameCount = 0;

  constructor(seed: number, isBelieved: Believing) {
    this.#isBelieved = isBelieved;
    const random = this.#random = new SeededRandom(`lists ${seed}`);
    const lists = ["ads", "more", "own"].slice(0, random.between(1, 3));
    this.#sources = lists.flatMap((list) => {
      return Array.from({ length: random.between(1, 2) }, (_, i): Source => {
        const isFetched = random.chance(0.6);
        const where = isFetched ? `https://lists.example.org/${list}${i}` : `/lists/${list}${i}`;
        return { list, where, isFetched, believed: null };
      });
    });
    const policy = policyOf({
      upstreams: { default: ["192.0.2.9"] },
      lists: lists.map((name) => {
        const sources = this.#sources.filter(({ list }) => list === name).map(({ where, isFetched }) => {
          return isFetched ? { url: where } : { file: where };
        });
        return listOf(name, { sources, refreshMs: HOUR_MS, maxSizeOctets: MAX_OCTETS });
      }),
    });
    this.#config = { ...DEFAULTS, policy, stateDir: FOLDER };
  }

  async run(): Promise<ListLife> {
    await this.#start();
    for (let round = this.#random.between(3, 8); round > 0; round--) await this.#live();
    await this.#stop();
    return { faults: this.#faults, counts: this.#counts };
  }

  async #start(): Promise<void> {
    const { system, http, world } = this.#fake;
    const runtime = system.runtime({ connectStream: http.connectStream }, () => {});
    const log = new Log({ level: "error", writeLine: (line) => this.#faults.push(line) });
    const lists = this.#lists = new Lists(FOLDER, { system, runtime, log });
    this.#set = (await lists.open())?.set ?? null;
    lists.begin(this.#config, {
      findAddresses: () => Promise.resolve([SERVER]),
      useLists: ({ set }) => void (this.#set = set),
    });
    await world.time.pass(0);
  }

  /** As if it had been killed: nothing is written to its end. */
  async #stop(): Promise<void> {
    const { http, world } = this.#fake;
    this.#lists.stop();
    await world.time.pass(0);
    if (world.time.timerCount > 0) this.#faults.push(`${world.time.timerCount} timers are left`);
    if (http.openConnections > 0) this.#faults.push(`${http.openConnections} connections are left`);
  }

  async #live(): Promise<void> {
    const random = this.#random;
    const { http, world } = this.#fake;
    const isOnline = random.chance(0.85);
    if (isOnline) http.refused.delete(SERVER);
    else http.refused.add(SERVER);
    for (const source of this.#sources) this.#tell(source, isOnline);
    if (random.chance(0.3)) void this.#lists.refresh(null);
    if (random.chance(0.3)) {
      this.#count("killed");
      await world.time.pass(random.fraction() * random.pick([1, 100, 20_000, HOUR_MS]));
      await this.#stop();
      await this.#start();
    }
    await world.time.pass(ROUND_MS);
    this.#check();
    if (!random.chance(0.3)) return;
    // It blocks at once, with what it had.
    this.#count("begun again");
    await this.#stop();
    await this.#start();
    this.#check();
  }

  #count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  /** What a source says from now on, and what of that is to be believed. */
  #tell(source: Source, isOnline: boolean): void {
    const fate = this.#random.pickWeighted(FATES);
    this.#count(`${source.isFetched ? "server" : "file"} ${fate}`);
    const [names, text] = this.#draw(fate, source);
    if (source.isFetched) this.#fake.http.answer(source.where, this.#answerOf(fate, text));
    else if (fate === "missing") this.#fake.files.remove(source.where);
    else if (fate !== "unchanged") this.#fake.files.write(source.where, text);
    const isHeard = !source.isFetched || isOnline;
    if (names !== null && isHeard && this.#isBelieved(names, source.believed)) source.believed = names;
  }

  /** A text, and its names; `null` for one that is no list. */
  #draw(fate: Fate, { list, where, isFetched, believed }: Source): [names: readonly string[] | null, text: string] {
    const random = this.#random;
    const fresh = (count: number) => Array.from({ length: count }, () => this.#fresh(list));
    switch (fate) {
      case "good": {
        const kept = believed?.filter(() => random.chance(0.9)) ?? [];
        const names = [...kept, ...fresh(random.between(1, 20))];
        return [names, this.#write(names)];
      }
      case "shrunk": {
        const names = believed?.slice(0, random.below(believed.length)) ?? fresh(1);
        return [names, this.#write(names)];
      }
      case "bad": {
        const names = fresh(5);
        return [null, `${this.#write(names)}!!\n!!!\n??\n`];
      }
      case "empty":
        return [null, random.pick(["", "# nothing\n", "\n\n"])];
      case "html":
        return [null, "<!DOCTYPE html>\n<html><body>Please log in</body></html>\n"];
      case "huge":
        return [null, this.#write(fresh(1)) + "#".repeat(2 * MAX_OCTETS)];
      case "stalling":
      case "breaking":
        // A file does neither.
        return isFetched ? [null, this.#write(fresh(5))] : this.#draw("good", { list, where, isFetched, believed });
      default:
        return [null, ""];
    }
  }

  #fresh(list: string): string {
    const name = `n${this.#nameCount++}.${list}.example`;
    this.#names.add(name);
    return name;
  }

  #write(names: readonly string[]): string {
    const form = this.#random.pick([
      (name: string) => `0.0.0.0 ${name}`,
      (name: string) => name,
      (name: string) => `||${name}^`,
    ]);
    return names.map((name) => `${form(name)}\n`).join("");
  }

  #answerOf(fate: Fate, text: string): FakeAnswer | Error | "silence" {
    const at = this.#random.below(text.length + 1);
    const [head, tail] = [text.slice(0, at), text.slice(at)];
    switch (fate) {
      case "unchanged":
        // Whoever has nothing yet has not asked whether there is something else: for it this is no answer.
        return { status: 304 };
      case "missing":
        return { status: 404 };
      case "failing":
        return this.#random.pick([
          { status: 503, headers: { "retry-after": "20" } },
          { status: 500 },
          new HttpError("reset"),
        ]);
      case "stalling":
        return this.#random.pick(["silence" as const, { body: [head, SILENCE] }]);
      case "breaking":
        return { body: breaking(head) };
      default:
        return {
          headers: this.#random.chance(0.5) ? { etag: `"${this.#nameCount}"` } : {},
          body: { [Symbol.iterator]: () => [head, tail][Symbol.iterator]() },
        };
    }
  }

  #check(): void {
    const believed = new Set(this.#sources.flatMap((source) => source.believed ?? []));
    for (const name of this.#names) {
      const isBlocked = this.#set !== null && isIn(this.#set, name);
      if (isBlocked !== believed.has(name)) this.#faults.push(`${name} is ${isBlocked ? "" : "not "}blocked`);
    }
    for (const name of ["example", "good.example", "ads.example"]) {
      if (this.#set !== null && isIn(this.#set, name)) this.#faults.push(`${name} is blocked`);
    }
  }
}

/** `min-names` and `max-shrink`, as they are unless something is said. */
function isEnough(names: readonly string[], former: readonly string[] | null): boolean {
  return names.length >= 1 && (former === null || names.length >= former.length / 2);
}

function isIn(set: NameSet, name: string): boolean {
  const wire = nameFromText(name);
  const message = new Uint8Array(HEADER_OCTETS + wire.length);
  message.set(wire, HEADER_OCTETS);
  return set.find(message, HEADER_OCTETS, message.length) !== 0;
}

async function* breaking(head: string): AsyncGenerator<string> {
  yield head;
  await null;
  throw new HttpError("the connection was reset");
}
