import { TYPE } from "../../wire/iana.ts";

/** What is asked for most; all others are counted together, for whoever keeps a series for each must not be flooded by strangers. */
export const COUNTED_TYPES = [
  "A",
  "AAAA",
  "ANY",
  "CNAME",
  "DNSKEY",
  "DS",
  "HTTPS",
  "MX",
  "NAPTR",
  "NS",
  "PTR",
  "SOA",
  "SRV",
  "SVCB",
  "TXT",
] as const satisfies readonly (keyof typeof TYPE)[];

/** A type by which questions are counted. */
export type CountedType = typeof COUNTED_TYPES[number] | "other";

/** Places of types, and one for the others. */
const TYPE_COUNT = 16;
const OTHER = TYPE_COUNT - 1;
const FAMILY_COUNT = 2;
/** All that are counted are below 256. */
const PLACES = new Uint8Array(256).fill(OTHER);
COUNTED_TYPES.forEach((name, i) => PLACES[TYPE[name]] = i);

/** Questions of one kind. */
export interface CountedQuestions {
  /** What they came by, as a number from 0. */
  readonly channel: number;
  /** Version of IP that the client speaks. */
  readonly family: 4 | 6;
  /** What was asked for. */
  readonly type: CountedType;
  /** How many there were, 1 and more. */
  readonly count: number;
}

/** How many questions came by each way, from which family of addresses and for what. Counting allocates nothing. */
export class QuestionCounts {
  readonly #counts: Float64Array;

  /** Ways are numbers from 0. */
  constructor(channelCount: number) {
    this.#counts = new Float64Array(channelCount * FAMILY_COUNT * TYPE_COUNT);
  }

  /** One is about to be answered. */
  count(channel: number, isIpv6: boolean, type: number): void {
    // hot path
    const place = type < 256 ? PLACES[type]! : OTHER;
    this.#counts[(channel * FAMILY_COUNT + (isIpv6 ? 1 : 0)) * TYPE_COUNT + place]!++;
  }

  /** All kinds that there were. */
  list(): CountedQuestions[] {
    const found: CountedQuestions[] = [];
    this.#counts.forEach((count, place) => {
      if (count === 0) return;
      const kind = Math.floor(place / TYPE_COUNT);
      const family = kind % FAMILY_COUNT === 0 ? 4 : 6;
      const type = COUNTED_TYPES[place % TYPE_COUNT] ?? "other";
      found.push({ channel: Math.floor(kind / FAMILY_COUNT), family, type, count });
    });
    return found;
  }
}
