import { octetsOf } from "../../lib/base/net/zone.ts";
import type { Observation, ObservationRecord } from "../../lib/observe/observation.ts";
import { nameFromText } from "../../lib/wire/name.ts";

/** What tests observe, unless they say otherwise. */
export const OBSERVATION: Observation = {
  timeMs: Date.UTC(2026, 10, 30, 14, 2, 37, 123),
  tookMs: 1.25,
  worker: 0,
  channel: "udp",
  client: "192.0.2.77",
  group: "",
  name: "www.example.com",
  type: 1,
  source: "upstream",
  rcode: 0,
  upstream: "9.9.9.9:53",
  reason: "",
  sizeOctets: 58,
  isTruncated: false,
  wantsDnssec: false,
};

/** An observation as it would be read where it was written down. */
export class FakeRecord implements ObservationRecord {
  readonly #observation: Observation;
  readonly #name: Uint8Array<ArrayBuffer>;
  readonly #client: Uint8Array<ArrayBuffer>;
  readonly timeMs: number;
  readonly tookMs: number;
  readonly worker: number;
  readonly isTruncated: boolean;
  readonly wantsDnssec: boolean;
  readonly channel: string;
  readonly source: string;
  readonly rcode: number;
  readonly type: number;
  readonly upstream: string | null;
  readonly reason: string;
  readonly group: string;
  readonly sizeOctets: number;

  /** `parts` are what is different from `OBSERVATION`. */
  constructor(parts: Partial<Observation> = {}) {
    const observation = { ...OBSERVATION, ...parts };
    this.#observation = observation;
    this.#name = nameFromText(observation.name);
    this.#client = octetsOf(observation.client)!;
    this.timeMs = observation.timeMs;
    this.tookMs = observation.tookMs;
    this.worker = observation.worker;
    this.isTruncated = observation.isTruncated;
    this.wantsDnssec = observation.wantsDnssec;
    this.channel = observation.channel;
    this.source = observation.source;
    this.rcode = observation.rcode;
    this.type = observation.type;
    this.upstream = observation.upstream;
    this.reason = observation.reason;
    this.group = observation.group;
    this.sizeOctets = observation.sizeOctets;
  }

  get nameOctetCount(): number {
    return this.#name.length;
  }

  copyName(octets: Uint8Array<ArrayBuffer>, at: number): number {
    octets.set(this.#name, at);
    return this.#name.length;
  }

  get clientOctetCount(): number {
    return this.#client.length;
  }

  copyClient(octets: Uint8Array<ArrayBuffer>, at: number): number {
    octets.set(this.#client, at);
    return this.#client.length;
  }

  toObservation(): Observation {
    return this.#observation;
  }
}
