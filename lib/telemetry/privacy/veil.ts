import type { Observation, ObservationRecord } from "../../observe/observation.ts";
import { NAME_OCTETS_MAX, nameToText } from "../../wire/name.ts";
import type { DailyPseudonyms } from "./daily_pseudonyms.ts";
import type { PrivacySettings } from "./levels.ts";
import { lastLabelsAt } from "./name_parts.ts";
import { CLIENT_OCTETS_MAX, tellClient } from "./told_client.ts";
import { toldReason } from "./told_reason.ts";

/** A record of which no more can be had than may be told. One for all records, one after the other. */
export class Veil implements ObservationRecord {
  readonly #settings: PrivacySettings;
  readonly #pseudonyms: DailyPseudonyms;
  readonly #hide: (observation: Observation) => Observation;
  /** The name that was asked for, with all of its labels; only where `looksAtNames`. */
  readonly wholeName: Uint8Array<ArrayBuffer> = new Uint8Array(NAME_OCTETS_MAX);
  /** Its length. */
  wholeNameOctetCount = 0;
  /** Whether names are looked at before they are told; else they are not even copied. */
  readonly #looksAtNames: boolean;
  #nameStart = 0;
  readonly #client = new Uint8Array(CLIENT_OCTETS_MAX);
  #clientOctetCount = 0;
  #record!: ObservationRecord;

  /** `hide` does the same for what is kept. */
  constructor(
    settings: PrivacySettings,
    pseudonyms: DailyPseudonyms,
    hide: (observation: Observation) => Observation,
  ) {
    this.#settings = settings;
    this.#pseudonyms = pseudonyms;
    this.#hide = hide;
    this.#looksAtNames = settings.names !== "full" || settings.ignore.length > 0;
  }

  /** Lies on another record. */
  begin(record: ObservationRecord): void {
    // hot path
    const { clients } = this.#settings;
    this.#record = record;
    if (this.#looksAtNames) this.#copyName(record);
    const addressOctets = record.copyClient(this.#client, 0);
    this.#clientOctetCount = tellClient(this.#client, addressOctets, record.timeMs, clients, this.#pseudonyms);
  }

  #copyName(record: ObservationRecord): void {
    // hot path
    const { names } = this.#settings;
    const length = record.copyName(this.wholeName, 0);
    this.wholeNameOctetCount = length;
    this.#nameStart = names === "full" ? 0 : names === "none" ? length : lastLabelsAt(this.wholeName, length, 2);
  }

  /** See `ObservationRecord`. */
  get timeMs(): number {
    return this.#record.timeMs;
  }

  /** See `ObservationRecord`. */
  get tookMs(): number {
    return this.#record.tookMs;
  }

  /** See `ObservationRecord`. */
  get worker(): number {
    return this.#record.worker;
  }

  /** See `ObservationRecord`. */
  get isTruncated(): boolean {
    return this.#record.isTruncated;
  }

  /** See `ObservationRecord`. */
  get wantsDnssec(): boolean {
    return this.#record.wantsDnssec;
  }

  /** See `ObservationRecord`. */
  get channel(): string {
    return this.#record.channel;
  }

  /** See `ObservationRecord`. */
  get source(): string {
    return this.#record.source;
  }

  /** See `ObservationRecord`. */
  get rcode(): number {
    return this.#record.rcode;
  }

  /** See `ObservationRecord`. */
  get type(): number {
    return this.#record.type;
  }

  /** See `ObservationRecord`. */
  get upstream(): string | null {
    return this.#record.upstream;
  }

  /** See `ObservationRecord`. */
  get sizeOctets(): number {
    return this.#record.sizeOctets;
  }

  /** Goes with the client. */
  get group(): string {
    return this.#settings.clients === "full" ? this.#record.group : "";
  }

  /** Goes with the name, and with the client. */
  get reason(): string {
    const { reason, source } = this.#record;
    if (reason === "") return "";
    const { names, clients } = this.#settings;
    if (names === "full" && clients === "full") return reason;
    return toldReason({ reason, source, name: names === "full" ? "" : this.#nameText }, this.#settings);
  }

  get #nameText(): string {
    const text = nameToText(this.wholeName.subarray(0, this.wholeNameOctetCount));
    return text === "." ? text : text.slice(0, -1);
  }

  /** 0 when nothing of it may be told. */
  get nameOctetCount(): number {
    return this.#looksAtNames ? this.wholeNameOctetCount - this.#nameStart : this.#record.nameOctetCount;
  }

  /** See `ObservationRecord`. */
  copyName(octets: Uint8Array<ArrayBuffer>, at: number): number {
    // hot path
    if (!this.#looksAtNames) return this.#record.copyName(octets, at);
    for (let i = this.#nameStart; i < this.wholeNameOctetCount; i++) octets[at++] = this.wholeName[i]!;
    return this.nameOctetCount;
  }

  /** See `clientText`. */
  get clientOctetCount(): number {
    return this.#clientOctetCount;
  }

  /** See `ObservationRecord`. */
  copyClient(octets: Uint8Array<ArrayBuffer>, at: number): number {
    // hot path
    for (let i = 0; i < this.#clientOctetCount; i++) octets[at++] = this.#client[i]!;
    return this.#clientOctetCount;
  }

  /** See `ObservationRecord`. */
  toObservation(): Observation {
    return this.#hide(this.#record.toObservation());
  }
}
