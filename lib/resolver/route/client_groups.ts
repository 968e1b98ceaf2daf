import { formatIp } from "../../base/net/ip.ts";
import { type Cidr, formatCidr } from "../../base/net/cidr.ts";
import { NetworkTable } from "../../base/net/network_table.ts";
import type { Client } from "../client.ts";
import type { Decision } from "../decision.ts";
import type { Ruling } from "./ruling.ts";
import type { Verdicts } from "./verdicts.ts";
import { type ClientDirectory, NO_DIRECTORY } from "./client_directory.ts";

/** Clients that are treated alike. */
export interface ClientGroup {
  /** Its place among the groups. */
  readonly number: number;
  /** What the configuration calls it. */
  readonly name: string;
  /** QTYPEs that its clients get no records of; `null` for none. */
  readonly dropTypes: readonly number[] | null;
  /** What becomes of a query for these. */
  readonly dropped: Ruling;
  /** What becomes of a query that no rule is for. */
  readonly otherwise: Ruling;
  /** What is blocked. */
  readonly verdicts: Verdicts;
}

/** How clients of a group are known. */
export interface GroupMarks {
  /** Networks. */
  readonly addresses: readonly Cidr[];
  /** `aa:bb:cc:dd:ee:ff`. */
  readonly macs: readonly string[];
  /** In lower case; `*` stands for any characters of a label. */
  readonly names: readonly string[];
  /** What they call themselves, see `Client.id`. */
  readonly ids: readonly string[];
  /** Listeners whose clients they are, as `listenName` writes them. */
  readonly listeners: readonly string[];
}

/** What the groups are made from. */
export interface ClientGroupsOptions {
  /** All of them by number, with what their clients are known by. The first is for those who are in none of the others. */
  readonly groups: readonly (readonly [ClientGroup, GroupMarks])[];
  /** Who knows more of an address. */
  readonly directory: ClientDirectory;
  /** Whether something is said of all names; not, unless it is said. */
  readonly hasRulesForAll?: boolean;
}

/** A group, and by what a client is known to be in it. */
interface Found {
  readonly group: number;
  readonly mark: string;
}

/** A pattern of names, and the group whose it is. */
interface NamePattern {
  readonly text: string;
  readonly pattern: RegExp;
  readonly group: number;
}

/**
 * Finds the group of a client: by what it calls itself, else by its MAC address, else by the longest network that holds its address, else by name, else by
 * listener, else it is the first one. What is found is kept with the client, so that it is looked for once, and anew when the
 * directory knows something else.
 */
export class ClientGroups {
  readonly #groups: readonly ClientGroup[];
  readonly #directory: ClientDirectory;
  readonly #hasRulesForAll: boolean;
  /** What stands in a client whose `usual` holds; another object when that may not hold any more. */
  #usualBy: object = {};
  readonly #byId: ReadonlyMap<string, number>;
  readonly #byMac: ReadonlyMap<string, number>;
  readonly #byNetwork: NetworkTable<Found>;
  /** The narrowest first. */
  readonly #byName: readonly NamePattern[];
  readonly #byListener: ReadonlyMap<string, number>;

