/**
 * What is known of one reply that has left, as it is told to whoever watches: plain data, made when it is read and not when the
 * reply leaves.
 */
export interface Observation {
  /** When the query came, in milliseconds since 1970. */
  readonly timeMs: number;
  /** From then until the reply was made, in milliseconds. What is answered at once shares one reading of the clock with its turn. */
  readonly tookMs: number;
  /** Which worker has answered, from 1; 0 where one process does all. */
  readonly worker: number;
  /** What the query came over: `udp`, `tcp`, `tls`, `https`, `quic`. */
  readonly channel: string;
  /** The client's address, canonical text. */
  readonly client: string;
  /** The group of clients that it belongs to; empty where there are no groups. */
  readonly group: string;
  /** QNAME as text, in lower case and without the dot at its end; `.` for the root. Octets outside of ASCII as `\ddd` (RFC 1035 §5.1). */
  readonly name: string;
  /** QTYPE. */
  readonly type: number;
  /** Where the reply comes from: a key of `SOURCE`. */
  readonly source: string;
  /** RCODE, with the bits that only an OPT record can carry. */
  readonly rcode: number;
  /** Who has given the answer, as it is written after `--resolver`; `null` when nobody was asked. */
  readonly upstream: string | null;
  /** Why it is no ordinary answer, in a few words; empty when it is one. */
  readonly reason: string;
  /** Length of the reply. */
  readonly sizeOctets: number;
  /** Whether it is cut off (TC). */
  readonly isTruncated: boolean;
  /** Whether the client wants DNSSEC records (DO). */
  readonly wantsDnssec: boolean;
}

/** Where observations are to be had. Nothing is written down while nobody reads. */
export interface ObservationFeed {
  /**
   * Begins to read what leaves from now on.
   *
   * @param onMany Is called when some dozens are there that were not the last time, in the midst of what makes them: who wants to read
   * then waits until that has ended.
   */
  watch(onMany?: () => void): ObservationReader;
}

/** Somebody who reads, at a pace of his own: nobody waits for him. */
export interface ObservationReader {
  /**
   * Takes what has come since the last call, the oldest first.
   *
   * @param take What it is given is used again: it is valid until `take` returns.
   * @param countMax How many at most.
   * @returns How many there were.
   */
  read(take: (record: ObservationRecord) => void, countMax: number): number;
  /** How many were overwritten before they were read. */
  readonly lostCount: number;
  /** Reads no more. */
  close(): void;
}

/** One observation where it was written down. Reading a field makes no objects, but for texts. */
export interface ObservationRecord {
  /** See `Observation`. */
  readonly timeMs: number;
  /** See `Observation`. */
  readonly tookMs: number;
  /** See `Observation`. */
  readonly worker: number;
  /** See `Observation`. */
  readonly channel: string;
  /** See `Observation`. */
  readonly isTruncated: boolean;
  /** See `Observation`. */
  readonly wantsDnssec: boolean;
  /** See `Observation`. */
  readonly source: string;
  /** See `Observation`. */
  readonly rcode: number;
  /** See `Observation`. */
  readonly type: number;
  /** See `Observation`. */
  readonly upstream: string | null;
  /** See `Observation`. */
  readonly reason: string;
  /** See `Observation`. */
  readonly group: string;
  /** See `Observation`. */
  readonly sizeOctets: number;
  /** Octets of QNAME in wire format, 1–255. */
  readonly nameOctetCount: number;
  /** Writes QNAME in wire format, letters in lower case, to `octets` from `at` on. Returns its length. */
  copyName(octets: Uint8Array<ArrayBuffer>, at: number): number;
  /** Octets of the client's address: 4 or 16. */
  readonly clientOctetCount: number;
  /** Writes the client's address to `octets` from `at` on. Returns its length. */
  copyClient(octets: Uint8Array<ArrayBuffer>, at: number): number;
  /** All of it, to be kept. */
  toObservation(): Observation;
}

/** Where nothing is to be seen. */
export const NO_OBSERVATIONS: ObservationFeed = {
  watch: () => ({ read: () => 0, lostCount: 0, close: () => {} }),
};
