import type { Clock } from "../../../base/runtime.ts";

/** What a client is called, and where that is from. */
export interface ClientName {
  /** In lower case; empty where nobody knows. */
  readonly name: string;
  /** For people; empty where nobody knows. */
  readonly from: string;
}

/** Who knows what clients are called. Resolves to one for each address. */
export type FindClientNames = (addresses: readonly string[]) => Promise<readonly ClientName[]>;

/** So long a name is believed. */
const KNOWN_MS = 60_000;
/** Clients whose names are kept; the one that was looked up first goes. */
export const CLIENTS_MAX = 2000;
/** Nobody is asked for more at once. */
const ASKED_MAX = 200;

const UNKNOWN: ClientName = { name: "", from: "" };

/**
 * What clients are called, looked up when somebody looks at them and at no other time: not while they are answered, and nowhere
 * kept for longer than a minute.
 */
export class ClientNames {
  readonly #find: FindClientNames;
  readonly #clock: Clock;
  readonly #known = new Map<string, ClientName & { readonly untilMs: number }>();

  /** Asks `find`. */
  constructor(find: FindClientNames, clock: Clock) {
    this.#find = find;
    this.#clock = clock;
  }

  /** What is known of a client at once. */
  known(address: string): ClientName {
    return this.#known.get(address) ?? UNKNOWN;
  }

  /** Looks up those that are not known, so that `known` knows them. That nobody can tell is no failure. */
  async look(addresses: readonly string[]): Promise<void> {
    const nowMs = this.#clock.nowMs();
    const isOld = (address: string) => (this.#known.get(address)?.untilMs ?? -Infinity) <= nowMs;
    // What privacy has made of an address is none.
    const asked = [...new Set(addresses)].filter((address) => /^[0-9a-f:.]+$/.test(address) && isOld(address));
    const wanted = asked.filter((address) => address.includes(".") || address.includes(":")).slice(0, ASKED_MAX);
    if (wanted.length === 0) return;
    const found = await this.#find(wanted).catch(() => []);
    for (const [i, address] of wanted.entries()) {
      this.#known.delete(address);
      this.#known.set(address, { ...found[i] ?? UNKNOWN, untilMs: nowMs + KNOWN_MS });
    }
    for (const address of this.#known.keys()) {
      if (this.#known.size <= CLIENTS_MAX) break;
      this.#known.delete(address);
    }
  }
}