  /** See {@linkcode ClientGroupsOptions}. */
  constructor({ groups, directory, hasRulesForAll = false }: ClientGroupsOptions) {
    this.#hasRulesForAll = hasRulesForAll;
    this.#groups = groups.map(([group]) => group);
    const marksOf = <T>(pick: (marks: GroupMarks) => readonly T[]) => {
      return groups.flatMap(([, marks], i) => pick(marks).map((mark) => [mark, i] as const));
    };
    this.#byId = new Map(marksOf(({ ids }) => ids));
    this.#byMac = new Map(marksOf(({ macs }) => macs));
    this.#byNetwork = new NetworkTable(
      marksOf(({ addresses }) => addresses).map(([cidr, group]) => {
        return [cidr, { group, mark: `network ${formatCidr(cidr)}` }];
      }),
    );
    this.#byName = marksOf(({ names }) => names).map(([text, group]) => ({ text, pattern: patternOf(text), group }))
      .toSorted((a, b) => compareNarrow(a.text, b.text));
    this.#byListener = new Map(marksOf(({ listeners }) => listeners));
    // Who goes by neither need not look whether more is known of anybody.
    this.#directory = this.#byMac.size === 0 && this.#byName.length === 0 ? NO_DIRECTORY : directory;
  }

  /** Other verdicts are in force. */
  forgetUsual(): void {
    this.#usualBy = {};
  }

  /** A client's group, whose number is kept with it. */
  of(client: Client): ClientGroup {
    // hot path
    if (client.groupedBy !== this || client.groupGeneration !== this.#directory.generation) this.#group(client);
    return this.#groups[client.group]!;
  }

  /**
   * What becomes of a client's queries for a name that nobody says anything of, whatever type is asked for: memory and
   * upstreams answer. `null` where that takes a closer look. It is kept with the client.
   */
  usualFor(client: Client): Decision | null {
    // hot path
    return client.usualBy === this.#usualBy ? client.usual : this.#findUsual(client);
  }

  #findUsual(client: Client): Decision | null {
    const { dropTypes, verdicts, otherwise } = this.of(client);
    const isUsual = !this.#hasRulesForAll && dropTypes === null && verdicts.table[0] === 0 &&
      otherwise.answeredBy === null;
    client.usual = isUsual ? otherwise : null;
    // Who goes by what the directory says has to ask it each time.
    if (this.#directory === NO_DIRECTORY) client.usualBy = this.#usualBy;
    return client.usual;
  }

  /** What the configuration calls the group of that number. */
  nameOf(number: number): string {
    return this.#groups[number]!.name;
  }

  /** What a client is known by, such as `network 192.0.2.0/24`; `null` when it is in no group but the first, for lack of any. */
  markOf(client: Client): string | null {
    return this.#find(client)?.mark ?? null;
  }

  #group(client: Client): void {
    client.groupedBy = this;
    client.groupGeneration = this.#directory.generation;
    client.group = this.#find(client)?.group ?? 0;
  }

  #find({ octets, listener, id }: Client): Found | null {
    const named = id === null ? undefined : this.#byId.get(id);
    if (named !== undefined) return { group: named, mark: `id ${id}` };
    const found = octets === null ? null : this.#findByAddress(octets, formatIp(octets));
    if (found !== null) return found;
    const group = this.#byListener.get(listener);
    return group === undefined ? null : { group, mark: `listener ${listener}` };
  }

  #findByAddress(octets: Uint8Array, address: string): Found | null {
    const mac = this.#byMac.size === 0 ? null : this.#directory.macOf(address);
    const group = mac === null ? undefined : this.#byMac.get(mac);
    if (group !== undefined) return { group, mark: `MAC ${mac}` };
    return this.#byNetwork.find(octets) ?? this.#findByName(address);
  }

  #findByName(address: string): Found | null {
    const name = this.#byName.length === 0 ? null : this.#directory.nameOf(address);
    if (name === null) return null;
    const [label] = name.split(".", 1);
    const found = this.#byName.find(({ text, pattern }) => pattern.test(text.includes(".") ? name : label!));
    return found === undefined ? null : { group: found.group, mark: `name ${name}, as ${found.text}` };
  }
}

/** `desk-*`; a pattern of one label is about the first label of a name. */
function patternOf(text: string): RegExp {
  const parts = text.split("*").map((part) =>
    part.replaceAll(/[^a-z0-9]/g, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`)
  );
  return new RegExp(`^${parts.join("[^.]*")}$`, "u");
}

/** What stands for one name before what stands for several, the longer text before the shorter one. */
function compareNarrow(a: string, b: string): number {
  return Number(a.includes("*")) - Number(b.includes("*")) || b.length - a.length || (a < b ? -1 : a > b ? 1 : 0);
}
