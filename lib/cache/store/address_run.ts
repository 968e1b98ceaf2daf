import { ANCOUNT_OFFSET } from "../../wire/header.ts";
import { CLASS, TYPE } from "../../wire/iana.ts";
import { isSameNameAt } from "../../wire/name_at.ts";
import { uint16At } from "../../wire/octets.ts";

/** The addresses of a name in an answer, record behind record. */
export interface AddressRun {
  /** Which of the message's TTLs is the first of them. */
  readonly start: number;
  /** How many there are: 2–255. */
  readonly count: number;
}

/** Records looked at: where the run starts, and how long it is, has to fit into an octet each. */
const PLACES_MAX = 255;

/** From a record's TTL to its TYPE, its CLASS, its RDLENGTH and its RDATA (RFC 1035 §4.1.3). */
const TYPE_OFFSET = -4;
const CLASS_OFFSET = -2;
const RDLENGTH_OFFSET = 4;
/** From a record's TTL to its RDATA. */
export const RDATA_FROM_TTL = 6;

/**
 * The longest run of A or AAAA records of one name in the answer section, whose order means nothing (RFC 2181 §5); `null`
 * when there are no two in a row.
 *
 * @param message A readable response of one question.
 * @param recordsStart Where its first record stands.
 * @param ttlOffsets Where the TTL of each record stands, in the order of the records.
 * @param dataCount How many answers, the last ones, are known to be all that have one name and type; `null` where nobody knows.
 */
export function addressRun(
  message: Uint8Array,
  recordsStart: number,
  ttlOffsets: ArrayLike<number>,
  dataCount: number | null,
): AddressRun | null {
  const answerCount = Math.min(uint16At(message, ANCOUNT_OFFSET), ttlOffsets.length, PLACES_MAX);
  if (dataCount !== null) {
    const start = answerCount - dataCount;
    return dataCount > 1 && isAddress(message, ttlOffsets[start]!) ? { start, count: dataCount } : null;
  }
  let best: AddressRun | null = null;
  let owner = recordsStart;
  let runOwner = recordsStart;
  let start = 0;
  for (let i = 0; i < answerCount; i++) {
    const ttl = ttlOffsets[i]!;
    const isLonger = i > start && isAddress(message, ttl) &&
      uint16At(message, ttl + TYPE_OFFSET) === uint16At(message, ttlOffsets[start]! + TYPE_OFFSET) &&
      isSameNameAt(message, runOwner, owner);
    if (!isLonger) [start, runOwner] = [i, owner];
    else if (i - start >= (best?.count ?? 1)) best = { start, count: i - start + 1 };
    owner = ttl + RDATA_FROM_TTL + uint16At(message, ttl + RDLENGTH_OFFSET);
  }
  return best;
}

/** Whether the record with its TTL at `ttl` is an address as it should be. */
function isAddress(message: Uint8Array, ttl: number): boolean {
  if (uint16At(message, ttl + CLASS_OFFSET) !== CLASS.IN) return false;
  const type = uint16At(message, ttl + TYPE_OFFSET);
  const octets = uint16At(message, ttl + RDLENGTH_OFFSET);
  return (type === TYPE.A && octets === 4) || (type === TYPE.AAAA && octets === 16);
}
