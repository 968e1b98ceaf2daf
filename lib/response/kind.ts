/** What a stored response says about its question (RFC 9499 §3). */
export const KIND = {
  /** There is data. */
  positive: 0,
  /** The name exists, without data of the type: NODATA (RFC 2308 §2.2). */
  nodata: 1,
  /** The name, or the end of its CNAME chain, does not exist (RFC 2308 §2.1, RFC 6604 §3). */
  nxdomain: 2,
  /** No upstream could tell (RFC 9520). */
  failure: 3,
} as const;

/** One of `KIND`. */
export type Kind = (typeof KIND)[keyof typeof KIND];
