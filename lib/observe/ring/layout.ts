/**
 * How an observation stands in the ring, in words of 32 bits:
 *
 * | word | what |
 * | --- | --- |
 * | 0 | words of the record (8 bits), octets of the name (8), channel (3), IPv6 (1), TC (1), DO (1), –, worker (8) |
 * | 1, 2 | when the query came, in microseconds on the program's clock: the low word and the high one |
 * | 3 | microseconds until the reply |
 * | 4 | source (4), RCODE (12), QTYPE (16) |
 * | 5 | octets of the reply (16), number of the upstream (16) |
 * | 6 | number of the reason (16), of the client group (16) |
 * | 7– | address of the client: one word, or four for IPv6 |
 * | behind it | QNAME in wire format as the client has spelled it, four octets in a word, the first of them lowest |
 *
 * Times go by a clock that is never set: what has come first stands first. Numbers are those of a `TextTable`.
 */

/** Words before the address of the client. */
export const ADDRESS_WORD = 7;

/** Where things stand in word 0. */
export const HEAD = {
  /** Of the octets of the name. */
  nameShift: 8,
  /** Of the channel. */
  channelShift: 16,
  /** That the client speaks IPv6. */
  ipv6: 1 << 19,
  /** TC */
  truncated: 1 << 20,
  /** DO */
  dnssec: 1 << 21,
  /** Of the worker. */
  workerShift: 24,
} as const;

/** Octets of a name at most (RFC 1035 §3.1). */
export const NAME_OCTETS_MAX = 255;

/** Words of a record at most. */
export const RECORD_WORDS_MAX: number = ADDRESS_WORD + 4 + (NAME_OCTETS_MAX + 1) / 4;

/** What the clock shows when the high word is one more, in microseconds. */
export const HIGH_WORD = 2 ** 32;
