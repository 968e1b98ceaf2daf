import { CLASS, RCODE, TYPE } from "../../../lib/wire/iana.ts";
import { nameFromText } from "../../../lib/wire/name.ts";
import { putUint16 } from "../../../lib/wire/octets.ts";
import type { Zone } from "../../support/scripted_upstream.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";
import { encodeQuery, QueryDraw } from "../query_draw.ts";
import { ttlOf } from "../timeless.ts";
import type { ClientDatagram } from "../traffic.ts";
import { isPrivate } from "./private_law.ts";
import { DOMAIN } from "./translated_draw.ts";

/** So many names are looked at: a few of them have IPv4 addresses alone. */
const NAME_COUNT = 300;
/** RFC 6147 §5.1.7. */
const TTL_SECONDS_MAX = 600;

/** What machines without IPv4 ask for. */
export class TranslatedTraffic {
  readonly #random: SeededRandom;
  readonly #queries: QueryDraw;
  readonly #names: readonly string[];

  /** @param zone What upstreams say. */
  constructor(random: SeededRandom, zone: Zone) {
    this.#random = random;
    this.#queries = new QueryDraw(random);
    this.#names = Array.from({ length: NAME_COUNT }, (_, i) => `f${i}.${DOMAIN}`).filter((name) => isMeant(name, zone));
  }

  /** A query with one question; `null` where there is nothing of that kind. */
  next(id: number): ClientDatagram | null {
    if (this.#names.length === 0) return null;
    const question = { name: nameFromText(this.#random.pick(this.#names)), type: TYPE.AAAA, class: CLASS.IN };
    const octets = encodeQuery(this.#queries.query([question]));
    putUint16(octets, 0, id);
    return { kind: "ordinary", octets, expectation: { kind: "answer", questions: [question] } };
  }
}

/** Whether a name has IPv4 addresses alone, which hold for longer than that there are no others. */
function isMeant(text: string, zone: Zone): boolean {
  const asked = { name: nameFromText(text), class: CLASS.IN };
  const none = zone({ ...asked, type: TYPE.AAAA });
  if (none.rcode !== RCODE.NOERROR || none.answers.length > 0 || none.isTruncated) return false;
  const [soa] = none.authorities;
  const ttlSeconds = soa === undefined ? TTL_SECONDS_MAX : ttlOf(soa);
  const { answers } = zone({ ...asked, type: TYPE.A });
  return ttlSeconds > 0 && answers.some((record) => {
    return record.type === TYPE.A && ttlOf(record) > ttlSeconds && !isPrivate(record.rdata);
  });
}
