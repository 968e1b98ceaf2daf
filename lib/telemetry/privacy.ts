import { octetsOf } from "../base/net/zone.ts";
import type { RandomSource } from "../base/runtime.ts";
import type { Observation, ObservationRecord } from "../observe/observation.ts";
import { foldCase, type Name, NameFormatError, nameFromText, nameToText } from "../wire/name.ts";
import { clientText } from "./privacy/client_text.ts";
import { DailyPseudonyms } from "./privacy/daily_pseudonyms.ts";
import type { PrivacySettings } from "./privacy/levels.ts";
import { isBelowAny, lastLabelsAt } from "./privacy/name_parts.ts";
import { CLIENT_OCTETS_MAX, tellClient } from "./privacy/told_client.ts";
import { toldReason } from "./privacy/told_reason.ts";
import { Veil } from "./privacy/veil.ts";

/**
 * The one way from observations to whoever is told of them: files, the network, pages. What a level hides cannot be had from
 * what this returns. A client's group goes with its address, for a group may be one person; the reason of an answer goes with the
 * name, for it may name it (see `toldReason`).
 */
export class Privacy {
  readonly #settings: PrivacySettings;
  readonly #ignored: readonly Name[];
  readonly #hiddenGroups: ReadonlySet<string>;
  readonly #pseudonyms: DailyPseudonyms;
  readonly #veil: Veil;
  readonly #tellsAll: boolean;
  readonly #random: RandomSource;

  /** Keys of pseudonyms are drawn from `random`. */
  constructor(settings: PrivacySettings, random: RandomSource) {
    this.#settings = settings;
    this.#random = random;
    this.#ignored = settings.ignore.map((name) => foldCase(nameFromText(name)));
    this.#hiddenGroups = new Set(settings.hiddenGroups);
    this.#pseudonyms = new DailyPseudonyms(random);
    this.#veil = new Veil(settings, this.#pseudonyms, (observation) => this.#hide(observation));
    this.#tellsAll = settings.clients === "full" && settings.names === "full";
  }

  /** By other settings; the same one where they are the same, so that clients keep their names of the day. */
  follow(settings: PrivacySettings): Privacy {
    if (JSON.stringify(settings) === JSON.stringify(this.#settings)) return this;
    return new Privacy(settings, this.#random);
  }

  /** What is told, in a few words. */
  get text(): string {
    const { clients, names } = this.#settings;
    return `clients ${clients}, names ${names}`;
  }

  /**
   * What may be told of a record; `null` for nothing. Valid as long as the record is, and until the next call. A client has 4 or
   * 16 octets of its address, 3 or 6 of its network, 8 of a pseudonym, or none (see `clientText`); a name that is hidden has none.
   */
  veil(record: ObservationRecord): ObservationRecord | null {
    // hot path
    if (this.#hiddenGroups.size > 0 && this.#hiddenGroups.has(record.group)) return null;
    if (this.#tellsAll && this.#ignored.length === 0) return record;
    const veil = this.#veil;
    veil.begin(record);
    if (this.#ignored.length > 0 && isBelowAny(veil.wholeName, veil.wholeNameOctetCount, this.#ignored)) return null;
    return this.#tellsAll ? record : veil;
  }

  /** The same for what is kept. */
  tell(observation: Observation): Observation | null {
    if (this.#hiddenGroups.has(observation.group)) return null;
    if (this.#ignored.length > 0) {
      const name = wireOf(observation.name);
      if (name === null || isBelowAny(name, name.length, this.#ignored)) return null;
    }
    return this.#tellsAll ? observation : this.#hide(observation);
  }

  #hide(observation: Observation): Observation {
    const { clients, names } = this.#settings;
    return {
      ...observation,
      client: clients === "full" ? observation.client : this.#toldClient(observation),
      group: clients === "full" ? observation.group : "",
      name: names === "full" ? observation.name : names === "domain" ? domainOf(observation.name) : "",
      reason: toldReason(observation, this.#settings),
    };
  }

  #toldClient({ client, timeMs }: Observation): string {
    const address = octetsOf(client);
    if (address === null) return "";
    const octets = new Uint8Array(CLIENT_OCTETS_MAX);
    octets.set(address);
    const length = tellClient(octets, address.length, timeMs, this.#settings.clients, this.#pseudonyms);
    return clientText(octets.subarray(0, length));
  }
}

/** The last two labels of a name; the whole one if it has no more. */
function domainOf(text: string): string {
  const name = wireOf(text);
  if (name === null) return "";
  const domain = nameToText(name.subarray(lastLabelsAt(name, name.length, 2)));
  return domain === "." ? domain : domain.slice(0, -1);
}

/** `null` for what is no name: nothing is told of it then. */
function wireOf(text: string): Name | null {
  try {
    return foldCase(nameFromText(text));
  } catch (error) {
    if (error instanceof NameFormatError) return null;
    throw error;
  }
}
