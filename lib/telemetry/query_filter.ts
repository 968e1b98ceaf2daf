/** Which queries are wanted. What is `null` says nothing; of several words one has to hold. */
export interface QueryFilter {
  /** What QNAME has in it somewhere, in lower case. */
  readonly name: string | null;
  /** What the client's address has in it somewhere. An address finds the network that is told in its place, too. */
  readonly client: string | null;
  /** Keys of `SOURCE`. */
  readonly sources: readonly string[] | null;
  /** Numbers of RCODEs. */
  readonly rcodes: readonly number[] | null;
  /** QTYPEs. */
  readonly types: readonly number[] | null;
  /** Who has given the answer, as `Observation.upstream` has it; what it has in it somewhere. */
  readonly upstream: string | null;
  /** What the query came over; see `Observation`. */
  readonly channels: readonly string[] | null;
}

/** All queries are wanted. */
export const NO_FILTER: QueryFilter = {
  name: null,
  client: null,
  sources: null,
  rcodes: null,
  types: null,
  upstream: null,
  channels: null,
};
