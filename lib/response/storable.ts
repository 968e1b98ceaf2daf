import type { Kind } from "./kind.ts";
import type { NotStorableReason } from "./not_storable.ts";

/** For how long to keep what, in seconds. */
export interface StorageRules {
  /**
   * Data is kept for this long at least, whatever its TTL: also when that is 0. Negative answers are not: a new name
   * would stay unknown for longer than its zone wants.
   */
  readonly minTtlSeconds: number;
  /** Nothing is kept for longer. Goes before `minTtlSeconds`. */
  readonly maxTtlSeconds: number;
  /** No negative answer is kept for longer (RFC 2308 §5: one to three hours). */
  readonly negativeMaxTtlSeconds: number;
}

/** A response that may be stored, in the form in which it is. */
export interface Storable {
  /** Tells it from {@linkcode NotStorable}. */
  readonly isStorable: true;
  /** What it says; never a failure. */
  readonly kind: Kind;
  /**
   * Whether it answers every type: NXDOMAIN for QNAME itself (RFC 2308 §5). At the end of a CNAME chain that is said of
   * another name (RFC 6604 §3), see `assessTail`.
   */
  readonly holdsForEveryType: boolean;
  /** Whether it had an OPT record. */
  readonly hadOpt: boolean;
  /** Whether names in `message` point to the question that must be written out for whoever asks, see `rewrite`. */
  readonly isOvercompressed: boolean;
  /** Whether a DNAME has put the first labels of the question before another name, which whoever asks spells in his own way. */
  readonly hasRedirection: boolean;
  /** How long it is fresh: 1 or more, and no more than any TTL in it. */
  readonly lifetimeSeconds: number;
  /**
   * A response of its own: without OPT and octets behind it, ID 0, the flags QR, RA, AD and RCODE, the TTLs of each RRset
   * alike. The question is spelled as it came.
   */
  readonly message: Uint8Array<ArrayBuffer>;
  /**
   * Where the TTLs stand in `message`, in order; good as long as the response is not read anew. A plain array: making a typed
   * one takes 0.6 µs.
   */
  readonly ttlOffsets: readonly number[];
  /** How many records have what was asked for, the last ones of the answers in a row; `null` where nobody has counted. */
  readonly dataCount: number | null;
  /** Where in `message` the last name of the CNAME chain stands; that is the question's when there is no chain. */
  readonly chainEndOffset: number;
}

/** A response that must not be stored. */
export interface NotStorable {
  /** Tells it from {@linkcode Storable}. */
  readonly isStorable: false;
  /** Why. */
  readonly reason: NotStorableReason;
}
