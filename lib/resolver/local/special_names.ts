import type { QuestionHash } from "../../names/question_hash.ts";
import { SuffixMap } from "../../names/suffix_map.ts";
import { HEADER_OCTETS } from "../../wire/header.ts";
import { CLASS, TYPE } from "../../wire/iana.ts";
import type { Query } from "../query.ts";
import type { Reply } from "../reply.ts";
import type { Resolver } from "../resolver.ts";
import { answerSpecially, isTopLevel, PARENTS_TYPES } from "./special_answer.ts";
import { SPECIAL_ZONES, type SpecialZone } from "./special_zones.ts";

/** Answers names with a meaning of their own, which must not leave this network. */
export class SpecialNames implements Resolver {
  readonly #next: Resolver;
  readonly #zones: SuffixMap<SpecialZone>;

  /** Names that are not special go to `next`; `hash` makes the keys of names. */
  constructor({ next, hash }: { next: Resolver; hash: QuestionHash }) {
    this.#next = next;
    this.#zones = new SuffixMap(hash, SPECIAL_ZONES.map((zone) => [zone.name, zone]));
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply | PromiseLike<Reply> {
    // hot path
    if (query.qclass !== CLASS.IN) return this.#next.resolve(query);
    const zone = this.#zones.find(query.key, query.wire, query.scan.qtypeOffset);
    if (zone === undefined || isParents(query, zone)) return this.#next.resolve(query);
    return answerSpecially(query, zone, this.#next);
  }
}

/**
 * Whether the question is one that the zone above answers, whatever is made up below: what it says is signed, and a
 * validator that is told otherwise without a signature takes all of the zone for forged.
 *
 * RFC 4035 §3.1.4.1: the DS record of a zone stands in its parent, and so does the proof that there is none, by which a
 * zone may be unsigned (RFC 8375 §7). A top-level name that is no zone has nothing but the root's proof that it does not
 * exist, which is told to whoever asks for keys or for the proof itself as well. Neither says what is asked for below.
 */
function isParents({ scan, qtype }: Query, { name }: SpecialZone): boolean {
  if (scan.qtypeOffset - HEADER_OCTETS !== name.length) return false;
  return qtype === TYPE.DS || (isTopLevel(name) && PARENTS_TYPES.includes(qtype));
}
